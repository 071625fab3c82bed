"""Tables in sheets of Excel workbooks, as text."""

import io
import re
import struct
import zipfile
import zlib
from typing import Any

import polars as pl

from flows.reading.records.choosing import from_table, refuse_twice, table_columns
from flows.reading.records.shape import MOST_UNPACKED, Asked, RecordError, header_lines, joined_names

_MOST_RATIO = 200  # unpacked to packed; sheets of equal rows reach 100
_MOST_CELLS = MOST_UNPACKED // 32  # calamine makes so many bytes of each, empty or not
_SMALL = 16 << 20  # bytes unpacked, of which any ratio is harmless

# What a damaged archive makes zipfile raise.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    ValueError,
    OSError,
    KeyError,
    struct.error,
)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # Excel's own; LZMA could ask for any memory
_PARTS = re.compile(r"(xl/|_rels/|docProps/)[^\\]*\.(xml|rels)|\[Content_Types\]\.xml", re.IGNORECASE)
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})([0-9]{0,9})["']""")
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_CELL = re.compile(rb"<(?:\w+:)?c\b")
_ENTRY_END = re.compile(rb"si\s*>")


def read_sheet(content: bytes, asked: Asked) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Rows (numbered as in the sheet, blank ones left out) and column names. Raises RecordError."""
    sheet = _sheet(_workbook(_bounded(content)), asked.shape.sheet)
    sheet = sheet.transpose() if asked.shape.is_turned and sheet.width else sheet
    headers = header_lines(asked.shape)
    headers = (1,) if headers is None else headers
    header = headers[-1] if headers else 0
    if header > sheet.height:
        raise RecordError(
            "Q324", f"a sheet of {sheet.height:,} rows", f"names in row {header}", "Check the file."
        )
    names = [str(i) for i in range(1, sheet.width + 1)]
    if header:
        names = joined_names([[name or "" for name in sheet.row(line - 1)] for line in headers])
    columns = table_columns(names, asked)
    refuse_twice(names, columns, header)
    table = sheet.rename(dict(zip(sheet.columns, map(str, range(sheet.width)), strict=True)))
    table = table.with_columns(line=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)).slice(header)
    table = table.filter(~pl.all_horizontal(pl.exclude("line").is_null()))
    return from_table(table, columns, asked), tuple(names)


def sheet_names(content: bytes) -> list[str]:
    """The sheets of a workbook in their order. Raises RecordError."""
    return list(_workbook(_bounded(content)).sheet_names)


def _workbook(content: bytes) -> Any:
    try:
        import fastexcel  # only for those who have workbooks
    except ImportError as error:
        found = "a workbook, and no fastexcel"
        raise RecordError(
            "Q325", found, "fastexcel, which reads it", "Install it, or save as CSV."
        ) from error
    try:
        return fastexcel.read_excel(content)
    except fastexcel.FastExcelError as error:
        raise _broken(error) from error


def _sheet(workbook: Any, name: str | None) -> pl.DataFrame:
    """The sheet of a name; without one, the only sheet that is visible and holds anything."""
    names = workbook.sheet_names
    if name is not None and name not in names:
        shown = ", ".join(map(repr, names))
        raise RecordError("Q324", f"the sheets {shown}", f"the sheet {name!r}", "Correct the study file.")
    sheets = {each: _text(workbook, each) for each in ([name] if name is not None else names)}
    filled = {
        each: text
        for each, (text, is_visible) in sheets.items()
        if each == name or (is_visible and text.height)
    }
    if len(filled) > 1:
        shown = ", ".join(map(repr, filled))
        raise RecordError("Q325", f"the sheets {shown}", "one", "State the sheet in the study file.")
    return next(iter(filled.values()), pl.DataFrame())


def _text(workbook: Any, name: str) -> tuple[pl.DataFrame, bool]:
    """Every cell of a sheet as text, a number with all its digits, and whether the sheet is visible.

    As text alone the reader rounds numbers to nine decimals.
    """
    import fastexcel

    try:
        frames = {}
        for kind in ("string", "float"):
            sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes=kind, schema_sample_rows=1)
            frames[kind] = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise _broken(error) from error
    texts, numbers = frames["string"], frames["float"]
    exact = [
        pl.select(
            pl.when(text.cast(pl.Float64, strict=False) != number).then(number.cast(pl.String)).otherwise(text)
        ).to_series().alias(text.name)
        for text, number in zip(texts, numbers, strict=True)
    ]  # fmt: skip
    return pl.DataFrame(exact), sheet.visible == "visible"


def _broken(error: Exception) -> RecordError:
    return RecordError("Q325", f"a workbook that is broken ({str(error).splitlines()[0]})", "an .xlsx file")


def _bounded(content: bytes) -> bytes:
    """The workbook with its sheets and texts only, packed anew from what was counted. Raises RecordError.

    The reader trusts sizes and places that a file states: a sheet of two cells at opposite corners makes it ask
    for half a terabyte and end the process, so all of it is looked at before.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _check_sizes(packed)
            return _unpacked(packed)
    except _BROKEN as error:
        raise RecordError(
            "Q325", f"a workbook that is broken or locked ({error})", "an .xlsx file"
        ) from error


def _check_sizes(packed: zipfile.ZipFile) -> None:
    parts = packed.infolist()
    size = sum(part.file_size for part in parts)
    if any(part.compress_type not in _METHODS for part in parts):
        raise zipfile.BadZipFile("a compression that Excel does not use")
    ratio = size / max(1, sum(part.compress_size for part in parts))
    if size > MOST_UNPACKED:
        raise _too_large(f"{size:,} bytes once unpacked", f"at most {MOST_UNPACKED:,}")
    if ratio > _MOST_RATIO and size > _SMALL:
        raise _too_large(
            f"{size:,} bytes once unpacked, {ratio:,.0f} a byte", f"at most {_MOST_RATIO} a byte"
        )


def _unpacked(packed: zipfile.ZipFile) -> bytes:
    copy = io.BytesIO()
    cells = longest = 0
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as written:
        for part in packed.infolist():
            if not _PARTS.fullmatch(part.filename):
                continue  # pictures, macros, and what only other readers take for a sheet
            text = packed.read(part)  # no more than the size that was counted
            if b"sheetData" in text:
                _check_corner(text)
                cells += text.count(b"<")
            ends = [match.end() for match in _ENTRY_END.finditer(text)]
            longest = max([longest, *(end - start for start, end in zip([0, *ends], ends, strict=False))])
            written.writestr(part.filename, text)
    if cells * longest > 16 * MOST_UNPACKED:  # every cell may repeat the longest text
        raise _too_large(f"up to {cells:,} cells of up to {longest:,} bytes", "shorter texts")
    return copy.getvalue()


def _check_corner(sheet: bytes) -> None:
    """Raises RecordError for cells so far from the first that the rectangle between them is too large."""
    # Places may be left out: then cells and rows follow each other.
    parts = _ROW.split(sheet)
    rows, columns = len(parts), max(len(_CELL.findall(part)) for part in parts)
    for letters, digits in set(_PLACE.findall(sheet)):
        rows = max(rows, int(digits or 0))
        columns = max(columns, _column(letters))
    if rows * columns > _MOST_CELLS:
        remedy = "Remove the cells that lie far from the others."
        found = f"a sheet of {rows:,} rows and {columns:,} columns"
        raise RecordError("Q316", found, f"at most {_MOST_CELLS:,} cells", remedy)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _too_large(found: str, expected: str) -> RecordError:
    return RecordError("Q316", found, expected, "Save it as CSV or Parquet, or split it.")
