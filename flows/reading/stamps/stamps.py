"""Reads the time stamps of containers out of the logs of many folders at once, and pairs them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import polars as pl

from flows.reading.notices import findings as notices
from flows.reading.stamps.lines import StampFile, read_lines
from flows.reading.stamps.pairs import Heard, pair, tell_apart, without_repeats
from flows.reading.stamps.times import in_utc

__all__ = ["Heard", "StampFile", "read_stamps"]


def read_stamps(
    files: Sequence[StampFile],
    timezone_of: Mapping[str, str],
    now: datetime,
    longest_of: Mapping[str, timedelta] = MappingProxyType({}),
    restarts_of: Mapping[str, str] = MappingProxyType({}),
    heard_of: Mapping[tuple[str, str], Heard] = MappingProxyType({}),
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The stamps of all files, at most one that counts a container and event, and what was noticed about them.

    `timezone_of` maps folders to the zones in which their stamps are written (UTC where it names none); `now` has
    a zone; `longest_of` maps folders to the longest time from start to stop that makes sense, by which the two
    readings of a repeated hour are told apart (a week where it names none); `restarts_of` maps folders to which
    of several different stamps counts: first, last, or quarantine (where it names none); `heard_of` maps a folder
    and container to when its own events were logged, which tells the two readings of a repeated hour apart too.
    stamps: folder, container_id, event, at (UTC, without a zone), raw (as written), path, line, is_superseded.
    Superseded stamps are those of attempts that do not count; their `at` is null where it happened twice.
    findings: the columns of `notices.findings.SCHEMA`, and `lines`: how many lines are no stamps because of it.
    Conservation: the lines of all files are the rows of stamps plus the sum of `lines`.
    """
    lines, noted = read_lines(files)
    stamps, impossible = in_utc(lines, files, timezone_of, now.astimezone(UTC).replace(tzinfo=None))
    stamps, repeated = without_repeats(stamps, files, restarts_of)
    stamps, ambiguous = tell_apart(stamps, files, longest_of, heard_of)
    noted += [*impossible, *repeated, *ambiguous]
    noted += pair(stamps, files, noted)
    found = notices.frame(each.finding for each in noted)
    counts = pl.Series("lines", [each.lines for each in noted], dtype=pl.Int64)
    columns = ("folder", "container_id", "event", "at", "raw", "path", "line", "is_superseded")
    return stamps.select(columns), found.with_columns(counts)
