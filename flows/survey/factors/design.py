"""The design that runs amount to, in a sentence, with the generators of a fraction."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from math import prod
from typing import NamedTuple

from flows.survey.factors.roles import Factor, Variable, order_of
from models.confounding.confounding import LETTERS
from models.declared.levels import declared_level

NAMED = 6  # empty cells


class Design(NamedTuple):
    sentence: str
    generators: list[str]
    replicates: int | None = None  # of every run, where all have as many and more than one


def design_of(factors: Sequence[Factor], has_replicate: bool, times: int = 1) -> Design:
    """What the levels of the runs make: a full factorial, a fraction with its generators, or one with empty cells.

    `times` are the replicates in each row of a wide table.
    """
    cells = Counter(
        zip(
            *([declared_level(each, factor.levels) for each in factor.variable.values] for factor in factors),
            strict=True,
        )
    )
    cells = Counter({cell: times * rows for cell, rows in cells.items()})
    sizes = [len(factor.levels) for factor in factors]
    full = prod(sizes)
    sign = f"{sizes[0]}^{len(sizes)}" if len(set(sizes)) == 1 else " x ".join(map(str, sizes))
    runs = sum(cells.values())
    low, high = min(cells.values()), max(cells.values())
    word = "replicate" if has_replicate else "run"
    each = f"{low} {word}{'s' if low != 1 else ''}" if low == high else f"{low} to {high} {word}s"
    replicates = low if low == high > 1 else None
    if len(cells) == full:
        sentence = f"{sign} full factorial, {each} in each of {full} cells ({runs} runs in all)"
        return Design(sentence, [], replicates)
    generators = fraction(list(cells), factors)
    if generators:
        told = ", ".join(generators)
        return Design(
            f"{len(cells)} of the {full} cells of {sign}: the fraction with {told}; {each} in each ({runs} in all)",
            generators,
            replicates,
        )
    empty = full - len(cells)
    names = ""
    if full <= 4096:
        missing = [levels for levels in _product(factors) if levels not in cells]
        names = (
            ": "
            + "; ".join(" ".join(levels) for levels in missing[:NAMED])
            + (" ..." if len(missing) > NAMED else "")
        )
    return Design(
        f"{sign} factorial with {empty} of {full} cells empty{names}; {each} in each of the others ({runs} in all)",
        [],
    )


def without_center(factors: Sequence[Factor]) -> tuple[list[Factor], dict[str, str]]:
    """Two-level factors and the level of each at the centre, where the middle ones of all come together only."""
    if len(factors) < 2 or any(len(each.levels) != 3 or order_of(each.levels) is None for each in factors):
        return list(factors), {}
    middle = [
        [declared_level(each, factor.levels) == factor.levels[1] for each in factor.variable.values]
        for factor in factors
    ]
    rows = list(zip(*middle, strict=True))
    if any(any(row) and not all(row) for row in rows):
        return list(factors), {}
    outer = [
        each._replace(levels=each.levels[::2], variable=_outside(each.variable, rows)) for each in factors
    ]
    return outer, {factor.name: factor.levels[1] for factor in factors}


def _outside(variable: Variable, rows: Sequence[Sequence[bool]]) -> Variable:
    values = (each for each, row in zip(variable.values, rows, strict=True) if not all(row))
    return variable._replace(values=tuple(values))


def _product(factors: Sequence[Factor]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [()]
    for factor in factors:
        rows = [(*row, level) for row in rows for level in factor.levels]
    return rows


def fraction(cells: Sequence[tuple[str, ...]], factors: Sequence[Factor]) -> list[str]:
    """Generators like `E = ABCD` where the cells are such a fraction of two-level factors; else nothing."""
    count = len(factors)
    base_count = len(cells).bit_length() - 1
    if (
        any(len(factor.levels) != 2 for factor in factors)
        or 1 << base_count != len(cells)
        or count > len(LETTERS)
    ):
        return []
    columns = [
        tuple(1 if cell[i] == factor.levels[1] else -1 for cell in cells) for i, factor in enumerate(factors)
    ]
    base: list[int] = []
    products: dict[tuple[int, ...], str] = {}
    generators: list[str] = []
    for place, column in enumerate(columns):
        letter = LETTERS[place]
        opposite = tuple(-each for each in column)
        if column in products or opposite in products:
            word = products[column] if column in products else "-" + products[opposite]
            if len(word.lstrip("-")) < 2:
                return []
            generators.append(f"{letter} = {word}")
            continue
        if len(base) == base_count:
            return []
        base.append(place)
        products = {}
        for size in range(1, len(base) + 1):
            for chosen in combinations(base, size):
                made = tuple(prod(columns[i][row] for i in chosen) for row in range(len(cells)))
                products.setdefault(made, "".join(LETTERS[i] for i in chosen))
    return generators if len(base) == base_count and len(base) + len(generators) == count else []
