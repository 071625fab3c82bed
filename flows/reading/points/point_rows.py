"""Scalars and other summaries of event files as rows of shards."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from flows.reading.events.file import empty_summaries

EARLIEST, LATEST = 0, 7_258_118_400_000_000  # microseconds: 1970 and 2200, beyond which a wall time is none


def points(
    scalars: pl.DataFrame, series: npt.NDArray[np.int32], owner_keys: pl.Series, file_ids: pl.Series
) -> pl.DataFrame:
    """Scalars with the keys of their container (null where none owns the file), series and file.

    Here and below, the key of a container that has none yet is its place in the batch, and a known one is negated.
    """
    place = scalars["file"]
    return scalars.select(
        container=owner_keys.gather(place),
        tag=pl.Series(series),
        file_id=file_ids.gather(place),
        step="step",
        logged_at=instant("wall_time"),
        value="value",
    )


def instant(column: str) -> pl.Expr:
    """Seconds since 1970 as a time of day; null where they are none."""
    microseconds = (pl.col(column) * 1e6).round()
    is_time = microseconds.is_between(EARLIEST, LATEST) & microseconds.is_not_nan()
    return pl.when(is_time).then(microseconds).cast(pl.Int64).cast(pl.Datetime("us"))


def summaries(
    others: pl.DataFrame, tags: Sequence[str], owner_keys: pl.Series, file_ids: pl.Series
) -> pl.DataFrame:
    place = others["file"]
    return others.select(
        container=owner_keys.gather(place),
        file_id=file_ids.gather(place),
        tag=pl.Series(tags, dtype=pl.String).gather(others["tag"]),
        step="step",
        logged_at=instant("wall_time"),
        kind="kind",
        content="content",
    )


def no_summaries() -> pl.DataFrame:
    """The rows of a batch without anything but scalars."""
    empty = pl.Series([], dtype=pl.Int32)
    return summaries(empty_summaries(), [], empty, empty)
