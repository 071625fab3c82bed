"""Effects in declared coding: sizes, shares, adjusted p-values, coefficients of every level."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from statsmodels.stats.multitest import multipletests

from models.analysis import analyse
from models.fits.effects import holm

Tables = dict[str, pl.DataFrame]

ALL_OF_FOUR = [
    *("A", "B", "C", "D", "A:B", "A:C", "A:D", "B:C", "B:D", "C:D"),
    *("A:B:C", "A:B:D", "A:C:D", "B:C:D", "A:B:C:D"),
]
BATTERY = [
    *((130, 155, 74, 180), (150, 188, 159, 126), (138, 110, 168, 160)),
    *((34, 40, 80, 75), (136, 122, 106, 115), (174, 120, 150, 139)),
    *((20, 70, 82, 58), (25, 70, 58, 45), (96, 104, 82, 60)),
]


def by_term(tables: Tables, scale: str = "identity", **wanted: Any) -> dict[str, dict[str, Any]]:
    return {row["term"]: row for row in tables["effects_by_scale"].filter(scale=scale, **wanted).to_dicts()}


def test_effects_are_high_minus_low_whatever_the_texts_sort_like(
    published: Tables, observations: pl.DataFrame
) -> None:
    """'1500m' sorts before '750m' and '10' before '5'."""
    time = observations.filter(response="Time")
    mean = dict(time.group_by("run").agg(pl.col("value").mean()).iter_rows())
    cpu = np.mean([mean[run] for run in (2, 4, 6, 8)]) - np.mean([mean[run] for run in (1, 3, 5, 7)])
    row = by_term(published, response="Time")["CPU"]
    assert row["effect"] == pytest.approx(cpu) == pytest.approx(-1766.75)
    assert row["coefficient"] == pytest.approx(cpu / 2)


def test_effects_of_a_2_4_are_those_of_the_book(
    textbook: Any, two_level: Any, filtration: Any, all_of_four: Any
) -> None:
    """Montgomery, table 6.12."""
    found = by_term(textbook(two_level("ABCD"), filtration, terms=all_of_four))
    printed = [21.625, 3.125, 9.875, 14.625, 0.125, -18.125, 16.625, 2.375, -0.375, -1.125]
    printed += [1.875, 4.125, -1.625, -2.625, 1.375]
    assert [found[term]["effect"] for term in all_of_four] == pytest.approx(printed)
    assert [row["rank"] for row in found.values()] == list(range(1, 16))
    assert list(found)[:5] == ["A", "A:C", "A:D", "D", "C"]
    assert {f"{row['std_err']:.3f}" for row in found.values()} == {"2.625"}  # Lenth's pseudo standard error


def test_shares_of_variation_and_errors_are_those_of_jain(textbook: Any, two_level: Any) -> None:
    """Jain, The Art of Computer Systems Performance Analysis, examples 17.1 and 18.1 to 18.3: memory and cache."""
    single = by_term(textbook(two_level("AB"), [15, 45, 25, 75]))
    assert {term: row["coefficient"] for term, row in single.items()} == pytest.approx(
        {"A": 20, "B": 10, "A:B": 5}
    )
    assert [round(single[term]["percent_of_variation"]) for term in ("A", "B", "A:B")] == [76, 19, 5]
    tables = textbook(two_level("AB"), [(15, 18, 12), (45, 48, 51), (25, 28, 19), (75, 75, 81)])
    thrice = by_term(tables)
    assert {term: row["coefficient"] for term, row in thrice.items()} == pytest.approx(
        {"A": 21.5, "B": 9.5, "A:B": 5.0}
    )
    assert [f"{thrice[term]['percent_of_variation']:.2f}" for term in ("A", "B", "A:B")] == [
        "78.88",
        "15.40",
        "4.27",
    ]
    assert f"{thrice['A']['std_err'] / 2:.2f}" == "1.03"
    (fit,) = tables["fits"].filter(scale="identity").to_dicts()
    assert f"{fit['residual_sd']:.2f}" == "3.57"


def test_intervals_and_tests_of_the_log_scale_are_ratios(published: Tables) -> None:
    row = by_term(published, scale="log10", response="Time")["CPU"]
    assert row["ratio"] == pytest.approx(10 ** row["effect"])
    assert f"{row['ratio']:.2f}" == "0.48"
    assert by_term(published, response="Time")["CPU"]["ratio"] is None


def test_partial_eta_squared_is_the_term_beside_the_error(published: Tables) -> None:
    rows = by_term(published, response="Accuracy")
    assert rows["Network"]["partial_eta_sq"] == pytest.approx(9.266514 / (9.266514 + 2.215505), rel=1e-5)
    assert sum(row["percent_of_variation"] for row in rows.values()) == pytest.approx(
        100 * 0.822989, rel=1e-5
    )


@pytest.mark.parametrize("p_values", [[0.01, 0.04, 0.03, 0.5], [0.2, 0.2, 0.9], [1e-9], []])
def test_holm_adjusts_as_statsmodels_does(p_values: list[float]) -> None:
    wanted = multipletests(p_values, method="holm")[1] if p_values else []
    assert holm(p_values) == pytest.approx(list(wanted))


def test_effects_outside_the_model_that_were_judged_are_effects_too(
    textbook: Any, two_level: Any, filtration: Any
) -> None:
    tables = textbook(two_level("ABCD"), filtration, terms=["A", "C"])
    found = by_term(tables)
    whole = by_term(textbook(two_level("ABCD"), filtration, terms=ALL_OF_FOUR))
    assert {term for term, row in found.items() if row["is_in_model"]} == {"A", "C"}
    assert {term for term, row in found.items() if row["is_active"]} == {"A", "C", "D", "A:C", "A:D"}
    for term, row in found.items():
        for column in ("effect", "sum_sq", "percent_of_variation", "ci_low", "rank"):
            assert row[column] == pytest.approx(whole[term][column]), (term, column)


def test_a_term_of_three_levels_names_the_best_and_the_worst(textbook: Any) -> None:
    """Montgomery's battery life; R 4.2.2: TukeyHSD(aov(y ~ Mat*Temp)), 15 against 125: 80.67 [54.36, 106.97]."""
    factors = {"Mat": ["1", "2", "3"], "Temp": ["15", "70", "125"]}
    responses = {"y": {"metric": "y", "goal": "maximize", "unit": "h"}}
    tables = textbook(factors, BATTERY, responses=responses)
    sentence = tables["statements"].filter(topic="outcome")["sentence"][0]
    assert "Temp (best 15, worst 125: +81 h [54, 107]; F = 29.0, p < 0.001)" in sentence
    assert "Mat:Temp (best Mat" in sentence


