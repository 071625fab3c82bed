"""Which effects a two-level design cannot tell apart: generators, words and aliases, in exact arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import combinations
from typing import NamedTuple

LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # I is the identity, by custom


class Word(NamedTuple):
    """A product of factors: bit i of the mask stands for factor i; the sign is +1 or -1."""

    mask: int
    sign: int

    def times(self, other: "Word") -> "Word":
        return Word(self.mask ^ other.mask, self.sign * other.sign)


class Generator(NamedTuple):
    """The column of one factor is the product of others: D = ABC."""

    text: str
    defines: int
    product: Word

    @property
    def word(self) -> Word:
        return Word(self.product.mask | 1 << self.defines, self.product.sign)


@dataclass(frozen=True)
class Confounding:
    """The alias structure of a design; without generators, of a full factorial with any numbers of levels."""

    factors: tuple[str, ...]
    generators: tuple[Generator, ...] = ()

    @property
    def base(self) -> tuple[int, ...]:
        """The factors that no generator defines: their full factorial is the list of runs."""
        defined = {generator.defines for generator in self.generators}
        return tuple(i for i in range(len(self.factors)) if i not in defined)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The defining contrast subgroup without I: the generators' words, then products of two, three ..."""
        own = [generator.word for generator in self.generators]
        return tuple(
            reduce(Word.times, chosen)
            for size in range(1, len(own) + 1)
            for chosen in combinations(own, size)
        )

    def project(self, mask: int) -> Word:
        """The same column in base factors alone: two effects are aliased when their masks agree here."""
        word = Word(mask, 1)
        for generator in self.generators:
            if mask >> generator.defines & 1:
                word = word.times(generator.word)
        return word

    def mask(self, term: str) -> int:
        """Raise ValueError where a name is no factor or stands twice."""
        mask = 0
        for name in (part.strip() for part in term.split(":")):
            if name not in self.factors:
                raise ValueError(
                    f"found the term {term!r}, but {name!r} is no factor; expected names of "
                    f"{', '.join(self.factors)}, joined by ':'. Correct the name."
                )
            bit = 1 << self.factors.index(name)
            if mask & bit:
                raise ValueError(f"found {name!r} twice in the term {term!r}. Write each factor once.")
            mask |= bit
        return mask

    def term(self, mask: int) -> str:
        """Factor names joined by ':' in the order of the study."""
        return ":".join(name for i, name in enumerate(self.factors) if mask >> i & 1)

    def letters(self, word: Word) -> str:
        text = "".join(LETTERS[i] for i in range(len(self.factors)) if word.mask >> i & 1)
        return text if word.sign > 0 else f"-{text}"

    def effects(self, longest: int) -> Iterator[int]:
        """Masks of all effects of at most `longest` factors, short ones first, in the order of the study."""
        for size in range(1, min(longest, len(self.factors)) + 1):
            for chosen in combinations(range(len(self.factors)), size):
                yield sum(1 << i for i in chosen)

    def relation(self, words: int | None = None) -> str:
        """'I = ABD = ACE = BCDE'; if `words` is given, only so many and the number of the others."""
        shown = self.words[:words]
        rest = len(self.words) - len(shown)
        text = " = ".join(["I", *(self.letters(word) for word in shown)])
        return f"{text} (and {rest} more words)" if rest else text
