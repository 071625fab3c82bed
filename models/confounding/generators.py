"""Generators like `D = ABC`: read, and refused where they make no design."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from models.confounding.confounding import LETTERS, Confounding, Generator, Word


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
            f"found generators beside {', '.join(many)} with more than two levels; generators make fractions "
            "of two-level designs only. Leave them out (full factorial) or give each factor two levels."
        )
    if texts and len(names) > len(LETTERS):
        raise ValueError(
            f"found {len(names)} factors, but only {len(LETTERS)} letters (A to Z, no I). Use fewer."
        )
    problems: list[str] = []
    found: dict[int, Generator] = {}
    for text in texts:
        left, equals, right = (part.strip() for part in text.upper().partition("="))
        sign = -1 if right.startswith("-") else 1
        letters = "".join(right.removeprefix("-").removeprefix("+").split())
        right = f"-{letters}" if sign < 0 else letters
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
            found[LETTERS.index(left)] = Generator(f"{left} = {right}", LETTERS.index(left), Word(mask, sign))
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
                    f"found {generator.text!r}, but {other.text!r} defines {LETTERS[other.defines]} itself; "
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
                f"found generators that make the columns of {confounding.factors[twin]} and {name} "
                f"{relation} (I = {confounding.letters(pair)}), so that their effects cannot be separated; "
                "expected words of three letters or more. Choose another generator."
            )
        seen.setdefault(word.mask, i)
