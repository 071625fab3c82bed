"""What is known of an event file while it is read, piece by piece."""

import math
from typing import NamedTuple

from flows.reading.events.faults import Fault, FaultLog
from flows.reading.events.records import Metadata
from flows.reading.events.segments import Segments


class FileProgress:
    """What is known of one file so far. Offsets count from the beginning of the file."""

    __slots__ = (
        "accepted_bytes",
        "budget",
        "faults",
        "first_second",
        "index",
        "known_bytes",
        "known_sha256",
        "last_second",
        "lost_from",
        "metadata",
        "modified_ns",
        "needed",
        "path",
        "records",
        "scalars",
        "segments",
        "sha256",
        "size",
        "skipped_bytes",
        "start",
        "summaries",
        "torn_from",
        "zeros_from",
    )

    def __init__(
        self, index: int, path: str, start: int, size: int, modified_ns: int, known_bytes: int = 0
    ) -> None:
        self.index = index
        self.path = path
        self.start = start
        self.size = size
        self.modified_ns = modified_ns
        self.known_bytes = known_bytes
        self.known_sha256 = ""
        self.sha256 = ""
        self.zeros_from = size  # from here on the file is zeros
        self.records = self.scalars = self.summaries = self.accepted_bytes = self.skipped_bytes = 0
        self.torn_from = size
        self.needed = 0  # bytes from the next record on that must be in the window to go on
        self.lost_from: int | None = None  # where damage begins whose end is not found yet
        self.budget = 16 * size + (
            64 << 20
        )  # bytes that may be checksummed in search of records after damage
        self.faults: FaultLog | None = None
        self.metadata: Metadata = {}
        self.segments: Segments | None = None
        # Of the wall times of all records; NaN until one is a time.
        self.first_second = self.last_second = math.nan

    def heard(self, first: float, last: float) -> None:
        """Notes wall times in seconds since 1970, the earliest and the latest of some records."""
        if not self.first_second <= first:
            self.first_second = first
        if not self.last_second >= last:
            self.last_second = last

    def fault(self, code: str, offset: int, length: int, found: str, count: int = 1) -> None:
        self.faults = self.faults or FaultLog()
        self.faults.add(code, offset, length, found, count)

    def skip(self, code: str, offset: int, length: int, found: str) -> None:
        self.skipped_bytes += length
        self.fault(code, offset, length, found)

    def tear(self, offset: int) -> None:
        self.torn_from = offset
        found = "a tail of zeros" if self.zeros_from <= offset else "the beginning of a record, cut off"
        self.fault("Q314", offset, self.size - offset, found)

    def all_faults(self) -> tuple[Fault, ...]:
        """The faults as sentences; a file that was read from its beginning and holds no scalar has one."""
        if not self.scalars and not self.start:
            self.fault("R104", 0, 0, "no scalar")
        return self.faults.faults(self.path) if self.faults else ()


class Region(NamedTuple):
    """A stretch of a file in the window: byte `start` of the window is byte `start + base` of the file."""

    file: FileProgress
    start: int
    stop: int
    base: int
    is_last: bool
