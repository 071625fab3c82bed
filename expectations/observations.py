"""What must hold of every value of a response: one row a container and response."""

import polars as pl

from expectations.relation import Found, Frames, Row, Rule, container, finished, rule
from models.declared.study import Study

SCHEMA = pl.Schema(
    {
        "folder": pl.String,
        "container_id": pl.String,
        "response": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
    }
)
NEVER_NULL = ("folder", "container_id", "response")


def prepare(study: Study, frames: Frames) -> pl.DataFrame:
    """The values; is_finite is null where there is no value, finite_value where there is no finite one."""
    is_finite = pl.col("value").is_finite()
    return finished(frames["observations"], frames["runs"]).with_columns(
        is_finite.cast(pl.Int64).alias("is_finite"),
        pl.when(is_finite).then("value").alias("finite_value"),
    )


def suite(study: Study) -> list[Rule]:
    rules = [
        rule("OBS-1", "expect_column_values_to_not_be_null", column="value"),
        rule("OBS-2", "expect_column_values_to_be_between", column="is_finite", min_value=1),
    ]
    if any(response.range for response in study.responses.values()):
        rules += [
            rule(
                "OBS-3",
                "expect_column_pair_values_a_to_be_greater_than_b",
                column_A=larger,
                column_B=smaller,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
            )
            for larger, smaller in (("finite_value", "low"), ("high", "finite_value"))
        ]
    return rules


def describe(study: Study, code: str, row: Row) -> Found:
    name = row["response"]
    if code == "OBS-1":
        response = study.responses[name]
        source = (
            f"the tag {response.metric!r} in its event files"
            if response.between is None
            else f"its {' and '.join(response.between)} stamps"
        )
        return Found(container(row), f"no value of {name}", f"one from {source}")
    found = f"{name} = {row['value']}"
    if code == "OBS-2":
        return Found(container(row), found, "a finite number")
    return Found(container(row), found, f"{row['low']:g} to {row['high']:g}")
