"""Puts what was decoded from the records of a window into rows, in the order of the records."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from flows.reading.events.frames import FRAME_BYTES, HEADER_BYTES, Offsets, Window
from flows.reading.events.progress import Region
from flows.reading.events.records import Record, RecordError, read_record
from flows.reading.events.segments import Segments

LATEST_SECOND = 253_402_300_800  # the year 10000, beyond which calendars do not go

DAMAGED = ("Q315", "data that does not match its checksum")

Places = npt.NDArray[np.int32]
Doubles = npt.NDArray[np.float64]


class Rows(NamedTuple):
    """Scalars, one element each: the places of their file and tag, and what was logged."""

    file: Places
    tag: Places
    step: Offsets
    wall_time: Doubles  # seconds since 1970, NaN if it is no time
    value: Doubles
    segment: Places


class Purge(NamedTuple):
    """A session of a file that begins after so many rows: from `step` on it takes the place of what was before."""

    file: int
    row: int
    step: int


class Scalars(NamedTuple):
    """One scalar of each of some records: the `rank`th of its record."""

    places: Offsets
    rank: int | Offsets
    tag: int | Offsets
    step: int | Offsets
    wall_time: float | Doubles
    value: float | Doubles


class Records:
    """The records of a window. A place is the number of a record in it."""

    def __init__(
        self, window: Window, regions: Sequence[Region], starts: Offsets, counts: Sequence[int]
    ) -> None:
        self.window = window
        self.regions = regions
        self.starts = starts
        self.lengths = window.words64[starts].astype(np.int64)
        self.restarts: list[Offsets] = []  # places at which a session or file version begins
        self.moments: list[tuple[Offsets, float | Doubles]] = []  # wall times of records without scalars
        self.purges: list[
            tuple[int, int]
        ] = []  # place and first step of sessions that replace what was before
        self._counts = counts
        self._bounds = _sums_before(np.array(counts, np.int64))  # the places at which the regions begin
        self._region = np.repeat(np.arange(len(regions), dtype=np.int32), counts)
        self._widths = np.zeros(starts.size, np.int32)
        self._begins = np.zeros(0, np.int64)  # the row at which each record begins
        self._scalars: list[Scalars] = []
        self._singles: list[tuple[int, int, int, int, float, float]] = []
        self._refused: dict[int, tuple[str, str]] = {}

    def is_intact(self, place: int) -> bool:
        return self.window.has_intact_data(int(self.starts[place]))

    def data(self, place: int) -> bytes:
        start = int(self.starts[place]) + HEADER_BYTES
        return self.window.data[start : start + int(self.lengths[place])].tobytes()

    def read(self, place: int) -> Record:
        """The record at `place`, through TensorBoard's classes. Raises RecordError."""
        if not self.is_intact(place):
            raise RecordError(*DAMAGED)
        return read_record(self.data(place), self.region_of(place).file.metadata)

    def region_of(self, place: int) -> Region:
        return self.regions[int(self._region[place])]

    def offset(self, place: int) -> int:
        """Where the record stands in its file."""
        return int(self.starts[place]) + self.region_of(place).base

    def put(self, scalars: Scalars) -> None:
        """Adds scalars of different records."""
        self._widths[scalars.places] += np.int32(1)
        self._scalars.append(scalars)

    def put_one(self, place: int, rank: int, tag: int, step: int, wall_time: float, value: float) -> None:
        self._singles.append((place, rank, tag, step, wall_time, value))

    def refuse(self, place: int, code: str, found: str) -> None:
        self._refused[place] = code, found

    def rows(self) -> Rows:
        """All scalars in the order of their records; counts and notes of the files are brought up to date."""
        if self._singles:
            self._scalars.append(Scalars(*map(np.array, zip(*self._singles, strict=True))))
            np.add.at(self._widths, self._scalars[-1].places, np.int32(1))
        self._begins = begins = _sums_before(self._widths)
        total = int(begins[-1])
        region = np.repeat(self._region, self._widths)
        file = np.array([each.file.index for each in self.regions], np.int32)
        rows = Rows(
            file[region],
            np.empty(total, np.int32),
            np.empty(total, np.int64),
            np.empty(total),
            np.empty(total),
            np.zeros(total, np.int32),
        )
        for scalars in self._scalars:
            at = begins[scalars.places] + scalars.rank
            rows.tag[at] = scalars.tag
            rows.step[at] = scalars.step
            rows.wall_time[at] = scalars.wall_time
            rows.value[at] = scalars.value
        self._account()
        self._note(rows, region)
        self._hear(rows)
        self._count_segments(rows, region)
        return rows

    def purges_of_rows(self) -> list[Purge]:
        """The purges, by the number of rows that stand before each; asked for after the rows."""
        return [
            Purge(self.region_of(place).file.index, int(self._begins[place]), step)
            for place, step in self.purges
        ]

    def _account(self) -> None:
        """Every record is accepted or named."""
        size = np.diff(_sums_before(self.lengths + FRAME_BYTES)[self._bounds])
        scalars = np.diff(self._begins[self._bounds])
        for each, *counts in zip(self.regions, self._counts, size.tolist(), scalars.tolist(), strict=True):
            each.file.records += counts[0]
            each.file.accepted_bytes += counts[1]
            each.file.scalars += counts[2]
        for place in sorted(self._refused):
            code, found = self._refused[place]
            file, length = self.region_of(place).file, int(self.lengths[place]) + FRAME_BYTES
            file.records -= 1
            file.accepted_bytes -= length
            file.skip(code, self.offset(place), length, found)

    def _note(self, rows: Rows, region: Places) -> None:
        """Notes values that are not finite and wall times that are none; these become NaN."""
        is_no_time = ~((rows.wall_time > 0) & (rows.wall_time < LATEST_SECOND))
        for code, is_odd, column in (
            ("R105", ~np.isfinite(rows.value), rows.value),
            ("R106", is_no_time, rows.wall_time),
        ):
            odd = np.flatnonzero(is_odd)
            if not odd.size:
                continue
            where, first, count = np.unique(region[odd], return_index=True, return_counts=True)
            for each, row, times in zip(where.tolist(), odd[first].tolist(), count.tolist(), strict=True):
                offset = self.offset(self._place_of(row))
                file = self.regions[each].file
                file.fault(code, offset, 0, f"{column[row]} at step {rows.step[row]}", times)
        rows.wall_time[is_no_time] = np.nan

    def _hear(self, rows: Rows) -> None:
        """Notes the first and last wall time of each file."""
        first = self._begins[self._bounds]
        own = np.flatnonzero(np.diff(first))
        if own.size:
            low = np.fmin.reduceat(rows.wall_time, first[own])
            high = np.fmax.reduceat(rows.wall_time, first[own])
            for each, *times in zip(own.tolist(), low.tolist(), high.tolist(), strict=True):
                self._hear_of(each, *times)
        for places, seconds in self.moments:
            for place, second in zip(
                places.tolist(), np.broadcast_to(seconds, places.shape).tolist(), strict=True
            ):
                self._hear_of(int(self._region[place]), second, second)

    def _hear_of(self, region: int, first: float, last: float) -> None:
        if first > 0 and last < LATEST_SECOND:
            self.regions[region].file.heard(first, last)

    def _count_segments(self, rows: Rows, region: Places) -> None:
        """Most files know one segment only: those are told by steps that never go back in any two rows."""
        goes_back = (rows.step[1:] < rows.step[:-1]) & (region[1:] == region[:-1])
        odd = set(region[1:][goes_back].tolist())
        continued = [not each.is_last or each.file.segments is not None for each in self.regions]
        first = self._begins[self._bounds]
        places = np.sort(np.concatenate(self.restarts))
        owner, row_after = self._region[places], self._begins[places]
        # Every file begins with its version, which restarts nothing.
        matters = (row_after > first[owner]) | np.array(continued, bool)[owner]
        restarts: dict[int, list[int]] = {}
        for each, row in zip(owner[matters].tolist(), row_after[matters].tolist(), strict=True):
            restarts.setdefault(each, []).append(row)
        for each in sorted(odd | restarts.keys() | set(np.flatnonzero(continued).tolist())):
            file = self.regions[each].file
            start, stop = first[each : each + 2].tolist()
            file.segments = file.segments or Segments()
            marks = [row - start for row in restarts.get(each, [])]
            rows.segment[start:stop], back = file.segments.count(
                rows.tag[start:stop], rows.step[start:stop], marks
            )
            if back:
                row = start + back[0]
                found = f"a step back to {rows.step[row]}"
                file.fault("R107", self.offset(self._place_of(row)), 0, found, len(back))

    def _place_of(self, row: int) -> int:
        """The place of the record that holds a row."""
        return int(np.searchsorted(self._begins, row, side="right")) - 1


def _sums_before(numbers: npt.NDArray[np.integer]) -> Offsets:
    """The sum of all numbers before each, and at the end of all."""
    sums = np.zeros(numbers.size + 1, np.int64)
    np.cumsum(numbers, out=sums[1:])
    return sums
