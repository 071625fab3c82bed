"""Result files and tables: which columns or keys are factors, stamps, ids and responses."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.reading.records.moments import as_moments
from flows.reading.records.numbers import as_numbers, meant
from flows.survey.design import design_of
from flows.survey.listing import CONFIGS, TREES, Listing, list_of_rows, read_leaves, read_table
from flows.survey.measures import Measure, goal_of, is_measure, is_start, is_stop, name_of, rank_of, unit_of
from flows.survey.paths import align
from flows.survey.places import (
    dropped_notes,
    levels_of,
    path_variables,
    pattern_of,
    placeholders,
    with_settings,
)
from flows.survey.roles import Roles, Variable, sort_out
from flows.survey.settings import in_config, variables_of
from flows.survey.study_text import Guess

FEWEST_FILES = 4
MOST_FILES = 2_000
MOST_TABLE_BYTES = 256 << 20
STEPS = ("step", "global_step", "epoch", "iteration", "training_iteration", "total_steps", "it")
_IDS = ("id", "job", "uuid", "container", "trial", "name", "pod", "task")


class Fields(NamedTuple):
    """The columns or keys of what is read, each with a text a run."""

    moments: dict[str, str]  # start, stop -> its column
    numbers: list[str]  # those that may be measured
    variables: list[Variable]
    container: str | None
    texts: Mapping[str, Sequence[str]]


def result_groups(listing: Listing) -> list[list[str]]:
    """Files that are alike and may be one a run, the largest group first."""
    groups: dict[tuple[int, str], list[str]] = {}
    paths = [each for each in (*listing.trees, *listing.tables) if each.rpartition("/")[2] not in CONFIGS]
    paths = [each for each in paths if "/checkpoint" not in each]  # repeats what the run's own file says
    often = (
        {name for name in _names(paths) if _names(paths).count(name) >= FEWEST_FILES}
        if len(paths) < MOST_FILES
        else set()
    )
    for path in paths:
        name = path.rpartition("/")[2]
        kind = name if name in often else f".{name.rpartition('.')[2]}"
        groups.setdefault((path.count("/"), kind), []).append(path)
    found = [group for group in groups.values() if len(group) >= FEWEST_FILES]
    return sorted(found, key=len, reverse=True)


def _names(paths: Sequence[str]) -> list[str]:
    return [path.rpartition("/")[2] for path in paths]


def guess_files(logs: Path, paths: Sequence[str], name: str) -> Guess | None:
    """One result file a run: a tree's own values, else the last of its rows."""
    paths = paths[:MOST_FILES]
    rows = list_of_rows(logs, paths[0]) if paths[0].lower().endswith(TREES) else None
    found = guess_alike(logs, paths, name, None)
    return found or (guess_alike(logs, paths, name, rows) if rows is not None else None)


def guess_alike(logs: Path, paths: Sequence[str], name: str, rows: str | None) -> Guess | None:
    is_tree = paths[0].lower().endswith(TREES)
    leaves: list[dict[str, str]] = []
    steps: list[str] = []
    if is_tree and rows is None:
        leaves = [read_leaves(logs, path) or {} for path in paths]
    else:
        tables = [read_table(logs, path, rows=rows or "") for path in paths]
        read = [table for table in tables if table is not None]
        if len(read) < len(tables):
            return None
        steps = [each for each in STEPS if each in read[0].columns and max(t.frame.height for t in read) > 1][
            :1
        ]
        leaves = [{c: str(meant(t.frame[c]).drop_nulls().last() or "") for c in t.columns} for t in read]  # fmt: skip
    shared = [key for key in leaves[0] if all(each.get(key) for each in leaves)]
    fields = sort_fields({key: [each[key] for each in leaves] for key in shared if key not in steps})
    items = align(paths)
    told = variables_of(
        [{each.name: each.values[i] for each in fields.variables} for i in range(len(paths))], "key"
    )
    inside = [each._replace(is_marked=False) for each in told]  # what the path names comes first
    path = path_variables(items)
    own = sort_out([*(v for v in path if v.name), *inside, *(v for v in path if not v.name)])
    beside, settings = with_settings(path, [in_config(logs, [each.rpartition("/")[0] for each in paths])])
    roles = beside if settings and len(beside.factors) > len(own.factors) else own
    if not roles.factors:
        return None
    settings = settings if roles is beside else None
    place: dict[str, object] = {"files": pattern_of(items, placeholders(roles), is_event_file=False)}
    if settings:
        place["levels"] = levels_of(settings, roles)
    columns = columns_of(roles, inside, fields, with_container=False)
    if columns:
        place["columns"] = columns
    if rows:
        place["rows"] = rows
    if steps:
        place["step"] = steps[0]
    measures, others = measures_of(fields, roles, "key" if is_tree else "column", bool(steps))
    if not measures:
        return None
    notes = [f"{len(paths)} result files, one a run.", *dropped_notes(roles)]
    design = design_of(roles.factors, roles.replicate is not None)
    return Guess(name, title_of(name, roles), design, roles.factors, place, measures, notes, others)


def single_trees(listing: Listing) -> list[str]:
    """Trees that are not one of many of their name: such a one may hold the rows of all runs."""
    names = [path.rpartition("/")[2] for path in listing.trees]
    return [path for path, name in zip(listing.trees, names, strict=True) if names.count(name) == 1][:20]


