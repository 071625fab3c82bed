"""The levels of planned looks, against the R package rpact."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from models.design.looks import levels_of_looks
from models.fits.extremes import scheffe, studentised_range
from models.words.replanned import replanned

# rpact 3.3.4: getDesignGroupSequential(sided = 2, alpha = a, informationRates = t, typeOfDesign = "asOF")$stageLevels * 2
RPACT = {
    ((0.2, 0.4, 0.6, 0.8, 1.0), 0.05): (1.0777425e-06, 7.8789715e-04, 7.3560586e-03, 2.2031940e-02, 4.2251744e-02),
    ((0.5, 1.0), 0.05): (0.0030506455, 0.0489995429),
    ((1 / 3, 2 / 3, 1.0), 0.05): (0.00020701144, 0.01202439875, 0.04625624783),
    ((0.25, 0.9, 1.0), 0.1): (0.000177150877, 0.077598511252, 0.079304342821),
}  # fmt: skip


@pytest.mark.parametrize(("times", "alpha"), RPACT)
def test_levels_are_those_of_rpact(times: tuple[float, ...], alpha: float) -> None:
    assert levels_of_looks(times, alpha) == pytest.approx(RPACT[times, alpha], rel=1e-5)


def test_one_look_at_the_whole_is_held_to_alpha() -> None:
    assert levels_of_looks((1.0,), 0.05) == pytest.approx((0.05,), rel=1e-12)


def test_a_look_is_held_to_its_own_level_and_says_so(textbook: Any, two_level: Any, etch: Any) -> None:
    """By R's lm A has p = .00143, A:C .0000754: two of six replicates bear the second only."""
    whole = textbook(two_level("ABC"), etch, replicates=2)
    early = textbook(two_level("ABC"), etch, replicates=6, looks=[2, 4])
    active = [
        set(one["effects_by_scale"].filter("is_active", scale="identity")["term"]) for one in (whole, early)
    ]
    assert active[0] == {"A", "C", "A:C"}
    assert active[1] == {"C", "A:C"}
    fits = early["fits"].filter(scale="identity")
    assert fits["alpha"].item() == pytest.approx(0.00020701144, rel=1e-6)
    assert early["conclusions"]["is_firm"].all()
    (said,) = early["statements"].filter(topic="data", kind="note")["sentence"][:1]
    assert said.startswith("y: looks are planned at 2, 4 and 6 folders of each run, which share alpha = 0.05")
    assert said.endswith("this is look 1 of 3: verdicts are firm at the level 0.000207.")
    outcome = early["statements"].filter(topic="outcome")["sentence"]
    assert outcome[0].startswith("y (in progress, 16 of 48 replicates; look 1 of 3): ")
    assert "possible with 99.979 % confidence" in " ".join(outcome)


def test_between_two_looks_verdicts_are_provisional_at_the_level_of_the_last(
    textbook: Any, two_level: Any, etch: Any
) -> None:
    values = [*(list(one) for one in etch[:-1]), [*etch[-1], 800]]
    tables = textbook(two_level("ABC"), values, replicates=4, looks=[2])
    assert not tables["conclusions"]["is_firm"].any()
    assert tables["fits"]["alpha"].to_list() == pytest.approx([RPACT[(0.5, 1.0), 0.05][0]] * 2, rel=1e-6)


def test_an_early_look_is_not_judged_by_a_simulated_reference(
    textbook: Any, two_level: Any, filtration: Any
) -> None:
    tables = textbook(two_level("ABCD"), filtration, replicates=8, looks=[1])
    (said,) = tables["statements"].filter(topic="outcome")["sentence"]
    assert "no effect can be judged yet: this early look is held to a level of" in said


def test_a_look_that_spends_next_to_nothing_has_intervals_too(
    textbook: Any, two_level: Any, etch: Any
) -> None:
    """R 4.2.2: qt(pnorm(9, lower.tail = FALSE), 9, lower.tail = FALSE) = 304.56600815: the level is that of z = 9."""
    tables = textbook(two_level("ABC"), etch, replicates=200, looks=[2])
    rows = tables["effects_by_scale"].filter(scale="identity")
    half = (rows["ci_high"] - rows["ci_low"]) / 2 / rows["std_err"]
    assert half.to_list() == pytest.approx([304.56600815] * rows.height, rel=1e-9)
    said = " ".join(tables["statements"]["sentence"])
    assert "possible with 99.999999999999999977 % confidence" in said and "∞" not in said


