"""Write what event files hold into Parquet files, piece by piece, so that no file is too large for the memory."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from flows.reading.events.file import Piece
from flows.reading.shard_rows import points, summaries

KEY = ["container", "tag"]


class EventShards:
    """The Parquet files of points and summaries below a folder, one of each for every piece that holds any."""

    def __init__(self, folder: Path, owner_keys: pl.Series, file_ids: pl.Series) -> None:
        self.points: list[Path] = []
        self.summaries: list[Path] = []
        self._folder, self._owner_keys, self._file_ids = folder, owner_keys, file_ids
        self._spans: list[pl.DataFrame] = []  # container, tag, first, last: steps that still count, by file

    def write(self, piece: Piece) -> None:
        """Write a piece; points of earlier ones whose container, tag and step it repeats are superseded."""
        if piece.scalars.height or not self.points:
            rows = points(piece.scalars, self._owner_keys, self._file_ids)
            if self.points:
                self._supersede(rows)
            self.points.append(self._folder / f"points_{len(self.points)}.parquet")
            write_points(rows, self.points[-1])
        if piece.summaries.height or not self.summaries:
            self.summaries.append(self._folder / f"summaries_{len(self.summaries)}.parquet")
            summaries(piece.summaries, piece.tags, self._owner_keys, self._file_ids).write_parquet(
                self.summaries[-1]
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
            is_superseded = pl.col("is_superseded") | pl.col("again").fill_null(value=False)
            after = before.with_columns(is_superseded=is_superseded).drop("again")
            write_points(after, path)
            # What no longer counts is not looked at again, or a job that restarts forever would cost its square.
            self._spans[place] = steps_of(after.filter(~pl.col("is_superseded")))


def steps_of(rows: pl.DataFrame) -> pl.DataFrame:
    """The first and last step of each tag of a container."""
    return rows.group_by(KEY).agg(first=pl.col("step").min(), last=pl.col("step").max())


def write_points(rows: pl.DataFrame, path: Path) -> None:
    rows.write_parquet(path, compression="uncompressed", statistics=False)


def write_tags(tags: Iterable[str], path: Path) -> None:
    """Write the tags that points name by their place."""
    pl.DataFrame({"tag": list(tags)}, schema={"tag": pl.String}).with_row_index("place").write_parquet(path)
