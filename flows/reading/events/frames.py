"""The frames of an event file: where its records lie, and where reading goes on after damage.

A record is a TFRecord: its length (8 bytes), a masked CRC-32C of these, the data, a masked CRC-32C of the data.
"""

import struct

import numpy as np
import numpy.typing as npt

from flows.reading.events.castagnoli import Bytes, masked_crc32c

HEADER_BYTES = 12
FRAME_BYTES = 16  # of a record beside its data
RECORD_LIMIT = 64 << 20

_HEADER = struct.Struct("<QI")
_WALK = 64  # records after which a repeating pattern of lengths is looked for
_LONGEST_CYCLE = 32
_LONGEST_LEAP = 1 << 16

Words = npt.NDArray[np.unsignedinteger]
Offsets = npt.NDArray[np.int64]


def frame(data: bytes) -> bytes:
    """One record as it stands in an event file."""
    length = struct.pack("<Q", len(data))
    checksums = (struct.pack("<I", masked_crc32c(each)) for each in (length, data))
    return length + next(checksums) + data + next(checksums)


class Window:
    """A buffer with views of the 4- and 8-byte words that begin at every byte, and room after its end."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.data: Bytes = np.zeros(capacity + 4096, np.uint8)
        self.memory = self.data.data
        self.words32 = self._words("<u4")
        self.words64 = self._words("<u8")

    def _words(self, kind: str) -> Words:
        count = self.data.size - np.dtype(kind).itemsize + 1
        return np.ndarray((count,), kind, self.data, strides=(1,))

    def rows(self, starts: Offsets, width: int) -> npt.NDArray[np.uint64]:
        """(n, width) copy of the `width` 8-byte words that begin at each start."""
        whole = np.ndarray((self.data.size - 8 * width + 1,), f"V{8 * width}", self.data, strides=(1,))
        return whole[starts].view("<u8").reshape(-1, width)

    def length_at(self, position: int) -> int:
        """The length of the data of the record at `position`, as its header says."""
        return int(self.words64[position])

    def has_intact_data(self, position: int) -> bool:
        """Whether the data of the whole record at `position` has its checksum."""
        start = position + HEADER_BYTES
        stop = start + self.length_at(position)
        return masked_crc32c(self.data[start:stop]) == int(self.words32[stop])


class _Cycle:
    """Lengths that repeat, laid out for a leap over many records at once."""

    def __init__(self, lengths: list[int], checksums: list[int]) -> None:
        self.period = len(lengths)
        self.total = sum(lengths) + FRAME_BYTES * self.period
        self.reach = 256
        self._lengths = np.array(lengths, np.uint64)
        self._checksums = np.array(checksums, np.uint32)
        self._lay_out()

    def _lay_out(self) -> None:
        repeats = -(-self.reach // self.period)
        self.lengths = np.tile(self._lengths, repeats)
        self.checksums = np.tile(self._checksums, repeats)
        self.offsets = np.zeros(self.lengths.size + 1, np.int64)
        np.cumsum(self.lengths + np.uint64(FRAME_BYTES), out=self.offsets[1:])

    def leap(self, window: Window, position: int, end: int) -> Offsets:
        """The starts of all records from `position` on that follow the cycle."""
        count = min((end - position) // self.total * self.period, self.lengths.size)
        starts = self.offsets[:count] + position
        fits = window.words64[starts] == self.lengths[:count]
        fits &= window.words32[starts + 8] == self.checksums[:count]
        if not fits.all():
            return starts[: int(fits.argmin())]
        if count == self.lengths.size < _LONGEST_LEAP:
            self.reach *= 4
            self._lay_out()
        return starts


class FrameScanner:
    """Collects the starts of records, file after file; headers are checked as they are met.

    Jobs log the same tags in turn, so lengths repeat: once a cycle is known, whole stretches are compared with it.
    """

    def __init__(self) -> None:
        self._checksums: dict[int, int] = {}
        self._cycles: dict[int, _Cycle] = {}
        self._walked: list[int] = []
        self._pieces: list[Offsets] = []
        self._leapt = 0

    def __len__(self) -> int:
        return self._leapt + len(self._walked)

    def take(self) -> Offsets:
        """All starts since the last call."""
        self._flush()
        starts = np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.int64)
        self._pieces, self._leapt = [], 0
        return starts

    def pop(self) -> int:
        """Takes back the last start."""
        if self._walked:
            return self._walked.pop()
        piece = self._pieces.pop()
        self._pieces.append(piece[:-1])
        self._leapt -= 1
        return int(piece[-1])

    @property
    def last(self) -> int:
        return self._walked[-1] if self._walked else int(self._pieces[-1][-1])

    def scan(self, window: Window, position: int, end: int) -> tuple[int, bool]:
        """Collects whole records from `position` on; returns where it ended, and if on a wrong header."""
        unpack, memory, checksums, cycles = _HEADER.unpack_from, window.memory, self._checksums, self._cycles
        since, patience = len(self._walked), _WALK
        while position + HEADER_BYTES <= end:
            length, checksum = unpack(memory, position)
            if checksums.get(length) != checksum and not self._accept(length, checksum):
                return position, True
            after = position + length + FRAME_BYTES
            if after > end:
                return position, False
            cycle = cycles.get(length)
            if cycle is not None and end - position > _WALK // cycle.period * cycle.total:
                starts = cycle.leap(window, position, end)
                if starts.size < _WALK // 2:
                    del cycles[length]
                self._flush()
                self._pieces.append(starts)
                self._leapt += starts.size
                last = int(starts[-1])
                position = last + unpack(memory, last)[0] + FRAME_BYTES
                since = 0
                continue
            self._walked.append(position)
            position = after
            if len(self._walked) - since == patience:
                since += patience
                patience = _WALK if self._find_cycle(window) else min(2 * patience, 64 * _WALK)
        return position, False

    def _flush(self) -> None:
        if self._walked:
            self._pieces.append(np.array(self._walked, np.int64))
            self._leapt += len(self._walked)
            self._walked = []

    def _accept(self, length: int, checksum: int) -> bool:
        if length > RECORD_LIMIT or masked_crc32c(struct.pack("<Q", length)) != checksum:
            return False
        if len(self._checksums) > 1 << 16:
            self._checksums.clear()
        self._checksums[length] = checksum
        return True

    def _find_cycle(self, window: Window) -> bool:
        lengths = [_HEADER.unpack_from(window.memory, start)[0] for start in self._walked[-_WALK:]]
        for period in range(1, _LONGEST_CYCLE + 1):
            if lengths[period:] == lengths[:-period]:
                # Begin with a length that stands once in the cycle, if there is one: it tells the phase.
                cycle = lengths[-period:]
                first = next((i for i, length in enumerate(cycle) if cycle.count(length) == 1), 0)
                cycle = cycle[first:] + cycle[:first]
                checksums = [masked_crc32c(struct.pack("<Q", length)) for length in cycle]
                self._cycles[cycle[0]] = _Cycle(cycle, checksums)
                return True
        return False
