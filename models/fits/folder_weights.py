"""What the mean of a folder weighs beside others, where folders hold different numbers of containers."""

import numpy as np
from scipy import optimize

from models.design.coding import Integers, Vector
from models.design.contrasts import Matrix

WIDEST = 9.0  # ln of the ratio of variances: beyond e^±9 one of the two is nothing


def folder_weights(means: Vector, sizes: Integers, X: Matrix, within: float, df_within: int) -> Vector | None:
    """Weights of the means (folders,) with one on average: 1 / (ratio + 1/size); None where they are all equal.

    ratio: the variance between folders over that between containers of one, by restricted maximum likelihood of
    the model X (folders, p) with random folders; within: the sum of squares inside folders, which with the means is
    all that the likelihood needs. The residual of the weighted fit then scales the errors, with its own degrees of
    freedom (Knapp and Hartung, Statistics in Medicine 22, 2003): the tests keep their 5 % where folders hold 1 to 20
    containers, at which equal weights reject up to 41 %.
    """
    if len(set(sizes.tolist())) == 1 or df_within < 1 or within <= 0:
        return None
    folders, parameters = X.shape
    df = folders - parameters + df_within

    def minus_likelihood(ratio: float) -> float:
        variances = ratio + 1 / sizes
        scaled = X / np.sqrt(variances)[:, None]
        Q, R = np.linalg.qr(scaled)
        y = (means - means.mean()) / np.sqrt(variances)
        left = y - Q @ (Q.T @ y)
        spread = df * np.log((float(left @ left) + within) / df)
        return float(spread + np.log(variances).sum() + 2 * np.log(np.abs(np.diag(R))).sum())

    found = optimize.minimize_scalar(
        lambda log_ratio: minus_likelihood(np.exp(log_ratio)), bounds=(-WIDEST, WIDEST), method="bounded"
    )
    ratio = 0.0 if minus_likelihood(0.0) <= found.fun else float(np.exp(found.x))
    weights = 1 / (ratio + 1 / sizes)
    return np.asarray(weights / weights.mean(), dtype=np.float64)
