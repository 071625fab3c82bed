"""Text on its way to a table: its encoding, blanks that align columns, rules that are drawn, rows for columns."""

import csv
import io
import re
from collections.abc import Sequence
from itertools import islice

from flows.reading.records.shape import RecordError
from flows.reading.records.trees import as_text

_TABLES = (".csv", ".tsv")  # parted by marks; other text may be drawn for people
_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_FIRST_BYTES = 1 << 20
_LOOKED_AT = 5  # lines below the names
_MOST_TURNED = 16 << 20  # bytes of a table whose rows are columns, which people make
# As psql, mysql, sacct, tabulate and Markdown draw them.
_RULE = re.compile(rb"(?m)^[ \t]*+[|+]?+[ \t]*+:?+[-=]{2,}+[-=+|: \t\r]*+$")
_REMARK = re.compile(r"\s+\([^()]*\)$")
_UNIT = re.compile(r"\[([^\[\]]*)\]")
_BLANKS = re.compile(rb'("[^"\n]*")|[ \t]+')


def in_utf8(content: bytes, encoding: str | None) -> bytes:
    """The same text in UTF-8, where its study names another encoding and no mark says what it is. Raises RecordError."""
    if encoding is None or content.startswith(_UTF_16_MARKS):
        return content
    is_marked = content.startswith(_MARK)
    content, encoding = (content.removeprefix(_MARK), "utf-8") if is_marked else (content, encoding)
    try:
        return content.decode(encoding).encode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found, remedy = f"the byte 0x{content[error.start]:02X}", "Correct `encoding` in the study file."
        if is_marked:
            found, remedy = f"the mark of UTF-8 and {found}", "Save the file as UTF-8, or without the mark."
        raise RecordError("Q325", found, encoding, remedy, line) from error


def as_table(content: bytes, name: str, separator: str | None) -> bytes:
    """UTF-8 with line feeds, and of tables drawn for people the cells alone; every row stays on its line."""
    if content[:2] in _UTF_16_MARKS:
        content = as_text(content).encode()
    content = content.removeprefix(_MARK)
    if b"\n" not in content and b"\r" in content:
        content = content.replace(b"\r", b"\n")
    if name.endswith(_TABLES):
        return content
    content = _RULE.sub(b"", content)
    first = next(
        (each for each in content[:_FIRST_BYTES].splitlines() if each.strip() and each[:1] != b"#"), b""
    )
    lines = (line.strip() for line in content.split(b"\n"))
    if first.lstrip().startswith(b"|"):  # Markdown, mysql; what stands around it is no row
        return b"\n".join(line[1:].removesuffix(b"|") if line.startswith(b"|") else b"" for line in lines)
    if separator is None and not re.search(rb"[,;\t|]", first):
        return _BLANKS.sub(lambda found: found[1] or b"\t", b"\n".join(lines))
    return content


def turned(content: bytes, separator: str) -> bytes:
    """The table whose rows are the columns of a text, parted by commas. Raises RecordError."""
    if len(content) > _MOST_TURNED:
        raise RecordError("Q316", f"{len(content):,} bytes", f"at most {_MOST_TURNED:,} of a turned table")
    try:
        rows = [row for row in csv.reader(io.StringIO(as_text(content)), delimiter=separator) if any(row)]
    except csv.Error as error:
        raise RecordError("Q325", str(error), "cells whose quotes are closed") from error
    width = max(map(len, rows), default=0)
    text = io.StringIO()
    csv.writer(text).writerows(zip(*([*row, *[""] * (width - len(row))] for row in rows), strict=True))
    return text.getvalue().encode()


def reported(content: bytes, separator: str) -> bytes:
    """A table of names and values, parted by commas, of the lines `name: value` of a report; others are blank.

    A remark in brackets behind a value is left out, as are the brackets round its unit: `970.56 [#/sec] (mean)`.
    Every row stays on its line. Raises RecordError for what is no text.
    """
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    # `(h:mm:ss): 0:01.2`: what a blank follows parts before what none does.
    mark = re.compile(rf"{re.escape(separator)}(?=\s)|{re.escape(separator)}")
    for line in as_text(content).split("\n"):
        found = next(
            iter(sorted(mark.finditer(line), key=lambda each: not line[each.end() :][:1].isspace())), None
        )
        name, value = (line[: found.start()].strip(), line[found.end() :].strip()) if found else ("", "")
        value = _UNIT.sub(r"\1", _REMARK.sub("", value))
        if name and value:
            write([name, value])
        else:
            text.write("\n")
    return text.getvalue().encode()


def with_row_names(names: Sequence[str], below: Sequence[str], separator: str) -> list[str]:
    """The names with one for what R's write.table puts before the first, or what stands behind the last separator.

    `below` are lines below the names.
    """
    try:
        rows = list(islice((row for row in csv.reader(below, delimiter=separator) if any(row)), _LOOKED_AT))
    except csv.Error:
        rows = []
    if not rows or any(len(row) != len(names) + 1 for row in rows):
        return list(names)
    if not any(row[-1].strip() for row in rows):
        return [*names, ""]
    is_quoted = all(line.lstrip().startswith('"') for line in below[: len(rows)] if line.strip())
    is_own = len({row[0] for row in rows}) == len(rows)
    # A comma may be a decimal point, which parts a cell too.
    return ["", *names] if is_quoted or (is_own and separator not in ",;") else list(names)
