"""Each term by the error of its stratum: of whole plots where those determine it, else of folders inside them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy import optimize, stats

from models.design.coding import NO_TERMS, Blocking, Coding, Integers, Vector, code
from models.design.contrasts import Matrix
from models.fits.anova import Fit, FTest, fit
from models.fits.samples import Sample

NARROWEST, WIDEST = -9.0, 14.0  # ln of the ratio of the two mean squares: beyond, one of them is nothing

WHOLE, INSIDE = "whole plots", "folders inside whole plots"

Stratum = tuple[tuple[str, ...], Fit, str]  # terms, the model whose residual judges them, its name


def strata(sample: Sample) -> list[Stratum]:
    """The strata that have an error of their own.

    Inside whole plots: the model with a column for each of them. Whole plots: all folders by generalised least
    squares, so that a folder that is missing moves no mean of its plot, with the degrees of freedom by which whole
    plots differ. For balanced data that is the analysis of variance with Error() of R.
    """
    folders = sample.by_folder
    plots = folders.whole_plots
    assert plots is not None
    coding, rows = _coded_inside(sample, plots)
    inside = fit(folders.y, coding.blocks, rows, coding.whole)
    of_plots = tuple(term for term in sample.coding.terms if term not in coding.terms)
    models: list[Stratum] = [(coding.terms, inside, INSIDE)]
    df = _df_of_plots(sample, plots, of_plots)
    if of_plots and df > 0 and inside.df_error:
        whiten = Whitening(
            plots, folders.y, np.hstack(list(sample.coding.blocks.values()))[folders.matrix_rows]
        )
        every = fit(folders.y, sample.coding.blocks, folders.matrix_rows, sample.coding.whole, whiten)
        models.append((of_plots, _with_df(every, df), WHOLE))
    return [one for one in models if one[1].df_error]


def _coded_inside(sample: Sample, plots: Integers) -> tuple[Coding, Integers]:
    """The terms as far as whole plots leave them, each plot a block, and the row of its matrices of each folder."""
    cells, rows = np.unique(np.stack([sample.by_folder.places, plots], axis=1), axis=0, return_inverse=True)
    blocking = Blocking(cells[:, 0], cells[:, 1])
    return code(sample.design, sample.study.terms, sample.coding.present, blocking), rows.ravel()


class Mixed(NamedTuple):
    """A model by generalised least squares; df: those between whole plots, the fewer of the two errors.

    mean_sq: of folders inside whole plots; plots: the variance of a whole plot over it, none below zero.
    """

    fit: Fit
    mean_sq: float
    plots: float
    df: int


def mixed(sample: Sample, terms: Collection[str]) -> Mixed | None:
    """The model of some terms, with the errors of the whole one; None where whole plots have no error of their own."""
    folders = sample.by_folder
    plots = folders.whole_plots
    assert plots is not None
    inside = _coded_inside(sample, plots)[0].terms
    df = _df_of_plots(sample, plots, tuple(term for term in sample.coding.terms if term not in inside))
    if df < 1:
        return None
    rows = folders.matrix_rows
    whiten = Whitening(plots, folders.y, np.hstack(list(sample.coding.blocks.values()))[rows])
    every = fit(folders.y, sample.coding.blocks, rows, sample.coding.whole, whiten)
    kept = {term: block for term, block in sample.coding.blocks.items() if term in terms or term in NO_TERMS}
    whole = {term: block for term, block in sample.coding.whole.items() if term in kept}
    return Mixed(fit(folders.y, kept, rows, whole, whiten), every.mean_sq_error, whiten.share_of_plots, df)


def strata_of(sample: Sample, terms: Sequence[str]) -> dict[str, list[str]]:
    """Two-level terms by the stratum that tells them; names as those of `strata`."""
    folders = sample.by_folder
    plots = folders.whole_plots
    assert plots is not None
    found: dict[str, list[str]] = {}
    is_factorial = folders.places < len(sample.design.places)
    plots = plots[is_factorial]
    for term in terms:
        column = sample.design.column(term)[folders.places[is_factorial]]
        sums, sizes = np.bincount(plots, column), np.bincount(plots)
        found.setdefault(WHOLE if (np.abs(sums) == sizes).all() else INSIDE, []).append(term)
    return found


def _df_of_plots(sample: Sample, plots: Integers, of_plots: tuple[str, ...]) -> int:
    blocks = [block for term, block in sample.coding.blocks.items() if term in of_plots or term in NO_TERMS]
    X = np.hstack(blocks)[sample.by_folder.matrix_rows]
    return int(plots.max()) + 1 - int(np.linalg.matrix_rank(X))


class Whitening:
    """Folders of the same whole plot share an error: columns less a share of their plots' means are free of it.

    The ratio of the two variances is that of restricted maximum likelihood; it may be negative, as far as the mean
    square between plots stays positive, so that balanced data give the analysis of variance whatever they are.
    """

    def __init__(self, plots: Integers, y: Vector, X: Matrix) -> None:
        self.plots, self.sizes = plots, np.bincount(plots)
        centred = y - np.sort(y)[len(y) // 2]
        found = optimize.minimize_scalar(
            lambda log_ratio: self._minus_likelihood(log_ratio, centred, X),
            bounds=(NARROWEST, WIDEST),
            method="bounded",
            options={"xatol": 1e-10},
        )
        self.spreads = self._spreads(float(found.x))

    def __call__(self, columns: Matrix) -> Matrix:
        return self._whitened(columns, self.spreads)

    @property
    def share_of_plots(self) -> float:
        """The variance between whole plots over that inside them."""
        return max(float(((self.spreads - 1) / self.sizes).max()), 0.0)

    def _spreads(self, log_ratio: float) -> Vector:
        """1 + size × variance between plots / variance inside, of each plot."""
        return np.asarray(1 + self.sizes / self.sizes.max() * np.expm1(log_ratio), dtype=np.float64)

    def _whitened(self, columns: Matrix, spreads: Vector) -> Matrix:
        sums = np.stack([np.bincount(self.plots, column) for column in columns.T], axis=1)
        share = (1 - 1 / np.sqrt(spreads)) / self.sizes
        found: Matrix = columns - (sums * share[:, None])[self.plots]
        return found

    def _minus_likelihood(self, log_ratio: float, y: Vector, X: Matrix) -> float:
        spreads = self._spreads(log_ratio)
        whitened = self._whitened(np.column_stack([X, y]), spreads)
        Q, R = np.linalg.qr(whitened[:, :-1])
        left = whitened[:, -1] - Q @ (Q.T @ whitened[:, -1])
        df = len(y) - X.shape[1]
        determinants = np.log(spreads).sum() + 2 * np.log(np.abs(np.diag(R))).sum()
        return float(df * np.log(float(left @ left)) + determinants)


def _with_df(model: Fit, df: int) -> Fit:
    """The same error with fewer degrees of freedom."""
    if not model.df_error:
        return model

    def tested(test: FTest) -> FTest:
        return test._replace(p_value=float(stats.f.sf(test.f_value, test.df, df)))

    return replace(
        model,
        df_error=df,
        sum_sq_error=model.mean_sq_error * df,
        overall=tested(model.overall),
        tests={term: tested(test) for term, test in model.tests.items()},
    )
