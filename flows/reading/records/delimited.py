"""Tables of text: CSV with any separator, TSV."""

import csv
import io
import re
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from flows.reading.records.choosing import columns_of, from_table, refuse_twice, table_columns
from flows.reading.records.plain_text import as_table, reported, turned, with_row_names
from flows.reading.records.shape import (
    Asked,
    Problem,
    ProblemLog,
    RecordError,
    Shape,
    header_lines,
    joined_names,
)
from flows.reading.records.trees import as_text

_SAMPLE_BYTES = 1 << 20
_SAMPLE_LINES = 100
_CANDIDATES = (",", ";", "\t", "|")
_SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_NO_SEPARATOR = "\x1f"  # of a table of one column; no text holds it
_PACKED = b"\x1fx("  # polars unpacks, to any size, what begins as gzip, zlib or zstandard do


class _Layout(NamedTuple):
    names: list[str]
    separator: str
    start: int  # byte of the first line below the header
    line: int  # its number, from 1


def read_delimited(content: bytes, name: str, asked: Asked) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Rows and column names. Raises RecordError for what is no table of text."""
    if asked.shape.is_report:
        content = reported(content, asked.shape.separator or ":")
        asked = asked._replace(shape=asked.shape._replace(separator=","))
    content = as_table(content, name, asked.shape.separator)
    if asked.shape.is_turned:
        if asked.shape.header is None:
            content = content[_line_start(content, 1 + _comments(content)) :]
        content = turned(content, asked.shape.separator or _separator(content))
        asked = asked._replace(shape=asked.shape._replace(separator=","))
    layout = _layout(content, asked.shape)
    if asked.shape.header is None and (line := _names_below(content, layout.names, asked)):
        remedy = f"Say header = {line} in [source]."
        raise RecordError("Q324", f"the names that are asked for in line {line}", "them on top", remedy, line)
    columns = table_columns(layout.names, asked)
    refuse_twice(layout.names, columns, layout.line - 1 if asked.shape.header != 0 else 0)
    needed = sorted({place for places in columns.values() for place in places} | {len(layout.names) - 1})
    table = _fast(content, layout, needed)
    if table is None:
        table = _slow(content, layout, needed, asked.log)
    if asked.shape.header != 0:
        table = _once_named(table, layout.names)
    return from_table(table, columns, asked), tuple(layout.names)


def _layout(content: bytes, shape: Shape) -> _Layout:
    headers = header_lines(shape)
    line = headers[0] if headers else 1 + _comments(content)
    start = _line_start(content, line)
    sample = content[start : start + _SAMPLE_BYTES]
    if len(sample) == _SAMPLE_BYTES:
        sample = sample[: sample.rfind(b"\n") + 1]
        if not sample:
            found = f"a line of more than {_SAMPLE_BYTES:,} bytes"
            raise RecordError("Q325", found, "names in it", "Check the file.", line)
    lines = sample.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    if not any(line.strip() for line in lines):
        found = f"{len(content.splitlines()):,} lines" if content else "an empty file"
        raise RecordError("Q324", found, f"names in line {line}", "Check the file.")
    separator = shape.separator or _sniffed([each for each in lines if each][:_SAMPLE_LINES], line)
    reader = csv.reader((f"{each}\n" for each in lines), delimiter=separator, strict=True)
    try:
        first = next(reader)
    except csv.Error as error:
        raise RecordError("Q325", _said(error), "names in the header", line=line) from error
    if not first:
        raise RecordError("Q324", "a blank line", "names in it", "Say which line is the header.", line)
    if headers == ():
        return _Layout([str(i) for i in range(1, len(first) + 1)], separator, start, line)
    names = [first]
    for wanted in headers[1:] if headers else ():
        row = next((row for row in reader if line - 1 + reader.line_num >= wanted), [])
        names.append([*row, *[""] * len(first)][: len(first)])
    names[0][0] = names[0][0].lstrip("# ")  # numpy.savetxt writes the names as a comment
    if (
        headers is None
        and _are_numbers(first)
        and (above := _names_in_comment(content, separator, line, len(first)))
    ):
        return _Layout(above, separator, start, line)
    if any("\ufffd" in each for row in names for each in row):
        as_text(content)  # names the line that is not UTF-8
    below = start + _line_start(content[start : start + _SAMPLE_BYTES], reader.line_num + 1)
    told = with_row_names(joined_names(names), lines[reader.line_num :][:_SAMPLE_LINES], separator)
    return _Layout(told, separator, below, line + reader.line_num)


def _names_below(content: bytes, names: Sequence[str], asked: Asked) -> int | None:
    """The line further down that holds all columns that are asked for, where the one taken for the header has none."""
    wanted = {*asked.wanted, *asked.shape.where}
    if len(wanted) < 2 or any(columns_of(each, names) for each in wanted):
        return None
    lines = content[:_SAMPLE_BYTES].decode("utf-8", "replace").split("\n")[:_SAMPLE_LINES]
    for number, line in enumerate(lines, 1):
        for separator in _CANDIDATES:
            cells = [each.strip(' "\r') for each in line.split(separator)]
            if all(columns_of(each, cells) for each in wanted):
                return number
    return None


def _separator(content: bytes) -> str:
    lines = content[:_SAMPLE_BYTES].decode("utf-8", "replace").splitlines()
    return _sniffed([each for each in lines if each.strip()][:_SAMPLE_LINES], 1)


def _once_named(table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The rows without the names, which stand again wherever a file was put behind another."""
    told = [each for each in table.columns if each != "line" and names[int(each)]]
    if len(told) < 2 or not (table[told[0]] == names[int(told[0])]).any():
        return table
    is_names = pl.all_horizontal(pl.col(each).str.strip_chars() == names[int(each)] for each in told)
    return table.filter(~is_names.fill_null(value=False))


