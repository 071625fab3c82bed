"""On which scale effects add up: the power of Box and Cox, and what it advises of raw values and logarithms."""

from typing import NamedTuple

import numpy as np
from scipy import optimize, stats

from models.design.coding import Vector
from models.design.contrasts import Matrix

WIDEST = 5.0  # beyond this power no one transforms


class BoxCox(NamedTuple):
    """The power with the highest likelihood and its 95 % interval; an end is NaN beyond ±5.

    p_identity: of the values as they are, by the F test of one more parameter, which few observations need: the
    interval's likelihood ratio rejects too often with them. is_beyond: no power within ±5 is the best.
    """

    power: float
    ci_low: float
    ci_high: float
    p_identity: float
    is_beyond: bool = False

    def allows(self, power: float) -> bool:
        return not (power < self.ci_low or power > self.ci_high)  # a NaN end is open


def box_cox(y: Vector, X: Matrix) -> BoxCox | None:
    """Profile likelihood of the power of y > 0 under the model X (Box and Cox 1964, JRSS B 26).

    None where every power between -5 and 5 will do, or where the model is saturated.
    """
    Q = np.linalg.qr(X)[0]
    log_u = np.log(y) - np.log(y).mean()  # over the geometric mean: powers then keep the scale of y
    df = len(y) - X.shape[1]

    def minus_likelihood(power: float) -> float:
        z = np.expm1(power * log_u) / power if abs(power) > 1e-12 else log_u
        residual = z - Q @ (Q.T @ z)
        return 0.5 * len(y) * float(np.log(residual @ residual))

    if df < 1 or np.ptp(log_u) == 0:
        return None
    grid = np.linspace(-WIDEST, WIDEST, 41)
    values = [minus_likelihood(power) for power in grid]
    if not np.isfinite(values).all():
        return None
    lowest = int(np.argmin(values))
    is_beyond = lowest in (0, len(grid) - 1)
    best, least = float(grid[lowest]), values[lowest]
    if not is_beyond:
        around = (grid[lowest - 1], grid[lowest + 1])
        found = optimize.minimize_scalar(
            minus_likelihood, bounds=around, method="bounded", options={"xatol": 1e-9}
        )
        best, least = float(found.x), float(found.fun)
    limit = least + float(stats.chi2.ppf(0.95, 1)) / 2

    def end(bound: float) -> float:
        if minus_likelihood(bound) < limit:
            return float("nan")
        return float(optimize.brentq(lambda power: minus_likelihood(power) - limit, best, bound, xtol=1e-9))

    ends = end(-WIDEST), end(WIDEST)
    if np.isnan(ends).all():
        return None
    excess = np.expm1(2 * (minus_likelihood(1.0) - least) / len(y))
    p_identity = float(stats.f.sf(excess * (df - 1), 1, df - 1)) if df > 1 else 1.0
    return BoxCox(best, *ends, p_identity, is_beyond)
