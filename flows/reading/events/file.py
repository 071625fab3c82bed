"""Reads event files: every scalar and summary that is intact, and the place of everything that is not."""

import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.log_root.regular_file import EVENT_FILE_LIMIT, LogRoot, RefusedError, shown
from flows.reading.events.decoder import OtherRow
from flows.reading.events.faults import Fault
from flows.reading.events.progress import FileProgress
from flows.reading.events.rows import LATEST_SECOND, Purge, Rows
from flows.reading.events.windows import WindowReader

WINDOW_BYTES = 4 << 20

_SCALARS = {
    "file": pl.Int32,
    "tag": pl.Int32,
    "step": pl.Int64,
    "wall_time": pl.Float64,
    "value": pl.Float64,
    "segment": pl.Int32,
}
_SUMMARIES = {
    "file": pl.Int32,
    "tag": pl.Int32,
    "step": pl.Int64,
    "wall_time": pl.Float64,
    "kind": pl.String,
    "content": pl.String,
}


class Source(NamedTuple):
    """A file below the log root (a path relative to it, or absolute), to be read from byte `start` on.

    `known_bytes` is how many bytes it had when it was read before, to prove that these are still the same.
    """

    path: str | Path
    start: int = 0
    known_bytes: int = 0


class FileRead(NamedTuple):
    """What was read of one file.

    Conservation: accepted_bytes + skipped_bytes + (size - read_bytes) = size - start. Skipped bytes and the torn
    tail from `read_bytes` on are what the faults with a length name; reading can go on at `read_bytes`.
    """

    size: int
    modified_ns: int
    read_bytes: int
    sha256: str  # of the whole content; empty for a file that was refused, or whose holes were not read
    records: int
    scalars: int
    summaries: int
    accepted_bytes: int
    skipped_bytes: int
    faults: tuple[Fault, ...]
    known_sha256: str = ""  # of its first `known_bytes`; empty where it has fewer, or none were known
    first_second: float = math.nan  # of the wall times of all its records, in seconds since 1970
    last_second: float = math.nan


class Piece(NamedTuple):
    """The next part of what is read: the files that ended in it by their place, and rows in the order of the records.

    `file` counts the sources, `tag` the tags; `wall_time` is in seconds since 1970, null if it is no time; `segment`
    counts up where a session or file version begins or the steps of a tag go back, from 0 in each read.
    """

    finished: dict[int, FileRead]
    scalars: pl.DataFrame  # file, tag, step, wall_time, value, segment
    tags: list[str]  # all that were met so far
    summaries: pl.DataFrame  # file, tag, step, wall_time, kind, content (JSON)
    purges: list[
        Purge
    ]  # sessions that replace what was written before them, by the rows of scalars before each


def iterate_event_files(
    sources: Sequence[Source],
    root: str | os.PathLike[str],
    window_bytes: int = WINDOW_BYTES,
    piece_bytes: int = 64 << 20,
) -> Iterator[Piece]:
    """Reads files piece by piece in bounded memory, however many or large they are.

    Memory: a window of `window_bytes` (more only for records that are larger), and about `piece_bytes`.
    """
    reader = WindowReader(window_bytes)
    refused: dict[int, FileRead] = {}
    with LogRoot(root) as logs:
        for place, (path, start, known_bytes) in enumerate(sources):
            try:
                opened = logs.open(path, EVENT_FILE_LIMIT)
            except RefusedError as error:
                fault = Fault(error.code, start, 0, str(error))
                refused[place] = FileRead(start, 0, start, "", 0, 0, 0, 0, 0, (fault,))
                continue
            name = shown(logs.relative(path))
            progress = FileProgress(place, name, start, opened.size, opened.modified_ns, known_bytes)
            try:
                for _ in reader.read(opened, progress):
                    if reader.held_bytes >= piece_bytes:
                        yield _piece(reader, {})
            finally:
                os.close(opened.descriptor)
    reader.flush()
    yield _piece(reader, refused)


def _piece(reader: WindowReader, refused: dict[int, FileRead]) -> Piece:
    taken = reader.take()
    finished = refused | {file.index: _file_read(file) for file in taken.files}
    return Piece(finished, _scalars(taken.rows), list(reader.tags), _summaries(taken.others), taken.purges)


def _file_read(file: FileProgress) -> FileRead:
    return FileRead(
        file.size,
        file.modified_ns,
        file.torn_from,
        file.sha256,
        file.records,
        file.scalars,
        file.summaries,
        file.accepted_bytes,
        file.skipped_bytes,
        file.all_faults(),
        file.known_sha256,
        file.first_second,
        file.last_second,
    )


def _scalars(rows: Sequence[Rows]) -> pl.DataFrame:
    """One frame, in which the arrays of each window stay where they are."""
    frames = [pl.DataFrame(each._asdict(), schema=_SCALARS) for each in rows]
    return pl.concat(frames or [pl.DataFrame(schema=_SCALARS)]).with_columns(
        pl.col("wall_time").fill_nan(None)
    )


def empty_summaries() -> pl.DataFrame:
    """The frame of summaries of no file at all."""
    return pl.DataFrame(schema=_SUMMARIES)


def _summaries(others: Sequence[OtherRow]) -> pl.DataFrame:
    if not others:
        return empty_summaries()
    from flows.reading.events.other_summaries import read_others

    contents = read_others([row.other for row in others])
    rows = [(*row[:4], *content) for row, content in zip(others, contents, strict=True)]
    frame = pl.DataFrame(rows, schema=_SUMMARIES, orient="row")
    is_time = pl.col("wall_time").is_between(0, LATEST_SECOND, closed="none")
    return frame.with_columns(pl.when(is_time).then("wall_time").alias("wall_time"))
