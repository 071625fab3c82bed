"""Counts, failures out of trials, times of constant variation: generalised linear models, tested by deviance."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from scipy import optimize, stats
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM

from models.design.coding import INTERCEPT, FitError, Vector, slices
from models.design.contrasts import Matrix
from models.fits.anova import Fit, FTest

LN10 = float(np.log(10))
ROUNDING = 1e-9
NOTHING = 1e-6  # a fitted mean or share that comes so close to an end of its range runs away


@dataclass(frozen=True)
class Counted:
    """What was counted in each execution: totals (n,), of so many trials or containers each (n,).

    Links are logarithms of base e inside, of base 10 outside: an effect is the logarithm of a ratio of means, of
    odds where failures are counted.
    """

    distribution: str
    totals: Vector
    exposures: Vector

    def model(self, X: Matrix) -> Any:
        """The fitted model of statsmodels (Poisson and gamma with log link, binomial with logit)."""
        start = None
        if self.distribution == "binomial":
            y: Any = np.column_stack([self.totals, self.exposures - self.totals])
            model = GLM(y, X, family=families.Binomial())
        elif self.distribution == "poisson":
            model = GLM(self.totals, X, family=families.Poisson(), offset=np.log(self.exposures))
        else:
            family = families.Gamma(link=families.links.Log())
            model = GLM(self.rates, X, family=family)
            start = _gamma_start(self.rates, X)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of levels without a count: `runs_away` tells
            try:
                return model.fit(start_params=start, maxiter=200, tol=1e-12, scale=1.0)
            except ValueError as error:  # of values that agree to the last digit, or differ without end
                raise FitError(f"found counts that no {self.distribution} model fits: {error}") from error

    @cached_property
    def rates(self) -> Vector:
        """Mean of one container, or share of failures."""
        return np.asarray(self.totals / self.exposures, dtype=np.float64)

    def runs_away(self, X: Matrix) -> bool:
        """Whether some combination of levels has no count, or nothing else: its logarithm has no end."""
        fitted = np.asarray(self.model(X).fittedvalues)
        means = fitted if self.distribution == "binomial" else fitted / max(float(self.totals.max()), 1.0)
        is_full = self.distribution == "binomial" and float(means.max()) > 1 - NOTHING
        return bool(float(means.min()) < NOTHING or is_full)

    def fit(
        self, blocks: Mapping[str, Matrix], rows: np.ndarray[Any, Any], whole: Mapping[str, Matrix]
    ) -> Fit:
        """A fit in logarithms of base 10, as `anova.fit` gives one of normal values.

        The error's mean square is Pearson's statistic over its degrees of freedom, tests are F tests of the
        differences in deviance by it (McCullagh and Nelder, Generalized Linear Models, 2nd ed., 1989, 4.5, 6.2): what
        executions of the same run differ by beyond counting is then in the error.
        """
        X = np.hstack(list(blocks.values()))[rows]
        found = self.model(X)
        df = len(self.totals) - X.shape[1]
        if np.abs(found.resid_pearson).max() < ROUNDING:
            df = 0
        dispersion = float(found.pearson_chi2) / df if df else float("nan")
        tests: dict[str, FTest] = {INTERCEPT: FTest(float("nan"), 1)}
        conditional = set()
        for term in blocks:
            if term == INTERCEPT:
                continue
            for among in ({**blocks, **whole}, blocks):
                others = np.hstack([block for name, block in among.items() if name != term])[rows]
                if test := self._tested(found, others, dispersion, df):
                    tests[term] = test
                    break
                conditional.add(term)
        overall = self._tested(found, X[:, :1], dispersion, df)
        fitted = np.asarray(found.model.family.link(found.fittedvalues)) / LN10
        if self.distribution == "poisson":
            fitted = fitted - np.log10(self.exposures)
        return Fit(
            y=fitted + self._working_residuals(found) / LN10,
            X=X * np.sqrt(self._weights(found))[:, None],
            columns=slices(dict(blocks)),
            coefficients=np.asarray(found.params) / LN10,
            covariance=np.asarray(found.normalized_cov_params) / LN10**2,
            residuals=np.asarray(found.resid_pearson),
            df_error=df,
            sum_sq_error=float(found.pearson_chi2) if df else 0.0,
            sum_sq_total=float(found.null_deviance),
            overall=overall or FTest(float("nan"), 0),
            tests=tests,
            partial=frozenset(whole),
            conditional=frozenset(conditional),
        )

    def _working_residuals(self, found: Any) -> Vector:
        """On the scale of the link; those of statsmodels 0.15 are too large by the square of the trials."""
        mu = np.asarray(found.fittedvalues)
        observed = self.totals if self.distribution == "poisson" else self.rates
        return np.asarray((observed - mu) * found.model.family.link.deriv(mu), dtype=np.float64)

    def _weights(self, found: Any) -> Vector:
        """Of the last step of iteratively reweighted least squares."""
        family = found.model.family
        return np.asarray(family.weights(found.fittedvalues) * found.model.n_trials, dtype=np.float64)

    def _tested(self, found: Any, columns: Matrix, dispersion: float, df: int) -> FTest | None:
        basis, singular, _ = np.linalg.svd(columns, full_matrices=False)
        basis = basis[:, singular > 1e-8 * singular.max()]
        lost = found.model.exog.shape[1] - basis.shape[1]
        if lost < 1:
            return None
        deviance = max(float(self.model(basis).deviance) - float(found.deviance), 0.0)
        if not df:
            return FTest(deviance, lost)
        f_value = deviance / lost / dispersion
        return FTest(deviance, lost, f_value, float(stats.f.sf(f_value, lost, df)))


def _gamma_start(y: Vector, X: Matrix) -> Vector:
    """The coefficients themselves: the likelihood is convex, while reweighted least squares may overshoot it."""

    def left(b: Vector) -> Vector:
        return np.asarray(y * np.exp(-np.clip(X @ b, -700, 700)))

    found = optimize.minimize(
        lambda b: float((left(b) + X @ b).mean()),
        np.linalg.lstsq(X, np.log(y), rcond=None)[0],
        jac=lambda b: X.T @ (1 - left(b)) / len(y),
        hess=lambda b: (X.T * left(b)) @ X / len(y),
        method="trust-exact",
    )
    return np.asarray(found.x, dtype=np.float64)


def counted(distribution: str, rows: pl.DataFrame, by: str) -> Counted:
    """Totals by folder or by container, in the order of their names.

    rows: observations with value, and trials where failures are counted.
    """
    groups = rows.group_by(by).agg(pl.col("value").sum(), pl.col("trials").sum(), n=pl.len()).sort(by)
    exposures = groups["trials" if distribution == "binomial" else "n"]
    return Counted(distribution, groups["value"].to_numpy(), exposures.cast(pl.Float64).to_numpy())


def why_not_counted(distribution: str, rows: pl.DataFrame) -> str | None:
    """What values cannot be, in words; None where all is well."""
    lowest = float(rows["value"].min())  # type: ignore[arg-type]
    if distribution == "gamma" and lowest <= 0:
        return f"found {lowest:g}, expected values above 0 of a response with a constant coefficient of variation"
    if lowest < 0:
        return f"found {lowest:g}, expected counts of 0 or more"
    if distribution == "binomial":
        wrong = rows.filter(pl.col("trials").is_null() | (pl.col("value") > pl.col("trials")))
        if wrong.height:
            value, trials, folder = wrong.select("value", "trials", "folder").row(0)
            shown = "no number of trials" if trials is None else f"{trials:g} trials"
            return f"found {value:g} failures of {shown} in {folder}, expected at most as many failures as trials"
    return None
