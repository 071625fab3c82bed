"""A single bad value in an unreplicated design: it moves all effects by its signs, and so leaves a gap about zero."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from models.design.coding import Integers, Vector
from models.design.contrasts import Matrix
from models.design.lenth import pseudo_errors, reference
from models.fits.error_terms import contrasts, why_no_lenth
from models.fits.samples import Sample

SIZES = (15, 31)  # numbers of effects: with 7 too few are small, with more a simulation takes long
SETS, SEED = 4000, 1960


class BadValue(NamedTuple):
    """The run that stands out, by how much its value lies too high, the standardised gap and its p."""

    run: int
    excess: float
    gap: float
    p_value: float


def bad_value(sample: Sample) -> BadValue | None:
    """Daniel's test (Technometrics 2, 1960; Box, Quality Engineering 3, 1991) in the steps of Lawson's Gaptest.

    None where a run was repeated, or the design is none of 16 or 32 runs that Lenth's method judges. p is that of
    the whole procedure, simulated.
    """
    runs = len(sample.design.places)
    if runs - 1 not in SIZES or sample.study.block or sample.by_folder.df_repeats or why_no_lenth(sample):
        return None
    effects = contrasts(sample)
    X = np.stack([sample.design.column(term) for term in effects], axis=1).astype(np.float64)
    halves = np.array(list(effects.values())) / 2
    gaps, places, excesses = _gaps(halves[None], X)
    null = _null(runs - 1)
    above = len(null) - int(np.searchsorted(null, gaps[0]))
    return BadValue(int(places[0]) + 1, float(excesses[0]), float(gaps[0]), (above + 1) / (len(null) + 1))


def _gaps(halves: Matrix, X: Matrix) -> tuple[Vector, Integers, Vector]:
    """Of each row of half effects (sets, m): the gap in errors of corrected values, the run, and its excess.

    The gap lies between the smallest positive and the largest negative half effect, over their normal scores.
    The excess is the value by which the smaller half of the effects, all moved by it, come to be so large.
    """
    sets, m = halves.shape
    pse = pseudo_errors(np.abs(halves))
    margin = float(np.quantile(reference(m).sizes, 0.95))
    is_inert = np.abs(halves) <= margin * pse[:, None]
    sums = np.where(is_inert, np.sign(halves), 0.0) @ X.T
    places = np.argmax(np.abs(sums), axis=1)
    rows = np.arange(sets)
    smaller = np.sort(np.abs(halves), axis=1)[:, : round(m / 2)]
    excess = np.sign(sums[rows, places]) * 2 * smaller.sum(axis=1)
    corrected = pseudo_errors(np.abs(halves - excess[:, None] * X[places] / len(X)))
    lowest = np.where(halves >= 0, halves, np.inf).min(axis=1)
    highest = np.where(halves < 0, halves, -np.inf).max(axis=1)
    negative = (halves < 0).sum(axis=1)
    has_both = (negative > 0) & (negative < m) & (corrected > 0)
    negative = np.clip(negative, 1, m - 1)
    spacing = stats.norm.ppf((negative + 0.625) / (m + 0.25)) - stats.norm.ppf(
        (negative - 0.375) / (m + 0.25)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        gaps = np.where(has_both, (lowest - highest) / corrected / spacing, 0.0)
    return gaps, places.astype(np.int64), excess


@lru_cache(maxsize=8)
def _null(m: int) -> Vector:
    """Ordered gaps of sets of m effects that are zero."""
    factors = int(np.log2(m + 1))
    signs = 2 * (np.arange(m + 1)[:, None] >> np.arange(factors) & 1) - 1
    X = np.stack(
        [signs[:, [i for i in range(factors) if mask >> i & 1]].prod(axis=1) for mask in range(1, m + 1)],
        axis=1,
    )
    drawn = np.random.default_rng(SEED).standard_normal((SETS, m))
    return np.sort(_gaps(drawn, X)[0])
