"""Run against run, against SciPy's comparison of two samples with one variance."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

Lay = Callable[..., None]
Ask = Callable[..., list[tuple[Any, ...]]]
FIRST, SECOND = [9.1, 10.4, 11.2], [12.0, 14.5, 13.1, 12.2]


@pytest.mark.parametrize("scale", ["identity", "log10"])
def test_two_runs_differ_as_scipy_has_it(lay: Lay, lay_factorial: Lay, ask: Ask, scale: str) -> None:
    lay_factorial(("A",), [FIRST, SECOND], ["A"])
    one, other = (np.log10(each) if scale == "log10" else np.array(each) for each in (FIRST, SECOND))
    df = len(one) + len(other) - 2
    pooled = np.sqrt((one.var() * len(one) + other.var() * len(other)) / df)
    lay(
        "fits",
        "study response scale is_decisive error_unit error_sd error_quantile",
        ("s", "y", scale, True, "container", float(pooled), float(stats.t.ppf(0.975, df))),
        ("s", "y", "log10" if scale == "identity" else "identity", False, "container", 99.0, 2.0),
    )
    wanted = stats.ttest_ind(other, one).confidence_interval(0.95)
    (forth, back) = ask(
        "select run, other_run, difference, ci_low, ci_high from run_differences order by run desc"
    )
    assert (forth[:2], back[:2]) == ((2, 1), (1, 2))
    assert forth[2:5] == pytest.approx((other.mean() - one.mean(), wanted.low, wanted.high), rel=1e-12)
    assert back[2:5] == pytest.approx((-forth[2], -forth[4], -forth[3]), rel=1e-12)
    (ratios,) = ask("select ratio, ratio_low, ratio_high from run_differences where run = 2")
    factors = (stats.gmean(SECOND) / stats.gmean(FIRST), 10**wanted.low, 10**wanted.high)
    assert ratios == (pytest.approx(factors, rel=1e-12) if scale == "log10" else (None, None, None))


def test_without_an_error_there_is_no_interval(lay: Lay, lay_factorial: Lay, ask: Ask) -> None:
    lay_factorial(("A",), [FIRST, SECOND], ["A"])
    lay("fits", "study response scale is_decisive", ("s", "y", "identity", True))
    ((difference, low, high),) = ask("select difference, ci_low, ci_high from run_differences where run = 2")
    assert difference == pytest.approx(np.mean(SECOND) - np.mean(FIRST), rel=1e-12)
    assert low is None and high is None


def test_folders_as_the_unit_weigh_by_their_number(lay: Lay, lay_factorial: Lay, ask: Ask) -> None:
    """Each run is one folder here, however many containers it has: sd * sqrt(1/1 + 1/1)."""
    lay_factorial(("A",), [FIRST, SECOND], ["A"])
    lay(
        "fits",
        "study response scale is_decisive error_unit error_sd error_quantile",
        ("s", "y", "identity", True, "folder", 3.0, 2.0),
    )
    ((difference, high),) = ask("select difference, ci_high from run_differences where run = 2")
    assert high - difference == pytest.approx(2 * 3 * np.sqrt(2), rel=1e-12)
