"""Every figure printed of the published experiment, from the log folders through the warehouse, digit by digit."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flows.warehouse.warehouse import Warehouse

REFERENCE = Path(__file__).parent / "reference"
PUBLISHED = json.loads((REFERENCE / "published.json").read_text())
RESPONSES = ("Accuracy", "Time")
FACTORS = ("CPU", "Memory", "Network", "Epochs")

# How the notebook printed each column: statsmodels and pandas have one format for all rows of one.
COEFFICIENT_FORMATS = (".4f", ".3f", ".3f", ".3f", ".3f", ".3f")
ANOVA_FORMATS = {"Accuracy": (".6f", "d", ".6e", ".6e"), "Time": (".6e", "d", ".6f", ".6e")}
OVERALL_F_FORMATS = {"Accuracy": ".3f", "Time": ".2f"}

COEFFICIENTS = """
    select coef, std_err, t_value, p_value, ci_low, ci_high
    from coefficients
    where scale = 'identity' and response = ? and name = ?
"""
ANOVA_ROWS = """
    select source, sum_sq, df, f_value, p_value
    from anova_by_scale
    where scale = 'identity' and response = ?
    order by position
"""
OVERALL = "select df_model, df_resid, f_value, p_value from fits where scale = 'identity' and response = ?"
SHAPIRO = """
    select value, p_value
    from diagnostics
    where scale = 'identity' and response = ? and diagnostic = 'Shapiro-Wilk'
"""
SUMMARY = "select n, mean, sd, se, ci_low, ci_high from response_summaries where response = ?"
SIGNS = "select run, sign from sign_table where term = ? order by run"
OBSERVATIONS = """
    select
        run,
        row_number() over (partition by run order by started_at) as replicate,
        CPU, Memory, Network, Epochs, Accuracy, Time
    from fltk_2_4_1
    order by run, replicate
"""


def rows(warehouse: Warehouse, query: str, *values: str) -> list[tuple[Any, ...]]:
    return warehouse.connection.execute(query, values or None).fetchall()


def assert_printed(value: float | None, printed: float | None, form: str) -> None:
    """Equal in every digit of a column's format, which in turn shows every digit that was printed."""
    if printed is None:
        assert value is None
        return
    assert float(f"{printed:{form}}") == pytest.approx(printed, rel=1e-15, abs=0)
    assert value is not None
    assert f"{value:{form}}" == f"{printed:{form}}"


@pytest.mark.parametrize(
    ("response", "name"),
    [(response, name) for response in RESPONSES for name in PUBLISHED["coefficients"][response]],
)
def test_a_row_of_the_coefficients_is_the_printed_one(warehouse: Warehouse, response: str, name: str) -> None:
    printed = PUBLISHED["coefficients"][response][name]
    (found,) = rows(warehouse, COEFFICIENTS, response, name)
    for value, number, form in zip(found, printed, COEFFICIENT_FORMATS, strict=True):
        assert_printed(value, number, form)


@pytest.mark.parametrize("response", RESPONSES)
def test_the_analysis_of_variance_is_the_printed_one(warehouse: Warehouse, response: str) -> None:
    found = {source: values for source, *values in rows(warehouse, ANOVA_ROWS, response)}
    assert list(found) == list(PUBLISHED["anova_type3"][response])
    for source, printed in PUBLISHED["anova_type3"][response].items():
        for value, number, form in zip(found[source], printed, ANOVA_FORMATS[response], strict=True):
            assert_printed(value, number, form)


@pytest.mark.parametrize("response", RESPONSES)
def test_the_overall_f_test_is_the_printed_one(warehouse: Warehouse, response: str) -> None:
    printed = PUBLISHED["overall"][response]
    ((df_model, df_resid, f_value, p_value),) = rows(warehouse, OVERALL, response)
    assert (df_model, df_resid) == (printed["df_model"], printed["df_resid"])
    assert_printed(f_value, printed["F"], OVERALL_F_FORMATS[response])
    # Printed by repr, whose 17 digits are more than a double has. Of Time the p of the exact F is
    # 8.03419317838035299e-52: today's SciPy, given the nearest double, is 1.4e-15 of it away.
    assert p_value == pytest.approx(printed["p"], rel=2e-15, abs=0)


def test_shapiro_wilk_is_the_one_of_todays_scipy_and_near_the_printed_one(warehouse: Warehouse) -> None:
    printed = PUBLISHED["shapiro"]["Time"]
    ((statistic, p),) = rows(warehouse, SHAPIRO, "Time")
    assert "W=0.959980144280383, p=0.2743319241247691" in printed["note"]
    # SciPy 1.17, which Python 3.11 has, and 1.18 differ in the ninth digit.
    assert (statistic, p) == pytest.approx((0.959980144280383, 0.2743319241247691), rel=1e-8)
    assert statistic == pytest.approx(printed["W"], abs=1e-6)  # printed by one that worked in 32 bits
    assert p == pytest.approx(printed["p"], abs=1e-5)


def test_the_summary_of_accuracy_is_the_printed_one(warehouse: Warehouse) -> None:
    printed = PUBLISHED["summary"]["Accuracy"]
    ((n, *found),) = rows(warehouse, SUMMARY, "Accuracy")
    assert n == printed["n"]
    expected = [printed["mean"], printed["sd"], printed["se"], *printed["ci95"]]
    for value, number in zip(found, expected, strict=True):
        assert_printed(value, number, ".4f")


def test_the_sign_table_is_the_printed_one(warehouse: Warehouse) -> None:
    for factor, expected in zip(FACTORS, zip(*PUBLISHED["design"]["sign_table"], strict=True), strict=True):
        assert rows(warehouse, SIGNS, factor) == list(enumerate(expected, 1))
    assert [sign for _, sign in rows(warehouse, SIGNS, "I")] == [1] * 8
    ((relation, resolution),) = rows(warehouse, "select defining_relation, resolution from studies")
    assert relation.replace(" ", "") == PUBLISHED["design"]["defining_relation"]
    assert resolution == {4: "IV"}[PUBLISHED["design"]["resolution"]]


def test_the_wide_view_holds_the_published_observations(warehouse: Warehouse) -> None:
    with (REFERENCE / "observations.csv").open(newline="") as file:
        published = [
            (
                int(row["run"]),
                int(row["replicate"]),
                *(int(level) if (level := row[factor]).isdigit() else level for factor in FACTORS),
                float(np.float32(row["accuracy_percent"])),
                float(row["duration_seconds"]),
            )
            for row in csv.DictReader(file)
        ]
    assert len(published) == 32
    assert rows(warehouse, OBSERVATIONS) == published
