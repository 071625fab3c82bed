"""Columns and keys by what their cells are: moments, measures, ids, settings."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from flows.reading.cells.moments import as_moments, forms_of
from flows.reading.cells.numbers import as_numbers, meant
from flows.reading.cells.quantities import as_quantities, unit_in
from flows.survey.factors.roles import OUTCOMES, Roles, Variable
from flows.survey.measures import (
    Measure,
    are_seconds,
    goal_of,
    holds_units,
    is_measure,
    is_of_a_distribution,
    is_percentile,
    is_start,
    is_stop,
    name_of,
    rank_of,
    unit_of,
    units_beside,
)

_IDS = ("id", "job", "uuid", "container", "trial", "name", "pod", "task")
_SETTINGS = re.compile(
    r"\W?(?:params|parameters|param:|config|args|arguments|hparams|hyperparameters|job options|settings)\b"
)
_EPOCH = re.compile(r"(?i)time|date|stamp")
_MOST_MEASURES = 6
_MOST_SET = 3  # different numbers of a setting that is named as a measure
_MOST_MISSING = 6  # different texts of a column whose empty cells may be a level


class Fields(NamedTuple):
    """The columns or keys of what is read, each with a text a run."""

    moments: dict[str, str]  # start, stop -> its column
    numbers: dict[str, str]  # those that may be measured -> the unit in their cells
    variables: list[Variable]
    ids: list[str]  # columns with a text of its own in every row, the likeliest first
    texts: Mapping[str, Sequence[str]]
    dates: str | None = None  # the form of stamps that are not ISO 8601


def sort_fields(texts: Mapping[str, Sequence[str]]) -> Fields:
    """Texts are those of all rows; a missing one is empty."""
    found = Fields({}, {}, [], [], texts)
    dates: str | None = None
    for column, cells in texts.items():
        series = pl.Series(column, list(cells), dtype=pl.String)
        told, written = meant(series).drop_nulls(), meant(series, is_literal=True).drop_nulls()
        kinds, count = written.n_unique(), len(cells)
        is_constant = kinds == 1 and written.len() == count > 1
        if written.is_empty() or is_constant or holds_units(column, cells):
            continue
        unit = None if told.is_empty() else unit_of_cells(told)
        if unit == "" and _counts_from_1970(column, told):
            continue
        is_moment = not told.is_empty() and not as_moments(told, "UTC")[1].any()
        if not is_moment and unit is None and (form := date_form(told)):
            is_moment, dates = True, dates or form
        if is_moment and (unit is None or is_start(column) or is_stop(column)):
            stamp = "start" if is_start(column) else "stop" if is_stop(column) else None
            if stamp:
                found.moments.setdefault(stamp, column)
        elif _is_set(told, count) and unit == "" and not is_percentile(column):
            found.variables.append(Variable(column, tuple(cells), f"column {column}"))
        elif (
            unit is not None
            and not _SETTINGS.match(column)
            and (is_measure(column) or _looks_measured(told, count))
        ):
            found.numbers[column] = unit
        elif unit is not None and is_of_a_distribution(column):
            continue
        elif kinds == count and unit is None:
            if not column.endswith("]"):
                found.ids.append(column)
        elif written.len() == count:
            is_marked = bool(_SETTINGS.match(column))
            found.variables.append(Variable(column, tuple(cells), f"column {column}", is_marked))
        elif kinds <= _MOST_MISSING and column.lower() not in OUTCOMES and count - written.len() > 1:
            filled = tuple(each.strip() or "None" for each in cells)
            found.variables.append(Variable(column, filled, f"column {column}"))
    named = [each for each in found.ids if any(word in each.lower() for word in _IDS)]
    return found._replace(ids=list(dict.fromkeys([*named, *found.ids])), dates=dates)


def date_form(told: pl.Series) -> str | None:
    """The one form by which all cells are moments; None where there is none, or two read them."""
    fitting = [each for each in forms_of(str(told[0])) if not as_moments(told, "UTC", each)[1].any()]
    return fitting[0] if len(fitting) == 1 else None


def _is_set(told: pl.Series, count: int) -> bool:
    """Whether whole numbers are rather set than measured, whatever their name says: few, each in several rows."""
    if told.len() < count or not told.str.contains(r"^[+-]?[0-9]{1,6}$").all():
        return False
    times = Counter(told).values()
    return 2 <= len(times) <= _MOST_SET and min(times) > 1


def _counts_from_1970(column: str, told: pl.Series) -> bool:
    """Whether numbers are moments that a program counts from 1970, in seconds or thousandths: no result."""
    since = as_numbers(told)[0]
    return bool(_EPOCH.search(column)) and any(bool(since.is_between(a, 3 * a).all()) for a in (1e9, 1e12))


def unit_of_cells(told: pl.Series) -> str | None:
    """The one unit in which all cells are numbers, empty for bare numbers; None where they are something else."""
    bad = as_quantities(told, "")[1]
    if not bad.any():
        return ""
    units: list[str] = sorted({unit_in(each) or "" for each in told.filter(bad)})
    candidates: list[str] = [*(units if len(units) == 1 else ()), "s", "B"]
    for unit in candidates:
        if not as_quantities(told, unit)[1].any():
            return unit
    return None


def _looks_measured(told: pl.Series, count: int) -> bool:
    """Whether numbers are rather measured than set: nearly all different, with several decimals."""
    kinds = told.n_unique()
    has_fractions = bool(told.str.contains(r"\.[0-9]{3,}").all())
    counted = set(told) in ({str(i) for i in range(len(told))}, {str(i) for i in range(1, len(told) + 1)})
    return kinds * 2 > count and (kinds > 4 or has_fractions) and not counted


def columns_of(roles: Roles, inside: Sequence[Variable], fields: Fields) -> dict[str, str]:
    """[source.columns]: factors, replicate and stamps by their columns."""
    columns = {factor.name: factor.variable.name for factor in roles.factors if factor.variable in inside}
    if roles.replicate and roles.replicate in inside:
        columns["replicate"] = roles.replicate.name
    if {"start", "stop"} <= fields.moments.keys():
        columns |= fields.moments
    return columns


def measures_of(fields: Fields, roles: Roles, word: str, is_series: bool) -> tuple[list[Measure], list[str]]:
    """Responses: what has a measure's name, else every number; and the seconds between start and stop."""
    measures: list[Measure] = []
    likely = [each for each in fields.numbers if is_measure(each)] or list(fields.numbers)
    likely = [each for each in sorted(likely, key=rank_of) if _has_finite(fields, each)]
    for column in likely[:_MOST_MEASURES]:
        stated, beside = fields.numbers[column] or unit_of(column), units_beside(column, fields.texts)
        is_guessed = not stated and not beside and are_seconds(column)
        unit = stated or (beside[0] if len(beside) == 1 else "s" if is_guessed else None)
        cells = meant(pl.Series(list(fields.texts[column]), dtype=pl.String))
        told = as_quantities(cells, fields.numbers[column])[0].drop_nulls().to_list()
        rest = {"reduce": "last"} if is_series else {}
        asked: dict[str, object] = {
            word: column,
            **rest,
            **({"unit": unit} if unit else {}),
            **goal_of(column),
        }
        said = f"{len(told)} values, {min(told):.6g} to {max(told):.6g}"
        if not stated and len(beside) > 1:
            said += f"; of several units, {', '.join(beside)}: keep those of one by `where`"
        own = name_of(column, measures, [factor.name for factor in roles.factors])
        measures.append(Measure(own, asked, said, is_guessed))
    taken = {measure.name.lower() for measure in measures} | {factor.name.lower() for factor in roles.factors}
    if {"start", "stop"} <= fields.moments.keys() and "seconds" not in taken:
        asked = {"between": ["start", "stop"], "unit": "s", "goal": "minimize"}
        measures.append(
            Measure("Seconds", asked, f"{fields.moments['stop']} minus {fields.moments['start']}")
        )
    others = [each for each in fields.numbers if each not in likely[:_MOST_MEASURES]]
    return measures, [f"{word} = {each!r}" for each in others]


def _has_finite(fields: Fields, column: str) -> bool:
    """Whether any run reached a number: what is NaN or infinite everywhere is no response."""
    cells = meant(pl.Series(list(fields.texts[column]), dtype=pl.String))
    return bool(as_quantities(cells, fields.numbers[column])[0].is_finite().any())


def numbers_in(cells: Sequence[str]) -> bool:
    """Whether all cells that hold something are bare numbers."""
    told = meant(pl.Series(list(cells), dtype=pl.String)).drop_nulls()
    return not told.is_empty() and not as_numbers(told)[1].any()
