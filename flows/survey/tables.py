"""Result tables: those that are alike as one, with what makes them out: header, merged cells, failed rows."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.log_root.regular_file import RefusedError, read_regular
from flows.reading.records.shape import RecordError, Shape
from flows.reading.records.sheets import sheet_names
from flows.survey.columns import Fields, columns_of, measures_of, sort_fields
from flows.survey.factors.design import Design, design_of, without_center
from flows.survey.factors.paths import align
from flows.survey.factors.roles import Roles, Variable, are_folds, sort_out
from flows.survey.listing import encoding_of, is_tree, list_of_rows, read_table
from flows.survey.measures import is_measure
from flows.survey.places import dropped_notes, path_variables, pattern_of, placeholders, title_of
from flows.survey.row_steps import FILE, filled, finished, last_steps, long_as_wide, step_column, with_points
from flows.survey.settings import rows_of
from flows.survey.study_text import Guess
from flows.survey.wide import crossed, runs_across, wide_measures
from models.wording import count

MOST_TABLE_BYTES = 256 << 20
MOST_ALIKE = 200  # tables that are read together
MOST_TURNED = 200  # rows of a table whose rows may be columns
_HEADERS: tuple[int | tuple[int, ...], ...] = ((1, 2), (1, 2, 3), 2, 3, 4, 5, 6, 7, 8)
_NUMBER = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?")


class Sheet(NamedTuple):
    """Tables that are alike, one below the other."""

    paths: list[str]
    place: dict[str, object]  # how they are read, as [source] says it
    texts: dict[str, list[str]]  # column -> a text a row, empty where it is missing


def guess_tables(logs: Path, paths: Sequence[str], name: str) -> list[Guess]:
    """The tables with most rows in which something varies, then those of other factors; a row is a container."""
    sheets = alike(read_sheet(logs, path) for path in paths)
    # Columns that have names tell more than those of texts that only look drawn.
    sheets.sort(key=lambda each: (each.place.get("header") == 0, -len(each.texts[FILE])))
    found: list[Guess] = []
    used: set[str | None] = set()
    for sheet in sheets:
        others = [each for each in sheets if each is not sheet]
        guess = propose(sheet, others, name) or (None if found else propose_turned(logs, sheet, name))
        if guess and used.isdisjoint(sheet.paths) and all(guess.is_apart(each) for each in found):
            found.append(guess)
            used |= {*sheet.paths, guess.level_table}
    if not found:
        return []
    rest = [f"Not used: {each}." for each in paths if each not in used][:5]
    return [found[0]._replace(notes=[*found[0].notes, *rest]), *found[1:]]


def propose_turned(logs: Path, sheet: Sheet, name: str) -> Guess | None:
    """The same with the columns as rows, where a person wrote a run beside the other."""
    if is_tree(sheet.paths[0]) or len(sheet.texts[FILE]) > MOST_TURNED:
        return None
    turned = [_sheet(logs, path, {**sheet.place, "transpose": True}) for path in sheet.paths]
    found = alike(iter(turned))
    return propose(found[0], [], name) if found and len(found[0].paths) == len(sheet.paths) else None


def read_sheet(logs: Path, path: str) -> Sheet | None:
    """A table by the first way of reading it that makes sense."""
    if is_tree(path):
        rows = list_of_rows(logs, path)
        return None if rows is None else _sheet(logs, path, {"rows": rows} if rows else {})
    if path.lower().endswith(".xlsx"):
        sheets = [_sheet(logs, path, each) for each in sheets_of(logs, path)]
        return max(filter(None, sheets), key=lambda each: len(each.texts[FILE]), default=None)
    asked: dict[str, object] = {"encoding": encoding} if (encoding := encoding_of(logs, path)) else {}
    first = _sheet(logs, path, asked)
    if first and _has_names(first):
        return first
    if first and _are_data([each for each in first.texts if each != FILE]):
        return _sheet(logs, path, {**asked, "header": 0})
    for header in _HEADERS:
        each = _sheet(logs, path, {**asked, "header": header})
        if each and _has_names(each):
            return each
        if each and isinstance(header, int) and _has_units(each):
            return _sheet(logs, path, {**asked, "header": (header, header + 1)})
    return first


def sheets_of(logs: Path, path: str) -> list[dict[str, object]]:
    """How each sheet of a workbook is asked for; the only one needs no name."""
    try:
        names = sheet_names(read_regular(logs, path, MOST_TABLE_BYTES).content)
    except (RefusedError, OSError, RecordError):
        return []
    return [{"sheet": name} for name in names] if len(names) > 1 else [{}]


def _sheet(logs: Path, path: str, place: dict[str, object]) -> Sheet | None:
    asked = {"is_turned" if key == "transpose" else key: each for key, each in place.items()}
    table = read_table(logs, path, MOST_TABLE_BYTES, Shape(**asked))  # type: ignore[arg-type]
    if table is None or (place.get("header") and table.problems):
        return None
    texts = {name: [(each or "").strip() for each in table.frame[name]] for name in table.columns}
    return Sheet([path], place, {**texts, FILE: ["0"] * table.frame.height})


def _has_names(sheet: Sheet) -> bool:
    """Whether the columns have names, and numbers below them that are numbers from the first row on."""
    names = [each for each in sheet.texts if each != FILE]
    first = [sheet.texts[each][0] for each in names]
    is_below = any(map(_NUMBER.match, first)) and len([each for each in first if each]) * 2 > len(first)
    return len(names) > 1 and not _are_data(names) and is_below


def _has_units(sheet: Sheet) -> bool:
    """Whether units stand between names and numbers, as instruments write them below the lines about themselves."""
    names = [each for each in sheet.texts if each != FILE]
    if len(sheet.texts[FILE]) < 3 or len(names) < 2 or _are_data(names):
        return False
    units, first = ([sheet.texts[each][row] for each in names] for row in (0, 1))
    are_words = any(units) and not any(map(_NUMBER.fullmatch, units))
    return are_words and sum(map(bool, map(_NUMBER.match, first))) > 1


def _are_data(names: Sequence[str]) -> bool:
    numbers = [each for each in names if _NUMBER.fullmatch(each)]
    return len(numbers) * 2 > len(names) or any("." in each for each in numbers)


def alike(sheets: "Iterator[Sheet | None]") -> list[Sheet]:
    """Tables with the same columns at one depth as one."""
    groups: dict[tuple[object, ...], list[Sheet]] = {}
    for sheet in sheets:
        if sheet:
            key = (sheet.paths[0].count("/"), str(sheet.place), frozenset(sheet.texts))
            groups.setdefault(key, []).append(sheet)
    return [_one(group[:MOST_ALIKE]) for group in groups.values()]


def _one(group: Sequence[Sheet]) -> Sheet:
    texts = {name: [text for each in group for text in each.texts[name]] for name in group[0].texts}
    files = [str(place) for place, each in enumerate(group) for _ in each.texts[FILE]]
    return Sheet([each.paths[0] for each in group], group[0].place, {**texts, FILE: files})


def propose(sheet: Sheet, others: Sequence[Sheet], name: str) -> Guess | None:
    """What a study would say of some tables; None where nothing varies or nothing is measured."""
    if len(sheet.paths) > 1 and step_column(sheet.texts):
        return None  # curves, a file a run
    place = dict(sheet.place)
    texts = dict(sheet.texts)
    for step in (finished, with_points, long_as_wide, filled, last_steps):
        texts = step(texts, place)
    files = list(map(int, texts.pop(FILE)))
    fields = sort_fields(texts)
    if fields.dates:
        place["dates"] = fields.dates
    pattern, path = of_paths(sheet.paths, files)
    roles = sort_out([*(v for v in path if v.name), *fields.variables, *(v for v in path if not v.name)])
    columns, levels = columns_of(roles, fields.variables, fields), None
    if found := joined_in_text(roles, fields):
        roles, levels = found
        columns = columns_of(roles, fields.variables, fields)
    elif not roles.factors and (beside := elsewhere(fields, others)):
        roles, levels, key = beside
        columns |= {"container": key} if key else {}
    word = "key" if is_tree(sheet.paths[0]) else "column"
    numbers = {each: unit for each, unit in fields.numbers.items() if each not in columns.values()}
    measures, rest = measures_of(fields._replace(numbers=numbers), roles, word, is_series=False)
    replicated = list(wide_measures(numbers, word))
    wide = [each.measure for each in replicated]
    if replicated:
        taken = {column for each in replicated for column in each.columns}
        rest = [f"{word} = {each!r}" for each in numbers if each not in taken]
    across = crossed(list(numbers), [each.name for each in roles.factors], word) if not wide else None
    if across:
        roles, wide, rest = roles._replace(factors=[*roles.factors, across.factor]), [across.measure], []
    elif not roles.factors and len(sheet.paths) == 1 and (runs := runs_across(numbers, word)):
        roles, wide, rest = runs.roles, [runs.measure], []
        if step_column(texts):
            place["take"] = "last"
    if not roles.factors or not (wide or measures):
        return None
    if fields.ids and not levels and not wide and len(sheet.paths) == 1:
        columns["container"] = fields.ids[0]
    told = {"table": pattern(placeholders(roles)), **place}
    told |= {"levels": levels} if levels else {}
    told |= {"columns": columns} if columns else {}
    notes = [
        f"{count(len(files), 'row')}, each {'several runs' if wide else 'a container'}.",
        *dropped_notes(roles),
    ]
    factors, center = (roles.factors, {}) if across else without_center(roles.factors)
    times = len(replicated[0].columns) if replicated else 1
    has_replicate = times > 1 or roles.replicate is not None
    design = crossed_design(roles, len(files)) if across else design_of(factors, has_replicate, times)
    if not wide and len(measures) > 1 and not any(is_measure(each) for each in numbers):
        notes.append(
            "Columns that are the levels of a factor across, such as `sgd` and `adam`, look like responses: of those make "
            'one response with column = "{factor}" and declare the factor.'
        )
    return Guess(
        name, title_of(name, roles), design, factors, told, wide or measures, notes, rest, center=center,
        has_folds=roles.has_folds or any(are_folds(each.measure.name) for each in replicated),
        files=sheet.paths if len(sheet.paths) == len(files) > 1 else (),
    )  # fmt: skip


def crossed_design(roles: Roles, rows: int) -> Design:
    """The design of a table with the levels of its last factor across: every cell of it is a run."""
    sizes = " x ".join(str(len(each.levels)) for each in roles.factors)
    runs = rows * len(roles.factors[-1].levels)
    return Design(f"{sizes} factorial, the last factor across ({runs} runs in all)", [])


def joined_in_text(roles: Roles, fields: Fields) -> tuple[Roles, dict[str, object]] | None:
    """Levels that one column holds together, such as `BM_copy/64/2`, where they make more than one factor."""
    if len(roles.factors) != 1 or roles.factors[0].variable not in fields.variables:
        return None
    variable = roles.factors[0].variable
    if len(roles.factors[0].levels) < 4 or len({each.count("/") for each in variable.values}) != 1:
        return None
    items = align(variable.values)
    inner = sort_out(path_variables(items))
    if len(inner.factors) < 2:
        return None
    inner = inner._replace(replicate=roles.replicate or inner.replicate)
    places = placeholders(inner._replace(replicate=None) if roles.replicate else inner)
    return inner, {"column": variable.name, "pattern": pattern_of(items, places, is_event_file=False)}


def of_paths(
    paths: Sequence[str], files: Sequence[int]
) -> tuple[Callable[[dict[str, str]], str], list[Variable]]:
    """The pattern of some tables for what stands for its places, and what their paths tell of every row."""
    if len(paths) == 1:
        return lambda _: paths[0], []
    items = align(paths)
    variables = [
        each._replace(values=tuple(each.values[file] for file in files)) for each in path_variables(items)
    ]
    return lambda places: pattern_of(items, places, is_event_file=False), variables


def elsewhere(fields: Fields, others: Sequence[Sheet]) -> tuple[Roles, dict[str, object], str] | None:
    """Levels that stand all in one text of the row, or in another table by an id."""
    for column in fields.ids:
        cells = fields.texts[column]
        if len({cell.count("/") for cell in cells}) == 1 and all(cells):
            items = align(cells)
            roles = sort_out(path_variables(items))
            if roles.factors:
                pattern = pattern_of(items, placeholders(roles), is_event_file=False)
                return roles, {"column": column, "pattern": pattern}, ""
        for other in others:
            for key in other.texts if len(other.paths) == 1 else ():
                rows = rows_of(cells, pl.Series(other.texts[key]))
                if rows is None:
                    continue
                told = {
                    name: [texts[row] for row in rows]
                    for name, texts in other.texts.items()
                    if name not in (key, FILE)
                }
                roles = sort_out(sort_fields(told).variables)
                if roles.factors:
                    return roles, _of_table(other.paths[0], key, roles), column
    return None


def _of_table(path: str, key: str, roles: Roles) -> dict[str, object]:
    names = {each.name: each.variable.name for each in roles.factors if each.name != each.variable.name}
    return {
        "table": path,
        "key": key,
        **({"columns": names} if names else {}),
        **({"replicate": roles.replicate.name} if roles.replicate else {}),
    }
