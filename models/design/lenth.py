"""Lenth's method: the error of unreplicated effects from the effects themselves, with its own reference distribution."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from models.design.coding import Vector

SEED = 1989
DRAWN = 400_000  # effects in all the simulated sets together
SMALL = 0.2  # a share of effects that is inert even where the method's half is not


class Lenth(NamedTuple):
    """Pseudo standard error with ME and SME, simulated and by the t distribution with m/3 degrees of freedom."""

    pse: float
    df: float
    margin: float
    simultaneous_margin: float
    conventional_margin: float
    conventional_simultaneous_margin: float

    def conventional_p_value(self, effect: float) -> float:
        return float(2 * stats.t.sf(abs(effect) / self.pse, self.df))


class Reference(NamedTuple):
    """Ordered, of sets of m effects that are all zero: |effect| over PSE, its largest of a set, sparsity ratios."""

    sizes: Vector
    largest: Vector
    ratios: Vector

    def p_value(self, statistic: float) -> float:
        """Of one effect, two-sided."""
        return _beyond(self.sizes, abs(statistic))

    def p_at_once(self, statistic: float) -> float:
        """That the largest of all effects is so large."""
        return _beyond(self.largest, abs(statistic))


def _beyond(ordered: Vector, value: float) -> float:
    above = len(ordered) - int(np.searchsorted(ordered, value))
    return (above + 1) / (len(ordered) + 1)


def pseudo_errors(sizes: Vector) -> Vector:
    """PSE of each row of |effects| (sets, m) (Lenth, Technometrics 31, 1989)."""
    first = 1.5 * np.median(sizes, axis=1, keepdims=True)
    kept = np.sort(np.where(sizes < 2.5 * first, sizes, np.inf), axis=1)
    number = np.isfinite(kept).sum(axis=1)
    rows = np.arange(len(sizes))
    middle = (kept[rows, np.maximum(number - 1, 0) // 2] + kept[rows, number // 2 * (number > 0)]) / 2
    return np.where(number > 0, 1.5 * middle, 0.0)


@lru_cache(maxsize=64)
def reference(m: int) -> Reference:
    """By simulation with a fixed seed, as R's unrepx and JMP do: t with m/3 df is no 5 % test."""
    drawn = np.abs(np.random.default_rng(SEED).standard_normal((DRAWN // m, m)))
    pse = pseudo_errors(drawn)
    sizes = drawn / pse[:, None]
    ratios = pse / np.quantile(drawn, SMALL, axis=1)
    return Reference(np.sort(sizes, axis=None), np.sort(sizes.max(axis=1)), np.sort(ratios))


def lenth(effects: Vector, confidence: float = 0.95) -> Lenth:
    """Of m unreplicated effects."""
    m = len(effects)
    pse = float(pseudo_errors(np.abs(effects)[None])[0])
    null = reference(m)
    margin, simultaneous = np.quantile(null.sizes, confidence), np.quantile(null.largest, confidence)
    usual = stats.t.ppf([(1 + confidence) / 2, (1 + confidence ** (1 / m)) / 2], m / 3)
    return Lenth(pse, m / 3, *(float(factor) * pse for factor in (margin, simultaneous, *usual)))


def sparsity_p(effects: Vector) -> float:
    """How often inert effects alone would have a PSE so large beside their smallest quarter.

    Small where half of the effects or more are real: then the PSE measures them, and the method finds none.
    """
    sizes = np.abs(effects)
    smallest = float(np.quantile(sizes, SMALL))
    if smallest == 0:
        return 1.0
    return _beyond(reference(len(effects)).ratios, float(pseudo_errors(sizes[None])[0]) / smallest)


def power(m: int, size: float, alpha: float = 0.05) -> float:
    """The chance to find one effect of so many pseudo standard errors among m - 1 that are zero."""
    drawn = np.random.default_rng(SEED).standard_normal((DRAWN // m // 10, m))
    drawn[:, 0] += size
    sizes = np.abs(drawn)
    return float((sizes[:, 0] > np.quantile(reference(m).sizes, 1 - alpha) * pseudo_errors(sizes)).mean())
