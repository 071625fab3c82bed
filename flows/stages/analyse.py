"""The stage that fits the models of the studies whose conclusions may change."""

from typing import TYPE_CHECKING

from flows.stages.plan import Plan, stamped
from flows.stages.study_edits import edit_statements
from flows.warehouse.warehouse import ANSWERED_MIB, open_published, open_warehouse
from models.declared.study import Study

if TYPE_CHECKING:
    import polars as pl


def analyse_studies(plan: Plan) -> None:
    """Fit the models of the studies that are affected; the results replace those of the night before."""
    import polars as pl

    from models.analysis import analyse
    from models.words.conclusions import changes

    # Closed before the models are fitted: what DuckDB keeps of the file is let go.
    with open_published(plan.staged) as warehouse:
        warehouse.keep_little(ANSWERED_MIB)
        data = [
            (
                study,
                warehouse.frame("models/last_conclusions", study=study.name),
                warehouse.frame("models/observations", study=study.name),
            )
            for study in plan.affected()
        ]
    with open_warehouse(plan.staged) as warehouse:
        for study, before, observations in data:
            results = analyse(study, with_levels(observations, study))
            if not before.is_empty():
                arrived = [
                    folder.folder
                    for folder in (*plan.news.new, *plan.news.changed)
                    if folder.study == study.name
                ]
                told = changes(before, results["conclusions"], arrived, plan.started_at.date())
                results["statements"] = pl.concat([results["statements"], told], how="diagonal")
            if edits := plan.edited.get(study.name):
                told = edit_statements(study.name, edits)
                results["statements"] = pl.concat([results["statements"], told], how="diagonal_relaxed")
            with warehouse.transaction():
                for table, frame in results.items():
                    if table != "conclusions":  # the memory of every night
                        warehouse.forget_rows(table, study.name)
                    warehouse.append(table, stamped(frame, plan.night_id))


def with_levels(observations: "pl.DataFrame", study: Study) -> "pl.DataFrame":
    """Observations with a column per factor, joined by run."""
    import polars as pl

    levels = pl.DataFrame(
        [{"run": treatment.run, **treatment.levels} for treatment in (*study.treatments, *study.others)],
        schema={"run": pl.Int32, **dict.fromkeys(study.factors, pl.String)},
    )
    return observations.join(levels, on="run", how="left", maintain_order="left")