def _comments(content: bytes) -> int:
    """How many lines at the top are comments or blank; perf stat -x writes one."""
    found = re.match(rb"(?:#[^\n]*\n|[ \t\r]*\n)*", content)
    return found[0].count(b"\n") if found else 0


def _are_numbers(cells: Sequence[str]) -> bool:
    return all(re.fullmatch(r"\s*[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?\s*", each) for each in cells)


def _names_in_comment(content: bytes, separator: str, line: int, width: int) -> list[str] | None:
    """The names that the comment right above the first row holds, as numpy.savetxt writes them."""
    if line == 1:
        return None
    text = content[_line_start(content, line - 1) : _line_start(content, line)].decode("utf-8", "replace")
    names = [each.strip() for each in text.lstrip("# ").strip().split(separator)]
    return names if text.startswith("#") and len(names) == width else None


def _sniffed(lines: Sequence[str], line: int) -> str:
    """The separator that parts the first of some lines, the header, and as many cells in those below it.

    Raises RecordError where two answer.
    """
    counted = {each: _cell_counts(lines, each) for each in _CANDIDATES}
    parting = {each: counts for each, counts in counted.items() if counts and counts[0] > 1}
    if not parting:
        return _NO_SEPARATOR
    answers = {each: sum(count == counts[0] for count in counts[1:]) for each, counts in parting.items()}
    best = max(answers.values())
    fitting = [each for each, score in answers.items() if score == best]
    if len(fitting) > 1 and len(lines) > 1 and best == 0:  # no line is like the header
        return max(fitting, key=lambda each: parting[each][0])
    if len(fitting) > 1:
        choices = " and ".join(_SEPARATOR_NAMES[each] for each in fitting)
        remedy = 'State the separator in the study file, such as separator = ";".'
        raise RecordError("Q325", f"lines that {choices} part alike", "one separator", remedy, line)
    return fitting[0]


def _cell_counts(lines: Sequence[str], separator: str) -> list[int]:
    """Cells of every line; lines are cut, so a quote may stay open."""
    try:
        return [len(row) for row in csv.reader(lines, delimiter=separator) if row]
    except csv.Error:
        return []


def _line_start(content: bytes, line: int) -> int:
    """The byte at which a line begins; the end of the file for lines that it does not have."""
    at = 0
    for _ in range(line - 1):
        at = content.find(b"\n", at) + 1
        if not at:
            return len(content)
    return at


def _fast(content: bytes, layout: _Layout, needed: list[int]) -> pl.DataFrame | None:
    """The table by polars, or None unless a row is a line with a cell for every name, which polars leaves open."""
    lines = content.count(b"\n", layout.start)
    lines += len(content) > layout.start and content[-1:] != b"\n"
    if not lines:
        return None
    width = len(layout.names)
    is_plain = content[0] not in _PACKED
    try:
        table = pl.read_csv(
            content if is_plain else b"\n" + content,
            skip_lines=layout.line - is_plain,
            has_header=False,
            schema={str(i): pl.String for i in range(width)},
            columns=needed,
            separator=layout.separator,
            encoding="utf8",
        )
    except pl.exceptions.PolarsError:
        return None
    if table.height != lines:
        return None
    # A short line is filled up with nulls, as an empty last cell is.
    if table[str(width - 1)].null_count() and (
        width == 1 or b'"' in content or not _is_full(content, layout, lines)
    ):
        return None
    numbers = pl.int_range(layout.line, layout.line + lines, dtype=pl.Int64, eager=True)
    return table.select(numbers.alias("line"), pl.all())


def _is_full(content: bytes, layout: _Layout, lines: int) -> bool:
    return content.count(layout.separator.encode(), layout.start) == lines * (len(layout.names) - 1)


def _slow(content: bytes, layout: _Layout, needed: list[int], log: ProblemLog) -> pl.DataFrame:
    """The table by Python's csv, line by line: quoted line breaks, blank lines, lines with too few cells."""
    as_text(content)  # names the line that is not UTF-8
    text = io.TextIOWrapper(io.BytesIO(content[layout.start :]), "utf-8", newline="")
    reader = csv.reader(text, delimiter=layout.separator, strict=True)
    width = len(layout.names)
    numbers: list[int] = []
    cells: list[list[str]] = [[] for _ in needed]
    while True:
        line = layout.line + reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            log.add(Problem(line, "Q323", _said(error), "cells whose quotes are closed", "Correct the line."))
            continue
        if len(row) == width:
            numbers.append(line)
            for place, column in zip(needed, cells, strict=True):
                column.append(row[place])
        elif any(map(str.strip, row)) and not row[0].startswith("#"):  # no blank line, no comment
            log.add(_ragged(line, row, layout))
    table = {str(place): column for place, column in zip(needed, cells, strict=True)}
    schema = {"line": pl.Int64(), **dict.fromkeys(table, pl.String())}
    return pl.DataFrame({"line": numbers, **table}, schema=schema)


def _said(error: csv.Error) -> str:
    return "a quote that is never closed" if "end of data" in str(error) else str(error)


def _ragged(line: int, row: list[str], layout: _Layout) -> Problem:
    parted = "" if layout.separator == _NO_SEPARATOR else f" parted by {layout.separator!r}"
    found = f"{len(row)} cells, {layout.separator.join(row)[:60]!r}"
    expected = f"{len(layout.names)}{parted}, as the header has names"
    return Problem(line, "Q323", found, expected, "Correct the line, or say which line is the header.")
