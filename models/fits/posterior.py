"""How probable it is that an unreplicated effect is active, by Box and Meyer: beside Lenth's yes and no, a degree."""

import numpy as np

from models.design.coding import Vector

SHARE, INFLATION = (
    0.2,
    10.0,
)  # of effects that are active, and by how much these spread more: the authors' averages


def posteriors(effects: Vector, share: float = SHARE, inflation: float = INFLATION) -> Vector:
    """(m,) probabilities that each of m orthogonal effects is active.

    Effects are normal with a common standard deviation, active ones with one `inflation` times as large (Box and
    Meyer, An analysis of unreplicated fractional factorials, Technometrics 28, 1986, eq. 2.4 to 2.6); the common one
    is integrated out on a grid of its logarithm.
    """
    sizes = np.abs(effects)
    largest = float(sizes.max())
    if largest == 0:
        return np.zeros(len(effects))
    T = sizes / largest
    sigma = np.exp(np.linspace(np.log(1e-5), np.log(10.0), 4000))[:, None]
    inert = np.log(1 - share) - T**2 / (2 * sigma**2)
    active = np.log(share / inflation) - T**2 / (2 * (inflation * sigma) ** 2)
    both = np.logaddexp(inert, active)
    weights = both.sum(axis=1) - len(T) * np.log(sigma[:, 0])
    weights = np.exp(weights - weights.max())
    found = weights @ np.exp(active - both) / weights.sum()
    return np.asarray(found, dtype=np.float64)
