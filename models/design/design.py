"""The design of a study: its runs from pyDOE2, its signs, words, resolution and aliases."""

import sys
import types
import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.confounding.confounding import LETTERS, Confounding, Word
from models.declared.study import Study

ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


@dataclass(frozen=True)
class Design:
    """The runs of a study and what they can tell apart.

    `runs` is a frame of run, a text column per factor and is_center. Behind the runs that were planned stand levels
    that were run and that no run has; `beyond` are the places of those that are there.
    """

    study: Study
    factors: tuple[str, ...]
    levels: tuple[int, ...]
    confounding: Confounding
    terms: tuple[str, ...]
    runs: pl.DataFrame
    containers: int | None
    replicates: int | None
    beyond: tuple[int, ...] = ()

    @classmethod
    def of(cls, study: Study) -> "Design":
        names = list(study.factors)
        treatments = study.treatments
        schema = {"run": pl.Int64, **dict.fromkeys(names, pl.String), "is_center": pl.Boolean}
        rows = [(treatment.run, *treatment.levels.values(), treatment.is_center) for treatment in treatments]
        return cls(
            study=study,
            factors=tuple(names),
            levels=tuple(len(levels) for levels in study.factors.values()),
            confounding=study.confounding,
            terms=study.terms,
            runs=pl.DataFrame(rows, schema=schema, orient="row"),
            containers=study.containers,
            replicates=study.replicates,
        )

    @classmethod
    def as_run(cls, study: Study, present: Iterable[int]) -> "Design":
        """The same with the levels that were run and that no run of the design has, where numbers present are theirs."""
        design = cls.of(study)
        beyond = [other for other in study.others if other.run in set(present)]
        if not beyond:
            return design
        rows = [(other.run, *other.levels.values(), False) for other in study.others]
        return replace(
            design,
            runs=pl.concat([design.runs, pl.DataFrame(rows, schema=design.runs.schema, orient="row")]),
            beyond=tuple(other.run - 1 for other in beyond),
        )

    @property
    def planned(self) -> int:
        """How many runs the design has, without centre points."""
        return prod(self.levels[i] for i in self.confounding.base)

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """(runs × factors) the place of each level from 0, without centre points, as pyDOE2 makes them.

        Behind those of the runs that were planned stand those of levels that were run and that no run has.
        Yates order is ours: pyDOE2's successors return their rows in another one. Raises RuntimeError where it makes
        another design than the study declares.
        """
        places = _rows_in_yates_order(self.study)
        made = [
            tuple(levels[place] for levels, place in zip(self.study.factors.values(), row, strict=True))
            for row in places.tolist()
        ]
        declared = [tuple(one.levels.values()) for one in self.study.treatments if not one.is_center]
        if made != declared:
            raise RuntimeError(
                f"{self.study.name}: pyDOE2 made another design than the study declares; please report it."
            )
        if not self.beyond:
            return places
        texts = list(self.study.factors.items())
        others = [[levels.index(other.levels[name]) for name, levels in texts] for other in self.study.others]
        return np.vstack([places, others])

    @property
    def letters(self) -> tuple[str, ...]:
        """A, B, C ... without I; beyond Z two-figure names, which no generator can use."""
        return tuple(LETTERS[i] if i < len(LETTERS) else f"F{i + 1}" for i in range(len(self.factors)))

    @property
    def is_two_level(self) -> bool:
        return set(self.levels) == {2}

    @property
    def signs(self) -> NDArray[np.int64]:
        """(runs × factors) of -1 and +1, without centre points; ValueError with more than two levels."""
        if not self.is_two_level:
            raise ValueError(
                "signs exist for two-level designs only; use `places` for factors with more levels"
            )
        return 2 * self.places - 1

    @property
    def words(self) -> tuple[str, ...]:
        """Words of the defining relation in letters, a minus before negative ones."""
        return tuple(self.confounding.letters(word) for word in self.confounding.words)

    @property
    def shortest_word(self) -> int | None:
        return min((word.mask.bit_count() for word in self.confounding.words), default=None)

    @property
    def resolution(self) -> str | None:
        """The length of the shortest word as a Roman numeral; None for a full factorial."""
        length = self.shortest_word
        if length is None:
            return None
        return ROMAN[length] if length < len(ROMAN) else str(length)

    @property
    def word_length_pattern(self) -> tuple[int, ...]:
        """(A3, A4, ..., Ak): how many words have so many letters (Fries and Hunter 1980)."""
        lengths = [word.mask.bit_count() for word in self.confounding.words]
        return tuple(lengths.count(length) for length in range(3, len(self.factors) + 1))

    def defining_relation(self) -> str:
        """'I = ABCD'; 'I' alone for a full factorial."""
        return self.confounding.relation()

    def aliases(self, term: str, longest: int | None = 3) -> tuple[str, ...]:
        """Effects with the same column, short ones first; '-' before those of opposite sign.

        Only effects of at most `longest` factors, or the shortest ones if none is so short; None for all.
        None that runs beyond the design tell from it. Raises ValueError for a term with unknown factors.
        """
        mask = self.confounding.mask(term)
        found = [(mask ^ word.mask, word.sign) for word in self.words_that_hold if mask != word.mask]
        if longest is not None and found:
            limit = max(longest, min(alias.bit_count() for alias, _ in found))
            found = [pair for pair in found if pair[0].bit_count() <= limit]
        found.sort(key=lambda pair: (pair[0].bit_count(), _in_study_order(pair[0])))
        return tuple(f"{'' if sign > 0 else '-'}{self.confounding.term(alias)}" for alias, sign in found)

    @cached_property
    def words_that_hold(self) -> tuple[Word, ...]:
        """The words of the defining relation that hold in the runs beyond the design too."""
        words = self.confounding.words
        if not self.beyond:
            return words
        made = self.signs[list(self.beyond)]
        return tuple(
            word for word in words if (made[:, _in_study_order(word.mask)].prod(axis=1) == word.sign).all()
        )

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """One effect of each alias set, those of the model first: the columns of the sign table.

        All of them up to 32 runs, main effects and two-factor interactions beyond.
        """
        longest = len(self.factors) if len(self.places) <= 32 else 2
        base = sum(1 << i for i in self.confounding.base)
        model = [self.confounding.mask(term) for term in self.terms]
        others = sorted(
            self.confounding.effects(longest), key=lambda mask: (mask.bit_count(), (mask & ~base).bit_count())
        )
        by_column: dict[int, int] = {0: 0}
        for mask in (*model, *others):
            by_column.setdefault(self.confounding.project(mask).mask, mask)
        del by_column[0]
        ordered = sorted(by_column.values(), key=lambda mask: (mask.bit_count(), _in_study_order(mask)))
        return tuple(self.confounding.term(mask) for mask in ordered)

    def column(self, term: str) -> NDArray[np.int64]:
        """(runs,) the product of the signs of the term's factors."""
        mask = self.confounding.mask(term)
        column: NDArray[np.int64] = self.signs[:, _in_study_order(mask)].prod(axis=1)
        return column

    def sign_table(self) -> pl.DataFrame:
        """run, I, one column for each of `columns` (0 at centre points). Two levels only."""
        centers = len(self.runs) - len(self.places)
        identity = "I" if "I" not in self.factors else "I (mean)"
        table = {"run": self.runs["run"].to_list(), identity: [1] * len(self.runs)}
        for term in self.columns:
            table[term] = [*self.column(term).tolist(), *[0] * centers]
        return pl.DataFrame(table)

    def line(self, present: Collection[int] | None = None) -> str:
        """'2^(4-1), I = ABCD, resolution IV, 8 runs × 4 containers', and the runs that `present` lacks."""
        runs = self.planned
        if not self.confounding.generators:
            size = f"2^{len(self.factors)}" if self.is_two_level else " × ".join(map(str, self.levels))
            head = f"{size} full factorial"
        else:
            size = f"2^({len(self.factors)}-{len(self.confounding.generators)})"
            head = f"{size}, {self.confounding.relation(words=7)}, resolution {self.resolution}"
        text = f"{head}, {runs} run{'s' if runs > 1 else ''}"
        if self.beyond:
            text += f" + {len(self.beyond)} beside the design"
        elif len(self.runs) > runs:
            text += f" + {len(self.runs) - runs} at the centre"
        for number, noun in ((self.replicates, "folder"), (self.containers, "container")):
            if number is not None and (number > 1 or noun == "container"):
                text += f" × {number} {noun}{'s' if number > 1 else ''}"
        expected = range(1, 1 + (self.planned if self.beyond else len(self.runs)))
        missing = sorted(set(expected) - set(present)) if present is not None else []
        if missing:
            text += (
                f", in progress: run{'s' if len(missing) > 1 else ''} {', '.join(map(str, missing))} to come"
            )
        return text


