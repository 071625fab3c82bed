"""Data as textbooks print them: the values of each run in standard order, one container a folder."""

from collections.abc import Mapping, Sequence

import polars as pl

from models.declared.study import Study


def textbook_observations(
    study: Study, values: Mapping[str, Sequence[Sequence[float] | Mapping[str, float]]]
) -> pl.DataFrame:
    """Observations of a study without log folders, for `analyse`.

    values: for each response and each run (Yates order, centre points last) what was observed, in sequence or by the
    name of its replicate; every value is an execution of its own, and none an empty sequence. Raises ValueError
    where runs and sequences differ in number.
    """
    runs = study.treatments
    rows = [
        {
            "study": study.name,
            "response": response,
            "run": run.run,
            "replicate": replicate,
            "folder": f"run_{run.run:04}_{place:04}",
            "container_id": f"{run.run:04}_{place:04}",
            "started_at": None,
            "stopped_at": None,
            "value": float(value),
            "is_center": run.is_center,
            **run.levels,
        }
        for response, of_runs in values.items()
        for run, of_run in zip(runs, of_runs, strict=True)
        for place, (replicate, value) in enumerate(_named(of_run), 1)
    ]
    stamps = {"started_at": pl.Datetime("us"), "stopped_at": pl.Datetime("us")}
    return pl.DataFrame(rows, schema_overrides={"run": pl.Int64, "value": pl.Float64, **stamps})


def _named(of_run: Sequence[float] | Mapping[str, float]) -> list[tuple[str, float]]:
    if isinstance(of_run, Mapping):
        return list(of_run.items())
    return [(str(place), value) for place, value in enumerate(of_run, 1)]
