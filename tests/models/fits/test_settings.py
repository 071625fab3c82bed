"""Means of every combination of levels by the active effects, against R; the best of them."""

from typing import Any

import polars as pl
import pytest

Tables = dict[str, pl.DataFrame]

# R 4.2.2, plasma etch rates: m <- lm(y ~ A*C); predict(m, data.frame(A = c(-1, 1, -1, 1), C = c(-1, -1, 1, 1)),
# interval = "confidence"), and for one more: predict(..., interval = "prediction").
PREDICTED = {
    "--": (597.00, 551.5814742, 642.4185258, 495.4410888, 698.5589112),
    "+-": (649.00, 603.5814742, 694.4185258, 547.4410888, 750.5589112),
    "-+": (1056.75, 1011.3314742, 1102.1685258, 955.1910888, 1158.3089112),
    "++": (801.50, 756.0814742, 846.9185258, 699.9410888, 903.0589112),
}


def rows(tables: Tables) -> list[dict[str, Any]]:
    return tables["settings"].to_dicts()


def best_said(tables: Tables) -> str:
    said = tables["statements"].filter(topic="settings")["sentence"].to_list()
    (sentence,) = (sentence for sentence in said if sentence.startswith("Best by these effects"))
    return str(sentence)


def test_means_and_intervals_are_those_of_r(textbook: Any, two_level: Any, etch: Any) -> None:
    responses = {"y": {"metric": "y", "unit": "A/min", "goal": "maximize"}}
    tables = textbook(two_level("ABC"), etch, terms=["A", "C", "A:C"], responses=responses)
    found = {row["levels"]: row for row in rows(tables)}
    assert len(found) == 8 and {row["run"] for row in found.values()} == set(range(1, 9))
    for levels, expected in PREDICTED.items():
        a, c = levels[0], levels[1]
        for b in "-+":
            row = found[f"A = {a}, B = {b}, C = {c}"]
            columns = ("mean", "ci_low", "ci_high", "predicted_low", "predicted_high")
            assert [row[name] for name in columns] == pytest.approx(expected, abs=1e-4)
    assert [row["levels"] for row in found.values() if row["is_best"]] == ["A = -, B = -, C = +"]
    assert best_said(tables).startswith("Best by these effects: A = -, C = +, mean 1057 A/min [1011, 1102]")
    assert best_said(tables).endswith("of B no effect was shown.")


def test_parents_of_an_active_interaction_predict_too(textbook: Any, two_level: Any) -> None:
    values = [(10.0, 10.2), (0.1, 0.0), (0.2, 0.0), (10.1, 10.0)]
    tables = textbook(two_level("AB"), values, responses={"y": {"metric": "y", "goal": "minimize"}})
    assert tables["effects_by_scale"].filter("is_active", scale="identity")["term"].to_list() == ["A:B"]
    found = {row["levels"]: row["mean"] for row in rows(tables)}
    assert found["A = -, B = -"] == pytest.approx(10.1) and found["A = +, B = -"] == pytest.approx(0.05)
    assert best_said(tables).startswith("Best by these effects: A = +, B = -")


def test_combinations_of_a_fraction_that_were_not_run_are_told(published: Tables) -> None:
    found = published["settings"].filter(response="Time")
    assert (
        found.height == 16
        and found["run"].null_count() == 8
        and found["scale"].unique().to_list() == ["log10"]
    )
    best = found.filter("is_best").row(0, named=True)
    assert (
        best["levels"].startswith("CPU = 1500m, ")
        and "Network = FashionMNISTCNN, Epochs = 5" in best["levels"]
    )
    assert best["ci_low"] < best["mean"] < best["ci_high"] < best["predicted_high"]


def test_without_a_goal_none_is_the_best_and_without_effects_there_are_none(
    textbook: Any, two_level: Any
) -> None:
    values = [(1.0, 9.0), (9.0, 1.0), (2.0, 8.0), (8.0, 2.0)]
    assert textbook(two_level("AB"), values)["settings"].is_empty()
