"""Counts, failures out of trials, times of constant variation: against R's glm and car's Anova."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from models.analysis import analyse
from models.conformance.comparison import load_data_sets
from models.declared.study import Study
from models.fits.counted import Counted
from models.textbook import textbook_observations

Tables = dict[str, pl.DataFrame]

# R 4.2.2, car 3.1.1, options(contrasts = c("contr.sum", "contr.poly")):
# Anova(glm(breaks ~ wool*tension, quasipoisson, warpbreaks), type = 3, test.statistic = "F"), likewise Gamma("log").
WARP = {
    "poisson": (
        {"wool": (11.678004, 3.10265, 0.08453367), "tension": (63.297146, 8.40849, 0.00074004)},
        (28.086757, 3.73109, 0.03117908),
        3.7638905,
    ),
    "gamma": (
        {"wool": (0.4422260, 3.45696, 0.06912154), "tension": (2.3171680, 9.05686, 0.00046004)},
        (0.9633159, 3.76521, 0.03027248),
        0.12792338,
    ),
}
# budworm of MASS (help page): dead of 20 at doses 1 to 32, males, then females.
# Anova(glm(cbind(numdead, 20 - numdead) ~ sex + dose, quasibinomial), type = 3, test.statistic = "F").
BUDWORM = ((1, 0), (4, 2), (9, 6), (13, 10), (18, 12), (20, 16))

# R 4.2.2, as the tests below say
WARP_MEANS = {
    "wool = A, tension = L": (44.5555556, 36.6693570, 54.1377785),
    "wool = B, tension = M": (28.7777778, 22.5835274, 36.6709982),
    "wool = B, tension = H": (18.7777778, 13.9100834, 25.3488731),
}
NPK_COUNTS = {"N": 10.88925898403, "P": 0.52848224885, "K": 5.52731352592, "N:P": 1.05788290939}
NPK_COUNTS |= {"N:K": 1.93952916963, "P:K": 0.00653998526}


def warp(distribution: str, **keys: Any) -> Study:
    one = load_data_sets()["r_warpbreaks"]
    response = {"metric": "y", "distribution": distribution}
    declared = {"name": "warp", "folders": "{run}", "factors": one.factors, "responses": {"y": response}}
    return Study.model_validate({**declared, **keys})


@pytest.fixture(scope="module")
def breaks() -> Any:
    return load_data_sets()["r_warpbreaks"].of_runs


def anova(tables: Tables) -> dict[str, dict[str, Any]]:
    return {row["source"]: row for row in tables["anova_by_scale"].filter(scale="log10").to_dicts()}


@pytest.mark.parametrize("distribution", ["poisson", "gamma"])
def test_deviances_are_those_of_r(distribution: str, breaks: Any) -> None:
    study = warp(distribution)
    tables = analyse(study, textbook_observations(study, {"y": breaks}))
    mains, interaction, dispersion = WARP[distribution]
    found = anova(tables)
    for term, (deviance, f_value, p_value) in {**mains, "wool:tension": interaction}.items():
        assert found[term]["sum_sq"] == pytest.approx(deviance, rel=1e-5)
        assert found[term]["f_value"] == pytest.approx(f_value, rel=1e-5)
        assert found[term]["p_value"] == pytest.approx(p_value, rel=1e-4)
    tests = {row["term"]: row for row in tables["effect_tests"].filter(scale="log10").to_dicts()}
    assert tests["tension"]["p_value"] == pytest.approx(mains["tension"][2], rel=1e-4)
    assert tests["tension"]["method"] == f"{distribution} deviance" and tests["tension"]["df"] == 48
    (spread,) = tables["diagnostics"].filter(diagnostic="Dispersion")["value"]
    assert spread == pytest.approx(dispersion, rel=1e-5)
    said = " ".join(tables["statements"]["sentence"])
    assert "y (as ratios): tension" in said and f"declares a {distribution} distribution" in said
    decisive = tables["fits"].filter("is_decisive")
    assert decisive["scale"].to_list() == ["log10"] and decisive["r_squared"].to_list() == [None]


def test_failures_are_compared_by_their_odds() -> None:
    """R: sex F(1, 5) = 13.69688, p = 0.01398590; its coefficient -0.54482609 is that of males, the first level."""
    response = {"metric": "y", "distribution": "binomial", "trials": 20, "goal": "minimize"}
    factors = {"sex": ["M", "F"], "dose": ["1", "2", "4", "8", "16", "32"]}
    study = Study.model_validate(
        {
            "name": "worms",
            "folders": "{run}",
            "factors": factors,
            "responses": {"y": response},
            "terms": ["sex", "dose"],
        }
    )
    values = [(dead[sex],) for dead in BUDWORM for sex in (0, 1)]
    tables = analyse(study, textbook_observations(study, {"y": values}))
    (sex,) = tables["effects_by_scale"].filter(term="sex", scale="log10").to_dicts()
    # of cbind(dead, alive) R's levels F, M: the sum of both coefficients is zero
    assert sex["effect"] * np.log(10) == pytest.approx(2 * -0.54482609, rel=1e-6)
    assert sex["p_value"] == pytest.approx(0.01398590, rel=1e-4)
    assert anova(tables)["dose"]["f_value"] == pytest.approx(30.74122, rel=1e-5)
    assert sex["ci_low"] < sex["effect"] < sex["ci_high"] < 0
    best = tables["settings"].filter("is_best").row(0, named=True)
    assert best["levels"] == "sex = F, dose = 1" and 0 < best["ci_low"] < best["mean"] < best["ci_high"] < 1
    assert "as ratios of odds" in " ".join(tables["statements"]["sentence"])


def test_containers_of_a_folder_are_counted_together(breaks: Any) -> None:
    """Nine values in three folders of three: totals of three are what is compared, not 54 executions."""
    study = warp("poisson")
    rows = textbook_observations(study, {"y": breaks}).with_columns(
        folder=pl.format("{}_{}", "run", pl.int_range(pl.len()) % 9 // 3)
    )
    tables = analyse(study, rows)
    (fit,) = tables["fits"].filter(scale="log10").to_dicts()
    assert (fit["n"], fit["df_resid"], fit["error_unit"]) == (18, 12, "folder")
    totals = [np.array(values).reshape(3, 3).sum(axis=1).tolist() for values in breaks]
    summed = analyse(study, textbook_observations(study, {"y": totals}))
    assert anova(tables)["tension"]["f_value"] == pytest.approx(anova(summed)["tension"]["f_value"])


def test_trials_may_stand_in_another_response() -> None:
    responses = {
        "Failed": {"metric": "f", "distribution": "binomial", "trials": "Requests"},
        "Requests": {"metric": "r"},
    }
    study = Study.model_validate(
        {"name": "s", "folders": "{run}", "factors": {"A": ["-", "+"]}, "responses": responses}
    )
    failed, requests = [(1, 2, 4), (9, 12, 8)], [(100, 90, 110), (100, 95, 120)]
    tables = analyse(study, textbook_observations(study, {"Failed": failed, "Requests": requests}))
    (effect,) = tables["effects_by_scale"].filter(response="Failed", scale="log10").to_dicts()
    low, high = 7 / (300 - 7), 29 / (315 - 29)
    assert 10 ** effect["effect"] == pytest.approx(high / low)
    too_many = textbook_observations(study, {"Failed": [(101, 2, 4), (9, 1, 8)], "Requests": requests})
    said = " ".join(analyse(study, too_many)["statements"]["sentence"])
    assert "found 101 failures of 100 trials" in said and "judged as they are" in said


def test_a_level_without_any_count_has_no_ratio() -> None:
    study = warp("poisson", factors={"A": ["-", "+"]})
    tables = analyse(study, textbook_observations(study, {"y": [(0, 0, 0), (4, 6, 5)]}))
    assert "their ratio has no size: the values are judged as they are" in " ".join(
        tables["statements"]["sentence"]
    )
    assert tables["fits"].filter("is_decisive")["scale"].to_list() == ["identity"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"distribution": "binomial"}, "without trials"),
        ({"trials": 5}, "trials alone"),
        ({"distribution": "poisson", "scale": "log"}, "scale beside distribution"),
        ({"distribution": "binomial", "trials": "other"}, "found trials = 'other' of y"),
    ],
)
def test_what_cannot_be_declared_is_refused(keys: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        warp("poisson", responses={"y": {"metric": "y", **keys}})


def test_counts_in_blocks_are_those_of_r(declare: Any) -> None:
    """car's Anova(glm(round(yield) ~ block + N + P + K + N:P + N:K + P:K, quasipoisson, npk), type = 3, "F")."""
    one = load_data_sets()["r_npk"]
    values = [{block: float(round(y)) for block, y in of_run.items()} for of_run in one.of_runs]
    response = {"y": {"metric": "y", "distribution": "poisson"}}
    study = declare(one.factors, block=["replicate"], folders="{replicate}_{run}", responses=response)
    found = anova(analyse(study, textbook_observations(study, {"y": values})))
    assert {term: found[term]["f_value"] for term in NPK_COUNTS} == pytest.approx(NPK_COUNTS, rel=1e-6)


