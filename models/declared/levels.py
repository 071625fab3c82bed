"""When two texts are the same level of a factor: as numbers where both are numbers, else letter by letter."""

import re
from collections.abc import Hashable, Sequence

# ASCII digits only; an exponent of more digits is no number that anybody set
_NUMBER = re.compile(
    r"([+-]?)([0-9]+)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?|([+-]?)\.([0-9]+)(?:[eE]([+-]?[0-9]{1,4}))?"
)
_MOST_DIGITS = 300  # beyond it nobody set a number; a double holds as many


def level_key(text: str) -> Hashable:
    """Equal for texts that are the same level: `64`, `64.0` and `6.4e1`; `true` and `True`; else the text itself.

    `1:2:1`, `0x10`, `1_000`, `nan` and `inf` are texts. Whole numbers are compared exactly, as ids need it,
    fractions as doubles, which is what printed them.
    """
    text = text.strip()
    match = _NUMBER.fullmatch(text) if len(text) <= _MOST_DIGITS else None
    if match is None:
        return text.lower() if text.lower() in ("true", "false") else text
    sign, whole, fraction = match[1].replace("+", ""), match[2], match[3] or ""
    digits = (whole + fraction).lstrip("0")
    exponent = int(match[4] or 0) - len(fraction)
    shortened = digits.rstrip("0")
    exponent += len(digits) - len(shortened)
    if not shortened:
        return 0
    if exponent < 0:
        value = float(f"{sign}{shortened}e{exponent}")
        return value or (sign, shortened, exponent)  # too small for a double, but not zero
    if len(shortened) + exponent > _MOST_DIGITS:
        return (sign, shortened, exponent)
    return int(f"{sign}{shortened}{'0' * exponent}")


def same_level(one: str, other: str) -> bool:
    """Whether two texts are the same level."""
    return level_key(one) == level_key(other)


def declared_level(seen: str, levels: Sequence[str]) -> str:
    """The declared level that was seen, in the study's spelling; what was seen if it is none of them."""
    if seen in levels:
        return seen
    key = level_key(seen)
    return next((level for level in levels if level_key(level) == key), seen)
