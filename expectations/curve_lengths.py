"""What must hold of the length of learning curves: one row a container and response."""

import polars as pl

from expectations.relation import Found, Frames, Row, Rule, container, finished, rule
from models.declared.study import Study

SCHEMA = pl.Schema(
    {
        "folder": pl.String,
        "container_id": pl.String,
        "response": pl.String,
        "points": pl.Int64,
        "usual_points": pl.Int64,
    }
)
NEVER_NULL = ("folder", "container_id", "response", "points", "usual_points")


def prepare(study: Study, frames: Frames) -> pl.DataFrame:
    return finished(frames["curve_lengths"], frames["runs"])


def suite(study: Study) -> list[Rule]:
    return [
        rule(
            "STP-2",
            "expect_column_pair_values_a_to_be_greater_than_b",
            column_A="points",
            column_B="usual_points",
            or_equal=True,
        )
    ]


def describe(study: Study, code: str, row: Row) -> Found:
    tag = study.responses[row["response"]].tag
    return Found(
        container(row), f"{row['points']} points of {tag!r}", f"{row['usual_points']}, as its mates have"
    )
