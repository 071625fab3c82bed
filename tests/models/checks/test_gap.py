"""The gap test for a bad value, against the published case."""

from typing import Any

import numpy as np
import pytest

from models.checks.gap import bad_value
from models.declared.study import Study
from models.design.design import Design
from models.fits.samples import in_order, samples
from models.textbook import textbook_observations

# BoxM of the R package daewr (Box, Quality Engineering 3, 1991): y in Yates order. Its Gaptest prints gaps of 3.353227
# before and 13.18936 after the correction, which makes 52.75 of run 13's 59.15 (Lawson, Design and Analysis of
# Experiments with R, 2015, 3.7).
BOX = (
    47.46,
    49.62,
    43.13,
    46.31,
    51.47,
    48.49,
    49.34,
    46.10,
    46.76,
    48.56,
    44.83,
    44.45,
    59.15,
    51.33,
    47.02,
    47.90,
)


def sample_of(declare: Any, values: Any) -> Any:
    study: Study = declare(dict.fromkeys("ABCD", ("-", "+")), responses={"y": {"metric": "y", "unit": "s"}})
    rows = in_order(study, textbook_observations(study, {"y": [[value] for value in values]}))
    ((_, sample, _),) = samples(study, Design.of(study), rows)
    return sample


def test_run_13_of_the_published_case_is_the_culprit(declare: Any) -> None:
    found = bad_value(sample_of(declare, BOX))
    assert found and found.run == 13
    assert 59.15 - found.excess == pytest.approx(52.75)
    assert found.gap == pytest.approx(13.18936, abs=1e-5)
    assert found.p_value < 0.02  # of the whole search for a culprit; the books compare with one gap alone


def test_it_is_said_first_among_the_doubts(textbook: Any) -> None:
    tables = textbook(dict.fromkeys("ABCD", ("-", "+")), BOX, responses={"y": {"metric": "y", "unit": "s"}})
    said = " ".join(tables["statements"].filter(topic="diagnostics", kind="doubt")["sentence"])
    assert "Run 13 looks like a bad value, about 6.40 s too high" in said


def test_sound_values_raise_it_as_often_as_they_should(declare: Any) -> None:
    rng = np.random.default_rng(9)
    sets = [bad_value(sample_of(declare, rng.normal(size=16) + 50)) for _ in range(300)]
    assert 0.02 < float(np.mean([one is not None and one.p_value < 0.05 for one in sets])) < 0.085
