"""What event files hold as one batch, for files whose rows fit into memory."""

import os
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from flows.reading.events.file import WINDOW_BYTES, FileRead, Source, iterate_event_files


class EventBatch(NamedTuple):
    """What was read of some files, in their order; frames as in `Piece`."""

    files: list[FileRead]
    scalars: pl.DataFrame
    tags: list[str]
    summaries: pl.DataFrame


def read_event_files(
    sources: Sequence[Source], root: str | os.PathLike[str], window_bytes: int = WINDOW_BYTES
) -> EventBatch:
    pieces = list(iterate_event_files(sources, root, window_bytes))
    finished = {place: file for piece in pieces for place, file in piece.finished.items()}
    return EventBatch(
        [finished[place] for place in range(len(sources))],
        pl.concat(piece.scalars for piece in pieces),
        pieces[-1].tags,
        pl.concat(piece.summaries for piece in pieces),
    )
