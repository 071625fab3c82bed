"""Columns of a wide table that are one response: of several replicates, or of the levels of a factor."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from flows.survey.factors.paths import Column, align
from flows.survey.factors.roles import Factor, Roles, Variable, levels_of, sort_out
from flows.survey.measures import Measure, goal_of, is_of_a_distribution, name_of
from flows.survey.places import path_variables, pattern_of, placeholders

FEWEST_ACROSS = 4
_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?[A-Za-z%]{0,3}")
_COUNTED = re.compile(r"(?P<before>[^{}0-9]+)(?P<number>[0-9]{1,4})(?P<behind>[^{}0-9]*)")


class Replicated(NamedTuple):
    """A measure of several columns, one a replicate."""

    measure: Measure
    columns: Sequence[str]


def wide_measures(numbers: Mapping[str, str], word: str) -> Iterator[Replicated]:
    """Columns that differ in a number which counts replicates: `acc_seed1`, `acc_seed2`; `y1`, `y2`."""
    groups: dict[tuple[str, str], list[int]] = {}
    for column in numbers:
        if match := _COUNTED.fullmatch(column):
            groups.setdefault((match["before"], match["behind"]), []).append(int(match["number"]))
    before: list[Measure] = []
    for (begin, end), found in groups.items():
        if len(found) < 2 or sorted(found) not in (list(range(len(found))), list(range(1, len(found) + 1))):
            continue
        column = f"{begin}{{replicate}}{end}"
        asked: dict[str, object] = {word: column, **goal_of(f"{begin}{end}")}
        if unit := numbers[f"{begin}{found[0]}{end}"]:
            asked["unit"] = unit
        measure = Measure(
            name_of(f"{begin}{end}".strip(" _-.#("), before), asked, f"{len(found)} columns, one a replicate"
        )
        before.append(measure)
        yield Replicated(measure, [f"{begin}{number}{end}" for number in found])


class Crossed(NamedTuple):
    """A factor whose levels are the names of columns, the measure in their cells."""

    factor: Factor
    measure: Measure
    columns: Sequence[str]


def crossed(numbers: Sequence[str], taken: Sequence[str], word: str) -> Crossed | None:
    """Columns that are named by the levels of one factor: `32`, `64`, `128`; `bs=32`, `bs=64`; `lr 0.1`, `lr 0.01`.

    Words alone (`sgd`, `adam`) may be anything, and are no such columns.
    """
    if len(numbers) < 2:
        return None
    items = align(list(numbers)) if len({each.count("/") for each in numbers}) == 1 else []
    columns = [(place, item) for place, item in enumerate(items) if isinstance(item, Column)]
    if len(columns) != 1 or not all(map(_NUMBER.fullmatch, columns[0][1].values)):
        return None
    place, column = columns[0]
    if sorted(column.values) == [str(i) for i in range(1, len(column.values) + 1)]:
        return None  # counted: y1, y2, y3 are replicates
    name = column.key or "across"
    name = name if name not in taken else f"{name}_2"
    text = "".join(f"{{{name}}}" if i == place else str(item) for i, item in enumerate(items))
    variable = Variable(column.key, column.values, "the names of columns")
    said = f"{len(numbers)} columns, one a level of {name}"
    factor = Factor(name, levels_of(column.values), variable)
    return Crossed(factor, Measure("Response", {word: text}, said), numbers)


class Across(NamedTuple):
    """What the names of columns tell of the run whose values stand below, and the measure in their cells."""

    roles: Roles
    measure: Measure


def runs_across(numbers: Mapping[str, str], word: str) -> Across | None:
    """Columns that are a run each, their levels in the name: `lr=0.1-bs=32-s1 - val/acc`, as W&B exports a chart."""
    names = [each for each in numbers if not is_of_a_distribution(each)]
    if len(names) < FEWEST_ACROSS or len({each.count("/") for each in names}) != 1:
        return None
    items = align(names)
    roles = sort_out(path_variables(items))
    if not any(isinstance(each, Column) and each.key for each in items) or not roles.factors:
        return None
    pattern = pattern_of(items, placeholders(roles), is_event_file=False)
    shared = max(
        (each for each in items if isinstance(each, str)), key=lambda each: len(each.strip(" -_/:|"))
    )
    asked: dict[str, object] = {word: pattern, **goal_of(shared)}
    said = f"{len(names)} columns, a run each"
    name = name_of(shared.strip(" -_/:|"), [], [each.name for each in roles.factors])
    return Across(roles, Measure(name, asked, said))
