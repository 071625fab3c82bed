"""What must hold of the age of a study's data: one row, for its newest file."""

import polars as pl

from expectations.relation import Found, Frames, Row, Rule, rule, stamp
from models.declared.study import Study

SCHEMA = pl.Schema([("written_at", pl.Datetime("us", "UTC")), ("age_seconds", pl.Int64())])
NEVER_NULL = ("written_at", "age_seconds")


def prepare(study: Study, frames: Frames) -> pl.DataFrame:
    return frames["freshness"]


def suite(study: Study) -> list[Rule]:
    longest = {"max_value": study.fresh_seconds}
    return [rule("FRE-1", "expect_column_values_to_be_between", column="age_seconds", **longest)]


def describe(study: Study, code: str, row: Row) -> Found:
    found = f"that its newest file was written {row['age_seconds'] / 3600:.1f} h ago, {stamp(row['written_at'], study)}"
    return Found(study.name, found, f"one of the last {study.fresh_within}")
