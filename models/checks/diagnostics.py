"""What residuals and spread say about a fitted model, in numbers, at the level at which runs were executed."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from scipy import integrate, stats
from statsmodels.stats.stattools import durbin_watson

from models.checks.dispersion import dispersion
from models.checks.gap import bad_value
from models.checks.misfit import ALPHA, Diagnostic, misfit
from models.design.coding import Vector
from models.design.contrasts import Matrix
from models.fits.anova import NAN
from models.fits.samples import Sample

EXACT = 120  # observations up to which eigenvalues cost nothing; beyond, the beta distribution is as good
ENOUGH = 20  # repeats from which on F is the distribution of Brown and Forsythe's statistic
FREE = 3  # degrees of freedom below which residuals are all of one size or nearly so, whatever the errors are
COLLINEAR = 0.05  # share of the order that the model leaves open, below which a trend is told by too little
SEED = 1974


def diagnostics(sample: Sample, active: Sequence[str]) -> list[Diagnostic]:
    """All that can be computed of these observations; `active` are the terms to ask lack of fit of as well.

    Residuals are those of the executions: the means of folders where containers share one. Where the model leaves
    folders no degrees of freedom, those of containers inside their folders are all there is.
    """
    if sample.counted:
        return list(_of_counts(sample))
    executions = sample.executions
    base = executions if executions.fit.df_error else sample
    found: list[Diagnostic] = []
    if base.fit.df_error:
        found += _residuals(base, are_executions=base is executions)
    if sample.fit.df_error:
        far = unusual(sample)
        found.append(Diagnostic("Unusual observations", float(len(far)), bool(far)))
        found += _summary(sample)
    bad = bad_value(sample)
    if bad:
        found.append(Diagnostic("Gap test", bad.gap, bad.p_value < ALPHA, bad.p_value))
    uneven = dispersion(sample)
    if uneven:
        is_alarm = uneven.p_value < ALPHA
        found.append(
            Diagnostic(
                "Dispersion effect", uneven.log_ratio, is_alarm, uneven.p_value, terms=(uneven.factor,)
            )
        )
    return [*found, *_spread(sample), *misfit(executions, active)]


def _of_counts(sample: Sample) -> Iterator[Diagnostic]:
    if sample.fit.df_error:
        yield Diagnostic("Dispersion", sample.fit.mean_sq_error)
        far = unusual(sample)
        yield Diagnostic("Unusual observations", float(len(far)), bool(far))


def _residuals(sample: Sample, are_executions: bool) -> Iterator[Diagnostic]:
    model = sample.fit
    free = model.residuals[model.leverages < 1 - 1e-9]  # the others are zero whatever the errors are
    if model.df_error >= FREE and len(free) <= 5000 and np.ptp(free) > 0:
        W, p = (float(x) for x in stats.shapiro(free))
        yield Diagnostic("Shapiro-Wilk", W, p < ALPHA, p)
    if model.df_error > 1 and not sample.rows["started_at"].has_nulls():
        d, p = in_order_of_execution(sample)
        yield Diagnostic("Durbin-Watson", d, p < ALPHA, p)
        drift = trend(sample) if are_executions else None
        if drift:
            yield Diagnostic("Trend", drift[0], drift[1] < ALPHA, drift[1])


def in_order_of_execution(sample: Sample) -> tuple[float, float]:
    """Durbin-Watson's d of the residuals in the order of their starts, and its p."""
    rows = sample.rows.with_row_index()
    order = rows.sort("started_at", "folder", "container_id")["index"].to_numpy()
    d = float(durbin_watson(sample.fit.residuals[order]))
    return d, durbin_watson_p(d, sample.fit.X[order])


def trend(sample: Sample) -> tuple[float, float] | None:
    """By how much the values rise from the first start to the last beside the model, and its p.

    The t test of the place in the order as one more term, which sees a steady drift better than Durbin and Watson.
    None where the model leaves no degree of freedom for an error beside it, or its terms nearly give the order.
    """
    model = sample.fit
    df = model.df_error - 1
    if df < 1:
        return None
    places = stats.rankdata(sample.rows["started_at"].to_numpy())
    Q = np.linalg.qr(model.X)[0]
    centred = places - places.mean()
    own = centred - Q @ (Q.T @ centred)
    size = float(own @ own)
    if size <= COLLINEAR * float(centred @ centred):  # also where all started at once
        return None
    slope = float(own @ model.residuals) / size
    left = max(model.sum_sq_error - slope**2 * size, 0.0)
    if left == 0:
        return None
    t = slope / np.sqrt(left / df / size)
    return slope * float(np.ptp(places)), float(2 * stats.t.sf(abs(t), df))


