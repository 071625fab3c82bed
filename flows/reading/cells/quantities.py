"""Cells that hold a number with its unit: percentages, durations, sizes, thousands parted by marks."""

import re
from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from flows.reading.cells.numbers import as_numbers

_SECONDS = {
    "ns": "1e-9", "us": "1e-6", "µs": "1e-6", "μs": "1e-6", "ms": "1e-3", "s": "1", "sec": "1", "secs": "1",
    "second": "1", "seconds": "1", "m": "60", "min": "60", "mins": "60", "minute": "60", "minutes": "60", "h": "3600",
    "hr": "3600", "hrs": "3600", "hour": "3600", "hours": "3600", "d": "86400", "day": "86400", "days": "86400",
}  # fmt: skip
_BYTES = {
    "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40,
}  # fmt: skip
_SIZES: tuple[dict[str, Decimal], ...] = (
    {name: Decimal(size) for name, size in _SECONDS.items()},
    {name: Decimal(size) for name, size in _BYTES.items()},
)
_PART = re.compile(
    r"([+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]{1,3})?|[+-]?\.[0-9]+)\s*([^\s0-9.,+-][^\s0-9]*)\s*"
)
_CLOCK = re.compile(r"(?:([0-9]{1,5}) days?,? )?([0-9]{1,5}):([0-5][0-9]):([0-5][0-9](?:\.[0-9]{1,9})?)")
_MINUTES = re.compile(
    r"([0-9]{1,5}):([0-5][0-9]\.[0-9]{1,9})"
)  # GNU time; with a fraction the last part is seconds
_THOUSANDS = {
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+"),
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+"),
}


def as_quantities(cells: pl.Series, unit: str, decimal: str = ".") -> tuple[pl.Series, pl.Series]:
    """The double nearest to each text in a unit, and which texts are none; null stays null and is not bad.

    A bare number is in the unit already; `12.5 ms` is brought to it, `91 %` only where it is percent. A duration
    such as `1:02:03` needs a unit of time.
    """
    values, is_bad = as_numbers(cells, decimal)
    if not is_bad.any():
        return values, is_bad
    texts = cells.filter(is_bad).unique().to_list()
    read = {text: quantity(text, unit, decimal) for text in texts}
    told = {text: value for text, value in read.items() if value is not None}
    mended = cells.replace_strict(list(told), list(told.values()), default=None, return_dtype=pl.Float64)
    values = values.fill_null(mended).alias(cells.name)
    return values, (values.is_null() & cells.is_not_null()).alias("is_bad")


def quantity(text: str, unit: str, decimal: str) -> float | None:
    """A number with its unit in another unit; None where the text is no such thing, or the unit of another kind."""
    text = text.strip()
    if _THOUSANDS[decimal].fullmatch(text):
        return float(text.replace("," if decimal == "." else ".", "").replace(",", "."))
    if seconds := _seconds(text):
        size = _SIZES[0].get(unit)
        return None if size is None else float(seconds / size)
    parts = list(_parts(text))
    if not parts:
        return None
    plain = [(number.replace(decimal, "."), suffix) for number, suffix in parts]
    if any("," in number for number, _ in plain):
        return None
    if len(plain) == 1 and plain[0][1] == unit:
        return float(plain[0][0])
    for sizes in _SIZES:
        if unit in sizes and all(suffix in sizes for _, suffix in plain):
            return float(sum(Decimal(number) * sizes[suffix] for number, suffix in plain) / sizes[unit])
    return None


def unit_in(text: str) -> str | None:
    """The unit that a text has behind its number; None where it is no such text."""
    suffixes = {suffix for _, suffix in _parts(text.strip())}
    if _seconds(text.strip()) is not None or (len(suffixes) > 1 and suffixes <= _SIZES[0].keys()):
        return "s"
    return suffixes.pop() if len(suffixes) == 1 else None


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Numbers with what stands behind each; nothing where something else stands in the text."""
    found = list(_PART.finditer(text))
    if found and "".join(each[0] for each in found) == text:
        yield from ((each[1], each[2]) for each in found)


def _seconds(text: str) -> Decimal | None:
    if match := _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = match.groups()
        return Decimal(days or 0) * 86400 + Decimal(hours) * 3600 + Decimal(minutes) * 60 + Decimal(seconds)
    if match := _MINUTES.fullmatch(text):
        return Decimal(match[1]) * 60 + Decimal(match[2])
    return None
