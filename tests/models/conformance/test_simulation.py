"""The simulation of false alarms: the same seeds give the same rates, and none is far from its nominal one."""

import polars as pl

from models.conformance.simulation import DESIGN, PLANS, simulate, wrong


def test_no_test_alarms_much_more_often_than_one_in_twenty() -> None:
    """Of few data sets; `make conformance` holds the rates of 600 to 3 to 8 %."""
    rates = simulate(sets=30, fewer=5)
    assert set(rates["design"]) == {*(plan.name for plan in PLANS), DESIGN}
    null = rates.filter(situation="nothing is wrong")
    assert (null["percent"] < 15).all()
    assert not [sentence for sentence in wrong(rates) if "an inactive effect" in sentence]
    effects = null.filter(what="an inactive effect called active")
    before = effects.drop_nulls("before")
    assert (before["percent"] < before["before"] / 2).all()
    nightly = {row["what"]: row for row in rates.filter(design=DESIGN).iter_rows(named=True)}
    firm = [row for what, row in nightly.items() if "at a firm look" in what]
    assert len(firm) == 2 and all(row["is_nominal"] for row in firm)
    assert nightly["any inactive effect called active on some night, provisionally"]["percent"] > 30
    assert set(null.filter(pl.col("before") == 55.0)["what"]) == {"Durbin-Watson"}


def test_the_seeds_are_fixed() -> None:
    assert simulate(sets=3, fewer=2).equals(simulate(sets=3, fewer=2))
