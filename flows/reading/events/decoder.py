"""Decodes the records in a window of event files into rows of scalars and of other summaries."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from flows.reading.events.castagnoli import unmasked
from flows.reading.events.damage import locate
from flows.reading.events.frames import HEADER_BYTES, FrameScanner, Offsets, Window
from flows.reading.events.progress import Region
from flows.reading.events.record_layout import LENGTH_LIMIT, Layout, Words, learn, width
from flows.reading.events.records import Other, RecordError
from flows.reading.events.rows import DAMAGED, Purge, Records, Rows, Scalars

_FEW = 16  # records: fewer are read one by one sooner than all at once
_PATIENCE = 8  # records of a length that no layout fits, before the rest of that length is read one by one


class OtherRow(NamedTuple):
    """A summary that is not a scalar, with its place."""

    file: int
    tag: int
    step: int
    wall_time: float
    other: Other


class Decoder:
    """Decodes window after window; tags are numbered in the order in which they are met."""

    def __init__(self) -> None:
        self.tags: dict[str, int] = {}
        self._scanner = FrameScanner()
        self._layouts: dict[int, list[tuple[Words, dict[bytes, Layout]]]] = {}

    def decode(
        self, window: Window, regions: Sequence[Region]
    ) -> tuple[Rows, list[OtherRow], list[Purge], int]:
        """The scalars, other summaries and purges of the regions, in the order of their records.

        The number is where the bytes begin that the last region leaves to the next window.
        """
        counts, rest = [], 0
        for region in regions:
            before = len(self._scanner)
            rest = locate(self._scanner, window, region)
            counts.append(len(self._scanner) - before)
        records = Records(window, regions, self._scanner.take(), counts)
        others = self._read_one_by_one(records, self._decode_alike(records))
        rows = records.rows()
        return rows, others, records.purges_of_rows(), rest

    def _decode_alike(self, records: Records) -> Iterable[int]:
        """Decodes records with the layouts that they share; gives the places of those that are left."""
        left: list[Offsets] = [np.zeros(0, np.int64)]
        for length, places in _by_length(records.lengths):
            if length > LENGTH_LIMIT or places.size < _FEW:
                left.append(places)
                continue
            rows = records.window.rows(records.starts[places] + HEADER_BYTES, width(length))
            misfits = 0
            while places.size >= _FEW and misfits < _PATIENCE:
                layout = self._layout(records, int(places[0]), rows[0])
                if layout is None:
                    left.append(places[:1])
                    places, rows, misfits = places[1:], rows[1:], misfits + 1
                    continue
                fits = layout.fits(rows)
                if fits.all():
                    self._put(records, layout, places, rows)
                    places = places[:0]
                    break
                self._put(records, layout, places[fits], rows[fits])
                misfits += int(fits.sum() < _FEW)
                places, rows = places[~fits], rows[~fits]
            left.append(places)
        remaining: list[int] = np.sort(np.concatenate(left)).tolist()
        return remaining

    def _layout(self, records: Records, place: int, row: npt.NDArray[np.uint64]) -> Layout | None:
        """The layout of the record at `place`, learned if it is new."""
        length = int(records.lengths[place])
        known = self._layouts.setdefault(length, [])
        for mask, layouts in known:
            layout = layouts.get((row & mask).tobytes())
            if layout is not None:
                return layout
        layout = learn(records.data(place)) if records.is_intact(place) else None
        if layout is not None:
            key = layout.fixed.tobytes()
            for mask, layouts in known:
                if np.array_equal(mask, layout.mask):
                    layouts[key] = layout
                    break
            else:
                known.append((layout.mask, {key: layout}))
        return layout

    def _put(self, records: Records, layout: Layout, places: Offsets, rows: Words) -> None:
        """Adds the scalars of records with a layout; those whose checksum is wrong are refused."""
        crc, stored = layout.checksums(rows)
        is_intact = crc == unmasked(stored)
        if not is_intact.all():
            for place in places[~is_intact].tolist():
                records.refuse(place, *DAMAGED)
            places, rows = places[is_intact], rows[is_intact]
        steps, wall_times = layout.steps(rows), layout.wall_times(rows)
        for rank, number in enumerate(layout.numbers):
            tag = self._number(number.tag)
            records.put(Scalars(places, rank, tag, steps, wall_times, layout.values(rows, number)))
        if layout.is_restart:
            records.restarts.append(places)
            records.moments.append((places, wall_times))

    def _read_one_by_one(self, records: Records, places: Iterable[int]) -> list[OtherRow]:
        """Reads records that no layout fits, through TensorBoard's classes."""
        others: list[OtherRow] = []
        restarts = []
        for place in places:
            file = records.region_of(place).file
            try:
                record = records.read(place)
            except RecordError as error:
                records.refuse(place, error.code, str(error))
                continue
            for rank, (tag, value) in enumerate(record.scalars):
                records.put_one(place, rank, self._number(tag), record.step, record.wall_time, value)
            if not record.scalars:
                records.moments.append((np.array([place]), record.wall_time))
            if record.is_restart:
                restarts.append(place)
            if record.purged_from is not None:
                records.purges.append((place, record.purged_from))
            others += [
                OtherRow(file.index, self._number(other.tag), record.step, record.wall_time, other)
                for other in record.others
            ]
            file.summaries += len(record.others)
        records.restarts.append(np.array(restarts, np.int64))
        return others

    def _number(self, tag: str) -> int:
        return self.tags.setdefault(tag, len(self.tags))


def _by_length(lengths: Offsets) -> Iterator[tuple[int, Offsets]]:
    """The places of the records of each length; lengths beyond LENGTH_LIMIT count as one."""
    short = np.minimum(lengths, LENGTH_LIMIT + 1).astype(np.uint16)  # 16 bits are sorted by counting
    order = np.argsort(short, kind="stable")
    ends = np.flatnonzero(np.diff(short[order])) + 1
    for places in np.split(order, ends):
        if places.size:
            yield int(short[places[0]]), places