def guess_table(logs: Path, paths: Sequence[str], name: str) -> Guess | None:
    """The table with most rows in which something varies; a row is a container."""
    best: Guess | None = None
    most = 0
    for path in paths:
        is_tree = path.lower().endswith(TREES)
        rows = list_of_rows(logs, path) if is_tree else ""
        table = None if rows is None else read_table(logs, path, MOST_TABLE_BYTES, rows)
        if table is None or table.frame.height <= most:
            continue
        texts = {c: [each or "" for each in table.frame[c].str.strip_chars()] for c in table.columns}
        fields = sort_fields(texts)
        roles = sort_out(fields.variables)
        measures, others = measures_of(fields, roles, "key" if is_tree else "column", is_series=False)
        if not roles.factors or not measures:
            continue
        most = table.frame.height
        place: dict[str, object] = {"table": path, **({"rows": rows} if rows else {})}
        if columns := columns_of(roles, fields.variables, fields, with_container=True):
            place["columns"] = columns
        notes = [f"{most} rows, each a container.", *dropped_notes(roles)]
        notes += [f"Not used: {each}." for each in paths if each != path][:5]
        design = design_of(roles.factors, roles.replicate is not None)
        best = Guess(name, title_of(name, roles), design, roles.factors, place, measures, notes, others)
    return best


def title_of(name: str, roles: Roles) -> str:
    return f"{name}: {', '.join(factor.name for factor in roles.factors)}"


def sort_fields(texts: Mapping[str, Sequence[str]]) -> Fields:
    """Columns by what their cells are: moments, measures, ids, settings."""
    moments: dict[str, str] = {}
    numbers: list[str] = []
    variables: list[Variable] = []
    ids: list[str] = []
    for column, cells in texts.items():
        series = meant(pl.Series(column, list(cells), dtype=pl.String))
        told = series.drop_nulls()
        if told.is_empty():
            continue
        kinds, count = told.n_unique(), len(cells)
        if kinds == 1 and count > 1:
            continue
        are_numbers = not as_numbers(told)[1].any()
        if not as_moments(told, "UTC")[1].any() and (not are_numbers or is_start(column) or is_stop(column)):
            stamp = "start" if is_start(column) else "stop" if is_stop(column) else None
            if stamp:
                moments.setdefault(stamp, column)
        elif are_numbers and (
            is_measure(column)
            or (kinds * 2 > count and (kinds > 4 or _has_fractions(told)) and not _counts(told))
        ):
            numbers.append(column)
        elif kinds == count and not are_numbers:
            ids.append(column)
        elif told.len() == count:
            variables.append(Variable(column, tuple(cells), f"column {column}"))
    named = [each for each in ids if any(word in each.lower() for word in _IDS)]
    return Fields(moments, numbers, variables, next(iter([*named, *ids]), None), texts)


def _has_fractions(cells: pl.Series) -> bool:
    """Whether the cells are rather measured than set: numbers with several decimals."""
    return bool(cells.str.contains(r"\.[0-9]{3,}").all())


def _counts(cells: pl.Series) -> bool:
    """Whether the rows are only numbered."""
    return set(cells) in ({str(i) for i in range(len(cells))}, {str(i) for i in range(1, len(cells) + 1)})


def columns_of(
    roles: Roles, inside: Sequence[Variable], fields: Fields, with_container: bool
) -> dict[str, str]:
    """[source.columns]: factors, replicate, container and stamps by their columns."""
    columns = {factor.name: factor.variable.name for factor in roles.factors if factor.variable in inside}
    if roles.replicate and roles.replicate in inside:
        columns["replicate"] = roles.replicate.name
    if fields.container and with_container:
        columns["container"] = fields.container
    if {"start", "stop"} <= fields.moments.keys():
        columns |= fields.moments
    return columns


def measures_of(fields: Fields, roles: Roles, word: str, is_series: bool) -> tuple[list[Measure], list[str]]:
    """Responses: what has a measure's name, else every number; and the seconds between start and stop."""
    measures: list[Measure] = []
    likely = [each for each in fields.numbers if is_measure(each)] or fields.numbers
    likely = sorted(likely, key=rank_of)
    for column in likely[:6]:
        unit = unit_of(column)
        told = [
            float(each) for each in as_numbers(meant(pl.Series(list(fields.texts[column]))))[0].drop_nulls()
        ]
        rest = {"reduce": "last"} if is_series else {}
        asked: dict[str, object] = {
            word: column,
            **rest,
            **({"unit": unit} if unit else {}),
            **goal_of(column),
        }
        measures.append(
            Measure(
                name_of(column, measures), asked, f"{len(told)} values, {min(told):.6g} to {max(told):.6g}"
            )
        )
    taken = {measure.name.lower() for measure in measures} | {factor.name.lower() for factor in roles.factors}
    if {"start", "stop"} <= fields.moments.keys() and "seconds" not in taken:
        asked = {"between": ["start", "stop"], "unit": "s", "goal": "minimize"}
        measures.append(
            Measure("Seconds", asked, f"{fields.moments['stop']} minus {fields.moments['start']}")
        )
    return measures, [f"{word} = {each!r}" for each in fields.numbers if each not in likely[:6]]
