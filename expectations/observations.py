"""What must hold of every value of a response: one row a container and response."""

import re
from difflib import get_close_matches

import polars as pl

from expectations.relation import Found, Frames, Row, Rule, container, finished, rule
from models.declared.responses import Response
from models.declared.study import Study

MOST_NAMED = 5  # series in one sentence

SCHEMA = pl.Schema(
    {
        "folder": pl.String,
        "container_id": pl.String,
        "response": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "series": pl.String,  # where there is no value: a line for each series that is there, tag and path
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
        return no_value(study.responses[name], name, row)
    found = f"{name} = {row['value']}"
    if code == "OBS-2":
        return Found(container(row), found, "a finite number")
    return Found(container(row), found, f"{row['low']:g} to {row['high']:g}")


def no_value(response: Response, name: str, row: Row) -> Found:
    """A value that is missing, or that could be meant of several series: with what is there instead."""
    if response.between:
        expected = f"one from its {' and '.join(response.between)} stamps"
        return Found(container(row), f"no value of {name}", expected)
    series = [tuple(line.split("\t", 1)) for line in (row["series"] or "").split("\n") if line]
    places = [within for tag, within in series if tag == response.tag and is_within(response, within)]
    if len(places) > 1:
        choice = " or ".join(f'within = "{place}"' for place in places[:MOST_NAMED])
        return Found(
            container(row),
            f"{len(places)} series of {response.tag!r}",
            f"one that {name} means: say {choice}",
        )
    kind = "key" if response.key else "column" if response.column else "tag"
    expected = f"one from the {kind} {response.tag!r}" + (" in its event files" if response.metric else "")
    if response.within is not None:
        expected += f" within {response.within!r}"
    names = sorted({f"{within}/{tag}" if tag == response.tag else tag for tag, within in series})
    near = get_close_matches(response.tag or "", names, MOST_NAMED, 0.0)
    there = f" (there are {', '.join(map(repr, near))})" if near else ""
    return Found(container(row), f"no value of {name}{there}", expected)


def is_within(response: Response, within: str) -> bool:
    pattern = response.within_pattern
    return pattern is None or re.fullmatch(pattern, within) is not None
