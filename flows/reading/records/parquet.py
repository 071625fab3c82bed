"""Parquet files, every cell as text."""

from collections.abc import Iterable, Iterator

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from flows.reading.cells.numbers import no_text
from flows.reading.records.choosing import from_table, refuse_twice, table_columns
from flows.reading.records.paths import quoted
from flows.reading.records.shape import MOST_CELLS, MOST_UNPACKED, Asked, Problem, RecordError

# What damage makes Arrow and the way from it to polars raise.
_BROKEN = (
    pa.ArrowException,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    OSError,
    ValueError,
    TypeError,
)
_NO_TEXT = (pl.List, pl.Array, pl.Struct, pl.Duration, pl.Binary, pl.Object)


def read_parquet(content: bytes, asked: Asked) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Rows and column names, fields of structures by their paths. Raises RecordError.

    Arrow reads it, as polars 2.1 ends the process for one flipped byte: "memory allocation of
    2305843009213693952 bytes failed".
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        fields = [(path, steps) for field in file.schema_arrow for path, steps in _fields(field)]
        names = [path for path, _ in fields]
        columns = table_columns(names, asked)
        refuse_twice(names, columns, 0)
        needed = sorted({place for places in columns.values() for place in places})
        tops = {fields[place][1][0] for place in needed}
        _check_size(file.metadata, tops)
        # Texts stay a dictionary until they are counted: one of 100 kB may stand in a million rows.
        texts = [path for path in _leaves(file.metadata) if _is_below(path, tops)]
        file = pq.ParquetFile(
            pa.BufferReader(content), page_checksum_verification=True, read_dictionary=texts
        )
        table = file.read(columns=sorted(tops))
        table.validate(full=True)
        if table.num_rows != file.metadata.num_rows and tops:
            raise ValueError("its parts disagree in the number of rows")
        frame = pl.DataFrame(table)
        found = {place: _cells(frame, fields[place][1]) for place in needed}
        _check_texts(found.values())
        literal = {place for path in asked.literal for place in columns.get(path, [])}
        cells = {
            str(place): _text(column, names[place], place in literal, asked)
            for place, column in found.items()
        }
    except _BROKEN as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RecordError(
            "Q325", f"Parquet that is broken ({reason})", "a Parquet file", "Copy it again."
        ) from error
    line = pl.int_range(1, table.num_rows + 1, dtype=pl.Int64, eager=True)
    return from_table(pl.DataFrame({"line": line, **cells}), columns, asked), tuple(names)


def _fields(field: pa.Field, above: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Path and steps of a column, or of the fields of a structure."""
    steps = (*above, field.name)
    if pa.types.is_struct(field.type):
        for below in field.type:
            yield from _fields(below, steps)
    else:
        yield (field.name if not above else ".".join(map(quoted, steps))), steps


def _leaves(metadata: pq.FileMetaData) -> Iterator[str]:
    """Paths of the columns that hold bytes."""
    for i in range(metadata.num_columns):
        leaf = metadata.schema.column(i)
        if leaf.physical_type == "BYTE_ARRAY":
            yield leaf.path


def _check_size(metadata: pq.FileMetaData, tops: set[str]) -> None:
    """Raises RecordError for what the needed columns would take."""
    size = 0
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        chunks = (group.column(j) for j in range(group.num_columns))
        size += sum(each.total_uncompressed_size for each in chunks if _is_below(each.path_in_schema, tops))
    if size > MOST_UNPACKED:
        raise _too_large(f"{size:,} bytes once unpacked", f"at most {MOST_UNPACKED:,}")
    if metadata.num_rows * max(1, len(tops)) > MOST_CELLS:
        raise _too_large(
            f"{metadata.num_rows:,} rows of {len(tops)} columns", f"at most {MOST_CELLS:,} cells"
        )


def _is_below(path: str, tops: set[str]) -> bool:
    return any(path == top or path.startswith(f"{top}.") for top in tops)


def _cells(frame: pl.DataFrame, steps: tuple[str, ...]) -> pl.Series:
    cells = frame[steps[0]]
    for step in steps[1:]:
        cells = cells.struct.field(step)
    return cells


def _check_texts(columns: Iterable[pl.Series]) -> None:
    """Raises RecordError for texts that are small only while each is kept once."""
    size = sum(int(cells.cat.len_bytes().sum()) for cells in columns if cells.dtype == pl.Categorical)
    if size > MOST_UNPACKED:
        raise _too_large(f"{size:,} bytes of text", f"at most {MOST_UNPACKED:,}")


def _text(cells: pl.Series, name: str, is_literal: bool, asked: Asked) -> pl.Series:
    if isinstance(cells.dtype, _NO_TEXT):
        found = f"the type {cells.dtype} of {name!r}"
        remedy = "Write texts, numbers, truth values or times."
        asked.log.add(Problem(None, "Q323", found, "a type of single values", remedy))
        return no_text(len(cells))
    # What was computed is a float's exact value; the level that was set is its shortest text.
    if cells.dtype == pl.Float32 and not is_literal:
        cells = cells.cast(pl.Float64)
    return cells.cast(pl.String)


def _too_large(found: str, expected: str) -> RecordError:
    return RecordError("Q316", found, expected, "Split the file.")
