"""The series that points belong to: one for each tag and path below its container."""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from flows.reading.events.file import Piece

HPARAMS = "_hparams_/"
TAGS = pl.Schema({"place": pl.Int32, "tag": pl.String, "within": pl.String, "is_result": pl.Boolean})

Places = npt.NDArray[np.int32]


class Series:
    """Numbers series in the order in which they are met.

    A series is told by its tag, by the path of its file below the container (as TensorBoard shows runs), and by
    whether its file holds hyperparameters: what such a file says under a tag is an end result, no part of the curve.
    """

    def __init__(self, withins: Sequence[str], results: Collection[int] = ()) -> None:
        """`withins` is the path of each file below its container; `results` are files known to hold hyperparameters."""
        self._names = list(dict.fromkeys(withins))
        places = {name: place for place, name in enumerate(self._names)}
        # A branch is a path below the container, twice: without and with hyperparameters in the file.
        self._branch = np.array([2 * places[name] for name in withins], np.int64)
        self._branch[list(results)] += 1
        self._branches = 2 * len(self._names)
        self._numbers: Places = np.zeros(0, np.int32)  # of each tag and branch; -1 for those not met
        self._met: list[tuple[int, int]] = []  # tag, branch
        self._tags: list[str] = []

    @property
    def branch(self) -> npt.NDArray[np.int64]:
        """The branch of each file, as far as is known."""
        return self._branch

    def of(self, piece: Piece) -> Places:
        """The number of the series of each scalar of the next piece."""
        self._note_results(piece)
        self._tags = piece.tags
        keys = (
            piece.scalars["tag"].to_numpy() * self._branches + self._branch[piece.scalars["file"].to_numpy()]
        )
        missing = len(piece.tags) * self._branches - self._numbers.size
        self._numbers = np.append(self._numbers, np.full(missing, -1, np.int32))
        is_used = np.zeros(self._numbers.size, np.bool_)
        is_used[keys] = True
        new = np.flatnonzero(is_used & (self._numbers < 0))
        self._numbers[new] = np.arange(len(self._met), len(self._met) + new.size, dtype=np.int32)
        self._met += [divmod(int(key), self._branches) for key in new]
        series: Places = self._numbers[keys]
        return series

    def _note_results(self, piece: Piece) -> None:
        if piece.summaries.is_empty():
            return
        marks = [place for place, tag in enumerate(piece.tags) if tag.startswith(HPARAMS)]
        files = piece.summaries.filter(pl.col("tag").is_in(marks))["file"].unique().to_numpy()
        self._branch[files] |= 1

    def frame(self) -> pl.DataFrame:
        """All that were met: place, tag, within, is_result."""
        rows = [
            (place, self._tags[tag], self._names[branch // 2], bool(branch % 2))
            for place, (tag, branch) in enumerate(self._met)
        ]
        return pl.DataFrame(rows, schema=TAGS, orient="row")
