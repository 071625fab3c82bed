"""When two texts are the same level of a factor: as numbers where both are numbers, else letter by letter."""

import math
import re
from collections.abc import Hashable, Sequence
from fractions import Fraction

# ASCII digits only; an exponent of more digits belongs to no number that anybody set
_NUMBER = re.compile(r"[+-]?(?=\.?[0-9])[0-9]*\.?[0-9]*(?:[eE][+-]?[0-9]{1,4})?")
_MOST_DIGITS = 300


def level_key(text: str) -> Hashable:
    """Equal for texts that are the same level: `64`, `64.0` and `6.4e1`; `true` and `True`; else the text itself.

    `1:2:1`, `0x10`, `1_000`, `nan` and `inf` are texts. Digits alone are compared exactly, as ids need it, other
    numbers as doubles, which is what printed them.
    """
    text = text.strip()
    if len(text) > _MOST_DIGITS or not _NUMBER.fullmatch(text):
        return text.lower() if text.lower() in ("true", "false") else text
    if text.lstrip("+-").isdigit():
        return int(text)
    number = float(text)
    return number if number and math.isfinite(number) else Fraction(text)


def same_level(one: str, other: str) -> bool:
    """Whether two texts are the same level."""
    return level_key(one) == level_key(other)


MISSING_LEVELS = ("", "None", "none", "null", "NULL", "NA", "N/A", "n/a", "<NA>", "nan", "NaN", "-", "~")


def missing_level(levels: Sequence[str]) -> str | None:
    """The declared level that an empty cell or null stands for: pandas writes None as nothing."""
    return next((level for level in levels if level in MISSING_LEVELS), None)


def declared_level(seen: str, levels: Sequence[str]) -> str:
    """The declared level that was seen, in the study's spelling; what was seen if it is none of them."""
    if seen in levels:
        return seen
    key = level_key(seen)
    return next((level for level in levels if level_key(level) == key), seen)
