"""Factors and their levels: checked, and crossed into the runs of a design."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from models.confounding.confounding import Confounding
from models.declared.levels import level_key
from models.declared.names import LONG_COLUMNS, SHEET_COLUMNS, WIDE_COLUMNS, check_columns, has_control

MOST_RUNS = 4096  # a design with more is a slip of the pen

# What would be read as links of a chain of aliases (models/wording.py).
CHAIN = re.compile(r"^[-+]| [-+=] ")

Factors = dict[str, tuple[str, ...]]


def _is_plain(level: str) -> bool:
    return bool(level.strip()) and level == level.strip() and not has_control(level)


def check_factors(factors: Factors) -> None:
    """Raise ValueError with one sentence a line for names and levels that cannot be."""
    problems: list[str] = []
    try:
        check_columns("factor", factors, (*WIDE_COLUMNS, *LONG_COLUMNS, *SHEET_COLUMNS))
    except ValueError as error:
        problems.append(str(error))
    for name, levels in factors.items():
        if CHAIN.search(name):
            problems.append(
                f"found the factor name {name!r}, expected one without =, + or - between blanks, and without + or - "
                "at its beginning: aliases are written so (A = B:C - D). Rename it."
            )
        found = f"found {name} = {list(levels)}, expected"
        if len(levels) < 2 or len(set(levels)) < len(levels):
            problems.append(f"{found} two or more different levels, low first. Correct them.")
        elif len({level_key(level) for level in levels}) < len(levels):
            problems.append(
                f"{found} levels that differ; texts that are the same number are the same level. Correct them."
            )
        if not all(_is_plain(level) for level in levels):
            problems.append(
                f"{found} texts without control characters and blanks at their ends. Correct them."
            )
    if problems:
        raise ValueError("\n".join(problems))


def check_center(center: Mapping[str, str], factors: Factors) -> None:
    """Raise ValueError where centre points are not between two levels of every factor."""
    many = [name for name, levels in factors.items() if len(levels) > 2]
    if many:
        raise ValueError(
            f"found centre points beside {', '.join(many)} with more than two levels, which show curvature "
            "themselves. Remove the centre points."
        )
    if set(center) != set(factors):
        raise ValueError(
            f"found a centre of {', '.join(center)}, expected levels of {', '.join(factors)}: a centre "
            "lies between the levels of every factor. Complete it, or remove it if a factor has no middle."
        )
    for name, level in center.items():
        if level in factors[name] or not _is_plain(level):
            raise ValueError(
                f"found the centre {level!r} of {name}, expected one between {' and '.join(factors[name])}. "
                "Correct it, or remove the centre points if the factor has no middle."
            )


def check_size(factors: Factors, confounding: Confounding) -> None:
    """Raise ValueError for designs that nobody runs."""
    runs = prod(len(list(factors.values())[i]) for i in confounding.base)
    if runs > MOST_RUNS:
        raise ValueError(
            f"found a design of {runs} runs, expected at most {MOST_RUNS}. Add generators or drop factors."
        )


def cross(factors: Factors, confounding: Confounding) -> Iterator[dict[str, str]]:
    """Level texts of each run in Yates order: the first factor that no generator defines changes fastest."""
    names = list(factors)
    slow_first = confounding.base[::-1]
    for places in product(*(range(len(factors[names[i]])) for i in slow_first)):
        place = dict(zip(slow_first, places, strict=True))
        for generator in confounding.generators:
            lows = sum(1 for i in confounding.base if generator.product.mask >> i & 1 and place[i] == 0)
            place[generator.defines] = int(generator.product.sign * (-1) ** lows > 0)
        yield {name: factors[name][place[i]] for i, name in enumerate(names)}
