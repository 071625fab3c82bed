"""The chance to see an effect of a given size, before the experiment is run."""

from collections.abc import Iterable
from math import prod

import numpy as np
import polars as pl
from scipy import stats

from models.declared.study import Study
from models.design.lenth import power as lenth_power

ALPHA = 0.05
CERTAIN = 1e4  # scipy's noncentral F loses its way far beyond
ERRORS = 10_000  # places at which the distribution of the error is looked at


def f_power(noncentrality: float, df_effect: int, df_error: int, alpha: float = ALPHA) -> float | None:
    """Power of the F test (with one degree of freedom, of the two-sided t test); None without error df."""
    from statsmodels.stats.power import FTestPowerF2

    if df_error < 1:
        return None
    size = noncentrality / (df_effect + df_error)
    if noncentrality > CERTAIN:
        return 1.0
    power = float(FTestPowerF2().power(size, df_num=df_effect, df_denom=df_error, alpha=alpha, ncc=0))
    return power if np.isfinite(power) else _averaged(noncentrality, df_effect, df_error, alpha)


def _averaged(noncentrality: float, df_effect: int, df_error: int, alpha: float) -> float:
    """The same where SciPy's noncentral F is NaN: of chi square, over what the error may come to."""
    limit = df_effect * stats.f.isf(alpha, df_effect, df_error)
    shares = (np.arange(ERRORS) + 0.5) / ERRORS
    errors = stats.chi2.ppf(shares, df_error) / df_error
    return float(stats.ncx2.sf(limit * errors, df_effect, noncentrality).mean())


def power_table(
    study: Study, size: float = 1.0, replicates: Iterable[int] = range(1, 9), alpha: float = ALPHA
) -> pl.DataFrame:
    """Columns: replicates, levels, observations, df_error, power, method (F or Lenth); power is null without either.

    A replicate is one more independent value of every run. `size` is the difference between two level means in
    standard deviations of such values; with more than two levels the others lie half-way, so that the
    noncentrality is N size²/(2 levels) (Montgomery, Design and Analysis of Experiments, 3.7). One row for each
    number of levels among the factors.
    """
    levels = [len(texts) for texts in study.factors.values()]
    runs = prod(levels[i] for i in study.confounding.base)
    centers = len(study.treatments) - runs
    parameters = 1 + sum(
        prod(len(study.factors[name]) - 1 for name in term.split(":")) for term in study.terms
    )
    rows = []
    for n in replicates:
        # all centre points together cost one parameter, the curvature
        df_error = n * (runs + centers) - parameters - bool(centers)
        for own in sorted(set(levels)):
            noncentrality = n * runs * size**2 / (2 * own)
            power, method = f_power(noncentrality, own - 1, df_error, alpha), "F"
            if power is None and set(levels) == {2} and runs > 4:
                power, method = lenth_power(runs - 1, float(np.sqrt(noncentrality)), alpha), "Lenth"
            rows.append((n, own, n * runs, df_error, power, method if power is not None else None))
    schema = {
        "replicates": pl.Int64,
        "levels": pl.Int64,
        "observations": pl.Int64,
        "df_error": pl.Int64,
        "power": pl.Float64,
        "method": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
