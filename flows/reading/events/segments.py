"""Counts the segments of an event file: stretches in which the steps of every tag grow."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Tags = npt.NDArray[np.int32]


class Segments:
    """The segment that a file has come to, and the last step of every tag in it."""

    def __init__(self) -> None:
        self.segment = 0
        self.tags: Tags = np.zeros(0, np.int32)
        self.steps: Integers = np.zeros(0, np.int64)

    def count(self, tags: Tags, steps: Integers, restarts: Sequence[int]) -> tuple[Tags, list[int]]:
        """The segment of each of the next rows, and the rows at which a tag goes back.

        A new segment begins where a tag's step is below its last one in the segment, and at each row of
        `restarts` (a session or file version that begins there), unless the segment is empty.
        """
        known = self.tags.size
        tags, steps = np.concatenate([self.tags, tags]), np.concatenate([self.steps, steps])
        order = np.argsort(tags.astype(np.uint16) if tags.max(initial=0) < 1 << 16 else tags, kind="stable")
        before, after = order[:-1], order[1:]
        goes_back = (tags[before] == tags[after]) & (steps[after] < steps[before])
        events = [
            (int(row), int(last)) for row, last in zip(after[goes_back], before[goes_back], strict=True)
        ]
        events += [(row + known, -1) for row in restarts]
        marks = np.zeros(tags.size + 1, np.int32)
        began, back = 0, []
        for row, last in sorted(events):
            if row == began or 0 <= last < began:
                continue
            began = row
            marks[row] = 1
            if last >= 0:
                back.append(row - known)
        segments = self.segment + np.cumsum(marks, dtype=np.int32)
        self.segment = int(segments[-1])
        ends = order[np.flatnonzero(np.append(tags[before] != tags[after], True))] if tags.size else order
        ends = ends[ends >= began]
        self.tags, self.steps = tags[ends], steps[ends]
        return segments[known:-1], back
