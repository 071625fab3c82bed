"""Ordinary least squares with sum-to-zero contrasts and Type III tests, by statsmodels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy import special
from statsmodels.regression.linear_model import OLS

from models.design.coding import FitError, Integers, Vector, slices
from models.design.contrasts import Matrix

NAN = float("nan")


class Estimate(NamedTuple):
    """A linear combination of the coefficients; all but the value are NaN where there is no error to judge by."""

    value: float
    std_err: float = NAN
    t_value: float = NAN
    p_value: float = NAN
    ci_low: float = NAN
    ci_high: float = NAN


class FTest(NamedTuple):
    """A sum of squares and its F; F and p are NaN where there is no error to judge by."""

    sum_sq: float
    df: int
    f_value: float = NAN
    p_value: float = NAN


@dataclass(frozen=True)
class Fit:
    """A fitted linear model: n observations, p coefficients.

    `df_error` is 0 where nothing is left to judge by: as many parameters as observations, or repeats that are
    all identical, so that the residuals are rounding.
    """

    y: Vector
    X: Matrix
    columns: dict[str, slice]
    coefficients: Vector
    covariance: Matrix  # (X'X)^-1: times the error's mean square, the covariance of the coefficients
    residuals: Vector
    df_error: int
    sum_sq_error: float
    sum_sq_total: float
    overall: FTest
    tests: dict[str, FTest]
    partial: frozenset[str] = frozenset()  # terms of which the runs can tell a part only
    conditional: frozenset[str] = frozenset()  # terms tested as if the lost parts of others were nil

    @property
    def n(self) -> int:
        return len(self.y)

    @property
    def fitted(self) -> Vector:
        return self.y - self.residuals

    @property
    def mean_sq_error(self) -> float:
        return self.sum_sq_error / self.df_error if self.df_error else NAN

    @property
    def r_squared(self) -> float:
        return 1 - self.sum_sq_error / self.sum_sq_total

    @property
    def r_squared_adjusted(self) -> float:
        return 1 - self.mean_sq_error / (self.sum_sq_total / (self.n - 1))

    @cached_property
    def leverages(self) -> Vector:
        """The diagonal of the hat matrix."""
        Q = np.linalg.qr(self.X)[0]
        return np.asarray(np.minimum((Q * Q).sum(axis=1), 1.0))

    @cached_property
    def press(self) -> float:
        """Prediction error sum of squares (Allen 1974); NaN where an observation determines its own prediction."""
        if not self.df_error or self.leverages.max() > 1 - 1e-9:
            return NAN
        deleted = self.residuals / (1 - self.leverages)
        return float(deleted @ deleted)

    @property
    def r_squared_predicted(self) -> float:
        return 1 - self.press / self.sum_sq_total

    @cached_property
    def studentised(self) -> Vector:
        """Residuals over their standard errors from the other observations (externally studentised)."""
        room = 1 - self.leverages
        if self.df_error < 2:
            return np.full(self.n, NAN)
        with np.errstate(divide="ignore", invalid="ignore"):
            others = (self.sum_sq_error - self.residuals**2 / room) / (self.df_error - 1)
            studentised = self.residuals / np.sqrt(others * room)
        # where nothing but the observation itself leaves a residual, there is nothing to measure it by
        return np.where((room > 1e-9) & (others > 1e-9 * self.mean_sq_error), studentised, NAN)

    def estimate(self, combination: Vector) -> Estimate:
        """A combination of coefficients with standard error, t, p and 95 % interval."""
        value = float(combination @ self.coefficients)
        if not self.df_error:
            return Estimate(value)
        std_err = float(np.sqrt(self.mean_sq_error * (combination @ self.covariance @ combination)))
        margin = float(special.stdtrit(self.df_error, 0.975)) * std_err
        t_value = value / std_err if std_err else float(np.copysign(np.inf, value)) if value else 0.0
        p_value = float(2 * special.stdtr(self.df_error, -abs(t_value)))
        return Estimate(value, std_err, t_value, p_value, value - margin, value + margin)

    def effect(self, term: str) -> Estimate | None:
        """Mean at + minus mean at -: twice the coefficient. None for terms of several columns, or a part of them."""
        place = self.columns[term]
        if place.stop - place.start > 1 or term in self.partial:
            return None
        return self.estimate(2 * np.eye(len(self.coefficients))[place.start])


def _as_it_is(columns: Matrix) -> Matrix:
    return columns


def fit(
    y: Vector,
    blocks: dict[str, Matrix],
    rows: Integers,
    whole: Mapping[str, Matrix] | None = None,
    whiten: Callable[[Matrix], Matrix] = _as_it_is,
) -> Fit:
    """Fit y (n,) by the `rows` (n,) of the blocks (runs, df); the first block is the mean's column of ones.

    whole: all columns of the terms of which the blocks hold a part only. whiten: of columns (n, any), those whose
    errors are alike and independent; R², PRESS and leverages then have no meaning.
    Raises FitError where terms are aliased or outnumber the observations: statsmodels would only warn, halve the
    coefficients of aliased terms and count their sum of squares twice.
    """
    X = np.hstack(list(blocks.values()))[rows]
    n, parameters = X.shape
    if parameters > n:
        raise FitError(
            f"found {n} observations for {parameters} parameters, expected at least as many observations as "
            "parameters. Leave terms out of the model or add runs."
        )
    if np.linalg.matrix_rank(X) < parameters:
        raise FitError(
            f"found aliased terms among {', '.join(blocks)}: these runs cannot tell them apart. Leave one term of "
            "each alias set in the model."
        )
    # A value amid the data is taken off before the fit: that costs no digit, and a large offset then eats none.
    shift = float(np.sort(y)[n // 2])
    result = OLS(whiten((y - shift)[:, None])[:, 0], whiten(X)).fit(method="qr")
    residuals = np.asarray(result.resid if whiten is _as_it_is else y - shift - X @ result.params)
    rounding = 32 * np.finfo(np.float64).eps * float(np.abs(y).max())
    has_error = n > parameters and bool(np.abs(residuals).max() > rounding)
    coefficients = np.asarray(result.params, dtype=np.float64).copy()
    coefficients[0] += shift
    columns = slices(blocks)
    whole = whole or {}
    beside = {
        term: _beside_parts(result, {**blocks, **whole}, term, rows, whiten, has_error)
        for term, place in columns.items()
        if whole and place.start
    }
    overall = FTest(float(result.ess), parameters - 1)
    if has_error and parameters > 1:
        overall = overall._replace(f_value=float(result.fvalue), p_value=float(result.f_pvalue))
    return Fit(
        y=y,
        X=X,
        columns=columns,
        coefficients=coefficients,
        covariance=np.asarray(result.normalized_cov_params, dtype=np.float64),
        residuals=residuals,
        df_error=n - parameters if has_error else 0,
        sum_sq_error=float(result.ssr) if has_error else 0.0,
        sum_sq_total=float(result.centered_tss),
        overall=overall,
        tests={
            term: beside.get(term) or _type_three(result, coefficients, place, shift, has_error)
            for term, place in columns.items()
        },
        partial=frozenset(whole),
        conditional=frozenset(term for term, test in beside.items() if test is None),
    )


def _beside_parts(
    result: Any,
    blocks: Mapping[str, Matrix],
    term: str,
    rows: Integers,
    whiten: Callable[[Matrix], Matrix],
    has_error: bool,
) -> FTest | None:
    """Type III of what can be estimated of a term beside others that are incomplete, by comparing two models.

    As R's drop1 and car's Anova do with aliased coefficients: the term has as many degrees of freedom as the model
    without it has fewer. None where it has none left: then the others' lost parts are taken as nil.
    """
    y = np.asarray(result.model.endog)
    others = whiten(np.hstack([block for name, block in blocks.items() if name != term])[rows])
    basis, singular, _ = np.linalg.svd(others, full_matrices=False)
    basis = basis[:, singular > 1e-8 * singular.max()]
    df = result.model.exog.shape[1] - basis.shape[1]
    if df < 1:
        return None
    left = y - basis @ (basis.T @ y)
    sum_sq = max(float(left @ left) - float(result.ssr), 0.0)
    if not has_error:
        return FTest(sum_sq, df)
    f_value = sum_sq / df / float(result.mse_resid)
    return FTest(sum_sq, df, f_value, float(special.fdtrc(df, result.df_resid, f_value)))


def _type_three(result: Any, coefficients: Vector, place: slice, shift: float, has_error: bool) -> FTest:
    """The term after all others: its coefficients are 0. The mean's is 0 when the shifted one is -shift."""
    of_term, df = coefficients[place], place.stop - place.start
    covariance = np.asarray(result.normalized_cov_params)[place, place]
    sum_sq = float(of_term @ np.linalg.solve(covariance, of_term))
    if not has_error:
        return FTest(sum_sq, df)
    # the arithmetic of statsmodels' f_test, which takes most of its time for reading the hypothesis
    params = np.asarray(result.params)[place]
    left = params - (params - of_term)
    f_value = float(left @ np.linalg.pinv(covariance * result.scale) @ left) / df
    return FTest(sum_sq, df, f_value, float(special.fdtrc(df, result.df_resid, f_value)))


class LackOfFit(NamedTuple):
    """The residual split into what the model misses of the treatment means and what repeats differ by."""

    lack: FTest
    pure: FTest


def lack_of_fit(model: Fit, treatments: Integers) -> LackOfFit | None:
    """F test of lack of fit against pure error (Draper and Smith, Applied Regression Analysis, 2.1).

    treatments (n,): equal numbers for observations under equal levels. None where either part has no degrees of
    freedom.
    """
    _, cell = np.unique(treatments, return_inverse=True)
    sizes = np.bincount(cell)
    deviations = model.residuals - (np.bincount(cell, model.residuals) / sizes)[cell]
    df_pure = model.n - len(sizes)
    df_lack = model.df_error - df_pure
    pure = float(deviations @ deviations)
    if df_pure < 1 or df_lack < 1 or pure <= 0:
        return None
    lack = max(model.sum_sq_error - pure, 0.0)
    f_value = (lack / df_lack) / (pure / df_pure)
    return LackOfFit(
        FTest(lack, df_lack, f_value, float(special.fdtrc(df_lack, df_pure, f_value))), FTest(pure, df_pure)
    )