def test_every_effect_names_its_aliases(published: Tables) -> None:
    rows = by_term(published, response="Time")
    assert rows["CPU:Memory"]["aliases"] == "Network:Epochs"
    assert rows["Epochs"]["aliases"] == "CPU:Memory:Network"
    named = pl.concat(
        [published[table].select("term", "aliases") for table in ("coefficients", "effect_tests")]
    )
    assert set(named.filter(term="CPU:Network")["aliases"]) == {"Memory:Epochs"}


def test_names_that_formulas_choke_on_are_names(observations: pl.DataFrame, study: Any) -> None:
    names = ["C", "Q(x)+'1'", "I", "größe ~ °"]
    factors = dict(zip(names, study.factors.values(), strict=True))
    renamed = study.model_dump(exclude={"terms", "promises"}, exclude_unset=True) | {"factors": factors}
    tables = analyse(type(study).model_validate(renamed), observations)
    plain = analyse(study, observations)
    assert tables["effects_by_scale"]["effect"].equals(plain["effects_by_scale"]["effect"])
    assert set(tables["effects_by_scale"]["term"]) >= {*names, "C:I"}
    assert "größe ~ °[10]" in set(tables["coefficients"]["name"])


def test_factors_of_two_and_three_levels_stand_beside_each_other(textbook: Any) -> None:
    values = [(1.0, 1.2), (3.0, 3.1), (2.0, 2.2), (4.0, 4.3), (7.0, 6.8), (9.0, 9.2)]
    rows = by_term(textbook({"A": ["l", "h"], "B": ["1", "2", "3"]}, values))
    assert rows["A"]["effect"] == pytest.approx(np.mean([3.05, 4.15, 9.1]) - np.mean([1.1, 2.1, 6.9]))
    assert rows["B"]["effect"] is None and rows["B"]["sum_sq"] > 0
    assert next(iter(rows)) == "B"
