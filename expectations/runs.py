"""What must hold of every folder: one row a folder."""

import polars as pl

from expectations.relation import Found, Frames, Row, Rule, finished, rule
from models.declared.study import Study

SCHEMA = pl.Schema(
    {
        "folder": pl.String,
        "run": pl.Int64,
        "replicate": pl.String,
        "containers": pl.Int64,
        "state": pl.String,
        "levels_told": pl.String,
        "same_claims": pl.Int64,  # folders of the same run and replicate, where something tells replicates
    }
)
NEVER_NULL = ("folder", "containers", "state")


def prepare(study: Study, frames: Frames) -> pl.DataFrame:
    """The folders, and what other relations have of each beside what they should have."""
    relations = {"containers": 1, "observations": len(study.responses)}
    if study.promises.steps:
        relations["step_counts"] = 1
    rows = finished(frames["runs"], frames["runs"])
    for name in relations:
        counts = frames[name].group_by("folder").agg(pl.len().cast(pl.Int64).alias(f"{name}_rows"))
        rows = rows.join(counts, on="folder", how="left")
    return rows.with_columns(
        pl.format(
            ", ".join(f"{{}} rows of {name}" for name in relations),
            *(pl.col(f"{name}_rows").fill_null(0) for name in relations),
        ).alias("rows_found"),
        pl.format(
            ", ".join(f"{{}} rows of {name}" for name in relations),
            *(pl.col("containers") * each for each in relations.values()),
        ).alias("rows_expected"),
    )


def suite(study: Study) -> list[Rule]:
    low, high = study.containers or 1, study.containers
    return [
        rule("RUN-4", "expect_column_values_to_be_between", column="same_claims", max_value=1),
        rule("RUN-1", "expect_column_values_to_not_be_null", column="run"),
        rule(
            "RUN-2", "expect_column_values_to_be_between", column="containers", min_value=low, max_value=high
        ),
        rule(
            "RUN-3",
            "expect_column_pair_values_to_be_equal",
            column_A="rows_found",
            column_B="rows_expected",
            ignore_row_if="neither",
        ),
    ]


def describe(study: Study, code: str, row: Row) -> Found:
    folder = row["folder"]
    if code == "RUN-1":
        claim = study.claim(folder)
        levels = claim.levels if claim else {}
        runs = len(study.treatments)
        found = ", ".join(f"{factor} = {level}" for factor, level in levels.items()) or row["levels_told"]
        if not levels and (told := study.ran_with.get(folder)):
            shown = ", ".join(f"{factor} = {level}" for factor, level in told.items())
            untold = ", ".join(factor for factor in study.factors if factor not in told)
            return Found(folder, f"ran_with {shown}, levels of no run", f"{untold} in ran_with too")
        if found:
            remedy = None
            if study.execution_word == "row":
                remedy = (
                    "Correct the row, complete the factors of the study file, or leave it out by `where`."
                )
            return Found(folder, found, f"the levels of one of the {runs} runs of {study.name}", remedy)
        pattern = study.source.path if study.source else study.folders
        return Found(folder, "no run of the design in its name", f"a run from 1 to {runs} as in {pattern!r}")
    if code == "RUN-4":
        found = f"{row['same_claims']} that are replicate {row['replicate']} of run {row['run']}"
        return Found(folder, found, "one; replicates that something names have names of their own")
    if code == "RUN-2":
        expected = str(study.containers) if study.containers else "at least one"
        return Found(folder, f"{row['containers']} containers", expected)
    return Found(folder, row["rows_found"], row["rows_expected"])
