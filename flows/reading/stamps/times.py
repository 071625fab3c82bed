"""Turns local times of stamps into UTC, and names those that never were or lie ahead."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import polars as pl

from flows.reading.stamps.lines import Noted, StampFile, note

_AHEAD = timedelta(days=1)  # clocks of machines differ, but not by a day


def in_utc(
    lines: pl.DataFrame, files: Sequence[StampFile], timezone_of: Mapping[str, str], now: datetime
) -> tuple[pl.DataFrame, list[Noted]]:
    """The lines with `at` and `latest`, the earliest and latest time (UTC) that their local time can mean.

    The two differ in the hour that happens twice when daylight saving ends. Adds the column `zone`.
    """
    zones = pl.col("folder").replace_strict(dict(timezone_of), default="UTC", return_dtype=pl.String)
    times = pl.concat(
        [
            part.with_columns(
                at=_reading(str(part["zone"][0]), "earliest"), latest=_reading(str(part["zone"][0]), "latest")
            )
            for part in lines.with_columns(zone=zones).with_row_index("row").partition_by("zone")
        ]
        or [lines.with_row_index("row").with_columns(zone=zones, at="local", latest="local")]
    ).sort("row")
    times = times.with_columns(at=pl.coalesce("instant", "at"), latest=pl.coalesce("instant", "latest"))
    is_gap = pl.col("at").is_null()
    is_ahead = pl.col("at") > now + _AHEAD
    gaps = times.filter(is_gap)
    often = dict(gaps.group_by("folder").len().rows())
    noted = []
    for row in gaps.iter_rows(named=True):
        found = f"{row['raw']!r}, which was skipped in {row['zone']} when daylight saving began"
        remedy = "Correct the line or remove the folder."
        if often[row["folder"]] > 1:
            remedy = f"Is {row['zone']} the time zone of the study? If so, correct the lines."
        file = files[row["file"]]
        noted.append(
            note(file, row["line"], "Q305", found, "a time that was", remedy, row["container_id"], 1)
        )
    for row in times.filter(is_ahead).iter_rows(named=True):
        found, expected = repr(row["raw"]), f"a time before now, {now:%m-%d-%Y %H:%M} UTC"
        file = files[row["file"]]
        noted.append(
            note(file, row["line"], "Q303", found, expected, container_id=row["container_id"], lines=1)
        )
    return times.filter(~is_gap & ~is_ahead).drop("row"), noted


def _reading(zone: str, which: pl.Expr | str) -> pl.Expr:
    """The UTC time of `local` in a zone; the chosen one of an ambiguous time, null for one that never was."""
    local = pl.col("local")
    there = local.dt.replace_time_zone(zone, ambiguous=which, non_existent="null")  # type: ignore[arg-type]
    return there.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
