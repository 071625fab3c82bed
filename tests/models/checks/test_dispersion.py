"""Dispersion effects of unreplicated designs, against the published case."""

from typing import Any

import numpy as np
import pytest

from models.analysis import analyse
from models.checks.dispersion import dispersion
from models.conformance.comparison import RESPONSE, load_data_sets
from models.design.design import Design
from models.fits.samples import in_order, samples
from models.textbook import textbook_observations


def test_holding_time_spreads_the_shrinkage_of_the_published_case() -> None:
    """Injection moulding, 2^(6-2): S(C-) = 1.63, S(C+) = 5.70, ln of the ratio of squares 2.50 (Montgomery, 8.4)."""
    one = load_data_sets()["montgomery_injection_moulding"]
    study = one.study("moulding", one.analyses[0].terms)
    rows = in_order(study, textbook_observations(study, {RESPONSE: one.of_runs}))
    ((_, sample, _),) = samples(study, Design.of(study), rows)
    assert sample is not None
    found = dispersion(sample)
    assert found and found.factor == "C"
    assert found.log_ratio == pytest.approx(2.50, abs=0.01)
    assert found.p_value < 0.05


def test_it_is_said_with_the_levels(declare: Any) -> None:
    one = load_data_sets()["montgomery_injection_moulding"]
    study = one.study("moulding", one.analyses[0].terms)
    tables = analyse(study, textbook_observations(study, {RESPONSE: one.of_runs}))
    said = " ".join(tables["diagnostics"].filter(scale="identity")["reading"])
    low, high = one.factors["C"]
    assert f"times as much at C = {high} as at {low}" in said


def test_equal_spread_raises_it_as_often_as_it_should(declare: Any) -> None:
    study = declare(dict.fromkeys("ABCD", ("-", "+")))
    rng = np.random.default_rng(3)
    alarms = []
    for _ in range(300):
        values = [[value] for value in 50 + rng.normal(size=16)]
        rows = in_order(study, textbook_observations(study, {"y": values}))
        ((_, sample, _),) = samples(study, Design.of(study), rows)
        assert sample is not None
        found = dispersion(sample)
        assert found
        alarms.append(found.p_value < 0.05)
    assert 0.02 < float(np.mean(alarms)) < 0.085
