"""Further runs that tell aliased effects apart: fold-overs, halves of them, and the smallest set."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.declared.study import Study
from models.design.contrasts import Matrix
from models.design.design import Design
from models.design.power import ALPHA, f_power
from models.wording import count, joined

MOST_FACTORS = 12  # all 2^k combinations are candidates

Signs = NDArray[np.int64]


@dataclass(frozen=True)
class FollowUp:
    """A set of further runs.

    `runs` holds std_order (the run's number in the full factorial) and a column of level texts per factor;
    `power` is that for the least certain of the effects to be separated, None without error degrees of freedom.
    """

    name: str
    runs: pl.DataFrame
    separates: bool
    power: float | None
    sentence: str


@dataclass(frozen=True)
class FollowUps:
    """`sets` are the alias sets to be separated; `options` what was considered, the proposed one first."""

    sets: tuple[tuple[str, ...], ...]
    options: tuple[FollowUp, ...]

    @property
    def proposal(self) -> FollowUp | None:
        """The smallest set that separates; None where nothing needs to be separated."""
        return next((option for option in self.options if option.separates), None)


def next_runs(
    study: Study,
    active: Collection[str],
    present: Collection[int] | None = None,
    replicates: int = 1,
    size: float = 1.0,
    alpha: float = ALPHA,
) -> FollowUps:
    """The smallest set of further runs after which the active effects can be told from their aliases.

    Told apart are the active terms and their aliases of at most two factors, beside the mean, all main effects
    and a shift between the runs made (`present`, else all of the design) and the further ones, which are made on
    another night. Each run has `replicates` independent values; `size` is the effect whose power is given, in
    their standard deviations. Raises ValueError for unknown terms, and for designs that are not two-level ones or
    too large to search.
    """
    design, as_run = Design.of(study), Design.as_run(study, present or ())
    if not design.is_two_level:
        raise ValueError(
            f"{study.name}: found factors with {joined([str(n) for n in design.levels])} levels, expected two each. "
            "A full factorial has no aliases: no further runs are needed."
        )
    if len(design.factors) > MOST_FACTORS:
        raise ValueError(
            f"{study.name}: found {len(design.factors)} factors, expected at most {MOST_FACTORS} for a search among "
            "all level combinations. Declare a larger fraction as a study of its own."
        )
    sets = _alias_sets(design, active)
    if not sets:
        return FollowUps((), ())
    names = design.confounding
    separated = dict.fromkeys(names.mask(term) for one in sets for term in one)
    mains = [1 << i for i in range(len(design.factors))]
    rows = range(1, design.planned + 1) if present is None else sorted(set(present))
    search = _Search(
        texts={name: tuple(levels) for name, levels in study.factors.items()},
        relation=names.relation(words=7),
        is_even=all(word.mask.bit_count() % 2 == 0 for word in names.words),
        sets=sets,
        masks=tuple(dict.fromkeys([*separated, *mains, *map(names.mask, active)])),
        separated=len(separated),
        made=as_run.signs[[run - 1 for run in rows if run <= len(as_run.places)]],
        replicates=replicates,
        size=size,
        alpha=alpha,
    )
    return FollowUps(sets, tuple(search.options()))


def _alias_sets(design: Design, active: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """Active terms with their aliases of at most two factors, one set a column; those without any are left out."""
    names = design.confounding
    sets: dict[int, tuple[str, ...]] = {}
    for term in active:
        mask = names.mask(term)
        aliases = [alias.removeprefix("-") for alias in design.aliases(term)]
        near = [alias for alias in aliases if alias.count(":") < 2]
        if near:
            sets.setdefault(names.project(mask).mask, (names.term(mask), *near))
    return tuple(sets.values())


@dataclass(frozen=True)
class _Search:
    """The model that the runs must bear, whose first `separated` effects are to be told apart, and what is tried."""

    texts: dict[str, tuple[str, ...]]
    relation: str
    is_even: bool
    sets: tuple[tuple[str, ...], ...]
    masks: tuple[int, ...]
    separated: int
    made: Signs
    replicates: int
    size: float
    alpha: float

    def matrix(self, signs: Signs, is_new: bool) -> Matrix:
        """(rows, parameters): the separated effects, the other terms, the mean and the shift."""
        k = len(self.texts)
        effects = [signs[:, [i for i in range(k) if mask >> i & 1]].prod(axis=1) for mask in self.masks]
        mean, shift = np.ones(len(signs)), np.full(len(signs), float(is_new))
        return np.stack([*effects, mean, shift], axis=1).astype(np.float64)

    def options(self) -> Iterator[FollowUp]:
        tried = [self._smallest(), *self._folds(), self._fold_over()]
        yield from sorted(tried, key=lambda option: (not option.separates, len(option.runs)))

    def _fold_over(self) -> FollowUp:
        option = self._option("full fold-over", -self.made)
        if self.is_even:
            reason = (
                f"refused: every word of {self.relation} has an even number of letters, so that changing all signs "
                "gives the runs of the same fraction and tells nothing new apart"
            )
            return FollowUp(option.name, option.runs.clear(), False, None, reason)
        return option

    def _smallest(self) -> FollowUp:
        """One run for each parameter that the runs made cannot bear: fewer cannot do, as each adds one equation.

        Each run in turn is the one with the largest variance of prediction (Dykstra, Technometrics 13, 1971), then
        single runs are exchanged as long as that makes the separated effects more certain.
        """
        everything = np.array(list(product((-1, 1), repeat=len(self.texts))), dtype=np.int64)[:, ::-1]
        made_numbers = set(_numbers(self.made))
        candidates = everything[[n not in made_numbers for n in _numbers(everything)]]
        made, new = self.matrix(self.made, False), self.matrix(candidates, True)
        needed = made.shape[1] - int(np.linalg.matrix_rank(made))
        inverse = np.linalg.inv(made.T @ made + 1e-6 * np.eye(made.shape[1]))
        chosen: list[int] = []
        for _ in range(needed):
            spread = np.einsum("ij,jk,ik->i", new, inverse, new)
            spread[chosen] = -1.0
            chosen.append(int(np.argmax(np.round(spread / spread.max(), 9))))
            direction = inverse @ new[chosen[-1]]
            inverse -= np.outer(direction, direction) / (1 + new[chosen[-1]] @ direction)
        return self._option("smallest set", candidates[sorted(self._exchanged(made, new, chosen))])

    def _exchanged(self, made: Matrix, new: Matrix, chosen: list[int]) -> list[int]:
        best, improved = float("inf"), True
        while improved:
            improved = False
            for place in range(len(chosen)):
                others = chosen[:place] + chosen[place + 1 :]
                fixed = np.vstack([made, new[others]])
                # a little more than singular, so that all candidates are inverted at once
                information = fixed.T @ fixed + 1e-9 * np.eye(new.shape[1])
                inverses = np.linalg.inv(information + new[:, :, None] * new[:, None, :])
                variances = np.diagonal(inverses, axis1=1, axis2=2)[:, : self.separated].mean(axis=1)
                variances[others] = np.inf
                winner = int(np.argmin(np.round(variances, 9)))
                if variances[winner] < best - 1e-6:
                    best, improved = float(variances[winner]), True
                    chosen = [*chosen[:place], winner, *chosen[place + 1 :]]
        return chosen

    def _folds(self) -> Iterator[FollowUp]:
        """The most certain fold on one factor, and the most certain half of such a fold."""
        folds, halves = [], []
        for i, factor in enumerate(self.texts):
            folded = self.made.copy()
            folded[:, i] *= -1
            folds.append(self._option(f"fold on {factor}", folded))
            for j, other in enumerate(self.texts):
                for sign, text in ((-1, "low"), (1, "high")):
                    half = folded[folded[:, j] == sign]
                    if j != i and len(half):
                        halves.append(self._option(f"half of a fold on {factor} ({other} {text})", half))
        for options in (halves, folds):
            useful = [option for option in options if option.separates]
            if useful:
                yield max(useful, key=lambda option: option.power or 0.0)

    def _variances(self, matrix: Matrix) -> NDArray[np.float64] | None:
        if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
            return None
        variances: NDArray[np.float64] = np.diag(np.linalg.inv(matrix.T @ matrix))[: self.separated]
        return variances

    def _option(self, name: str, signs: Signs) -> FollowUp:
        matrix = np.vstack([self.matrix(self.made, False), self.matrix(signs, True)])
        variances = self._variances(matrix)
        numbers = _numbers(signs)
        places = (signs + 1) // 2
        columns = {
            name: [levels[place] for place in places[:, i]]
            for i, (name, levels) in enumerate(self.texts.items())
        }
        runs = pl.DataFrame({"std_order": numbers, **columns}).sort("std_order")
        if variances is None:
            return FollowUp(name, runs, False, None, f"{count(len(signs), 'run')}: {self._shortfall(matrix)}")
        df_error = len(matrix) * self.replicates - matrix.shape[1]
        noncentrality = self.replicates * self.size**2 / (4 * float(variances.max()))
        power = f_power(noncentrality, 1, df_error, self.alpha)
        chance = (
            "no degrees of freedom are left for the error, so that nothing can be tested without replicates"
            if power is None
            else f"power {power:.2f} for an effect of {self.size:g} SD with {df_error} error df"
        )
        whole = len({*_numbers(self.made), *numbers}) == 2 ** len(self.texts)
        full = f", gives the full 2^{len(self.texts)}" if whole else ""
        return FollowUp(name, runs, True, power, f"{count(len(signs), 'run')}{full}: {chance}")

    def _shortfall(self, matrix: Matrix) -> str:
        """Which effects some runs tell apart, and which not: those that a solution of X b = 0 moves."""
        _, singular, right = np.linalg.svd(matrix)
        moved = np.abs(right[int((singular > 1e-8).sum()) :]).max(axis=0)
        effects = [term for one in self.sets for term in one]
        mixed = [term for term, move in zip(effects, moved, strict=False) if move > 1e-8]
        told = [term for term in effects if term not in mixed]
        also = f"tells {joined(told)} from their aliases, but " if told else ""
        return f"{also}does not tell {joined(mixed, most=8)} apart"


def _numbers(signs: Signs) -> list[int]:
    """Numbers of rows in the Yates order of the full factorial, from 1."""
    weights = 2 ** np.arange(signs.shape[1])
    numbers: list[int] = (1 + ((signs + 1) // 2) @ weights).tolist()
    return numbers
