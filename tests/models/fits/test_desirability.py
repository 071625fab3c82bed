"""The best setting of several responses together."""

import polars as pl
import pytest

from models.fits.desirability import desirabilities
from models.results import Row

Tables = dict[str, pl.DataFrame]


def test_desirability_is_the_geometric_mean_of_what_each_response_reaches() -> None:
    """By hand, as Derringer and Suich (1980) define it: d = (90 - 80)/(100 - 80), (30 - 15)/(30 - 10): sqrt(.5 * .75)."""
    means = {"low": (80.0, 10.0), "middle": (90.0, 15.0), "high": (100.0, 30.0)}
    rows: list[Row] = [
        {"response": response, "levels": levels, "mean": value}
        for levels, both in means.items()
        for response, value in zip(("Yield", "Cost"), both, strict=True)
    ]
    found = desirabilities(rows, {"Yield": "maximize", "Cost": "minimize"})
    assert found == pytest.approx({"low": 0.0, "middle": (0.5 * 0.75) ** 0.5, "high": 0.0})
    assert desirabilities(rows, {"Yield": "maximize"}) == {}


def test_the_published_experiment_has_a_setting_for_both_responses(published: Tables) -> None:
    (sentence,) = published["statements"].filter(pl.col("response").is_null(), topic="settings")["sentence"]
    assert sentence.startswith(
        "Best for Accuracy and Time together, by their effects: CPU = 1500m, Memory = 3Gi, Network = Fash"
    )
    assert "Accuracy 89.04 %, one more execution [88.74, 89.35]; Time " in sentence
    settings = published["settings"].filter(pl.col("desirability").is_not_null())
    best = settings.sort("desirability")[-1]
    assert best["levels"].item() in sentence
    assert settings["desirability"].min() >= 0 and settings["desirability"].max() <= 1
