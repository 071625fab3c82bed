"""The model matrix of a study: sum-to-zero columns for every term, as far as the runs present can estimate it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.design.contrasts import Matrix, estimable, factor_contrasts, independent, term_columns
from models.design.design import Design

Vector = NDArray[np.float64]
Integers = NDArray[np.int64]

INTERCEPT = "Intercept"
CURVATURE = "Curvature"
BLOCK = "Block"
NO_TERMS = (INTERCEPT, CURVATURE, BLOCK)
LEAST_PART = 0.05  # of an effect that is counted in another; less is not named


class FitError(ValueError):
    """A model that these observations cannot bear, in one sentence."""


class Blocking(NamedTuple):
    """The cells of a blocked design, each a run in a block: places of their runs, numbers of their blocks from 0."""

    runs: Integers
    blocks: Integers


@dataclass(frozen=True)
class Coding:
    """Blocks of columns (rows, df) by term: what the runs present can estimate, and what not.

    A row is a run of the design, whether it is present or not; with `Blocking`, a cell.
    A term of which only a part can be estimated has in `blocks` the columns of that part, in `whole` those of all
    of it, and in `parts` the one by the other: block = whole @ part.
    """

    blocks: dict[str, Matrix]
    dropped: dict[str, Matrix]
    present: Integers  # places of the runs that have observations
    levels: dict[str, tuple[int, ...]]  # of each factor, the places of the levels that were run
    full_df: dict[str, int]  # of each term, had every run of the design been made
    rows: Integers  # those of the matrices that have observations
    runs: Integers  # of each row of the matrices, the place of its run
    whole: dict[str, Matrix] = field(default_factory=dict)
    parts: dict[str, Matrix] = field(default_factory=dict)
    executions: Integers | None = (
        None  # how many each row of the matrices has; one each where nothing is said
    )

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(term for term in self.blocks if term not in NO_TERMS)

    @property
    def partial(self) -> dict[str, tuple[int, int]]:
        """Terms of which less can be estimated than the design promises: the df there are, and all of them."""
        sizes = {term: (self.blocks[term].shape[1], self.full_df[term]) for term in self.terms}
        return {term: (some, all_of) for term, (some, all_of) in sizes.items() if some < all_of}

    @cached_property
    def biases(self) -> dict[str, dict[str, float]]:
        """By how much each dropped term, were it not zero, would be counted in each term of the model.

        The alias matrix (X'X)^-1 X'Z of the runs present (Box and Draper, Response Surfaces, Mixtures, and Ridge
        Analyses, 2007, 3.9); of several columns the largest.
        """
        found: dict[str, dict[str, float]] = {term: {} for term in self.blocks}
        for dropped, block in self.dropped.items():
            bias = self.bias(block)
            for term, columns in slices(self.blocks).items():
                of_term = bias[columns].ravel()
                largest = float(of_term[np.argmax(np.abs(of_term))]) if of_term.size else 0.0
                if abs(largest) >= LEAST_PART:
                    found[term][dropped] = largest
        return found

    def bias(self, block: Matrix) -> Matrix:
        """(columns of the model, columns of the block): what of columns outside the model is counted in it."""
        X, Z = np.hstack(list(self.blocks.values()))[self.rows], block[self.rows]
        if self.executions is not None:
            roots = np.sqrt(self.executions[self.rows])[:, None]
            X, Z = roots * X, roots * Z
        return np.asarray(np.linalg.lstsq(X, Z, rcond=None)[0], dtype=np.float64)

    @property
    def leaks(self) -> dict[str, tuple[str, ...]]:
        """The dropped terms that would be counted in each term of the model."""
        return {term: tuple(names) for term, names in self.biases.items()}


def slices(blocks: dict[str, Matrix]) -> dict[str, slice]:
    """Where each block stands in the matrix of all blocks side by side."""
    ends = np.cumsum([block.shape[1] for block in blocks.values()]).tolist()
    starts = [0, *ends[:-1]]
    return {term: slice(*ends_of) for term, *ends_of in zip(blocks, starts, ends, strict=True)}


def code(design: Design, terms: Sequence[str], present: Integers, blocking: Blocking | None = None) -> Coding:
    """Code the terms one after another, of each what those before it leave to be estimated in the runs present.

    Levels that were never run have no column, as in R. Products of columns instead of formulas: those recode an
    interaction whose main effects are not in the model, have no place for centre points (which stand at 0), and
    choke on factors named C, Q or I. Blocks come before all terms: what they determine is dropped too.
    """
    is_center = design.runs["is_center"].to_numpy()
    observed = design.places[present[present < len(design.places)]]
    levels = [np.unique(observed[:, i]) for i in range(len(design.factors))]
    wanted = {INTERCEPT: np.ones((len(is_center), 1))}
    if is_center[present].any():
        wanted[CURVATURE] = is_center[:, None].astype(np.float64)
    sizes: dict[str, int] = {}
    for term in terms:
        factors = [design.factors.index(name) for name in term.split(":")]
        block = term_columns(design.places, levels, factors)
        wanted[term] = np.vstack([block, np.zeros((len(is_center) - len(block), block.shape[1]))])
        sizes[term] = int(np.prod([design.levels[i] - 1 for i in factors]))
    rows = present
    if blocking:
        rows = np.arange(len(blocking.runs))
        wanted = {term: block[blocking.runs] for term, block in wanted.items()}
        own = factor_contrasts(blocking.blocks, np.unique(blocking.blocks))
        if own.shape[1]:
            wanted = {INTERCEPT: wanted.pop(INTERCEPT), BLOCK: own, **wanted}
    kept = set(independent(np.hstack(list(wanted.values()))[rows]))
    places = {term: range(columns.start, columns.stop) for term, columns in slices(wanted).items()}
    blocks: dict[str, Matrix] = {}
    whole: dict[str, Matrix] = {}
    parts: dict[str, Matrix] = {}
    for term, block in wanted.items():
        if kept.issuperset(places[term]) and block.shape[1]:
            blocks[term] = block
        elif kept.intersection(places[term]):
            every = _all_combinations(term, design, levels)
            before = np.hstack(list(wanted.values())[: list(wanted).index(term)])[rows]
            whole[term], parts[term] = block, estimable(before, block[rows], every)
            blocks[term] = block @ parts[term]
    dropped = {
        term: block if block.shape[1] else _constant(term, design, blocking, len(is_center))
        for term, block in wanted.items()
        if term not in blocks
        and term not in NO_TERMS  # centre points in a block of their own show no curvature
    }
    seen = {name: tuple(of.tolist()) for name, of in zip(design.factors, levels, strict=True)}
    runs = blocking.runs if blocking else np.arange(len(is_center))
    return Coding(blocks, dropped, present, seen, sizes, rows, runs, whole, parts)


def _all_combinations(term: str, design: Design, levels: Sequence[Integers]) -> Matrix:
    """(combinations of the levels present, df): every effect of a term by its columns."""
    found: Matrix = np.ones((1, 1))
    for name in term.split(":"):
        of = levels[design.factors.index(name)]
        found = np.asarray(np.kron(found, factor_contrasts(of, of)), dtype=np.float64)
    return found


def _constant(term: str, design: Design, blocking: Blocking | None, runs: int) -> Matrix:
    """The columns, as declared, of a term whose factor stood at one level in all runs."""
    levels = [np.arange(size) for size in design.levels]
    block = term_columns(design.places, levels, [design.factors.index(name) for name in term.split(":")])
    every = np.vstack([block, np.zeros((runs - len(block), block.shape[1]))])
    return every[blocking.runs] if blocking else every
