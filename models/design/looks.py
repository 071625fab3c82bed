"""Looks at a study before it is whole: what error each of them may spend, so that all together keep to alpha."""

from functools import lru_cache

import numpy as np
from scipy import optimize, special, stats

from models.design.contrasts import Matrix

POINTS = (
    200  # nodes of Gauss and Legendre, on which the density of what has crossed no boundary is carried on
)
FARTHEST = 9.0  # standard normal deviates beyond which nothing is left


@lru_cache(maxsize=256)
def levels_of_looks(times: tuple[float, ...], alpha: float) -> tuple[float, ...]:
    """The two-sided level of the test at each look, at increasing shares 0 < t <= 1 of the whole study.

    Each side has spent 2 - 2 Φ(z / √t) until t, with z the normal quantile of 1 - alpha/4 (Lan and DeMets, Biometrika 70,
    1983; much like O'Brien and Fleming's boundary). Levels of the normal statistic, by integration over what has
    crossed no boundary before (Armitage, McPherson and Rowe, JRSS A 132, 1969), serve other statistics too
    (Jennison and Turnbull, Group Sequential Methods, 2000, 3.6 and 7.2).
    """
    z = float(stats.norm.isf(alpha / 4))
    spent = [float(4 * stats.norm.sf(z / np.sqrt(time))) for time in times]
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)
    before, at, mass = 0.0, np.zeros(1), np.ones(1)  # where the sum of scores may stand, and how likely
    levels: list[float] = []
    for time, budget in zip(times, np.diff([0.0, *spent]), strict=True):
        root = np.sqrt(time - before)

        def beyond(
            z: float, time: float = time, root: float = root, at: Matrix = at, mass: Matrix = mass
        ) -> float:
            limit = z * np.sqrt(time)
            return float(mass @ (special.ndtr((at - limit) / root) + special.ndtr((-limit - at) / root)))

        bound = FARTHEST
        if beyond(FARTHEST) < budget:
            bound = float(optimize.brentq(lambda z, most=budget: beyond(z) - most, 0.0, FARTHEST, xtol=1e-10))
        levels.append(float(2 * stats.norm.sf(bound)))
        limit = bound * np.sqrt(time)
        new = limit * nodes
        steps = (new[:, None] - at) / root
        mass = limit * weights * (np.exp(-(steps**2) / 2) @ mass) / (root * np.sqrt(2 * np.pi))
        before, at = time, new
    return tuple(levels)
