"""What residuals, spread and scale say about a fitted model, each with a reading in one sentence."""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import stats
from statsmodels.stats.stattools import durbin_watson

from models.design.coding import Vector
from models.design.contrasts import Matrix
from models.fits.anova import NAN
from models.fits.effects import key
from models.fits.misfit import ALPHA, Diagnostic, misfit
from models.fits.samples import Sample
from models.results import Row
from models.wording import joined, number, p_text, percent

FAR = 3.0  # studentised residuals beyond are named


def diagnostics(sample: Sample, active: Sequence[str]) -> list[Diagnostic]:
    """All that can be computed of these observations; `active` are the terms to ask lack of fit of as well."""
    found: list[Diagnostic] = []
    if sample.fit.df_error:
        found += [*_residuals(sample), *_summary(sample)]
    return [*found, *_spread(sample), *misfit(sample, active)]


def diagnostic_rows(sample: Sample, found: Sequence[Diagnostic]) -> Iterator[Row]:
    for position, one in enumerate(found, 1):
        yield {**key(sample), "position": position, "diagnostic": one.name, **one._asdict()}


def _residuals(sample: Sample) -> Iterator[Diagnostic]:
    model = sample.fit
    free = model.residuals[model.leverages < 1 - 1e-9]  # the others are zero whatever the errors are
    if 3 <= len(free) <= 5000:
        W, p = (float(x) for x in stats.shapiro(free))
        reading = (
            f"The residuals are not normal ({p_text(p)}): p-values near a limit are not to be trusted."
            if p < ALPHA
            else f"Nothing speaks against normal residuals ({p_text(p)})."
        )
        yield Diagnostic("Shapiro-Wilk", W, reading, p < ALPHA, p)
    if not sample.rows["started_at"].has_nulls():
        order = sample.rows.with_row_index().sort("started_at", "folder", "container_id")["index"].to_numpy()
        d = float(durbin_watson(model.residuals[order]))
        p = durbin_watson_p(d, model.X[order])
        reading = f"Residuals in the order of execution show no drift ({p_text(p)})."
        if p < ALPHA and d < 2:
            reading = f"Neighbours in the order of execution have similar residuals ({p_text(p)}): something drifted."
        elif p < ALPHA:
            reading = f"Neighbours in the order of execution have opposite residuals ({p_text(p)})."
        yield Diagnostic("Durbin-Watson", d, reading, p < ALPHA, p)
    far = unusual(sample)
    if far:
        yield Diagnostic(
            "Unusual observations",
            float(len(far)),
            f"To be looked at: {joined(list(far.values()), 4)}.",
            True,
        )
    else:
        yield Diagnostic("Unusual observations", 0.0, "No observation lies far from the others of its run.")


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


def unusual(sample: Sample) -> dict[int, str]:
    """Row by row, why an observation stands out: its residual, or its weight in the fit."""
    model = sample.fit
    if not model.df_error:
        return {}
    average = len(model.coefficients) / model.n
    found: dict[int, str] = {}
    is_far = np.nan_to_num(np.abs(model.studentised)) > FAR
    is_alone = model.leverages > 1 - 1e-9
    is_alone &= is_alone.mean() < 0.5  # otherwise that is how the study was designed
    is_heavy = (model.leverages > 2 * average + 1e-9) & (model.leverages <= 1 - 1e-9)
    for i in np.flatnonzero(is_far | is_alone | is_heavy).tolist():
        row = sample.rows.row(i, named=True)
        place = f"container {row['container_id']} in {row['folder']}"
        if is_far[i]:
            found[i] = f"{place} lies {number(abs(model.studentised[i]), 1)} standard errors from its fit"
        elif is_alone[i]:
            found[i] = f"{place} alone decides its fit"
        else:
            found[i] = (
                f"{place} weighs {number(model.leverages[i] / average, 1)} times the average in the fit"
            )
    return found


def _summary(sample: Sample) -> Iterator[Diagnostic]:
    model = sample.fit
    yield Diagnostic(
        "R²", model.r_squared, f"The model accounts for {percent(model.r_squared)} of the variation."
    )
    yield Diagnostic(
        "Adjusted R²",
        model.r_squared_adjusted,
        f"Allowing for its {len(model.coefficients)} parameters, {percent(model.r_squared_adjusted)}.",
    )
    if np.isfinite(model.press):
        gap = model.r_squared_adjusted - model.r_squared_predicted
        yield Diagnostic(
            "PRESS", model.press, "Squared errors of predicting each observation from the others."
        )
        yield Diagnostic(
            "Predicted R²",
            model.r_squared_predicted,
            f"It would predict {percent(max(model.r_squared_predicted, 0.0))} of the variation of new "
            + (
                "observations, far less than it fits: it holds too many terms."
                if gap > 0.2
                else "observations."
            ),
            gap > 0.2,
        )
    yield Diagnostic(
        "Largest leverage",
        float(model.leverages.max()),
        f"On average an observation has {number(len(model.coefficients) / model.n, 2)}; 1 decides its own fit.",
    )


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
        yield _equal_spread("Brown-Forsythe", *tested, "")
    groups = [sample.y[sample.treatments == number] for number in np.unique(sample.treatments)]
    groups = [group for group in groups if len(group) > 1]
    if len(groups) > 1 and all(np.ptp(group) > 0 for group in groups):
        statistic, p = stats.bartlett(*groups)
        yield _equal_spread("Bartlett", float(statistic), float(p), "; it takes normal values for granted")


def _equal_spread(name: str, value: float, p: float, remark: str) -> Diagnostic:
    reading = (
        f"The runs do not spread equally ({p_text(p)}){remark}: one error for all is only an average."
        if p < ALPHA
        else f"Nothing speaks against equal spread of the runs ({p_text(p)}){remark}."
    )
    return Diagnostic(name, value, reading, p < ALPHA, p)


def residual_rows(sample: Sample) -> Iterator[Row]:
    """Observations with fitted values and residuals; normal quantiles at Blom's plotting positions (1958)."""
    model = sample.fit
    ranks = stats.rankdata(model.residuals, method="ordinal")
    quantiles: Vector = stats.norm.ppf((ranks - 0.375) / (model.n + 0.25))
    reasons = unusual(sample)
    columns = {
        **sample.rows.select("run", "folder", "container_id", "started_at").to_dict(as_series=False),
        "observed": model.y.tolist(),
        "fitted": model.fitted.tolist(),
        "residual": model.residuals.tolist(),
        "studentised": model.studentised.tolist(),
        "leverage": model.leverages.tolist(),
        "normal_quantile": quantiles.tolist(),
        "is_unusual": [i in reasons for i in range(model.n)],
        "reason": [reasons.get(i) for i in range(model.n)],
    }
    common = key(sample)
    for values in zip(*columns.values(), strict=True):
        yield {**common, **dict(zip(columns, values, strict=True))}
