"""Every figure that was printed of the published experiment, to every digit."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

PUBLISHED = json.loads((Path(__file__).parent / "published.json").read_text(), parse_float=Decimal)
RESPONSES = ["Accuracy", "Time"]

Tables = dict[str, pl.DataFrame]


def assert_printed(value: Any, printed: Any) -> None:
    """Equal in all significant digits of the printed number, of which those beyond twelve are noise of parsing."""
    if printed is None:
        assert value is None
        return
    number = Decimal(f"{Decimal(printed):.11e}").normalize()
    digits = len(number.as_tuple().digits)
    assert Decimal(f"{value:.{digits - 1}e}") == number


def raw(tables: Tables, table: str, response: str) -> list[dict[str, Any]]:
    return tables[table].filter(response=response, scale="identity").to_dicts()


@pytest.mark.parametrize("response", RESPONSES)
def test_coefficients_are_the_printed_ones(published: Tables, response: str) -> None:
    rows = {row["name"]: row for row in raw(published, "coefficients", response)}
    columns = ["coef", "std_err", "t_value", "p_value", "ci_low", "ci_high"]
    for name, printed in PUBLISHED["coefficients"][response].items():
        for column, number in zip(columns, printed, strict=True):
            decimals = 4 if column == "coef" else 3
            assert Decimal(f"{rows[name][column]:.{decimals}f}") == number, (name, column)


@pytest.mark.parametrize("response", RESPONSES)
def test_type_three_analysis_of_variance_is_the_printed_one(published: Tables, response: str) -> None:
    rows = {row["source"]: row for row in raw(published, "anova_by_scale", response)}
    assert list(rows) == list(PUBLISHED["anova_type3"][response])
    for source, printed in PUBLISHED["anova_type3"][response].items():
        for column, number in zip(["sum_sq", "df", "f_value", "p_value"], printed, strict=True):
            assert_printed(rows[source][column], number)


@pytest.mark.parametrize("response", RESPONSES)
def test_the_overall_test_is_the_printed_one(published: Tables, response: str) -> None:
    (row,) = raw(published, "fits", response)
    printed = PUBLISHED["overall"][response]
    assert (row["df_model"], row["df_resid"]) == (printed["df_model"], printed["df_resid"])
    assert_printed(row["f_value"], printed["F"])
    assert row["p_value"] == pytest.approx(float(printed["p"]), rel=1e-9)


def test_shapiro_wilk_is_the_printed_one_in_the_digits_of_its_day(published: Tables) -> None:
    printed = PUBLISHED["shapiro"]["Time"]
    rows = {row["diagnostic"]: row for row in raw(published, "diagnostics", "Time")}
    found = rows["Shapiro-Wilk"]
    assert found["value"] == pytest.approx(float(printed["W"]), abs=5e-7)  # printed by a SciPy of 32 bits
    assert found["p_value"] == pytest.approx(float(printed["p"]), abs=1e-5)
    # SciPy 1.17, which Python 3.11 has, and 1.18 differ in the ninth digit.
    assert found["value"] == pytest.approx(0.959980144280383, rel=1e-8)
    assert found["p_value"] == pytest.approx(0.2743319241247691, rel=1e-8)


def test_the_intercept_and_residuals_carry_the_printed_summary(published: Tables) -> None:
    """N, mean, SD, SE and interval of a response are views of SQL; here they are taken from the residuals' table."""
    printed = PUBLISHED["summary"]["Accuracy"]
    values = np.array([row["observed"] for row in raw(published, "residuals", "Accuracy")])
    se = values.std(ddof=1) / np.sqrt(len(values))
    ends = values.mean() + np.array([-1, 1]) * stats.t.ppf(0.975, len(values) - 1) * se
    assert len(values) == printed["n"]
    found = [values.mean(), values.std(ddof=1), se, *ends]
    for value, number in zip(
        found, [*(printed[name] for name in ("mean", "sd", "se")), *printed["ci95"]], strict=True
    ):
        assert Decimal(f"{value:.4f}") == number


def test_treatment_coding_would_be_seen(published: Tables) -> None:
    """Under treatment contrasts memory's p on accuracy reads 0.942: another hypothesis."""
    (memory,) = [row for row in raw(published, "anova_by_scale", "Accuracy") if row["source"] == "Memory"]
    assert f"{memory['p_value']:.3f}" == "0.046"
    import statsmodels.formula.api as smf
    from statsmodels.stats.anova import anova_lm

    rows = pl.read_csv(Path(__file__).parents[2] / "sample/observations.csv").to_pandas()
    rows["accuracy"] = rows["accuracy_percent"].astype("float32").astype("float64")
    formula = "accuracy ~ (C(CPU) + C(Memory) + C(Network)) ** 2 - C(CPU):C(Memory):C(Network) + C(Epochs)"
    treatment = anova_lm(smf.ols(formula, rows).fit(), typ=3)
    assert f"{treatment.loc['C(Memory)', 'PR(>F)']:.3f}" == "0.942"


def test_both_signs_of_a_coefficient_are_in_the_table(published: Tables) -> None:
    rows = {row["name"]: row for row in raw(published, "coefficients", "Time")}
    low, high = rows["CPU[750m]"], rows["CPU[1500m]"]
    assert high["is_declared"] and not low["is_declared"]
    assert high["coef"] == -low["coef"] == pytest.approx(-883.375)
    assert (high["ci_low"], high["ci_high"]) == (-low["ci_high"], -low["ci_low"])
    assert len([name for name in rows if name.startswith("CPU") and ":Memory" in name]) == 4
