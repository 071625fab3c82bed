"""On which scale effects add up: Box-Cox, and the raw and the log scale side by side."""

from typing import NamedTuple

import numpy as np
from scipy import optimize, stats

from models.design.coding import Vector
from models.design.contrasts import Matrix

WIDEST = 5.0  # beyond this power no one transforms; the data then hardly depend on it


class BoxCox(NamedTuple):
    """The power with the highest likelihood and its 95 % interval; an end is NaN beyond ±5."""

    power: float
    ci_low: float
    ci_high: float

    def allows(self, power: float) -> bool:
        return not (power < self.ci_low or power > self.ci_high)  # a NaN end is open


def box_cox(y: Vector, X: Matrix) -> BoxCox | None:
    """Profile likelihood of the power of y > 0 under the model X (Box and Cox 1964, JRSS B 26).

    None where no power between -5 and 5 is the best or none is excluded, or where the model is saturated.
    """
    Q = np.linalg.qr(X)[0]
    log_u = np.log(y) - np.log(y).mean()  # over the geometric mean: powers then keep the scale of y

    def minus_likelihood(power: float) -> float:
        z = np.expm1(power * log_u) / power if abs(power) > 1e-12 else log_u
        residual = z - Q @ (Q.T @ z)
        return 0.5 * len(y) * float(np.log(residual @ residual))

    if len(y) <= X.shape[1] or np.ptp(log_u) == 0:
        return None
    grid = np.linspace(-WIDEST, WIDEST, 41)
    values = [minus_likelihood(power) for power in grid]
    lowest = int(np.argmin(values))
    if not np.isfinite(values).all() or lowest in (0, len(grid) - 1):
        return None
    found = optimize.minimize_scalar(
        minus_likelihood,
        bounds=(grid[lowest - 1], grid[lowest + 1]),
        method="bounded",
        options={"xatol": 1e-9},
    )
    limit = float(found.fun) + float(stats.chi2.ppf(0.95, 1)) / 2

    def end(bound: float) -> float:
        if minus_likelihood(bound) < limit:
            return float("nan")
        return float(
            optimize.brentq(lambda power: minus_likelihood(power) - limit, found.x, bound, xtol=1e-9)
        )

    ends = end(-WIDEST), end(WIDEST)
    return None if np.isnan(ends).all() else BoxCox(float(found.x), *ends)
