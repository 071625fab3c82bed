"""What must hold of the points that a container recorded: one row a container."""

import polars as pl

from expectations.relation import Found, Frames, Row, Rule, container, finished, rule
from models.declared.study import Study

SCHEMA = pl.Schema(
    {
        "folder": pl.String,
        "container_id": pl.String,
        "tag": pl.String,
        "points": pl.Int64,
        "expected": pl.Int64,
    }
)
NEVER_NULL = ("folder", "container_id", "points")


def prepare(study: Study, frames: Frames) -> pl.DataFrame:
    """Nothing is expected of a folder that executes no run of the design: RUN-1 names it."""
    return finished(frames["step_counts"], frames["runs"]).filter(pl.col("expected").is_not_null())


def suite(study: Study) -> list[Rule]:
    return [
        rule(
            "STP-1",
            "expect_column_pair_values_to_be_equal",
            column_A="points",
            column_B="expected",
            ignore_row_if="neither",
        )
    ]


def describe(study: Study, code: str, row: Row) -> Found:
    steps = study.promises.steps
    assert steps is not None  # or nothing was checked
    return Found(
        container(row),
        f"{row['points']} points of {steps.metric!r}",
        f"{row['expected']}, the level of {steps.equals}",
    )
