"""Read event files on from where they ended, after proof that what was read of them before still stands."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from flows.reading.events.file import Piece, Source
from flows.reading.points.series import HPARAMS

if TYPE_CHECKING:
    from flows.warehouse.warehouse import Warehouse


class Before(NamedTuple):
    """What the published warehouse holds of an event file that may be read on.

    It is the only one of its container, and nothing was noticed inside but a torn end: so the scalars that it
    holds stay as they are whatever comes after, as long as its tags go on with later steps.
    """

    file_id: int
    container_key: int
    container_id: str
    size_bytes: int
    sha256: str  # of so many bytes
    read_bytes: int
    records: int
    scalars: int
    latest: Mapping[str, int]  # tag -> its last step
    others: frozenset[str]  # tags of what is no scalar
    heard: tuple[
        float, ...
    ]  # seconds of the first and last wall time of its container; empty where there is none

    @property
    def is_result(self) -> bool:
        """Whether it holds hyperparameters: its scalars are end results."""
        return any(tag.startswith(HPARAMS) for tag in self.others)


def known_before(warehouse: "Warehouse", folder_ids: Sequence[int]) -> dict[int, dict[str, Before]]:
    """What is known of the event files of folders that may be read on: folder_id -> path -> Before."""
    files = warehouse.rows("night/read_on_files", folder_ids=list(folder_ids))
    ids = [row[2] for row in files]
    latest: dict[int, dict[str, int]] = {}
    for file_id, tag, step in warehouse.rows("night/read_on_steps", file_ids=ids) if ids else []:
        latest.setdefault(file_id, {})[tag] = step
    others: dict[int, set[str]] = {}
    for file_id, tag in warehouse.rows("night/read_on_others", file_ids=ids) if ids else []:
        others.setdefault(file_id, set()).add(tag)
    known: dict[int, dict[str, Before]] = {}
    for folder_id, path, *facts, first, last in files:
        heard = () if first is None else (first, last)
        ends = latest.get(facts[0], {}), frozenset(others.get(facts[0], ())), heard
        known.setdefault(folder_id, {})[path] = Before._make([*facts, *ends])
    return known


def sources_of(paths: Sequence[str | Path], known: Sequence[Before | None]) -> list[Source]:
    """What to read: files of which something is known from where they ended, others from their beginning."""
    return [
        Source(path, each.read_bytes, each.size_bytes) if each else Source(path)
        for path, each in zip(paths, known, strict=True)
    ]


def not_going_on(piece: Piece, known: Sequence[Before | None]) -> set[int]:
    """The files whose part in a piece cannot simply be added to what is known.

    They were rewritten; or a tag goes back to a step that it had, which supersedes a scalar or begins a segment;
    or a session purges what it had; or a summary needs what was said of its tag before.
    """
    places = {place: each for place, each in enumerate(known) if each}
    broken = {
        place
        for place, file in piece.finished.items()
        if place in places and file.known_sha256 != places[place].sha256
    }
    is_known = pl.col("file").is_in(list(places))
    earliest = piece.scalars.filter(is_known).group_by("file", "tag").agg(pl.col("step").min())
    for place, tag, step in earliest.rows():
        last = places[place].latest.get(piece.tags[tag])
        if last is not None and step <= last:
            broken.add(place)
    broken |= {purge.file for purge in piece.purges} & places.keys()
    for place, tag in piece.summaries.filter(is_known).select("file", "tag").unique().rows():
        if piece.tags[tag] in places[place].others:
            broken.add(place)
    return broken
