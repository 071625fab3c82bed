"""Result files, one a run: which keys or columns are factors, stamps and responses."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from flows.reading.cells.numbers import meant
from flows.reading.records.rows import Records
from flows.reading.records.shape import Shape
from flows.survey.columns import columns_of, measures_of, numbers_in, sort_fields
from flows.survey.factors.design import design_of
from flows.survey.factors.paths import align
from flows.survey.factors.roles import sort_out
from flows.survey.listing import (
    CONFIGS,
    Listing,
    encoding_of,
    is_text,
    is_tree,
    list_of_rows,
    read_leaves,
    read_report,
    read_table,
)
from flows.survey.places import (
    dropped_notes,
    levels_of,
    path_variables,
    pattern_of,
    placeholders,
    title_of,
    with_settings,
)
from flows.survey.row_steps import FILE, finished, step_column
from flows.survey.settings import in_config, variables_of
from flows.survey.study_text import Guess

FEWEST_FILES = 4
MOST_FILES = 2_000


def result_groups(listing: Listing) -> list[list[str]]:
    """Files that are alike and may be one a run, the largest group first."""
    groups: dict[tuple[int, str], list[str]] = {}
    paths = [
        each
        for each in (*listing.trees, *listing.tables, *listing.texts)
        if each.rpartition("/")[2] not in CONFIGS
    ]
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
    rows = list_of_rows(logs, paths[0]) if is_tree(paths[0]) else None
    found = guess_alike(logs, paths, name, None)
    return found or (guess_alike(logs, paths, name, rows) if rows is not None else None)


def reports(logs: Path, paths: Sequence[str]) -> tuple[dict[str, object], list[dict[str, str]]]:
    """How reports with lines `name: value` are read, and what each says; nothing where not all are such.

    Of two marks that part lines of the same reports, as in pgbench's, the one that parts more of what is measured.
    """
    found: list[tuple[dict[str, object], list[dict[str, str]]]] = []
    for separator in (":", "=") if is_text(paths[0]) else ():
        told = [read_report(logs, path, separator) for path in paths]
        leaves = [each for each in told if each is not None]
        if len(leaves) == len(told):
            found.append(({"header": 0, "separator": separator, "names": "1", "values": "2"}, leaves))
    return max(found, key=lambda each: (measured_in(each[1]), len(each[1][0])), default=({}, []))


def measured_in(leaves: Sequence[Mapping[str, str]]) -> int:
    """How many keys that all have may be measures."""
    shared = [key for key in leaves[0] if all(key in each for each in leaves)]
    return len(sort_fields({key: [each[key] for each in leaves] for key in shared}).numbers)


def several_rows(table: Records) -> list[str]:
    """What is to be asked where a file has several rows that no step counts: which of them is the result."""
    if table.frame.height < 2:
        return []
    texts = {name: [each or "" for each in table.frame[name]] for name in table.columns}
    telling = [
        name for name, cells in texts.items() if len(set(cells)) == len(cells) and not numbers_in(cells)
    ]
    keep = ""
    if telling:
        first, last = texts[telling[0]][0], texts[telling[0]][-1]
        keep = f"; of {telling[0]} ({first}, ... {last}) keep one by `where`"
    return [f"? Up to {table.frame.height} rows a file, of which the last counts{keep}."]


def guess_alike(logs: Path, paths: Sequence[str], name: str, rows: str | None) -> Guess | None:
    is_a_tree, encoding = is_tree(paths[0]), encoding_of(logs, paths[0])
    leaves: list[dict[str, str]] = []
    steps: list[str] = []
    several: list[str] = []
    report: dict[str, object] = {}
    if is_a_tree and rows is None:
        leaves = [read_leaves(logs, path) or {} for path in paths]
    else:
        shape = Shape(rows=rows or "", encoding=encoding)
        tables = [read_table(logs, path, shape=shape) for path in paths]
        read = [table for table in tables if table is not None]
        if len(read) == len(tables):
            longest = max(t.frame.height for t in read)
            counts = step_column(read[0].columns) if longest > 1 else None
            steps = [counts] if counts else []
            several = [] if steps else several_rows(max(read, key=lambda t: t.frame.height))
            leaves = [{c: str(meant(t.frame[c]).drop_nulls().last() or "") for c in t.columns} for t in read]  # fmt: skip
        else:
            report, leaves = reports(logs, paths)
        if not leaves:
            return None
    place: dict[str, object] = {}
    names = dict.fromkeys(key for each in leaves for key in each)
    all_runs = {
        FILE: list(map(str, range(len(paths)))),
        **{key: [each.get(key, "") for each in leaves] for key in names},
    }
    kept = [int(each) for each in finished(all_runs, place)[FILE]]
    failed = len(paths) - len(kept)
    paths, leaves = [paths[i] for i in kept], [leaves[i] for i in kept]
    shared = [key for key in leaves[0] if all(key in each for each in leaves)]
    fields = sort_fields({key: [each.get(key, "") for each in leaves] for key in shared if key not in steps})
    items = align(paths)
    told = variables_of(
        [{each.name: each.values[i] for each in fields.variables} for i in range(len(paths))], "key"
    )
    # What the path names comes first; what a report says of its settings is in no column.
    inside = [] if report else [each._replace(is_marked=False) for each in told]
    path = path_variables(items)
    own = sort_out([*(v for v in path if v.name), *inside, *(v for v in path if not v.name)])
    beside, settings = with_settings(path, [in_config(logs, [each.rpartition("/")[0] for each in paths])])
    roles = beside if settings and len(beside.factors) > len(own.factors) else own
    if not roles.factors:
        return None
    settings = settings if roles is beside else None
    place = {"files": pattern_of(items, placeholders(roles), is_event_file=False), **place}
    place |= report
    if encoding:
        place["encoding"] = encoding
    if fields.dates:
        place["dates"] = fields.dates
    if settings:
        place["levels"] = levels_of(settings, roles)
    columns = columns_of(roles, inside, fields)
    if columns:
        place["columns"] = columns
    if rows:
        place["rows"] = rows
    if steps:
        place["step"] = steps[0]
    measures, others = measures_of(fields, roles, "key" if is_a_tree else "column", bool(steps))
    if not measures:
        return None
    more = f"; {failed} more that failed, which `where` leaves out" if failed else ""
    notes = [f"{len(paths)} result files, one a run{more}.", *several, *dropped_notes(roles)]
    design = design_of(roles.factors, roles.replicate is not None)
    return Guess(
        name, title_of(name, roles), design, roles.factors, place, measures, notes, others,
        has_folds=roles.has_folds, files=paths,
    )  # fmt: skip
