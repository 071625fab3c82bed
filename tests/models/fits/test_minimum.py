"""The smallest effect that counts, the significance level, and which looks are firm."""

from typing import Any

import polars as pl
import pytest

from models.analysis import analyse
from models.design.lenth import power

Tables = dict[str, pl.DataFrame]


def outcome(tables: Tables) -> list[str]:
    return tables["statements"].filter(topic="outcome")["sentence"].to_list()


def effects(tables: Tables) -> dict[str, dict[str, Any]]:
    return {row["term"]: row for row in tables["effects_by_scale"].filter(scale="identity").to_dicts()}


# R 4.2.2: m <- lm(y ~ (A + B + C)^2) of the plasma etch rates with -1 and 1; se = 2*coef(summary(m))["A", 2] = 22.45184,
# 2*confint(m)["B", ] = -43.41459, 58.16459; 1 - pf(qf(.95, 1, 8*k - 7), 1, 8*k - 7, ncp = (60/se)^2*k/2) for k folders
# of each run: .6632723 for 2, .8693677 for 3.


def test_effects_are_told_smaller_than_what_counts_or_not_or_neither(
    textbook: Any, two_level: Any, etch: Any
) -> None:
    responses = {"y": {"metric": "y", "unit": "A/min", "minimum_effect": 60}}
    tables = textbook(two_level("ABC"), etch, responses=responses)
    rows = effects(tables)
    assert (rows["B"]["ci_low"], rows["B"]["ci_high"]) == pytest.approx((-43.41459, 58.16459), abs=1e-5)
    assert {term: row["is_below_minimum"] for term, row in rows.items()} == {
        "B": True,
        "B:C": True,
        "C": False,
        "A:C": False,
        "A": None,
        "A:B": None,
    }
    said = outcome(tables)
    assert (
        "Smaller than 60 A/min, the smallest effect that counts: yes: B and B:C; no: C and A:C; " in said[1]
    )
    assert said[2] == (
        "These data find an effect of 60 A/min with a power of 0.66; for a power of 0.8, 3 folders of each run would "
        "be needed."
    )


def test_a_share_is_one_of_the_mean_and_a_ratio_on_the_log_scale(
    textbook: Any, two_level: Any, etch: Any
) -> None:
    responses = {"y": {"metric": "y", "minimum_effect": "10 %", "scale": "log"}}
    tables = textbook(two_level("ABC"), etch, responses=responses)
    sizes = dict(tables["effects_by_scale"].select("scale", "minimum_effect").unique().rows())
    assert sizes["identity"] == pytest.approx(77.60625) and 10 ** sizes["log10"] == pytest.approx(1.1)
    assert any("Smaller than a factor of 1.10" in sentence for sentence in outcome(tables))


def test_the_declared_level_is_that_of_margins_and_verdicts(
    textbook: Any, two_level: Any, etch: Any, filtration: Any
) -> None:
    rows = effects(textbook(two_level("ABC"), etch, alpha=0.01))
    # R: 2*confint(m, level = .99)
    assert (rows["A"]["ci_low"], rows["A"]["ci_high"]) == pytest.approx((-174.58978, -28.66022), abs=1e-5)
    strict, usual = (effects(textbook(two_level("ABCD"), filtration, alpha=alpha)) for alpha in (0.001, 0.05))
    active = [{term for term, row in one.items() if row["is_active"]} for one in (strict, usual)]
    assert active[0] < active[1]


def test_the_power_of_lenths_method_is_its_level_where_nothing_is_to_be_found() -> None:
    assert power(7, 0.0) == pytest.approx(0.05, abs=0.01)
    assert power(15, 2.0) < power(15, 4.0) < power(15, 8.0)


@pytest.mark.parametrize("size", [0, -1, "5", "five %", True])
def test_a_size_that_is_none_is_refused(declare: Any, two_level: Any, size: object) -> None:
    with pytest.raises(ValueError, match="minimum_effect"):
        declare(two_level("AB"), responses={"y": {"metric": "y", "minimum_effect": size}})


def test_the_unit_of_a_pure_number_is_not_printed(textbook: Any, two_level: Any, etch: Any) -> None:
    tables = textbook(two_level("ABC"), etch, responses={"y": {"metric": "y", "unit": "1"}})
    assert "C (- → +) +306 [255, 357]" in outcome(tables)[0]


def test_a_look_is_firm_when_the_planned_folders_are_there(textbook: Any, two_level: Any, etch: Any) -> None:
    for replicates, is_firm in ((1, False), (2, True), (3, False), (None, False)):
        keys = {} if replicates is None else {"replicates": replicates}
        tables = textbook(two_level("ABC"), etch, **keys)
        assert set(tables["conclusions"]["is_firm"]) == {is_firm}
    assert outcome(textbook(two_level("ABC"), etch, replicates=3))[0].startswith(
        "y (in progress, 16 of 24 replicates): "
    )
    said = textbook(two_level("ABC"), etch, replicates=1)["statements"].filter(topic="data")["sentence"]
    assert said.str.contains("16 folders are there, more than the 8 that were planned").any()
    said = textbook(two_level("ABC"), etch)["statements"].filter(topic="data")["sentence"]
    assert said.str.contains("declares no number of replicates").any()


def test_the_first_whole_look_is_firm_without_a_plan(study: Any, observations: pl.DataFrame) -> None:
    assert analyse(study, observations)["conclusions"]["is_firm"].all()
    assert not analyse(study, observations.filter(pl.col("run") != 3))["conclusions"]["is_firm"].any()
