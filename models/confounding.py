"""Which effects a two-level design cannot tell apart: generators, words and aliases, in exact arithmetic."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
        """The defining contrast subgroup without I: the generators' words, then their products by two, by three ..."""
        own = [generator.word for generator in self.generators]
        return tuple(
            reduce(Word.times, chosen)
            for size in range(1, len(own) + 1)
            for chosen in combinations(own, size)
        )

    def project(self, mask: int) -> Word:
        """The same column written with base factors alone: two effects are aliased when their masks agree here."""
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
                    f"found the term {term!r}, but {name!r} is no factor; expected names out of "
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


def read_generators(factors: Mapping[str, Sequence[str]], texts: Iterable[str]) -> tuple[Generator, ...]:
    """Generators like 'D = ABC' or 'D = -ABC'; letters follow the order of the factors.

    Raises ValueError with one sentence a line for every generator that makes no sense: pyDOE2 would accept
    most of them (it takes 'A B AA' for a design) or fail on an index.
    """
    names = list(factors)
    texts = list(texts)
    known = dict(zip(LETTERS, names, strict=False))
    legend = ", ".join(f"{letter} = {name}" for letter, name in known.items())
    many = [name for name, levels in factors.items() if len(levels) != 2]
    if texts and many:
        raise ValueError(
            f"found generators beside {', '.join(many)} with more than two levels; generators make fractions of "
            "two-level designs only. Leave out the generators (full factorial) or give each factor two levels."
        )
    if texts and len(names) > len(LETTERS):
        raise ValueError(
            f"found {len(names)} factors, but letters for {len(LETTERS)} only (A to Z without I). Use fewer factors."
        )
    problems: list[str] = []
    found: dict[int, Generator] = {}
    for text in texts:
        left, equals, right = (part.strip() for part in text.upper().partition("="))
        sign = -1 if right.startswith("-") else 1
        letters = "".join(right.removeprefix("-").removeprefix("+").split())
        unknown = sorted({letter for letter in left + letters if letter not in known})
        if not equals or len(left) != 1 or not letters:
            problems.append(f"found {text!r}, expected a generator like 'D = ABC'. Write it that way.")
        elif unknown:
            problems.append(
                f"found {text!r}, but no factor has the letter {', '.join(unknown)}; expected letters out of "
                f"{legend}. Correct the letter or add the factor."
            )
        elif len(set(letters)) < len(letters) or left in letters:
            problems.append(f"found {text!r}, expected each letter once. Write it like 'D = ABC'.")
        elif LETTERS.index(left) in found:
            other = found[LETTERS.index(left)].text
            problems.append(
                f"found {other!r} and {text!r}, expected one generator for {left}. Remove one of them."
            )
        else:
            mask = sum(1 << LETTERS.index(letter) for letter in letters)
            found[LETTERS.index(left)] = Generator(text, LETTERS.index(left), Word(mask, sign))
    generators = tuple(found.values())
    problems += _chained(generators)
    if not problems:
        problems += _identical(Confounding(tuple(names), generators))
    if problems:
        raise ValueError("\n".join(problems))
    return generators


def _chained(generators: tuple[Generator, ...]) -> Iterator[str]:
    for generator in generators:
        for other in generators:
            if generator.product.mask >> other.defines & 1:
                yield (
                    f"found {generator.text!r}, but {LETTERS[other.defines]} is itself defined by {other.text!r}; "
                    "expected letters that no generator defines. Put its definition in its place."
                )


def _identical(confounding: Confounding) -> Iterator[str]:
    """A word of one or two letters makes two main effects one column: no analysis can tell them apart."""
    seen: dict[int, int] = {}
    for i, name in enumerate(confounding.factors):
        word = confounding.project(1 << i)
        if word.mask in seen:
            twin = seen[word.mask]
            pair = Word(1 << twin | 1 << i, word.sign * confounding.project(1 << twin).sign)
            relation = "identical" if pair.sign > 0 else "opposite"
            yield (
                f"found generators that make the columns of {confounding.factors[twin]} and {name} {relation} "
                f"(I = {confounding.letters(pair)}), so that their effects cannot be separated; expected words of "
                "three letters or more. Choose another generator."
            )
        seen.setdefault(word.mask, i)


def read_terms(confounding: Confounding, texts: Iterable[str]) -> tuple[str, ...]:
    """Terms of a model with their factors in the order of the study.

    Raises ValueError with one sentence a line for unknown factors, repeated terms and terms that are aliased
    with the mean or with each other.
    """
    problems: list[str] = []
    seen: dict[int, int] = {}
    masks: list[int] = []
    for text in texts:
        try:
            mask = confounding.mask(text)
        except ValueError as error:
            problems.append(str(error))
            continue
        column = confounding.project(mask).mask
        relation = defining_relation(confounding)
        if mask in masks:
            problems.append(f"found the term {confounding.term(mask)} twice. Remove one of them.")
        elif column == 0:
            problems.append(
                f"found the term {confounding.term(mask)}, which is aliased with the mean under {relation}: its "
                "effect cannot be estimated. Remove it."
            )
        elif column in seen:
            problems.append(
                f"found the terms {confounding.term(seen[column])} and {confounding.term(mask)}, which are aliased "
                f"under {relation}: their effects cannot be separated. Keep one of the two."
            )
        seen.setdefault(column, mask)
        masks.append(mask)
    if problems:
        raise ValueError("\n".join(problems))
    return tuple(confounding.term(mask) for mask in masks)


def default_terms(confounding: Confounding) -> tuple[str, ...]:
    """Main effects and one two-factor interaction of each alias set, with base factors where there is a choice."""
    base = sum(1 << i for i in confounding.base)
    seen: set[int] = set()
    chosen: list[int] = []
    for mask in sorted(
        confounding.effects(2), key=lambda mask: (mask.bit_count(), (mask & ~base).bit_count())
    ):
        column = confounding.project(mask).mask
        if column not in seen:
            chosen.append(mask)
        seen.add(column)
    in_order = {mask: place for place, mask in enumerate(confounding.effects(2))}
    return tuple(confounding.term(mask) for mask in sorted(chosen, key=in_order.__getitem__))


def defining_relation(confounding: Confounding, words: int | None = None) -> str:
    """'I = ABD = ACE = BCDE'; only the first `words` of them and how many follow, if given; 'I' if none."""
    shown = confounding.words[:words]
    rest = len(confounding.words) - len(shown)
    text = " = ".join(["I", *(confounding.letters(word) for word in shown)])
    return f"{text} (and {rest} more words)" if rest else text
