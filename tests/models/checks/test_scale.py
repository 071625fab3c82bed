"""Box-Cox and the choice of a scale, against SciPy, direct computation and printed figures."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from models.analysis import analyse
from models.checks.scale import box_cox

Tables = dict[str, pl.DataFrame]

# Daniel's drill, 2^4 with load, flow, speed and mud (Montgomery, example 6.3)
DRILL = (1.68, 1.98, 4.98, 5.70, 3.24, 3.44, 9.97, 9.07, 2.07, 2.44, 7.77, 9.43, 4.09, 4.53, 11.75, 16.30)


def powers(tables: Tables, **wanted: Any) -> dict[str, dict[str, Any]]:
    rows = tables["diagnostics"].filter(pl.col("diagnostic").str.starts_with("Box-Cox"), **wanted).to_dicts()
    return {row["diagnostic"].removeprefix("Box-Cox λ ").strip("()"): row for row in rows}


def sentences(tables: Tables, response: str) -> list[str]:
    return tables["statements"].filter(topic="scale", response=response)["sentence"].to_list()


def test_the_power_of_a_sample_is_that_of_scipy() -> None:
    y = np.random.default_rng(1).lognormal(2, 0.6, 60)
    _, power, (low, high) = stats.boxcox(y, alpha=0.05)
    found = box_cox(y, np.ones((60, 1)))
    assert found is not None and found[:3] == pytest.approx((power, low, high), abs=1e-5)


def test_few_observations_reject_a_scale_no_more_often_than_they_should() -> None:
    """Of 8 values of an additive model the likelihood ratio rejects the right scale 36 times in 100, F not."""
    rng = np.random.default_rng(16)
    X = np.array([[1, *(1 if run >> bit & 1 else -1 for bit in range(3))] for run in range(8)], dtype=float)
    found = [box_cox(10 + X @ [0, 3, 1, 0] + 0.5 * rng.normal(size=8), X) for _ in range(600)]
    p_values = [one.p_identity if one else 1.0 for one in found]
    assert 0.02 < np.mean([p < 0.05 for p in p_values]) < 0.08
    assert np.mean([not one.allows(1.0) for one in found if one]) > 0.15


def test_a_power_beyond_the_usual_ones_is_said_and_not_taken_for_none() -> None:
    x = np.repeat(np.linspace(1, 2, 6), 4)
    noise = np.tile([-1.0, 1.0, 2.0, -2.0], 6)
    y = (1000 * x + noise) ** (1 / 9)  # additive in the ninth power
    found = box_cox(y, np.column_stack([np.ones(24), x]))
    assert found is not None and found.is_beyond and found.power == 5.0 and found.p_identity < 0.001


def test_the_power_under_a_model_is_where_the_likelihood_is_highest() -> None:
    rng = np.random.default_rng(2)
    X = np.column_stack([np.ones(40), rng.choice([-1.0, 1.0], (40, 2))])
    y = np.exp(X @ [3, 0.7, -0.4] + rng.normal(0, 0.1, 40)) ** 1.5
    found = box_cox(y, X)
    assert found is not None

    def likelihood(power: float) -> float:
        z = stats.boxcox(y, power)
        residual = z - X @ np.linalg.lstsq(X, z, rcond=None)[0]
        return float(-20 * np.log(residual @ residual) + (power - 1) * np.log(y).sum() - 20 * np.log(1 / 40))

    best = likelihood(found.power)
    assert all(likelihood(found.power + step) < best for step in (-0.01, 0.01))
    for end in (found.ci_low, found.ci_high):
        assert 2 * (best - likelihood(end)) == pytest.approx(stats.chi2.ppf(0.95, 1), rel=1e-6)


def test_the_published_times_ask_for_logarithms(published: Tables) -> None:
    """Of the means of the folders, which are the executions."""
    raw = powers(published, response="Time", scale="identity")["main effects"]
    assert [f"{raw[name]:.2f}" for name in ("value", "ci_low", "ci_high")] == ["-0.07", "-0.09", "-0.04"]
    assert raw["p_value"] < 0.001 and set(powers(published, response="Time", scale="identity")) == {
        "main effects"
    }


def test_counting_containers_the_published_times_have_the_power_of_their_spread(
    study: Any, observations: pl.DataFrame
) -> None:
    tables = analyse(study.model_copy(update={"unit": "container"}), observations)
    raw = powers(tables, response="Time", scale="identity")
    saturated = raw["the study's model"]
    assert [f"{saturated[name]:.2f}" for name in ("value", "ci_low")] == ["0.58", "0.36"]
    assert saturated["ci_high"] == pytest.approx(0.785, abs=0.001)


def test_the_drill_asks_for_logarithms_too(textbook: Any, two_level: Any) -> None:
    """Published λ -0.23, from a coarser search."""
    found = powers(textbook(two_level("ABCD"), DRILL, terms=["B", "C", "D", "B:C", "B:D"]), scale="identity")
    assert found["the study's model"]["value"] == pytest.approx(-0.23, abs=0.01)


def test_containers_show_no_lack_of_fit_of_executions(published: Tables) -> None:
    """One folder a run: nothing tells what executions of a run differ by."""
    assert not published["diagnostics"]["diagnostic"].str.starts_with("Lack of fit").any()


def test_lack_of_fit_of_the_published_times_counting_containers(
    study: Any, observations: pl.DataFrame, published: Tables, pick: Any
) -> None:
    tables = analyse(study.model_copy(update={"unit": "container"}), observations)
    rows = tables["diagnostics"].filter(response="Time")
    lack = pick(rows, scale="log10", diagnostic="Lack of fit (main effects)")
    assert "F(3, 24)" in lack["reading"]
    values = published["residuals"].filter(response="Time", scale="log10").sort("run")
    y = values["observed"].to_numpy().reshape(8, 4)
    pure = ((y - y.mean(axis=1, keepdims=True)) ** 2).sum()
    signs = np.array([[1 - 2 * (run >> bit & 1 == 0) for bit in range(3)] for run in range(8)])
    X = np.column_stack([np.ones(8), signs, signs.prod(axis=1)])
    residual = y.mean(axis=1) - X @ np.linalg.lstsq(X, y.mean(axis=1), rcond=None)[0]
    assert lack["value"] == pytest.approx((4 * residual @ residual / 3) / (pure / 24))


def test_the_recommendation_weighs_both_scales(published: Tables) -> None:
    text = " ".join(sentences(published, "Time"))
    assert "λ = −0.07 [−0.09, −0.04], with p < 0.001 for the values as they are" in text
    assert "log10 suits better than the values in s" in text
    assert "4 main effects and 3 interactions in s, 4 main effects and 2 interactions in log10" in text
    assert "with folders as the unit: none in s, 3 main effects in log10" in text
    assert "lack of fit" not in text
    assert "Brown-Forsythe p = 0.072 in s; p = 0.076 in log10" in text
    assert "The conclusions are drawn in log10, as the data ask" in text


def test_a_declared_scale_that_the_data_reject_is_doubted_first(
    study: Any, observations: pl.DataFrame
) -> None:
    responses = {
        **study.responses,
        "Time": study.responses["Time"].model_copy(update={"scale": "identity"}),
    }
    tables = analyse(study.model_copy(update={"responses": responses}), observations)
    statements = tables["statements"].filter(response="Time")
    assert statements.filter(topic="scale")["kind"][0] == "doubt"
    outcome = statements.filter(topic="outcome")["sentence"][0]
    assert outcome.startswith("Time (Box-Cox rejects the values in s, p < 0.001): no effect stands out")


def test_the_power_is_taken_with_the_interactions_that_are_active(textbook: Any, two_level: Any) -> None:
    values = [(10.0, 11.0, 9.0), (20.0, 21.0, 19.0), (12.0, 13.0, 11.0), (60.0, 62.0, 59.0)]
    tables = textbook(two_level("AB"), values)
    text = sentences(tables, "y")[0]
    assert "the main effects with A:B ask for the power" in text and "suits better" not in text


def test_values_that_hardly_differ_say_nothing_of_the_scale(published: Tables) -> None:
    assert "the data do not tell the scales apart" in sentences(published, "Accuracy")[0]


def test_the_study_decides_the_scale(study: Any, observations: pl.DataFrame) -> None:
    tables = analyse(study.model_copy(update={"scale": "log"}), observations)
    assert tables["fits"].filter("is_decisive")["scale"].to_list() == ["log10", "log10"]
    outcome = tables["statements"].filter(topic="outcome", response="Time")["sentence"][0]
    assert "Network (FashionMNISTCNN → FashionMNISTResNet) ×10.6 [8.4, 13.3]" in outcome
    assert "CPU (750m → 1500m) ×0.477 [0.381, 0.599]" in outcome
    assert "Epochs (5 → 10) ×2.03 [1.62, 2.54] matter with folders as the unit (Lenth's method)" in outcome


def test_a_response_may_decide_against_its_study(
    declare: Any, textbook: Any, two_level: Any, etch: Any
) -> None:
    responses = {"y": {"metric": "y", "scale": "identity"}}
    tables = textbook(two_level("ABC"), etch, scale="log", responses=responses)
    assert tables["fits"].filter("is_decisive")["scale"].to_list() == ["identity"]


def test_values_of_zero_have_no_logarithm(textbook: Any, two_level: Any, etch: Any) -> None:
    values = [[value - 550 for value in run] for run in etch]
    tables = textbook(two_level("ABC"), values, scale="log")
    assert tables["fits"]["scale"].to_list() == ["identity"] and tables["fits"]["is_decisive"].all()
    (sentence,) = sentences(tables, "y")
    assert sentence.startswith('y: the study asks for scale = "log", but its smallest value is 0')
