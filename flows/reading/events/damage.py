"""Finds the records in a stretch of an event file, and the way back to them after damage."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from flows.reading.events.castagnoli import crc32c_of_rows, unmasked
from flows.reading.events.frames import FRAME_BYTES, HEADER_BYTES, RECORD_LIMIT, FrameScanner, Window
from flows.reading.events.progress import Region

_SEARCH_CHUNK = 1 << 20


def locate(scanner: FrameScanner, window: Window, region: Region) -> int:
    """Lets `scanner` collect the whole records of a region, and notes on its file what is none.

    Returns where in the window the bytes begin that wait for more of the file to be read; `file.needed` then says
    how many there must be to go on.
    """
    file, position, first = region.file, region.start, len(scanner)
    while True:
        if file.lost_from is None:
            position, is_wrong = scanner.scan(window, position, region.stop)
            if not is_wrong and not region.is_last:
                return _hold_back(scanner, window, region, first, position)
            if not is_wrong and position == region.stop and file.zeros_from == file.size:
                return position
            # Bytes lost or added inside a record shift its end: it is where the damage began, if it is damaged.
            is_suspect = len(scanner) > first and not window.has_intact_data(scanner.last)
            is_end = not is_wrong or file.zeros_from < region.base + position + HEADER_BYTES
            if is_suspect and (not is_end or file.zeros_from < region.base + position):
                position = scanner.pop()
            elif is_suspect and (found := _search(window, region, scanner.last + 1)).is_found:
                position = scanner.pop()
                file.lost_from = region.base + position
                position = _end_of_damage(region, found.position)
                continue
            if is_end:
                return _tear(region, position)
            file.lost_from = region.base + position
            position += 1
        found = _search(window, region, position)
        if not found.is_found and not region.is_last:
            file.needed = found.needed
            return found.position
        position = _end_of_damage(region, found.position)
        if not found.is_found:
            return _tear(region, position)


def _hold_back(scanner: FrameScanner, window: Window, region: Region, first: int, position: int) -> int:
    """Leaves the last record to the next window, where it is seen whether another one follows it."""
    rest = window.length_at(position) + FRAME_BYTES if position + HEADER_BYTES <= region.stop else FRAME_BYTES
    begin = scanner.pop() if len(scanner) > first else position
    region.file.needed = position - begin + rest
    return begin


def _tear(region: Region, position: int) -> int:
    if position < region.stop:
        region.file.tear(region.base + position)
    return region.stop


def _end_of_damage(region: Region, position: int) -> int:
    file = region.file
    assert file.lost_from is not None
    length = region.base + position - file.lost_from
    file.skip("Q315", file.lost_from, length, "damage that hides where records begin")
    file.lost_from = None
    return position


class _Search(NamedTuple):
    """Where reading goes on after damage: at a whole record (`is_found`); else not before `needed` bytes are there.

    Without more bytes to come, `position` is the start of a torn record, or the end.
    """

    position: int
    is_found: bool
    needed: int = 0


def _search(window: Window, region: Region, position: int) -> _Search:
    """The first record from `position` on whose two checksums are right.

    Length fields can be forged to make every byte the start of a huge record, so the bytes that are checksummed
    are bounded for each file; beyond its budget all the rest counts as damaged.
    """
    file, torn = region.file, region.stop
    if file.budget >= 0:
        for candidate in _candidates(window, position, region.stop):
            length = window.length_at(candidate)
            file.budget -= length
            if file.budget < 0:
                torn = region.stop
                break
            if candidate + length + FRAME_BYTES <= region.stop:
                if window.has_intact_data(candidate):
                    return _Search(candidate, True)
            elif not region.is_last:
                return _Search(candidate, False, length + FRAME_BYTES)
            else:
                torn = min(torn, candidate)
    if region.is_last or file.budget < 0:
        return _Search(torn, False)
    return _Search(max(position, region.stop - HEADER_BYTES + 1), False, HEADER_BYTES)


def _candidates(window: Window, position: int, end: int) -> Iterator[int]:
    """Where a header could stand: its checksum is right and its length is allowed."""
    for start in range(position, end - HEADER_BYTES + 1, _SEARCH_CHUNK):
        stop = min(start + _SEARCH_CHUNK, end - HEADER_BYTES + 1)
        low, high, checksum = (window.words32[start + at : stop + at] for at in (0, 4, 8))
        # A hole of zeros is told at once: no length of 0 has a checksum of 0.
        could_be = (high == 0) & (low <= RECORD_LIMIT) & ((low | checksum) != 0)
        starts = np.flatnonzero(could_be) + start
        lengths = window.words32[starts].view(np.uint8).reshape(-1, 4)
        checksums = unmasked(window.words32[starts + 8])
        yield from starts[crc32c_of_rows(lengths, 8, (0, 1, 2, 3), bytes(8)) == checksums].tolist()