def durbin_watson_p(d: float, X: Matrix) -> float:
    """Two-sided p of d for independent normal residuals of the model X (n, p), rows in the order of execution.

    Exact up to 120 observations: d = e'Ae / e'e is a ratio of quadratic forms in normals, whose distribution Imhof
    (Biometrika 48, 1961) gives as an integral over the eigenvalues of MAM. Beyond, a beta distribution on (0, 4)
    with the exact mean and variance of d (Durbin and Watson, Biometrika 38, 1951).
    """
    n, parameters = X.shape
    Q = np.linalg.qr(X)[0]
    if n <= EXACT:
        A = np.diag([1.0, *[2.0] * (n - 2), 1.0]) - np.eye(n, k=1) - np.eye(n, k=-1)
        M = np.eye(n) - Q @ Q.T
        eigenvalues = np.sort(np.linalg.eigvalsh(M @ A @ M))
        # M takes as many dimensions as there are parameters, with eigenvalue zero
        below = _below_zero(np.delete(eigenvalues, np.argsort(np.abs(eigenvalues))[:parameters]) - d)
    else:
        below = _beta_below(d, Q)
    return float(2 * min(below, 1 - below))


def _below_zero(weights: Vector) -> float:
    """P(sum of weights times squares of standard normals < 0), by Imhof's integral."""
    if weights.min() >= 0 or weights.max() <= 0:
        return 0.0 if weights.min() >= 0 else 1.0

    def integrand(u: float) -> float:
        angle = 0.5 * np.arctan(weights * u).sum()
        return float(np.sin(angle) / (u * np.exp(0.25 * np.log1p((weights * u) ** 2).sum())))

    area = integrate.quad(integrand, 0, np.inf, limit=400, epsabs=1e-9)[0]
    return float(np.clip(0.5 - area / np.pi, 0.0, 1.0))


def _beta_below(d: float, Q: Matrix) -> float:
    n, parameters = Q.shape
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
    return float(stats.beta.cdf(d / 4, m * size, (1 - m) * size))


class Unusual(NamedTuple):
    """Why an observation stands out; `size`: standard errors from its fit, or leverage over the average.

    far: from the others of its run or folder; folder: the mean of its folder from the model's fit.
    """

    kind: Literal["far", "folder", "alone", "heavy"]
    size: float = NAN


def unusual(sample: Sample) -> dict[int, Unusual]:
    """Row by row, why an observation stands out: its residual, or its weight in the fit.

    Residuals far out are those that Bonferroni allows of so many once in twenty studies (as car's outlierTest).
    """
    model = sample.fit
    if not model.df_error:
        return {}
    average = len(model.coefficients) / model.n
    found: dict[int, Unusual] = {}
    executions = sample.executions
    if executions is not sample:
        of_folder = sample.folder_of
        inside, df_inside = _inside_folders(sample, of_folder)
        between, df_between = executions.fit.studentised, executions.fit.df_error - 1
        number = np.isfinite(inside).sum() + np.isfinite(between).sum()
        far = _are_far(inside, df_inside, number)
        far_folders = _are_far(between, df_between, number)[of_folder]
    else:
        inside, between = model.studentised, np.full(model.n, NAN)
        far = _are_far(inside, model.df_error - 1, np.isfinite(inside).sum())
        of_folder, far_folders = np.arange(model.n), np.zeros(model.n, dtype=bool)
    is_alone = model.leverages > 1 - 1e-9
    is_alone &= is_alone.mean() < 0.5  # otherwise that is how the study was designed
    is_heavy = (model.leverages > 2 * average + 1e-9) & (model.leverages <= 1 - 1e-9)
    for i in np.flatnonzero(far | far_folders | is_alone | is_heavy).tolist():
        if far[i]:
            found[i] = Unusual("far", float(abs(inside[i])))
        elif far_folders[i]:
            found[i] = Unusual("folder", float(abs(between[of_folder[i]])))
        elif is_alone[i]:
            found[i] = Unusual("alone")
        else:
            found[i] = Unusual("heavy", float(model.leverages[i] / average))
    return found


