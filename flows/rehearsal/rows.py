"""Rows of tables and result files as a night would read them, with what is wrong with them."""

from collections.abc import Iterator
from pathlib import Path

from flows.log_root.regular_file import TABLE_LIMIT, RefusedError, read_regular
from flows.messages import count
from flows.reading.cells.moments import as_moments
from flows.reading.cells.quantities import as_quantities
from flows.reading.containers import STAMPS
from flows.reading.joined_levels import joined
from flows.reading.records.shape import NOTHING_COUNTS, Problem
from flows.reading.result_points import bad_cells, expected_of, units_of
from flows.reading.source_rows import SourceRows, read_source
from models.declared.study import Study

NAMED = 8


class Rows:
    """The rows of tables and result files, each read once, as a night reads them."""

    def __init__(self, logs: Path, study: Study) -> None:
        self._logs, self.study = logs, study
        self.is_of_tables = study.source is not None and study.source.is_table
        self.read: dict[str, SourceRows | None] = {}
        self.refused: dict[str, str] = {}  # path -> why it cannot be opened

    def of(self, path: str) -> SourceRows | None:
        if path not in self.read:
            self.read[path] = self._read(path)
        return self.read[path]

    def _read(self, path: str) -> SourceRows | None:
        source = self.study.source
        assert source
        try:
            content = read_regular(self._logs, path, TABLE_LIMIT).content
        except RefusedError as error:
            self.refused[path] = str(error)
            return None
        read = read_source(content, path, self.study)
        is_joined = source.is_table and source.levels and source.levels.table
        return joined(self._logs, self.study, read) if is_joined else read


def faults(rows: Rows) -> Iterator[str]:
    """What is wrong with the tables and result files that were looked at, each cause once with its count."""
    found: dict[tuple[str, str], list[str]] = {}
    left_out = 0
    for path, read in rows.read.items():
        for each in troubles(rows, path, read):
            if each.code == NOTHING_COUNTS and not rows.is_of_tables:
                left_out += 1
                continue
            where = path if each.line is None else f"{path}:{each.line}"
            told = f"{where}: found {each.found[:300]}, expected {each.expected}. {each.remedy}"
            found.setdefault((each.code, each.expected), []).append(told)
    if left_out:
        yield f"Left out by where: {left_out} of {count(len(rows.read), 'file')}."
    yield from (f"Cannot be opened: {each}" for each in list(rows.refused.values())[:NAMED])
    for sentences in list(found.values())[:NAMED]:
        more = f" (and {len(sentences) - 1:,} more like it)" if len(sentences) > 1 else ""
        yield f"Trouble: {sentences[0]}{more}"


def troubles(rows: Rows, path: str, read: SourceRows | None) -> Iterator[Problem]:
    """The problems of a file: those of its rows, and cells that are no value of their response or no time."""
    study = rows.study
    if read is None or not study.source:
        return
    frame = read.records.frame
    yield from read.records.problems
    units = units_of(study)
    for tag in units:
        if tag in frame.columns:
            _, is_bad = as_quantities(frame[tag], units[tag], study.source.decimal)
            yield from bad_cells(frame, tag, is_bad, expected_of(units[tag]), study.source)
    for name in STAMPS:
        if (column := read.columns.get(name)) in frame.columns and column:
            _, is_bad = as_moments(frame[column], study.timezone, study.source.dates)
            yield from bad_cells(frame, column, is_bad, "a time", study.source)