@pytest.mark.parametrize("alpha", [0.05, 4e-8, 2e-19])
def test_several_levels_are_compared_at_any_level(alpha: float) -> None:
    """R 4.2.2: sqrt(3 * qf(alpha, 3, 9, lower.tail = FALSE)) and qtukey(alpha, 3, 10, lower.tail = FALSE).

    Where R's qtukey ends, a bound of it, a hundredth of itself above, serves (Bonferroni).
    """
    of_scheffe = {0.05: 3.4040630242, 4e-8: 21.906761646, 2e-19: 398.6902081}
    assert scheffe(3, 9, alpha) == pytest.approx(of_scheffe[alpha], rel=1e-8)
    of_tukey = {0.05: 3.876776749, 4e-8: 23.34790021}
    found = studentised_range(3, 10, alpha)
    assert np.isfinite(found)
    if alpha in of_tukey:
        assert found == pytest.approx(of_tukey[alpha], rel=0.01) and found > 0.9999999 * of_tukey[alpha]


# Of each night: folders of each run, and what the study declares. Two looks at 5 % each come to 8.3 %, five to 14.2 %
# (Armitage, McPherson and Rowe, JRSS A 132, 1969, table 2): firm is what was planned before.
SIX, FIVE = {"replicates": 6, "looks": [1, 2]}, {"replicates": 6, "looks": [1, 3]}
PLANS: dict[str, tuple[list[tuple[int, dict[str, Any]]], str]] = {
    "as planned": ([(1, SIX), (2, SIX)], ""),
    "without a plan until there was one": ([(1, {}), (2, {"replicates": 2})], ""),
    "one folder planned when it was there": ([(1, {}), (1, {"replicates": 1})], ""),
    "changed before a firm look": ([(1, {"replicates": 3}), (2, {"replicates": 2})], ""),
    "changed and changed back": ([(1, SIX), (2, SIX), (2, FIVE), (2, SIX)], ""),
    "a look at what was there": ([(2, {"replicates": 3}), (2, {"replicates": 2})], "at 2 replicates was planned after"),
    "a number at last": ([(2, {}), (2, {"replicates": 2})], "no number of replicates was declared"),
    "another alpha": ([(2, {"replicates": 2}), (2, {"replicates": 2, "alpha": 0.1})], "planned after it had been taken"),
    "more after a firm look": ([(1, {"replicates": 1}), (2, {"replicates": 2})], "at 1 replicate was firm by"),
}  # fmt: skip


@pytest.mark.parametrize("case", PLANS)
def test_a_look_that_was_planned_after_it_was_taken_is_doubted(
    textbook: Any, two_level: Any, etch: Any, case: str
) -> None:
    nights, doubt = PLANS[case]
    tables = [textbook(two_level("ABC"), [run[:folders] for run in etch], **plan) for folders, plan in nights]
    columns = ["response", "looks", "replicates", "is_firm"]
    former = [
        one["conclusions"].select(pl.lit(night).alias("night_id"), *columns).unique()
        for night, one in enumerate(tables[:-1])
    ]
    said = replanned(pl.concat(former), tables[-1])["sentence"].to_list()
    assert len(said) == bool(doubt) and doubt in "".join(said)


@pytest.mark.parametrize(
    ("replicates", "looks"), [(None, [1]), (4, [3, 2]), (4, [2, 2]), (4, [5]), (4, [0, 2]), (4, ["2"])]
)
def test_looks_that_are_none_are_refused(declare: Any, two_level: Any, replicates: Any, looks: Any) -> None:
    keys = {} if replicates is None else {"replicates": replicates}
    with pytest.raises(ValueError, match="looks"):
        declare(two_level("AB"), looks=looks, **keys)


def test_the_last_look_is_at_the_whole(declare: Any, two_level: Any) -> None:
    assert declare(two_level("AB"), replicates=4, looks=[1, 2]).looks == (1, 2, 4)
