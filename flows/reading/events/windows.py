"""Fills windows with event files, several small ones or a part of a large one, and has them decoded."""

import errno
import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from flows.log_root.regular_file import OpenFile, read_into
from flows.reading.events.decoder import Decoder, OtherRow
from flows.reading.events.frames import HEADER_BYTES, Window
from flows.reading.events.progress import FileProgress, Region
from flows.reading.events.rows import Purge, Rows

if TYPE_CHECKING:
    from hashlib import _Hash

_TAIL_CHUNK = 1 << 20
_HOLE_BYTES = 1 << 20  # of a hole that is worth a leap


class Taken(NamedTuple):
    """What was decoded since the last time."""

    files: list[FileProgress]
    rows: list[Rows]
    others: list[OtherRow]
    purges: list[Purge]


class WindowReader:
    """Reads file after file; `flush` and then `take` what was decoded."""

    def __init__(self, window_bytes: int) -> None:
        self.held_bytes = 0  # in memory, about, for what was decoded and not taken
        self._window = Window(window_bytes)
        self._used = 0
        self._regions: list[Region] = []
        self._decoder = Decoder()
        self._ended: list[FileProgress] = []
        self._taken = Taken([], [], [], [])

    @property
    def tags(self) -> Iterable[str]:
        return self._decoder.tags

    def take(self) -> Taken:
        """The files that have ended, and the rows and other summaries of all windows that were decoded."""
        taken, self._taken, self.held_bytes = self._taken, Taken([], [], [], []), 0
        return taken

    def flush(self) -> None:
        """Decodes what is in the window."""
        if self._regions:
            self._decode(self._regions)
        self._taken.files.extend(self._ended)
        self._used, self._regions, self._ended = 0, [], []

    def read(self, opened: OpenFile, file: FileProgress) -> Iterator[None]:
        """Reads a file of at most `opened.size` bytes; stops by after every window that was decoded."""
        if file.size > self._window.capacity - self._used:
            self.flush()
            yield
        if file.size > self._window.capacity:
            yield from self._read_large(opened.descriptor, file)
            return
        begin = self._used
        stop = begin + self._fill(opened.descriptor, file, begin, begin + file.size, 0)
        content = self._window.memory[begin:stop]
        digest = sha256()
        _update(digest, content, 0, file)
        file.sha256 = digest.hexdigest()
        if file.size and not content[-1]:
            file.zeros_from = len(bytes(content).rstrip(b"\0"))
        if file.start < file.size:
            self._regions.append(Region(file, begin + file.start, stop, -begin, True))
        self._used = stop
        self._ended.append(file)

    def _read_large(self, descriptor: int, file: FileProgress) -> Iterator[None]:
        """Reads a file through the window, part after part; what a part leaves over begins the next one."""
        digest, position, kept, is_whole = sha256(), 0, 0, True
        file.zeros_from = _end_of_content(descriptor, file.size)
        os.lseek(descriptor, 0, os.SEEK_SET)
        while position < file.size:
            is_known = position < file.start
            is_torn = file.torn_from < file.size
            is_between = is_torn or (file.lost_from is not None and not self._window.data[:kept].any())
            if is_between and not is_known:
                # In a hole no record begins, but for one that its last bytes belong to.
                data = _next_data(descriptor, position, file.size) - HEADER_BYTES
                if data - position > _HOLE_BYTES:
                    position, kept, is_whole = data, 0, False
                os.lseek(descriptor, position, os.SEEK_SET)
            limit = min(file.start if is_known else file.size, file.size) - position
            stop = min(self._window.capacity, kept + limit)
            stop = kept + self._fill(descriptor, file, kept, stop, position)
            _update(digest, self._window.memory[kept:stop], position, file)
            position += stop - kept
            if is_known or is_torn:
                kept = 0
                continue
            rest = self._decode([Region(file, 0, stop, position - stop, position >= file.size)])
            kept = self._carry(rest, stop, file.needed)
            yield
        file.sha256 = digest.hexdigest() if is_whole else ""
        self._taken.files.append(file)

    def _carry(self, rest: int, stop: int, needed: int) -> int:
        """Moves what is left over to the beginning of a window that is large enough."""
        left = self._window.data[rest:stop].copy()
        if needed > self._window.capacity:
            self._window = Window(needed)
        self._window.data[: left.size] = left
        return left.size

    def _fill(self, descriptor: int, file: FileProgress, start: int, stop: int, position: int) -> int:
        """Reads into the window from `start` to `stop`; a file that ends before has the size that was found."""
        try:
            count = read_into(descriptor, self._window.memory[start:stop])
        except OSError as error:
            file.fault("Q317", position, 0, f"{error.strerror!r} on reading")
            count = 0
        if count < stop - start:
            file.size = file.torn_from = file.zeros_from = position + count
        return count

    def _decode(self, regions: list[Region]) -> int:
        rows, others, purges, rest = self._decoder.decode(self._window, regions)
        before = sum(each.step.size for each in self._taken.rows) if purges else 0
        self._taken.purges.extend(each._replace(row=each.row + before) for each in purges)
        self._taken.rows.append(rows)
        self._taken.others.extend(others)
        self.held_bytes += sum(column.nbytes for column in rows)
        self.held_bytes += sum(each.other.value.ByteSize() for each in others if each.other.value)
        return rest


def _update(digest: "_Hash", content: memoryview, position: int, file: FileProgress) -> None:
    """Digests the bytes of a file from `position` on, and notes the digest of those that were known before."""
    known = file.known_bytes - position
    if 0 < known <= len(content):
        digest.update(content[:known])
        file.known_sha256 = digest.hexdigest()
        content = content[known:]
    digest.update(content)


def _end_of_content(descriptor: int, size: int) -> int:
    """Where the zeros begin that a file ends with."""
    stop = size
    while stop:
        start = max(0, stop - _TAIL_CHUNK)
        if _next_data(descriptor, start, size) >= stop:
            stop = start
            continue
        content = os.pread(descriptor, stop - start, start).rstrip(b"\0")
        if content:
            return start + len(content)
        stop = start
    return 0


def _next_data(descriptor: int, position: int, size: int) -> int:
    """Where the bytes begin, from `position` on, that a sparse file holds; moves the descriptor."""
    try:
        return os.lseek(descriptor, position, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return size
        return position
