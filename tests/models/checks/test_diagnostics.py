"""Diagnostics against direct computation, statsmodels and simulation."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.stattools import durbin_watson

from models.checks.diagnostics import _null_spreads, durbin_watson_p

Tables = dict[str, pl.DataFrame]


def readings(tables: Tables, response: str, scale: str = "identity") -> dict[str, dict[str, Any]]:
    rows = tables["diagnostics"].filter(response=response, scale=scale).to_dicts()
    return {row["diagnostic"]: row for row in rows}


def test_spread_is_tested_by_the_textbook_formulas(published: Tables) -> None:
    for scale, bartlett in (("identity", "0.015"), ("log10", "0.0036")):
        found = readings(published, "Time", scale)
        decimals = len(bartlett) - 2
        assert f"{found['Bartlett']['p_value']:.{decimals}f}" == bartlett
        rows = published["residuals"].filter(response="Time", scale=scale).sort("run")
        y = rows["observed"].to_numpy().reshape(8, 4)
        z = np.abs(
            y - np.median(y, axis=1, keepdims=True)
        )  # an analysis of variance of these (Brown-Forsythe)
        F, p = stats.f_oneway(*z)
        assert found["Brown-Forsythe"]["value"] == pytest.approx(F)
        # F is not its distribution with four values a group: the p is simulated (below)
        assert found["Brown-Forsythe"]["p_value"] == pytest.approx(p, abs=0.02)


@pytest.mark.parametrize("seed", range(6))
def test_spread_of_unequal_groups_is_that_of_scipy(textbook: Any, two_level: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 30, 8)
    groups = [rng.normal(10, 1 + i, size).round(1) for i, size in enumerate(sizes)]
    found = readings(textbook(two_level("ABC"), [group.tolist() for group in groups]), "y")
    F = stats.levene(*(group for group in groups if len(group) > 2), center="median").statistic
    assert found["Brown-Forsythe"]["value"] == pytest.approx(F, rel=1e-9)
    chi = stats.bartlett(*(group for group in groups if len(group) > 1))
    assert found["Bartlett"]["value"] == pytest.approx(chi.statistic, rel=1e-9)
    assert found["Bartlett"]["p_value"] == pytest.approx(chi.pvalue, rel=1e-9)


def test_leverages_and_studentised_residuals_are_those_of_statsmodels(textbook: Any, two_level: Any) -> None:
    rng = np.random.default_rng(4)
    values = [rng.normal(10, 1, size).tolist() for size in (1, 2, 3, 4, 2, 2, 1, 3)]
    tables = textbook(two_level("ABC"), values, terms=["A", "B", "C"])
    rows = tables["residuals"].filter(scale="identity")
    signs = [[1, *(1 if run - 1 >> bit & 1 else -1 for bit in range(3))] for run in rows["run"]]
    influence = OLS(rows["observed"].to_numpy(), np.array(signs, dtype=float)).fit().get_influence()
    assert rows["leverage"].to_numpy() == pytest.approx(influence.hat_matrix_diag)
    assert rows["studentised"].to_numpy() == pytest.approx(influence.resid_studentized_external)
    press = float((influence.resid_press**2).sum())
    assert tables["fits"].filter(scale="identity")["press"].item() == pytest.approx(press)


def test_unusual_rows_are_named(textbook: Any, two_level: Any, etch: Any) -> None:
    values = [list(run) for run in etch]
    values[2].append(900)
    tables = textbook(two_level("ABC"), values)
    (row,) = tables["residuals"].filter("is_unusual", scale="identity").to_dicts()
    assert row["reason"].startswith("container 0003_0003 in run_0003_0003 lies ")
    assert "0003_0003" in readings(tables, "y")["Unusual observations"]["reading"]
    assert any("0003_0003" in sentence for sentence in tables["statements"]["sentence"])


def test_an_observation_that_decides_its_own_fit_is_named(textbook: Any, two_level: Any, etch: Any) -> None:
    values = [list(run) for run in etch]
    values[7] = values[7][:1]
    terms = ["A", "B", "C", "A:B", "A:C", "B:C", "A:B:C"]
    rows = textbook(two_level("ABC"), values, terms=terms)["residuals"].filter("is_unusual", scale="identity")
    assert "container 0008_0001 in run_0008_0001 alone decides its fit" in rows["reason"].to_list()


def test_normal_quantiles_rise_with_the_residuals(published: Tables) -> None:
    rows = published["residuals"].filter(response="Accuracy", scale="identity").sort("normal_quantile")
    assert rows["residual"].is_sorted()
    assert rows["normal_quantile"].sum() == pytest.approx(0, abs=1e-12)
    assert rows["normal_quantile"].max() == pytest.approx(stats.norm.ppf((32 - 0.375) / 32.25))


def test_the_p_of_durbin_watson_is_that_of_simulation() -> None:
    """Within groups of four, residuals sum to zero and d is about 2.5 by chance alone."""
    X = np.repeat(np.eye(8), 4, axis=0)
    rng = np.random.default_rng(5)
    errors = rng.normal(size=(20000, 8, 4))
    residuals = (errors - errors.mean(axis=2, keepdims=True)).reshape(20000, 32)
    simulated = np.array([durbin_watson(row) for row in residuals])
    for d in (1.7, 2.0, 2.5, 2.9):
        tail = min((simulated <= d).mean(), (simulated >= d).mean())
        assert durbin_watson_p(d, X) == pytest.approx(2 * tail, abs=0.02)


# R 4.2.2, lmtest 0.9-40: dwtest(lm(weight ~ group, PlantGrowth), alternative = "two.sided"), and of
# lm(yield ~ N*P*K, npk), both data sets of R's package datasets; statistic and p.
NPK = (
    *("011", "110", "000", "101", "100", "111", "001", "010", "010", "111", "100", "001"),
    *("100", "111", "001", "010", "110", "000", "101", "011", "101", "110", "011", "000"),
)


def test_the_p_of_durbin_watson_is_that_of_r() -> None:
    groups = np.repeat(np.eye(3), 10, axis=0)
    assert durbin_watson_p(2.70398995815, groups) == pytest.approx(0.09963246983, abs=1e-9)
    n, p, k = np.array([[int(digit) for digit in row] for row in NPK]).T
    X = np.stack([np.ones(24), n, p, k, n * p, n * k, p * k, n * p * k], axis=1).astype(np.float64)
    assert durbin_watson_p(1.15829909001, X) == pytest.approx(0.04803215233, abs=1e-9)


@pytest.mark.parametrize(("groups", "size"), [(8, 4), (16, 3), (4, 6)])
def test_equal_spreads_are_doubted_as_often_as_they_should(groups: int, size: int) -> None:
    """The F distribution would doubt 12 % of eight groups of four, and none of three."""
    null = _null_spreads((size,) * groups)
    rng = np.random.default_rng(7)
    drawn = rng.normal(size=(1000, groups, size))
    F = np.array([stats.levene(*one, center="median")[0] for one in drawn])
    p_values = (len(null) - np.searchsorted(null, F) + 1) / (len(null) + 1)
    assert 0.03 < (p_values < 0.05).mean() < 0.07


def test_residuals_are_in_the_order_of_execution(published: Tables) -> None:
    rows = published["residuals"].filter(response="Time", scale="identity").sort("started_at")
    d = durbin_watson(rows["residual"].to_numpy())
    assert readings(published, "Time")["Durbin-Watson"]["value"] == pytest.approx(d)


def test_every_diagnostic_has_a_reading(published: Tables) -> None:
    rows = published["diagnostics"]
    assert rows["reading"].null_count() == 0
    assert rows["reading"].str.ends_with(".").all()
    assert set(readings(published, "Accuracy")) >= {
        "Shapiro-Wilk",
        "Durbin-Watson",
        "Brown-Forsythe",
        "Bartlett",
        "R²",
        "Adjusted R²",
        "PRESS",
        "Predicted R²",
        "Largest leverage",
        "Unusual observations",
    }


def test_a_saturated_fit_has_no_diagnostics_of_residuals(
    textbook: Any, two_level: Any, filtration: Any, all_of_four: Any
) -> None:
    found = readings(textbook(two_level("ABCD"), filtration, terms=all_of_four), "y")
    assert "Shapiro-Wilk" not in found and "R²" not in found


def test_residuals_of_one_degree_of_freedom_are_not_tested(textbook: Any, two_level: Any) -> None:
    """All are of one size then: Shapiro and Wilk and Durbin and Watson alarmed in every 2^3 of 300 without effects."""
    tables = textbook(two_level("ABC"), [52.1, 47.9, 50.3, 49.2, 51.7, 50.6, 48.8, 49.9])
    assert tables["fits"]["df_resid"][0] == 1
    assert not set(tables["diagnostics"]["diagnostic"]) & {"Shapiro-Wilk", "Durbin-Watson", "Trend"}
