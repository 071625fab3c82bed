"""Result tables: those that are alike as one, with what makes them out: header, merged cells, failed rows."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.log_root.regular_file import RefusedError, read_regular
from flows.reading.records.shape import RecordError, Shape
from flows.reading.records.sheets import sheet_names
from flows.survey.columns import Fields, columns_of, measures_of, numbers_in, sort_fields
from flows.survey.design import design_of
from flows.survey.listing import is_tree, list_of_rows, read_table
from flows.survey.measures import Measure, goal_of, name_of
from flows.survey.paths import align
from flows.survey.places import dropped_notes, path_variables, pattern_of, placeholders, title_of
from flows.survey.roles import OUTCOMES, Roles, Variable, sort_out
from flows.survey.settings import rows_of
from flows.survey.study_text import Guess

MOST_TABLE_BYTES = 256 << 20
MOST_ALIKE = 200  # tables that are read together
STEPS = ("step", "global_step", "epoch", "iteration", "training_iteration", "total_steps", "it")
_HEADERS: tuple[int | tuple[int, ...], ...] = ((1, 2), (1, 2, 3), 2, 3, 4, 5, 6, 7, 8)
_FINE = {"completed", "complete", "ok", "success", "succeeded", "done", "finished", "passed", "true"}
_LONG = {"metric", "metrics", "measure", "variable", "tag", "response", "metric_name", "name"}
_VALUE = {"value", "val", "metric_value"}
_COMMA = re.compile(r"|[+-]?[0-9]+(?:,[0-9]+)?")
_COUNTED = re.compile(r"(?P<before>[^{}0-9]+)(?P<number>[0-9]{1,4})(?P<behind>[^{}0-9]*)")
_NUMBER = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?")


FILE = "\0"  # among the columns: of which path each row is


class Sheet(NamedTuple):
    """Tables that are alike, one below the other."""

    paths: list[str]
    place: dict[str, object]  # how they are read, as [source] says it
    texts: dict[str, list[str]]  # column -> a text a row, empty where it is missing


def guess_table(logs: Path, paths: Sequence[str], name: str) -> Guess | None:
    """The tables with most rows in which something varies; a row is a container."""
    sheets = alike(read_sheet(logs, path) for path in paths)
    for sheet in sorted(sheets, key=lambda each: -len(each.texts[FILE])):
        if found := propose(sheet, [each for each in sheets if each is not sheet], name):
            used = {*sheet.paths, str(_levels(found).get("table"))}
            rest = [f"Not used: {each}." for each in paths if each not in used][:5]
            return found._replace(notes=[*found.notes, *rest])
    return None


def _levels(guess: Guess) -> Mapping[str, object]:
    levels = guess.place.get("levels")
    return levels if isinstance(levels, Mapping) else {}


def read_sheet(logs: Path, path: str) -> Sheet | None:
    """A table by the first way of reading it that makes sense."""
    if is_tree(path):
        rows = list_of_rows(logs, path)
        return None if rows is None else _sheet(logs, path, {"rows": rows} if rows else {})
    if path.lower().endswith(".xlsx"):
        sheets = [_sheet(logs, path, each) for each in sheets_of(logs, path)]
        return max(filter(None, sheets), key=lambda each: len(each.texts[FILE]), default=None)
    first = _sheet(logs, path, {})
    if first and _has_names(first):
        return first
    if first and _are_data([each for each in first.texts if each != FILE]):
        return _sheet(logs, path, {"header": 0})
    found = (_sheet(logs, path, {"header": header}) for header in _HEADERS)
    return next((each for each in found if each and _has_names(each)), first)


def sheets_of(logs: Path, path: str) -> list[dict[str, object]]:
    """How each sheet of a workbook is asked for; the only one needs no name."""
    try:
        names = sheet_names(read_regular(logs, path, MOST_TABLE_BYTES).content)
    except (RefusedError, OSError, RecordError):
        return []
    return [{"sheet": name} for name in names] if len(names) > 1 else [{}]


def _sheet(logs: Path, path: str, place: dict[str, object]) -> Sheet | None:
    table = read_table(logs, path, MOST_TABLE_BYTES, Shape(**place))  # type: ignore[arg-type]
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
    if any(step in sheet.texts and len(sheet.paths) > 1 for step in STEPS):
        return None  # curves, a file a run
    place = dict(sheet.place)
    texts = sheet.texts
    for step in (finished, with_points, long_as_wide, filled, last_steps):
        texts = step(texts, place)
    files = list(map(int, texts.pop(FILE)))
    fields = sort_fields(texts)
    pattern, path = of_paths(sheet.paths, files)
    roles = sort_out([*(v for v in path if v.name), *fields.variables, *(v for v in path if not v.name)])
    columns, levels = columns_of(roles, fields.variables, fields), None
    if not roles.factors and (found := elsewhere(fields, others)):
        roles, levels, key = found
        columns |= {"container": key} if key else {}
    word = "key" if is_tree(sheet.paths[0]) else "column"
    numbers = {each: unit for each, unit in fields.numbers.items() if each not in columns.values()}
    measures, rest = measures_of(fields._replace(numbers=numbers), roles, word, is_series=False)
    wide = list(wide_measures(numbers, word))
    if not roles.factors or not (wide or measures):
        return None
    if fields.ids and not levels and not wide and len(sheet.paths) == 1:
        columns["container"] = fields.ids[0]
    told = {"table": pattern(placeholders(roles)), **place}
    told |= {"levels": levels} if levels else {}
    told |= {"columns": columns} if columns else {}
    notes = [f"{len(files)} rows, each {'several runs' if wide else 'a container'}.", *dropped_notes(roles)]
    design = design_of(roles.factors, roles.replicate is not None)
    return Guess(name, title_of(name, roles), design, roles.factors, told, wide or measures, notes, rest)


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


def finished(texts: dict[str, list[str]], place: dict[str, object]) -> dict[str, list[str]]:
    """The rows that went well, where a column says how they ended."""
    for column, cells in texts.items():
        kinds = set(filter(None, cells))
        fine = sorted(each for each in kinds if each.lower() in _FINE)
        if column.lower() in OUTCOMES and fine and len(fine) < len(kinds):
            place["where"] = {column: fine if len(fine) > 1 else fine[0]}
            return {
                name: [text for text, state in zip(each, cells, strict=True) if state in fine]
                for name, each in texts.items()
            }
    return texts


def last_steps(texts: dict[str, list[str]], place: dict[str, object]) -> dict[str, list[str]]:
    """The last row of each run, where a column counts steps that start again and again."""
    found = [
        each for each in STEPS if each in texts and len(set(texts[each])) > 1 and numbers_in(texts[each])
    ]
    if not found:
        return texts
    steps = [float(each or "nan") for each in texts[found[0]]]
    ends = [place for place, (one, other) in enumerate(pairwise([*steps, -1.0])) if not other > one]
    if len(ends) * 2 > len(steps):
        return texts
    place["take"] = "last"
    return {name: [cells[end] for end in ends] for name, cells in texts.items() if name != found[0]}


def with_points(texts: dict[str, list[str]], place: dict[str, object]) -> dict[str, list[str]]:
    """Numbers with decimal points, where commas are."""
    commas = [name for name, cells in texts.items() if any(cells) and all(map(_COMMA.fullmatch, cells))]
    if not any("," in cell for name in commas for cell in texts[name]):
        return texts
    place["decimal"] = ","
    return texts | {name: [cell.replace(",", ".") for cell in texts[name]] for name in commas}


def long_as_wide(texts: dict[str, list[str]], place: dict[str, object]) -> dict[str, list[str]]:
    """A row a run, where a column names what another holds and every run has each name once."""
    named = [each for each in texts if each.lower() in _LONG]
    held = [each for each in texts if each.lower() in _VALUE and numbers_in(texts[each])]
    if not named or not held or len(set(texts[named[0]])) < 2:
        return texts
    kinds = list(dict.fromkeys(texts[named[0]]))
    shared = [each for each in texts if each not in (named[0], held[0])]
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    keys = list(zip(*(texts[each] for each in shared), strict=True))
    for key, kind, cell in zip(keys, texts[named[0]], texts[held[0]], strict=True):
        rows.setdefault(key, {})[kind] = cell
    if len(rows) * len(kinds) < len(keys):
        return texts  # a name comes twice: nothing tells the runs apart
    place |= {"names": named[0], "values": held[0]}
    wide = {each: [key[i] for key in rows] for i, each in enumerate(shared)}
    return wide | {kind: [row.get(kind, "") for row in rows.values()] for kind in kinds}


def filled(texts: dict[str, list[str]], place: dict[str, object]) -> dict[str, list[str]]:
    """Merged cells with the text of the first, where the empty ones follow in equal numbers."""
    merged = [name for name, cells in texts.items() if _is_merged(cells)]
    if not merged:
        return texts
    place["fill"] = True
    done = dict(texts)
    for name in merged:
        last = ""
        done[name] = [last := cell or last for cell in texts[name]]
    return done


def _is_merged(cells: Sequence[str]) -> bool:
    told = [place for place, cell in enumerate(cells) if cell]
    gaps = {b - a for a, b in pairwise([*told, len(cells)])}
    return len(set(cells)) > 2 and told[:1] == [0] and len(gaps) == 1 and gaps != {1}


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


def wide_measures(numbers: Mapping[str, str], word: str) -> Iterator[Measure]:
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
        asked: dict[str, object] = {word: column, **goal_of(begin)}
        if unit := numbers[f"{begin}{found[0]}{end}"]:
            asked["unit"] = unit
        measure = Measure(
            name_of(f"{begin}{end}".strip(" _-.#("), before), asked, f"{len(found)} columns, one a replicate"
        )
        before.append(measure)
        yield measure
