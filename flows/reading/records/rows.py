"""Result files as rows of text: the one way in for every format."""

import zlib
from collections.abc import Collection, Sequence

import polars as pl

from flows.reading.records.delimited import read_delimited
from flows.reading.records.parquet import read_parquet
from flows.reading.records.plain_text import in_utf8
from flows.reading.records.shape import (
    MOST_UNPACKED,
    PLACES,
    Asked,
    Problem,
    ProblemLog,
    RecordError,
    Records,
    Shape,
    no_rows,
)
from flows.reading.records.sheets import read_sheet
from flows.reading.records.tree_rows import read_trees
from flows.reading.records.trees import MOST_NAMES

__all__ = ["Problem", "Records", "Shape", "read_records"]

AS_IT_IS = Shape()
_TREES = (".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".toml")
_DELIMITED = (".csv", ".tsv", ".txt")
_OTHERS = (
    ".xls", ".xlsb", ".ods", ".docx", ".pdf", ".pkl", ".npy", ".npz", ".mat", ".h5", ".hdf5", ".db", ".sqlite", ".rds",
    ".zip",
)  # fmt: skip


def read_records(
    content: bytes, name: str, wanted: Sequence[str], shape: Shape = AS_IT_IS, literal: Collection[str] = ()
) -> Records:
    """The rows of a result file, with a column of text for every path that is wanted.

    Bad content never raises: the problems say what was found. `literal` are the paths among `wanted` that hold
    names or levels, where `None`, `NA` or `-` may be one and stays; elsewhere they are missing.
    A column that is itself called line, element or item is asked for in quotes, `"line"`.
    """
    paths = tuple(dict.fromkeys(wanted))
    if taken := set(paths) & set(PLACES):
        raise ValueError(f"found the path {min(taken)}, which names a place. Ask for it in quotes.")
    log = ProblemLog()
    try:
        frame, names = _read(content, name.lower(), Asked(paths, shape, literal, log))
    except RecordError as error:
        log.add(error.problem)
        frame, names = no_rows(paths), ()
    return Records(frame, names[:MOST_NAMES], log.problems())


def _read(content: bytes, name: str, asked: Asked) -> tuple[pl.DataFrame, tuple[str, ...]]:
    shape = asked.shape
    content, name = unzipped(content, name)
    if name.endswith(_TREES):
        return read_trees(in_utf8(content, shape.encoding), name, asked)
    if shape.rows or shape.each or shape.product:
        found = "`rows`, `each` or `product` for a table"
        raise RecordError(
            "Q325", found, "them for JSON, YAML and TOML only", "Remove them from the study file."
        )
    if name.endswith(".parquet"):
        return read_parquet(content, asked)
    if name.endswith(".xlsx"):
        return read_sheet(content, asked)
    if name.endswith(_OTHERS):
        endings = " ".join((*_DELIMITED, *_TREES, ".parquet", ".xlsx"))
        remedy = "Save what was measured as one of them."
        raise RecordError("Q325", f"the name {name!r}", f"text, or a name that ends in {endings}", remedy)
    return read_delimited(in_utf8(content, shape.encoding), name, asked)


def unzipped(content: bytes, name: str) -> tuple[bytes, str]:
    """Content and name of what is packed in a file; both as they are where nothing is. Raises RecordError."""
    is_packed = name.lower().endswith(".gz")
    return (_unpacked(content), name[:-3]) if is_packed else (content, name)


def _unpacked(content: bytes) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while content:  # members, one after another
        member = zlib.decompressobj(wbits=31)
        try:
            pieces.append(member.decompress(content, MOST_UNPACKED - size + 1))
        except zlib.error as error:
            raise RecordError(
                "Q325", f"gzip that is broken ({error})", "a gzip file", "Copy it again."
            ) from error
        size += len(pieces[-1])
        if size > MOST_UNPACKED:
            found = f"more than {MOST_UNPACKED:,} bytes once unpacked"
            raise RecordError("Q316", found, f"at most {MOST_UNPACKED:,}", "Split the file.")
        if not member.eof:
            raise RecordError("Q325", "gzip that breaks off", "a whole file", "Copy it again.")
        content = member.unused_data
    return b"".join(pieces)
