"""What residuals, spread and scale say about a fitted model, in numbers."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats
from statsmodels.stats.stattools import durbin_watson

from models.design.contrasts import Matrix
from models.fits.anova import NAN
from models.fits.misfit import ALPHA, Diagnostic, misfit
from models.fits.samples import Sample

FAR = 3.0  # studentised residuals beyond are named


def diagnostics(sample: Sample, active: Sequence[str]) -> list[Diagnostic]:
    """All that can be computed of these observations; `active` are the terms to ask lack of fit of as well."""
    found: list[Diagnostic] = []
    if sample.fit.df_error:
        found += [*_residuals(sample), *_summary(sample)]
    return [*found, *_spread(sample), *misfit(sample, active)]


def _residuals(sample: Sample) -> Iterator[Diagnostic]:
    model = sample.fit
    free = model.residuals[model.leverages < 1 - 1e-9]  # the others are zero whatever the errors are
    if 3 <= len(free) <= 5000:
        W, p = (float(x) for x in stats.shapiro(free))
        yield Diagnostic("Shapiro-Wilk", W, p < ALPHA, p)
    if not sample.rows["started_at"].has_nulls():
        order = sample.rows.with_row_index().sort("started_at", "folder", "container_id")["index"].to_numpy()
        d = float(durbin_watson(model.residuals[order]))
        p = durbin_watson_p(d, model.X[order])
        yield Diagnostic("Durbin-Watson", d, p < ALPHA, p)
    far = unusual(sample)
    yield Diagnostic("Unusual observations", float(len(far)), bool(far))


def durbin_watson_p(d: float, X: Matrix) -> float:
    """Two-sided p of d for independent residuals of the model X (n, p), its rows in the order of execution.

    A beta distribution on (0, 4) with the exact mean and variance of d (Durbin and Watson 1951, Biometrika 38): the
    usual limits about 2 do not hold for residuals that sum to zero within small groups.
    """
    n, parameters = X.shape
    Q = np.linalg.qr(X)[0]
    steps = np.diff(Q, axis=0)
    AQ = -np.diff(steps, axis=0, prepend=0.0, append=0.0)  # A of d = e'Ae / e'e, times Q
    within = steps.T @ steps  # Q'AQ
    df = n - parameters
    trace = 2 * (n - 1) - np.trace(within)
    square = 6 * n - 8 - 2 * np.einsum("ij,ij->", AQ, AQ) + np.einsum("ij,ij->", within, within)
    mean, variance = trace / df, 2 * (df * square - trace**2) / (df**2 * (df + 2))
    if variance <= 0:
        return NAN
    m, v = mean / 4, variance / 16
    size = m * (1 - m) / v - 1
    below = float(stats.beta.cdf(d / 4, m * size, (1 - m) * size))
    return 2 * min(below, 1 - below)


class Unusual(NamedTuple):
    """Why an observation stands out; `size`: standard errors from its fit, or leverage over the average."""

    kind: Literal["far", "alone", "heavy"]
    size: float = NAN


def unusual(sample: Sample) -> dict[int, Unusual]:
    """Row by row, why an observation stands out: its residual, or its weight in the fit."""
    model = sample.fit
    if not model.df_error:
        return {}
    average = len(model.coefficients) / model.n
    found: dict[int, Unusual] = {}
    is_far = np.nan_to_num(np.abs(model.studentised)) > FAR
    is_alone = model.leverages > 1 - 1e-9
    is_alone &= is_alone.mean() < 0.5  # otherwise that is how the study was designed
    is_heavy = (model.leverages > 2 * average + 1e-9) & (model.leverages <= 1 - 1e-9)
    for i in np.flatnonzero(is_far | is_alone | is_heavy).tolist():
        if is_far[i]:
            found[i] = Unusual("far", float(abs(model.studentised[i])))
        elif is_alone[i]:
            found[i] = Unusual("alone")
        else:
            found[i] = Unusual("heavy", float(model.leverages[i] / average))
    return found


def _summary(sample: Sample) -> Iterator[Diagnostic]:
    model = sample.fit
    yield Diagnostic("R²", model.r_squared)
    yield Diagnostic("Adjusted R²", model.r_squared_adjusted)
    if np.isfinite(model.press):
        gap = model.r_squared_adjusted - model.r_squared_predicted
        yield Diagnostic("PRESS", model.press)
        yield Diagnostic("Predicted R²", model.r_squared_predicted, gap > 0.2)
    yield Diagnostic("Largest leverage", float(model.leverages.max()))


def brown_forsythe(sample: Sample) -> tuple[float, float] | None:
    """F and p of equal spread of the treatments (Brown and Forsythe 1974); None with fewer than 3 repeats."""
    groups = [sample.y[sample.treatments == number] for number in np.unique(sample.treatments)]
    groups = [group for group in groups if len(group) > 2]
    if len(groups) < 2 or all(np.ptp(group) == 0 for group in groups):
        return None
    F, p = stats.levene(*groups, center="median")
    return float(F), float(p)


def _spread(sample: Sample) -> Iterator[Diagnostic]:
    tested = brown_forsythe(sample)
    if tested:
        F, p = tested
        yield Diagnostic("Brown-Forsythe", F, p < ALPHA, p)
    groups = [sample.y[sample.treatments == number] for number in np.unique(sample.treatments)]
    groups = [group for group in groups if len(group) > 1]
    if len(groups) > 1 and all(np.ptp(group) > 0 for group in groups):
        statistic, p = (float(x) for x in stats.bartlett(*groups))
        yield Diagnostic("Bartlett", statistic, p < ALPHA, p)
