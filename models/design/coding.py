"""The model matrix of a study: sum-to-zero columns for every term that the runs present can estimate."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.design.contrasts import Matrix, independent, term_columns
from models.design.design import Design

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]

INTERCEPT = "Intercept"
CURVATURE = "Curvature"


class FitError(ValueError):
    """A model that these observations cannot bear, in one sentence."""


@dataclass(frozen=True)
class Coding:
    """Blocks of columns (runs of the design, df) by term: what the runs present can estimate, and what not."""

    blocks: dict[str, Matrix]
    dropped: dict[str, Matrix]
    present: Integers  # places of the runs that have observations

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(term for term in self.blocks if term not in (INTERCEPT, CURVATURE))

    @cached_property
    def leaks(self) -> dict[str, tuple[str, ...]]:
        """The dropped terms that, were they not zero, would be counted in each term of the model.

        By the alias matrix (X'X)^-1 X'Z of the runs present (Box and Draper, Response Surfaces, Mixtures, and
        Ridge Analyses, 2007, 3.9).
        """
        found: dict[str, list[str]] = {term: [] for term in self.blocks}
        X = np.hstack(list(self.blocks.values()))[self.present]
        for dropped, block in self.dropped.items():
            bias = np.abs(np.linalg.lstsq(X, block[self.present], rcond=None)[0]).max(axis=1)
            for term, columns in slices(self.blocks).items():
                if bias[columns].max() > 1e-9:
                    found[term].append(dropped)
        return {term: tuple(names) for term, names in found.items()}


def slices(blocks: dict[str, Matrix]) -> dict[str, slice]:
    """Where each block stands in the matrix of all blocks side by side."""
    ends = np.cumsum([block.shape[1] for block in blocks.values()]).tolist()
    starts = [0, *ends[:-1]]
    return {term: slice(*ends_of) for term, *ends_of in zip(blocks, starts, ends, strict=True)}


def code(design: Design, terms: Sequence[str], present: Integers) -> Coding:
    """Code the terms one after another; one that those before it determine in the runs present is dropped.

    Products of columns instead of formulas: those recode an interaction whose main effects are not in the model,
    have no place for centre points (which stand at 0), and choke on factors named C, Q or I.
    """
    is_center = design.runs["is_center"].to_numpy()
    wanted = {INTERCEPT: np.ones((len(is_center), 1))}
    if is_center[present].any():
        wanted[CURVATURE] = is_center[:, None].astype(np.float64)
    for term in terms:
        factors = [design.factors.index(name) for name in term.split(":")]
        block = term_columns(design.places, design.levels, factors)
        wanted[term] = np.vstack([block, np.zeros((len(is_center) - len(block), block.shape[1]))])
    kept = set(independent(np.hstack(list(wanted.values()))[present]))
    places = {term: range(columns.start, columns.stop) for term, columns in slices(wanted).items()}
    blocks = {term: block for term, block in wanted.items() if kept.issuperset(places[term])}
    return Coding(blocks, {term: wanted[term] for term in wanted if term not in blocks}, present)
