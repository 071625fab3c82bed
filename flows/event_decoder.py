"""Decodes the records in a window of event files into rows of scalars and of other summaries."""

from collections.abc import Sequence
from typing import NamedTuple

from flows.event_damage import locate
from flows.event_frames import FrameScanner, Window
from flows.event_progress import Region
from flows.event_records import Other, RecordError
from flows.event_rows import Records, Rows


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

    def decode(self, window: Window, regions: Sequence[Region]) -> tuple[Rows, list[OtherRow], int]:
        """The scalars and other summaries of the regions, in the order of their records.

        The number is where the bytes begin that the last region leaves to the next window.
        """
        counts, rest = [], 0
        for region in regions:
            before = len(self._scanner)
            rest = locate(self._scanner, window, region)
            counts.append(len(self._scanner) - before)
        records = Records(window, regions, self._scanner.take(), counts)
        others = self._read_one_by_one(records, range(records.starts.size))
        return records.rows(), others, rest

    def _read_one_by_one(self, records: Records, places: Sequence[int]) -> list[OtherRow]:
        """Reads records that no layout fits, through TensorBoard's classes."""
        others: list[OtherRow] = []
        for place in places:
            file = records.region_of(place).file
            try:
                record = records.read(place)
            except RecordError as error:
                records.refuse(place, error.code, str(error))
                continue
            for rank, (tag, value) in enumerate(record.scalars):
                records.put_one(place, rank, self._number(tag), record.step, record.wall_time, value)
            if record.is_restart:
                records.restarts.append(place)
            others += [
                OtherRow(file.index, self._number(other.tag), record.step, record.wall_time, other)
                for other in record.others
            ]
            file.summaries += len(record.others)
        return others

    def _number(self, tag: str) -> int:
        return self.tags.setdefault(tag, len(self.tags))
