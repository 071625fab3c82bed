"""Columns of a model matrix in sum-to-zero coding, low level first."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def factor_contrasts(places: NDArray[np.int64], levels: NDArray[np.int64]) -> Matrix:
    """(rows,) level places -> (rows, levels - 1), rows of other levels 0; of two levels one column of -1 and +1."""
    if len(levels) < 2:
        return np.empty((len(places), 0))
    return np.stack([(places == level).astype(float) - (places == levels[0]) for level in levels[1:]], axis=1)


def term_columns(
    places: NDArray[np.int64], levels: Sequence[NDArray[np.int64]], factors: Sequence[int]
) -> Matrix:
    """(rows, factors) level places -> the columns of the interaction of the chosen factors; of none, I.

    levels: of each factor the places that were run.
    """
    own = [factor_contrasts(places[:, i], levels[i]).T for i in factors]
    columns = (
        [np.prod(np.stack(chosen), axis=0) for chosen in product(*own)] if own else [np.ones(len(places))]
    )
    return np.stack(columns, axis=1) if columns else np.empty((len(places), 0))


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


def estimable(before: Matrix, block: Matrix, every: Matrix) -> Matrix:
    """(df of a block, df that can be told): combinations of its columns that those before it leave open.

    before, block: columns in the runs present; every: the block at all combinations of levels. What cannot be told
    is taken as nil, measured over all combinations alike, so that no order of levels matters.
    """
    basis = np.linalg.svd(before, full_matrices=False)
    Q = basis[0][:, basis[1] > 1e-8 * basis[1].max()]
    rest = block - Q @ (Q.T @ block)
    _, singular, right = np.linalg.svd(rest)
    rank = int((singular > 1e-8 * max(1.0, singular.max())).sum())
    lost = right[rank:]
    # what is orthogonal to the lost combinations in the effects themselves
    found: Matrix = np.linalg.svd(lost @ every.T @ every)[2][len(lost) :].T
    return found