def _in_study_order(mask: int) -> tuple[int, ...]:
    return tuple(i for i in range(mask.bit_length()) if mask >> i & 1)


def _rows_in_yates_order(study: Study) -> NDArray[np.int64]:
    """(runs, factors) level places from 0, the first factor that no generator defines changing fastest."""
    made = _pydoe2()
    levels = [len(texts) for texts in study.factors.values()]
    base = list(study.confounding.base)
    if study.generators:
        rows = (made.fracfact(_pydoe2_generator(study.confounding)) + 1) / 2
    elif set(levels) == {2}:
        rows = (made.ff2n(len(levels)) + 1) / 2
    else:
        rows = made.fullfact(levels)
    places: NDArray[np.int64] = np.rint(rows).astype(np.int64)
    assert len(places) == prod(levels[i] for i in base)
    return places[np.lexsort([places[:, i] for i in base])]


def _pydoe2_generator(confounding: Confounding) -> str:
    """'A B C ABC': pyDOE2 counts letters among the single ones, so base factors are lettered anew."""
    letter = {i: chr(ord("A") + place) for place, i in enumerate(confounding.base)}
    defined = {generator.defines: generator.product for generator in confounding.generators}
    parts: list[str] = []
    for i in range(len(confounding.factors)):
        if i in letter:
            parts.append(letter[i])
        else:
            product = defined[i]
            letters = "".join(letter[j] for j in confounding.base if product.mask >> j & 1)
            parts.append(letters if product.sign > 0 else f"-{letters}")
    return " ".join(parts)


def _pydoe2() -> Any:
    """pyDOE2 1.3 imports a module that Python 3.12 dropped and that it never uses."""
    if sys.version_info >= (3, 12):
        sys.modules.setdefault("imp", types.ModuleType("imp"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pyDOE2
    return pyDOE2


def letters_of(design: Design, terms: Sequence[str]) -> tuple[str, ...]:
    """The same terms in letters: CPU:Memory is AB."""
    letters = dict(zip(design.factors, design.letters, strict=True))
    return tuple("".join(letters[name] for name in term.split(":")) for term in terms)
