"""What must hold of the design as a whole: one row a run."""

import polars as pl

from expectations.relation import Found, Frames, Row, Rule, rule
from models.declared.study import Study
from models.wording import count

SCHEMA = pl.Schema({"run": pl.Int64, "folders": pl.Int64})
NEVER_NULL = ("run", "folders")


def prepare(study: Study, frames: Frames) -> pl.DataFrame:
    """Every run of the design, whether or not a row came for it."""
    runs = pl.DataFrame({"run": [treatment.run for treatment in study.treatments]}, schema={"run": pl.Int64})
    return runs.join(frames["design_runs"], on="run", how="left").with_columns(pl.col("folders").fill_null(0))


def suite(study: Study) -> list[Rule]:
    """Too few folders are a design in progress, too many are not what was planned."""
    between = "expect_column_values_to_be_between"
    rules = [rule("DES-1", between, column="folders", min_value=study.replicates or 1)]
    if study.replicates:
        rules.append(rule("DES-2", between, column="folders", max_value=study.replicates))
    return rules


def describe(study: Study, code: str, row: Row) -> Found:
    levels = study.treatments[row["run"] - 1].levels
    where = (
        f"{study.name}, run {row['run']} ({', '.join(f'{name} = {level}' for name, level in levels.items())})"
    )
    finished = "row" if study.execution_word == "row" else f"finished {study.execution_word}"
    if not row["folders"]:
        return Found(where, f"no {finished}", f"{study.replicates}" if study.replicates else "at least one")
    again = "Execute the run again." if code == "DES-1" else None
    return Found(where, count(row["folders"], finished), f"{study.replicates}", again)
