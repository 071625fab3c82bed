"""The frames of an analysis: their columns are those of the tables, their rows those of the study."""

import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from models.analysis import analyse
from models.results import SCHEMAS, frame
from models.textbook import textbook_observations

Tables = dict[str, pl.DataFrame]
SQL = Path(__file__).parents[2] / "sql/tables"
KINDS = {
    "varchar": pl.String(),
    "integer": pl.Int32(),
    "double": pl.Float64(),
    "boolean": pl.Boolean(),
    "timestamp": pl.Datetime("us"),
    "varchar[]": pl.List(pl.String()),
}


@pytest.mark.parametrize("table", SCHEMAS)
def test_the_columns_of_a_frame_are_those_of_its_table(table: str) -> None:
    text = (SQL / f"{table}.sql").read_text()
    columns = re.findall(r"^    (\w+) ([\w\[\]]+),$", text, flags=re.MULTILINE)
    assert {name: KINDS[kind] for name, kind in columns if name != "night_id"} == SCHEMAS[table]


def test_every_table_has_its_frame(published: Tables) -> None:
    assert list(published) == list(SCHEMAS)
    for table, found in published.items():
        assert dict(found.schema) == SCHEMAS[table]
        assert found.height and set(found["study"]) == {"fltk_2_4_1"}


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("fits", []),
        ("coefficients", ["name"]),
        ("anova_by_scale", ["source"]),
        ("effects_by_scale", ["term"]),
        ("effect_tests", ["term", "error_unit"]),
        ("residuals", ["container_id"]),
        ("diagnostics", ["diagnostic"]),
        ("conclusions", ["term", "error_unit"]),
    ],
)
def test_the_grain_of_a_table_is_a_key(published: Tables, table: str, key: list[str]) -> None:
    assert published[table].select("response", "scale", *key).is_unique().all()


def test_what_is_no_finite_number_is_null() -> None:
    row = frame("fits", [{"study": "s", "f_value": float("inf"), "press": np.float64("nan"), "n": 3}]).row(
        0, named=True
    )
    assert (row["f_value"], row["press"], row["n"]) == (None, None, 3)


def test_stamps_with_a_zone_come_back_in_utc(study: Any, observations: pl.DataFrame) -> None:
    zoned = observations.with_columns(
        pl.col("started_at", "stopped_at")
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone("Europe/Amsterdam")
    )
    for table, found in analyse(study, zoned).items():
        assert found.equals(analyse(study, observations)[table])


def test_trade_offs_are_means_with_t_intervals_and_the_dominated_marked(
    published: Tables, observations: pl.DataFrame
) -> None:
    rows = {row["run"]: row for row in published["trade_offs"].to_dicts()}
    assert len(rows) == 8
    values = observations.filter(run=4, response="Time")["value"].to_numpy()
    low, high = stats.t.interval(0.95, 3, values.mean(), stats.sem(values))
    assert (rows[4]["mean_y"], rows[4]["low_y"], rows[4]["high_y"]) == pytest.approx(
        (values.mean(), low, high)
    )
    means = observations.group_by("run", "response").agg(pl.col("value").mean())
    by_run = {
        run: (
            means.filter(run=run, response="Accuracy")["value"].item(),
            means.filter(run=run, response="Time")["value"].item(),
        )
        for run in rows
    }
    for run, (accuracy, seconds) in by_run.items():
        others = [pair for other, pair in by_run.items() if other != run]
        assert rows[run]["is_dominated"] == any(a >= accuracy and s <= seconds for a, s in others)
    assert [run for run, row in rows.items() if not row["is_dominated"]] == [1, 2, 3, 4]


def test_a_response_without_a_goal_is_in_no_trade_off(textbook: Any, two_level: Any, etch: Any) -> None:
    assert textbook(two_level("ABC"), etch)["trade_offs"].is_empty()


def test_a_study_takes_less_than_a_third_of_a_second(study: Any, observations: pl.DataFrame) -> None:
    analyse(study, observations)
    best = min(_cpu_seconds(study, observations) for _ in range(3))
    assert best < 0.3


def _cpu_seconds(study: Any, observations: pl.DataFrame) -> float:
    began = time.process_time()
    analyse(study, observations)
    return time.process_time() - began


def test_textbook_data_must_have_a_sequence_for_every_run(declare: Any, two_level: Any) -> None:
    with pytest.raises(ValueError, match="zip"):
        textbook_observations(declare(two_level("AB")), {"y": [[1.0], [2.0], [3.0]]})


@pytest.mark.parametrize("scale", [1e300, 1e200, 1e-200, 1e-300, 5e-324])
@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"block": ["replicate"]},
        {"whole_plot": ["A"]},
        {"responses": {"y": {"metric": "y", "distribution": "gamma"}}},
    ],
    ids=["plain", "blocks", "whole plots", "gamma"],
)
def test_values_that_cannot_be_squared_are_named_and_stop_no_night(
    textbook: Any, two_level: Any, etch: Any, keys: Any, scale: float
) -> None:
    values = [[scale * (value - 500) for value in run] for run in etch]
    values[0] = [scale * 50, 1.0] if scale > 1 else values[0]  # one that diverged is enough
    tables = textbook(two_level("ABC"), values, **keys)
    assert tables["effects_by_scale"].is_empty()
    (said,) = tables["statements"].filter(response="y", kind="doubt")["sentence"]
    assert "whose squares are no numbers of 64 bits: nothing is said of it." in said
