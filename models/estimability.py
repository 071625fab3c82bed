"""What the runs that are there can tell apart, and what a missing run costs."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.contrasts import Matrix, term_columns
from models.design import Design
from models.wording import joined, with_alias

MEAN = ""  # stands for the mean among the terms: no factor can have this name


@dataclass(frozen=True)
class Estimability:
    """What some runs of a design can bear; `present` are their numbers without centre points."""

    design: Design
    present: tuple[int, ...]

    @property
    def missing(self) -> tuple[int, ...]:
        return tuple(sorted(set(range(1, len(self.design.places) + 1)) - set(self.present)))

    @cached_property
    def estimable(self) -> tuple[str, ...]:
        """Terms of the model whose estimates are unique: no solution of X b = 0 moves them (Searle 1971, 5.4)."""
        owner, matrix = self._model
        _, singular, right = np.linalg.svd(matrix, full_matrices=True)
        null = right[int((singular > 1e-8).sum()) :]
        moved = {owner[j] for j in np.flatnonzero(np.abs(null).max(axis=0, initial=0.0) > 1e-8)}
        return tuple(term for term in self.design.terms if term not in moved)

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """Terms that can be fitted together: each in the order of the study, unless it adds nothing new."""
        kept: list[str] = []
        for term in self.design.terms:
            _, matrix = self._columns([MEAN, *kept, term])
            if matrix.size and np.linalg.matrix_rank(matrix) == matrix.shape[1]:
                kept.append(term)
        return tuple(kept)

    @cached_property
    def lost(self) -> tuple[str, ...]:
        """Terms that must be left out, so that the others can be fitted."""
        return tuple(term for term in self.design.terms if term not in self.kept)

    def mixed(self) -> pl.DataFrame:
        """Columns: term, with, weight: what each kept estimate holds of an effect left out ('' is the mean).

        The alias matrix (X1'X1)^-1 X1'X2 (Montgomery, Design and Analysis of Experiments, 8.2): X1 the mean and
        the kept terms, X2 the lost terms and, with two levels, the two-factor interactions outside the model.
        """
        names = self.design.confounding
        outside = [names.term(mask) for mask in names.effects(2)] if self.design.is_two_level else []
        others = list(dict.fromkeys([*self.lost, *(t for t in outside if t not in self.design.terms)]))
        kept_owner, X1 = self._columns([MEAN, *self.kept])
        other_owner, X2 = self._columns(others)
        weights = np.linalg.lstsq(X1, X2, rcond=None)[0] if len(X1) and others else np.zeros((0, 0))
        rows = [
            (kept_owner[i], other_owner[j], float(weights[i, j]))
            for i, j in zip(*np.nonzero(np.abs(weights) > 1e-8), strict=True)
        ]
        schema = {"term": pl.String, "with": pl.String, "weight": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def sentences(self) -> tuple[str, ...]:
        """The missing runs by consequence; empty if every run is there."""
        if not self.missing:
            return ()
        runs, verb = ("Run", "is") if len(self.missing) == 1 else ("Runs", "are")
        opening = f"{runs} {joined([str(run) for run in self.missing])} {verb} missing"
        if not self.present:
            return (f"{opening}: nothing can be estimated.",)
        mixed = self.mixed()
        told = []
        for term in self.lost:
            holders = dict.fromkeys(mixed.filter(pl.col("with") == term)["term"])
            names = ["the mean" if name == MEAN else self._named(name) for name in holders]
            together = " together" if len(names) > 1 else ""
            told.append(
                f"{opening}: {self._named(term)} can no longer be told from {joined(names)}{together}."
            )
        if self.lost:
            left_out = joined([self._named(term) for term in self.lost])
            untouched = joined([self._named(term) for term in self.estimable]) or "none"
            told.append(
                f"Fits of these runs leave out {left_out}; terms whose estimates hold nothing of what is left "
                f"out: {untouched}."
            )
        else:
            shared = (
                mixed.filter(pl.col("weight").abs() < 1 - 1e-8)["with"].unique(maintain_order=True).to_list()
            )
            outside = (
                f" and hold a share of {joined(shared, most=4)}, if these are not zero" if shared else ""
            )
            told.append(
                f"{opening}: every term can still be estimated, but the design is no longer balanced: estimates "
                f"depend on which other terms are in the model{outside}."
            )
        return tuple(told)

    def _named(self, term: str) -> str:
        return with_alias(term, self.design.aliases(term))

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        return self.design.places[[run - 1 for run in self.present]]

    def _columns(self, terms: Collection[str]) -> tuple[list[str], Matrix]:
        """The term that owns each column, and the columns (present runs × columns)."""
        owner: list[str] = []
        parts = [np.empty((len(self.present), 0))]
        for term in terms:
            chosen = [] if term == MEAN else [self.design.factors.index(name) for name in term.split(":")]
            parts.append(term_columns(self._places, self.design.levels, chosen))
            owner += [term] * parts[-1].shape[1]
        return owner, np.concatenate(parts, axis=1)

    @cached_property
    def _model(self) -> tuple[list[str], Matrix]:
        return self._columns([MEAN, *self.design.terms])


def estimability(design: Design, present: Collection[int]) -> Estimability:
    """Of the runs that have observations, by number; centre points tell nothing of effects.

    Raises ValueError for a number that the design has not.
    """
    unknown = sorted(set(present) - set(design.runs["run"].to_list()))
    if unknown:
        raise ValueError(
            f"found run {unknown[0]}, expected 1 to {len(design.runs)}. Check the folder's number."
        )
    return Estimability(design, tuple(sorted(run for run in set(present) if run <= len(design.places))))