def _are_far(studentised: Vector, df: int, number: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if df < 1 or not number:
        return np.zeros(len(studentised), dtype=bool)
    return np.asarray(np.nan_to_num(np.abs(studentised)) > stats.t.isf(ALPHA / 2 / number, df))


def _inside_folders(
    sample: Sample, of_folder: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> tuple[Vector, int]:
    """Externally studentised deviations of containers from the mean of their folder, and their df."""
    means, _, sizes = sample.folders
    deviations = sample.y - means[of_folder]
    room = 1 - 1 / sizes[of_folder]
    sum_sq, df = sample.inside_folders
    if df < 2 or sum_sq <= 0:
        return np.full(len(sample.y), NAN), df - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        others = (sum_sq - deviations**2 / room) / (df - 1)
        studentised = deviations / np.sqrt(others * room)
    is_told = (sizes[of_folder] > 2) & (others > 1e-9 * sum_sq / df)  # of two, both lie as far
    return np.where(is_told, studentised, NAN), df - 1


def _summary(sample: Sample) -> Iterator[Diagnostic]:
    model = sample.fit
    yield Diagnostic("R²", model.r_squared)
    yield Diagnostic("Adjusted R²", model.r_squared_adjusted)
    if np.isfinite(model.press):
        yield Diagnostic("PRESS", model.press)
        yield Diagnostic("Predicted R²", model.r_squared_predicted)
    yield Diagnostic("Largest leverage", float(model.leverages.max()))


class Repeats(NamedTuple):
    """Observations group by group, rising within each: `of` tells the group of each, `sizes` how many one has."""

    y: Vector
    of: np.ndarray[tuple[int], np.dtype[np.int64]]
    sizes: Vector

    def within(self, values: Vector) -> tuple[Vector, Vector]:
        """Mean of each group, and its sum of squares around it."""
        means = np.bincount(self.of, values) / self.sizes
        return means, np.bincount(self.of, (values - means[self.of]) ** 2).astype(float)

    @property
    def is_constant(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        ends = np.cumsum(self.sizes).astype(int)
        return np.asarray(self.y[ends - 1] == self.y[ends - self.sizes.astype(int)])


def _repeats(sample: Sample, least: int) -> Repeats:
    """The observations of each folder, where containers share one; else those of each treatment.

    Groups of fewer than `least` are left out.
    """
    is_grouped = sample.executions is not sample
    by = sample.rows["folder"].to_numpy().astype(str) if is_grouped else sample.treatments
    _, of, sizes = np.unique(by, return_inverse=True, return_counts=True)
    kept = sizes[of] >= least
    _, of = np.unique(of[kept], return_inverse=True)
    order = np.lexsort((sample.y[kept], of))
    return Repeats(sample.y[kept][order], of[order], sizes[sizes >= least].astype(float))


def brown_forsythe(sample: Sample) -> tuple[float, float] | None:
    """F of equal spread (Brown and Forsythe 1974) and its p; None with fewer than 3 repeats.

    With few repeats F is not its distribution (of eight groups of four it rejects 12 % at 5 %): p is then
    simulated of normal values with a fixed seed.
    """
    groups = _repeats(sample, 3)
    number, total = len(groups.sizes), len(groups.y)
    if number < 2 or groups.is_constant.all():
        return None
    sizes = groups.sizes.astype(int)
    first = np.cumsum(sizes) - sizes
    medians = (groups.y[first + (sizes - 1) // 2] + groups.y[first + sizes // 2]) / 2
    far = np.abs(groups.y - medians[groups.of])
    means, within = groups.within(far)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (groups.sizes * (means - far.mean()) ** 2).sum() / (number - 1)
        F = float(between / (within.sum() / (total - number)))
    p = float(stats.f.sf(F, number - 1, total - number))
    if sizes.min() < ENOUGH and np.isfinite(F):
        null = _null_spreads(tuple(sorted(sizes.tolist())))
        p = float((len(null) - np.searchsorted(null, F) + 1) / (len(null) + 1))
    return F, p


def bartlett(sample: Sample) -> tuple[float, float] | None:
    """Chi-squared of equal variances (Bartlett 1937) and its p; None with fewer than 2 repeats, or equal ones."""
    groups = _repeats(sample, 2)
    number, total = len(groups.sizes), len(groups.y)
    if number < 2 or groups.is_constant.any():
        return None
    df = groups.sizes - 1
    _, sum_sq = groups.within(groups.y)
    pooled = (total - number) * np.log(sum_sq.sum() / (total - number)) - (df * np.log(sum_sq / df)).sum()
    statistic = float(pooled / (1 + ((1 / df).sum() - 1 / (total - number)) / (3 * (number - 1))))
    return statistic, float(stats.chi2.sf(statistic, number - 1))


@lru_cache(maxsize=64)
def _null_spreads(sizes: tuple[int, ...]) -> Vector:
    """Ordered values of Brown and Forsythe's F of groups of these sizes that spread equally."""
    total = sum(sizes)
    sets = int(np.clip(300_000 // total, 400, 6000))
    rng = np.random.default_rng(SEED)
    means, within = [], np.zeros(sets)
    for size in sizes:
        drawn = rng.standard_normal((sets, size))
        z = np.abs(drawn - np.median(drawn, axis=1, keepdims=True))
        means.append(z.mean(axis=1))
        within += ((z - means[-1][:, None]) ** 2).sum(axis=1)
    weights, of = np.array(sizes)[:, None], np.array(means)
    grand = (weights * of).sum(axis=0) / total
    between = (weights * (of - grand) ** 2).sum(axis=0)
    F = between / (len(sizes) - 1) / (within / (total - len(sizes)))
    return np.sort(F)


def _spread(sample: Sample) -> Iterator[Diagnostic]:
    for name, tested in (("Brown-Forsythe", brown_forsythe(sample)), ("Bartlett", bartlett(sample))):
        if tested:
            statistic, p = tested
            yield Diagnostic(name, statistic, p < ALPHA, p)
