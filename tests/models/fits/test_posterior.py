"""Box and Meyer's posterior probabilities, against the R package BsMD (its vignette, outputs of BsProb)."""

import numpy as np
import pytest

from models.fits.posterior import posteriors

# BM86.data as BsMD prints it: log drill advance and yield of isatin, 2^4 in Yates order; its contrasts X1 to X15 are
# products of the factors' signs in the order below (those of X8 = D lowest first).
ADVANCE = (0.23, 0.30, 0.52, 0.54, 0.70, 0.76, 1.00, 0.96, 0.32, 0.39, 0.61, 0.66, 0.89, 0.97, 1.07, 1.21)
ISATIN = (0.08, 0.04, 0.53, 0.43, 0.31, 0.09, 0.12, 0.36, 0.79, 0.68, 0.73, 0.08, 0.77, 0.38, 0.49, 0.23)
MASKS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
PUBLISHED = (
    0.240,
    1.000,
    0.028,
    1.000,
    0.025,
    0.034,
    0.025,
    0.983,
    0.046,
    0.025,
    0.037,
    0.091,
    0.034,
    0.028,
    0.030,
)
ISATIN_122 = (
    0.314,
    0.049,
    0.048,
    0.074,
    0.051,
    0.066,
    0.196,
    0.588,
    0.228,
    0.513,
    0.104,
    0.050,
    0.048,
    0.142,
    0.049,
)
ISATIN_374 = (
    0.076,
    0.017,
    0.016,
    0.025,
    0.018,
    0.024,
    0.045,
    0.230,
    0.052,
    0.173,
    0.030,
    0.017,
    0.016,
    0.035,
    0.017,
)


@pytest.mark.parametrize(
    ("values", "gamma", "published"),
    [(ADVANCE, 2.49, PUBLISHED), (ISATIN, 1.22, ISATIN_122), (ISATIN, 3.74, ISATIN_374)],
)
def test_posteriors_are_those_of_bsmd(
    values: tuple[float, ...], gamma: float, published: tuple[float, ...]
) -> None:
    """BsProb(mFac = 15, mInt = 1, p = 0.20, g = gamma); k² = n gamma² + 1."""
    signs = 2 * (np.arange(16)[:, None] >> np.arange(4) & 1) - 1
    effects = np.array(
        [signs[:, [i for i in range(4) if mask >> i & 1]].prod(axis=1) @ values / 8 for mask in MASKS]
    )
    found = posteriors(effects, inflation=float(np.sqrt(16 * gamma**2 + 1)))
    assert np.round(found, 3).tolist() == pytest.approx(published, abs=0.0011)
