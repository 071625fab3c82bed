"""Columns of a model matrix in sum-to-zero coding, low level first."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def factor_contrasts(places: NDArray[np.int64], levels: int) -> Matrix:
    """(rows,) level places from 0 -> (rows, levels - 1); two levels give one column of -1 (low) and +1."""
    return np.stack([(places == i).astype(float) - (places == 0) for i in range(1, levels)], axis=1)


def term_columns(places: NDArray[np.int64], levels: Sequence[int], factors: Sequence[int]) -> Matrix:
    """(rows, factors) level places -> the columns of the interaction of the chosen factors; of none, I."""
    own = [factor_contrasts(places[:, i], levels[i]).T for i in factors]
    columns = (
        [np.prod(np.stack(chosen), axis=0) for chosen in product(*own)] if own else [np.ones(len(places))]
    )
    return np.stack(columns, axis=1)


def independent(matrix: Matrix) -> list[int]:
    """The columns that are no combination of those before them; entries are small integers."""
    kept: list[int] = []
    basis = np.empty((len(matrix), 0))
    for j in range(matrix.shape[1]):
        column = matrix[:, j]
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)  # once more, so that rounding does not look like independence
        norm = float(np.linalg.norm(rest))
        if norm > 1e-8 * max(1.0, float(np.linalg.norm(column))):
            kept.append(j)
            basis = np.column_stack([basis, rest / norm])
    return kept
