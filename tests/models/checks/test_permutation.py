"""p-values by permutation, against the R package coin and all orders tried in R."""

from typing import Any

import polars as pl
import pytest

Tables = dict[str, pl.DataFrame]


def permuted(tables: Tables) -> dict[str, float | None]:
    rows = tables["effect_tests"].filter("is_decisive", scale="identity")
    return dict(rows.select("term", "permutation_p_value").iter_rows())


def doubts(tables: Tables) -> list[str]:
    return tables["statements"].filter(topic="error_terms", kind="doubt")["sentence"].to_list()


def test_orders_inside_blocks_are_all_tried(textbook: Any) -> None:
    """coin 1.4.2: oneway_test(y ~ g | block, distribution = "exact") = 6/64; R's anova(lm(y ~ b + g)): .0406."""
    low, high = (5.1, 4.0, 7.7, 3.2, 6.6, 8.0), (6.3, 4.4, 9.1, 5.0, 6.1, 9.9)
    tables = textbook({"A": ("-", "+")}, [low, high], block=["replicate"], replicates=6)
    assert permuted(tables) == {"A": pytest.approx(0.09375, rel=1e-12)}
    assert doubts(tables) == [
        "Permutation of the folders would decide otherwise on A (p = 0.094 instead of p = 0.041)."
    ]


def test_residuals_of_the_model_without_the_term_change_places(textbook: Any) -> None:
    """R: anova of y = fitted + residuals[p] of lm(y ~ B) and of lm(y ~ A) beside y ~ A + B, over all 720 p."""
    factors = {"A": ("1", "2", "3"), "B": ("1", "2")}
    values = (4.1, 6.3, 9.2, 5.0, 8.1, 9.7)
    tables = textbook(factors, values, terms=["A", "B"], alpha=0.4)
    assert permuted(tables) == pytest.approx({"A": 0.0666666666667, "B": 0.166666666667}, rel=1e-9)
    # no order of six values has a p below 1/720
    assert set(permuted(textbook(factors, values, terms=["A", "B"], alpha=0.001)).values()) == {None}


def test_of_many_orders_some_are_drawn(textbook: Any) -> None:
    """coin: oneway_test(y ~ g, distribution = "exact") = 4/70."""
    tables = textbook({"A": ("-", "+")}, [(10.2, 11.9, 9.6, 12.4), (13.1, 12.2, 14.8, 13.9)])
    assert permuted(tables)["A"] == pytest.approx(4 / 70, abs=0.02)


def test_unreplicated_effects_are_checked_too(
    textbook: Any, two_level: Any, filtration: Any, all_of_four: list[str]
) -> None:
    tables = textbook(two_level("ABCD"), filtration)
    found = permuted(tables)
    assert found.keys() == set(all_of_four)
    # the five of the book (Montgomery, Design and Analysis of Experiments, example 6.2)
    assert {term for term, p in found.items() if p is not None and p < 0.05} == {"A", "C", "D", "A:C", "A:D"}
    assert not doubts(tables)


def test_units_that_are_not_alike_are_not_permuted(textbook: Any, two_level: Any, etch: Any) -> None:
    count = {"y": {"metric": "y", "distribution": "poisson"}}
    rows = textbook(two_level("ABC"), etch, responses=count)["effect_tests"]
    assert rows.height and rows["permutation_p_value"].null_count() == rows.height


def test_a_check_of_some_effects_names_them(textbook: Any, two_level: Any) -> None:
    """Of B and A:B the residuals differ in one folder of eight, so that every eighth order gives as much."""
    tables = textbook(two_level("AB"), [(1, 1), (2, 2.0), (1, 1.1), (2, 2)])
    found = permuted(tables)
    assert found["A"] is not None and found["B"] is None and found["A:B"] is None
    notes = tables["statements"].filter(topic="error_terms", kind="note")["sentence"]
    assert notes[-1] == "Permutation of the folders gives the same verdicts on A, without normal errors."


def test_of_very_many_units_no_orders_are_drawn(textbook: Any) -> None:
    values = [[float(i % 7) + 0.1 * run for i in range(501)] for run in (0, 1)]
    assert permuted(textbook({"A": ("-", "+")}, values)) == {"A": None}