def test_best_settings_of_counts_have_the_interval_of_r(breaks: Any) -> None:
    """R: exp(fit ± qt(.975, 48) se.fit) of predict(glm(breaks ~ wool*tension, quasipoisson, warpbreaks))."""
    response = {"metric": "y", "distribution": "poisson", "goal": "minimize"}
    study = warp("poisson", responses={"y": response})
    rows = analyse(study, textbook_observations(study, {"y": breaks}))["settings"]
    found = {row["levels"]: (row["mean"], row["ci_low"], row["ci_high"]) for row in rows.to_dicts()}
    for levels, expected in WARP_MEANS.items():
        assert found[levels] == pytest.approx(expected, rel=1e-6)


def test_unreplicated_counts_have_the_error_of_lenths_method(declare: Any, two_level: Any) -> None:
    """An effect is a difference of means of two halves: a mean of a quarter of the runs has the same error."""
    counts = (40, 62, 41, 58, 39, 60, 44, 61, 38, 63, 40, 57, 42, 64, 40, 59)
    response = {"y": {"metric": "y", "distribution": "poisson", "goal": "minimize"}}
    study = declare(two_level("ABCD"), folders="{run}", responses=response)
    tables = analyse(study, textbook_observations(study, {"y": [[count] for count in counts]}))
    tests = tables["effect_tests"].filter(scale="log10", error_unit="folder")
    assert tests.filter("is_active")["term"].to_list() == ["A", "A:B"]
    best = tables["settings"].filter("is_best").row(0, named=True)
    assert np.log10(best["ci_high"] / best["mean"]) == pytest.approx(tests["margin"][0], rel=1e-9)
    quarter = [count for place, count in enumerate(counts) if place % 4 == 0]
    assert best["levels"].startswith("A = -, B = -") and best["mean"] == pytest.approx(
        np.mean(quarter), rel=0.01
    )


