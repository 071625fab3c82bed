"""The simulation of false alarms: the same seeds give the same rates, and none is far from its nominal one."""

import polars as pl

from models.conformance.simulation import PLANS, simulate, wrong


def test_no_test_alarms_much_more_often_than_one_in_twenty() -> None:
    rates = simulate(sets=60, fewer=5)
    assert set(rates["design"]) == {plan.name for plan in PLANS}
    null = rates.filter(situation="nothing is wrong")
    assert (null["percent"] < 15).all()
    assert not [sentence for sentence in wrong(rates) if "an inactive effect" in sentence]
    effects = null.filter(what="an inactive effect called active")
    assert (effects["percent"] < effects["before"] / 2).all()
    assert set(null.filter(pl.col("before") == 55.0)["what"]) == {"Durbin-Watson"}


def test_the_seeds_are_fixed() -> None:
    assert simulate(sets=3, fewer=2).equals(simulate(sets=3, fewer=2))
