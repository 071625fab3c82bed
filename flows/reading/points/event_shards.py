"""Write what event files hold into Parquet files, piece by piece, so that no file is too large for the memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from flows.reading.events.file import Piece
from flows.reading.points.point_rows import no_summaries, points, summaries
from flows.reading.points.series import Series
from flows.reading.points.superseded import at_one_step, is_superseded

KEY = ["container", "tag"]


class Purged(NamedTuple):
    """A session of a file that took the place of what its container had written from a step on."""

    file: int
    step: int
    points: int  # that no longer count because of it


class WentBack(NamedTuple):
    """A file whose steps of a tag begin before those of an earlier file of the same series end."""

    file: int
    tag: str
    step: int
    last: int


class OneStep(NamedTuple):
    """A series all of whose points stand at one step."""

    file: int
    tag: str
    step: int
    points: int


class EventShards:
    """The Parquet files of points and summaries below a folder, one of each for every piece that holds any.

    Which point of a step counts is decided here: of one series (container, path below it, tag) the latest write,
    and nothing that a later session purged.
    """

    def __init__(
        self,
        folder: Path,
        owner_keys: pl.Series,
        file_ids: pl.Series,
        withins: Sequence[str] | None = None,
        results: Sequence[int] = (),
    ) -> None:
        """`owner_keys` and `file_ids` by the place of a file; `withins` and `results` as `Series` takes them."""
        self.points: list[Path] = []
        self.summaries: list[Path] = []
        self.purged: list[Purged] = []
        self._folder, self._owner_keys, self._file_ids = folder, owner_keys, file_ids
        self._series = Series(withins or [""] * len(owner_keys), results)
        self._spans: list[pl.DataFrame] = []  # container, tag, first, last: steps that still count, by piece
        self._shared = self._files_of_shared_branches()
        self._extents: list[pl.DataFrame] = []  # file, tag, first, last: of files that share a branch
        self._stuck: set[tuple[int, int]] = set()  # container, tag: all at one step in some piece

    def write(self, piece: Piece) -> None:
        """Write a piece; points of earlier ones whose series and step it repeats are superseded."""
        if piece.scalars.height or not self.points:
            self._write_points(piece)
        if piece.summaries.height or not self.summaries:
            self.summaries.append(self._folder / f"summaries_{len(self.summaries)}.parquet")
            summaries(piece.summaries, piece.tags, self._owner_keys, self._file_ids).write_parquet(
                self.summaries[-1]
            )

    def tags(self) -> pl.DataFrame:
        """The series that points name by their place: place, tag, within, is_result."""
        return self._series.frame()

    def write_no_summaries(self) -> None:
        """Write the summaries of a batch without event files."""
        self.summaries.append(self._folder / "summaries_0.parquet")
        no_summaries().write_parquet(self.summaries[-1])

    def went_back(self) -> Iterator[WentBack]:
        """Where steps go back from one file to the next of a series; asked for at the end."""
        if not self._extents:
            return
        told = {each.file for each in self.purged}
        extents = (
            pl.concat(self._extents).group_by("file", "tag").agg(pl.col("first").min(), pl.col("last").max())
        )
        latest: dict[tuple[int, int], int] = {}
        tags = self._series.frame()["tag"]
        for file, tag, first, last in extents.sort("file", "tag").rows():
            series = self._owner_keys[file], tag
            if first < latest.get(series, first) and file not in told:
                told.add(file)
                yield WentBack(file, tags[tag], first, latest[series])
            latest[series] = max(last, latest.get(series, last))

    def at_one_step(self) -> Iterator[OneStep]:
        """The series that stand at one step with several points; asked for at the end."""
        if not self._stuck:
            return
        asked = pl.DataFrame(sorted(self._stuck), schema=dict.fromkeys(KEY, pl.Int32), orient="row").lazy()
        found = pl.scan_parquet(self.points).join(asked, on=KEY, how="semi")
        counts = found.group_by(KEY).agg(
            pl.col("file_id").first(), pl.col("step").first(), points=pl.len(), last=pl.col("step").max(),
            first=pl.col("step").min(),
        )  # fmt: skip
        tags = self._series.frame()["tag"]
        places = {file_id: place for place, file_id in enumerate(self._file_ids)}
        stuck = counts.filter(pl.col("first") == pl.col("last")).sort(KEY).collect()
        for row in stuck.iter_rows(named=True):
            yield OneStep(places[row["file_id"]], tags[row["tag"]], row["step"], row["points"])

    def _write_points(self, piece: Piece) -> None:
        series = self._series.of(piece)
        rows = points(piece.scalars, series, self._owner_keys, self._file_ids)
        is_purged = self._purge(piece, rows)
        is_known = rows["container"].is_not_null()
        is_written_again = is_superseded(rows.filter(is_known))
        self._stuck |= at_one_step(rows.filter(is_known), is_written_again)
        if piece.purges:
            is_written_again |= is_purged.filter(is_known)
        if self._shared.any():
            self._note_extents(piece, series)
        rows = rows.filter(is_known).with_columns(is_superseded=is_written_again)
        if self.points:
            self._supersede(rows)
        self.points.append(self._folder / f"points_{len(self.points)}.parquet")
        write_rows(rows, self.points[-1])

    def _purge(self, piece: Piece, rows: pl.DataFrame) -> pl.Series:
        """Which rows of the piece a session later in it purges; those of earlier pieces are marked at once."""
        is_purged = np.zeros(rows.height, np.bool_)
        branch = self._series.branch // 2
        files = piece.scalars["file"].to_numpy()
        steps = rows["step"].to_numpy()
        for file, row, step in piece.purges:
            mates = np.flatnonzero(
                (branch == branch[file]) & (self._owner_keys == self._owner_keys[file]).to_numpy()
            )
            here = np.isin(files[:row], mates) & (steps[:row] >= step) & ~is_purged[:row]
            is_purged[:row] |= here
            count = int(here.sum()) + self._purge_earlier(self._file_ids.gather(mates), step)
            if count:
                self.purged.append(Purged(file, step, count))
        return pl.Series(is_purged)

    def _purge_earlier(self, file_ids: pl.Series, step: int) -> int:
        count = 0
        for path in self.points:
            before = pl.read_parquet(path)
            doomed = pl.col("file_id").is_in(file_ids.implode()) & (pl.col("step") >= step)
            here = before.filter(doomed & ~pl.col("is_superseded")).height
            if here:
                write_rows(before.with_columns(is_superseded=pl.col("is_superseded") | doomed), path)
                count += here
        return count

    def _files_of_shared_branches(self) -> npt.NDArray[np.bool_]:
        """Whether another file has the same container and path below it, by the place of a file."""
        homes = pl.DataFrame({"branch": self._series.branch // 2, "owner": self._owner_keys})
        return homes.select(pl.struct("branch", "owner").is_duplicated()).to_series().to_numpy()

    def _note_extents(self, piece: Piece, series: npt.NDArray[np.int32]) -> None:
        shared = pl.Series(np.flatnonzero(self._shared), dtype=pl.Int32)
        own = piece.scalars.select("file", "step", tag=pl.Series(series)).filter(
            pl.col("file").is_in(shared.implode())
        )
        self._extents.append(
            own.group_by("file", "tag").agg(first=pl.col("step").min(), last=pl.col("step").max())
        )

    def _supersede(self, rows: pl.DataFrame) -> None:
        """Mark the earlier points whose steps are written again in `rows`. Only files that may hold some are read."""
        self._spans.append(steps_of(pl.read_parquet(self.points[-1], columns=[*KEY, "step"])))
        now = steps_of(rows)
        for place, (path, span) in enumerate(zip(self.points, self._spans, strict=True)):
            both = span.join(now, on=KEY, suffix="_now")
            shared = (pl.col("first") <= pl.col("last_now")) & (pl.col("first_now") <= pl.col("last"))
            if both.filter(shared).is_empty():
                continue
            again = rows.select(*KEY, "step", again=pl.lit(value=True)).unique()
            before = pl.read_parquet(path).join(again, on=[*KEY, "step"], how="left", maintain_order="left")
            is_again = pl.col("is_superseded") | pl.col("again").fill_null(value=False)
            after = before.with_columns(is_superseded=is_again).drop("again")
            write_rows(after, path)
            # What no longer counts is not looked at again, or a job that restarts forever would cost its square.
            self._spans[place] = steps_of(after.filter(~pl.col("is_superseded")))


def steps_of(rows: pl.DataFrame) -> pl.DataFrame:
    """The first and last step of each series of a container."""
    return rows.group_by(KEY).agg(first=pl.col("step").min(), last=pl.col("step").max())


def write_rows(rows: pl.DataFrame, path: Path) -> None:
    rows.write_parquet(path, compression="uncompressed", statistics=False)