# R: 2 * coef(glm(cbind(f, 200 - f) ~ A * B * C * D, binomial)) / log(10), factors at -1 and +1
FAILED = (87, 96, 70, 110, 90, 93, 78, 102, 98, 79, 95, 90, 104, 87, 95, 79)
ODDS = {"A": 0.021399836999, "B": -0.017515543640, "A:B": 0.074164599221, "A:D": -0.146770473815}
ODDS |= {"B:D": -0.001962052011, "A:B:D": -0.041482495997, "A:B:C:D": -0.003207820400}


def test_unreplicated_failures_are_compared_by_the_odds_of_r(
    declare: Any, two_level: Any, all_of_four: list[str]
) -> None:
    response = {"y": {"metric": "y", "distribution": "binomial", "trials": 200}}
    values = textbook_observations(
        declare(two_level("ABCD"), folders="{run}"), {"y": [[failed] for failed in FAILED]}
    )
    whole = analyse(
        declare(two_level("ABCD"), folders="{run}", responses=response, terms=all_of_four), values
    )
    tests = whole["effect_tests"].filter("is_decisive", scale="log10")
    found = dict(tests.select("term", "effect").iter_rows())
    assert {term: found[term] for term in ODDS} == pytest.approx(ODDS, abs=1e-9)
    # of a smaller model they are those of its working residuals, which are close by
    part = analyse(declare(two_level("ABCD"), folders="{run}", responses=response), values)["effect_tests"]
    found = dict(part.filter("is_decisive", scale="log10").select("term", "effect").iter_rows())
    assert {term: found[term] for term in ODDS} == pytest.approx(ODDS, abs=0.002)


def test_working_values_are_those_of_r() -> None:
    """R: predict(m) + residuals(m, "working") of m = glm(cbind(f, 200 - f) ~ A + B, binomial), over log(10)."""
    signs = np.array([[1, *(1 if run >> i & 1 else -1 for i in (0, 1))] for run in range(16)], dtype=float)
    of = Counted("binomial", np.array(FAILED, dtype=float), np.full(16, 200.0))
    blocks = {"Intercept": signs[:, :1], "A": signs[:, 1:2], "B": signs[:, 2:]}
    found = of.fit(blocks, np.arange(16), {}).y
    expected = [-0.11343944435, -0.03471259002, -0.26310245736, 0.08797631672]
    assert found[:4] == pytest.approx(expected, rel=1e-8)
