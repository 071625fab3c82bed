"""Numbers, lists and p-values as they stand in sentences."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from math import floor, isfinite, log10
from typing import Any

# What is a case's own in a sentence: quotes, paths, everything with a digit.
_OWN = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|[^\s,;()]*[/0-9][^\s,;()]*")


HUGE = 1e12  # what a ratio may be where almost nothing is known has no digits that mean anything


def decimals_for(uncertainty: float) -> int:
    """Decimals that show two significant digits of an uncertainty, and none beyond the point if it is large."""
    if not isfinite(uncertainty) or uncertainty <= 0:
        return 3
    return max(0, 1 - floor(log10(uncertainty)))


def number(value: float, decimals: int | None = None) -> str:
    """A number with a true minus sign: three significant digits, or so many decimals; beyond HUGE it has no end."""
    if abs(value) > HUGE:
        return "∞" if value > 0 else "−∞"
    if decimals is None:
        decimals = 0 if value == 0 else max(0, 2 - floor(log10(abs(value))))
    rounded = round(value, decimals)
    text = f"{abs(rounded):.{decimals}f}"
    return f"−{text}" if rounded < 0 else text


def short(value: float) -> str:
    """The same without zeros at its end: 5, 0.25."""
    text = number(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(value: float, decimals: int | None = None) -> str:
    text = number(value, decimals)
    return text if text.startswith("−") else f"+{text}"


def percent(share: float) -> str:
    """A share of 1 in percent; close to 100 with the digits that tell it from there."""
    return f"{number(100 * share, 3 if 0.999 < share < 1 else 1)} %"


def confidence(alpha: float) -> str:
    """Of intervals, by the two significant digits of alpha: '95 %', '99.9998 %'; never '100 %'."""
    return f"{(100 - 100 * Decimal(f'{alpha:.2g}')).normalize():f} %"


def p_text(p_value: float) -> str:
    """p with two significant digits, as reports print it."""
    if p_value < 0.001:
        return "p < 0.001"
    return f"p = {p_value:.2f}" if p_value >= 0.1 else f"p = {p_value:.3f}"


def ratio_text(f_value: float) -> str:
    """F with three digits; what is nothing but rounding is 0."""
    return number(f_value if f_value > 1e-6 else 0.0)


def joined(items: Sequence[str], most: int | None = None) -> str:
    """'a, b and c'; with more than `most` items 'a, b and 5 more'."""
    if most is not None and len(items) > most:
        items = [*items[: most - 1], f"{len(items) - most + 1} more"]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def count(number_of: int, noun: str, nouns: str | None = None) -> str:
    """'1 folder', '8 folders'; `nouns` where the plural takes more than an s."""
    return f"{number_of} {noun}" if number_of == 1 else f"{number_of} {nouns or f'{noun}s'}"


def with_alias(term: str, partners: Sequence[str]) -> str:
    """An interaction with the effects it may as well be; a main effect where it is one of two factors' too.

    Behind them, as `A + B:C`, what missing runs leave in it. Of many only the shortest effects are named.
    """
    names = [partner for partner in partners if not is_added(partner)]
    near = _shortest(names)
    if near and term.count(":") == 0 and near[0].count(":") > 1:
        near = []
    added = _shortest([partner for partner in partners if is_added(partner)])
    if added and term.count(":") == 0 and added[0].count(":") > 1:
        added = []
    hidden = max(0, len(near) - 2) + max(0, len(added) - 2)
    return chain([term, *near[:2], *added[:2]]) + (f" (and {hidden} more)" if hidden else "")


def chain(effects: Iterable[str]) -> str:
    """Names of one effect joined by =, then what is added to it or taken off, which say so themselves."""
    effects = list(effects)
    names = [each for each in effects if not is_added(each)]
    return " ".join([" = ".join(names), *filter(is_added, effects)]).strip()


def links(text: str) -> list[str]:
    """The effects of a chain."""
    return re.split(r" = | (?=[+-] )", text) if text else []


def is_added(partner: str) -> bool:
    """Whether a link of a chain is no name of its effect, but counted in it."""
    return partner.startswith(("+ ", "- "))


def _shortest(partners: Sequence[str]) -> list[str]:
    fewest = min((partner.count(":") for partner in partners), default=0)
    return [partner for partner in partners if partner.count(":") == fewest]


def by_cause(rows: Iterable[Mapping[str, Any]], shared: Sequence[str]) -> list[list[Mapping[str, Any]]]:
    """Rows with a `reason` whose shared columns agree, and whose reasons differ in names, places and numbers only."""
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        names = (row.get("folder"), row.get("container_id"), row.get("path"))
        key = (*(row.get(each) for each in shared), cause_of(row["reason"], [each for each in names if each]))
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def cause_of(reason: str, names: Sequence[str] = ()) -> str:
    """A reason without the names, quotes, paths and numbers in it: equal for reasons of one cause."""
    for name in sorted(names, key=len, reverse=True):
        reason = reason.replace(name, "0")
    return re.sub(r"0(?:[\s,]+0)*", "0", _OWN.sub("0", reason))
