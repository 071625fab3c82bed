"""Holds the stamps of each container against each other: repeats, hours that happened twice, order, what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise, product
from typing import Any, NamedTuple

import polars as pl

from flows.reading.stamps.lines import CORRECT, Noted, StampFile, note

_KEY = ("folder", "container_id")
_ORDER = ("create", "start", "stop")
LONGEST = timedelta(days=7)
_DONE = {"create": "created", "start": "started", "stop": "stopped"}

_NEAR = timedelta(minutes=29)  # of an event, for the reading of a repeated hour that it speaks for

Row = dict[str, Any]


class Heard(NamedTuple):
    """When the first and the last event of a container were logged (UTC, without a zone)."""

    first: datetime
    last: datetime


def without_repeats(
    stamps: pl.DataFrame, files: Sequence[StampFile], restarts: Mapping[str, str]
) -> tuple[pl.DataFrame, list[Noted]]:
    """Leaves one stamp of each container and event that counts; the others that stay are `is_superseded`.

    Where they differ, `restarts` says of the folder which counts, first or last; without it none stays, since
    nobody knows.
    """
    keys = (*_KEY, "event")
    is_first = pl.struct(*keys, "local").is_first_distinct()
    noted = []
    for row in stamps.filter(~is_first).iter_rows(named=True):
        found = f"container {row['container_id']} {_DONE[row['event']]} at {row['raw']!r} once more"
        remedy = "The line was left out; nothing is to be done."
        file = files[row["file"]]
        noted.append(note(file, row["line"], "R103", found, "one line", remedy, row["container_id"], 1))
    stamps = stamps.filter(is_first)
    stamps = stamps.with_row_index("place")
    is_only = pl.len().over(keys) == 1
    left_out: list[int] = []
    superseded: list[int] = []
    for (folder, container_id), rows in _groups(stamps.filter(~is_only.all().over(_KEY)), _KEY):
        by_event = {event: [row for row in rows if row["event"] == event] for event in _ORDER}
        rule = restarts.get(folder, "quarantine")
        begun: Row | None = None  # the last attempt, as far as it has come
        for event, repeats in by_event.items():
            if not repeats:
                continue
            counted = _counted(repeats, rule)
            if counted is None:
                left_out += [row["place"] for row in repeats]
            elif rule == "last" and begun and counted["latest"] < begun["at"]:
                # The last attempt has not come so far yet: this is of one before it.
                superseded += [row["place"] for row in repeats]
                continue
            else:
                superseded += [row["place"] for row in repeats if row is not counted]
            if len(repeats) > 1:
                begun = counted or begun
                noted.append(_several(files, container_id, event, repeats, counted, rule))
    is_superseded = pl.col("place").is_in(superseded)
    stamps = stamps.with_columns(is_superseded=is_superseded).filter(~pl.col("place").is_in(left_out))
    return stamps.drop("place"), noted


def _counted(repeats: Sequence[Row], rule: str) -> Row | None:
    """The first or last of different stamps, None if the study does not say or repeated hours hide it."""
    if len(repeats) == 1:
        return repeats[0]
    if rule == "quarantine":
        return None
    if rule == "first":
        counted = min(repeats, key=lambda row: row["latest"])
        is_clear = all(row["at"] >= counted["latest"] for row in repeats if row is not counted)
    else:
        counted = max(repeats, key=lambda row: row["at"])
        is_clear = all(row["latest"] <= counted["at"] for row in repeats if row is not counted)
    return counted if is_clear else None


def _several(
    files: Sequence[StampFile],
    container_id: str,
    event: str,
    repeats: Sequence[Row],
    counted: Row | None,
    rule: str,
) -> Noted:
    times = ", ".join(f"{row['raw']!r} ({row['path']}:{row['line']})" for row in repeats)
    found = f"container {container_id} {_DONE[event]} {len(repeats)} times: {times}"
    if counted:
        remedy = f"The {rule} counts, as `restarts` of the study says."
        file = files[counted["file"]]
        return note(file, counted["line"], "R110", found, f"one {event}", remedy, container_id)
    remedy = "Remove the lines of the attempts that do not count, or the folder"
    if rule == "quarantine":
        remedy += ', or say in the study which count (`restarts = "last"` or "first")'
    file, line = files[repeats[0]["file"]], repeats[0]["line"]
    return note(file, line, "Q309", found, f"one {event}", f"{remedy}.", container_id, len(repeats))


def tell_apart(
    stamps: pl.DataFrame,
    files: Sequence[StampFile],
    longest: Mapping[str, timedelta],
    heard: Mapping[tuple[str, str], Heard],
) -> tuple[pl.DataFrame, list[Noted]]:
    """Decides which of two passes of an hour is meant, where only one makes sense of the container's other stamps.

    It does if created <= started <= stopped, each within LONGEST, or, from start to stop, within what `longest`
    says of the folder; where several readings do, the container's own events tell, if they were logged next to
    one of them only. Stamps that cannot be told apart are left out, superseded ones lose their time.
    """
    counts = ~pl.col("is_superseded")
    is_twice = pl.col("at") != pl.col("latest")
    is_ambiguous = is_twice & counts
    if not stamps.select(is_twice.any()).item():
        return stamps, []
    noted: list[Noted] = []
    chosen: dict[tuple[str, str, str], datetime | None] = {}
    for key, rows in _groups(stamps.filter(is_ambiguous.any().over(_KEY) & counts), _KEY):
        rows = sorted(rows, key=lambda row: _ORDER.index(row["event"]))
        readings = product(*(sorted({row["at"], row["latest"]}) for row in rows))
        limits = [
            longest.get(row["folder"], LONGEST) if row["event"] == "start" else LONGEST for row in rows[:-1]
        ]
        sensible = [times for times in readings if _is_sensible(times, limits)]
        events = heard.get(key)
        is_by_events = events is not None and (len(sensible) != 1 or len(rows) == 1)
        if events and is_by_events:
            sensible = [times for times in sensible if _is_near(times, rows, events)]
        is_told = len(sensible) == 1 and (len(rows) > 1 or is_by_events)
        for place, row in enumerate(rows):
            if row["at"] == row["latest"]:
                continue
            time = sensible[0][place] if is_told else None
            chosen[row["folder"], row["container_id"], row["event"]] = time
            found = f"{row['raw']!r}, which happened twice in {row['zone']} when daylight saving ended"
            file, line, container_id = files[row["file"]], row["line"], row["container_id"]
            if time:
                which = "first" if time == row["at"] else "second"
                reason = (
                    "its own events were logged then"
                    if is_by_events
                    else "only then the stamps of the container make sense"
                )
                remedy = f"It was taken as the {which}: {reason}."
                noted.append(note(file, line, "R109", found, "a time that was once", remedy, container_id))
            else:
                expected = "a time that was once, or other stamps of the container that tell which"
                noted.append(note(file, line, "Q304", found, expected, CORRECT, container_id, 1))
    times = pl.struct(*_KEY, "event").map_elements(
        lambda key: chosen.get((key["folder"], key["container_id"], key["event"])),
        return_dtype=pl.Datetime("us"),
    )
    told = pl.when(is_ambiguous).then(times).when(~is_twice).then("at")
    return stamps.with_columns(at=told).filter(pl.col("at").is_not_null() | ~counts), noted


def pair(stamps: pl.DataFrame, files: Sequence[StampFile], noted: Sequence[Noted]) -> list[Noted]:
    """What is wrong between the stamps of a container: their order, or one that is missing.

    A stamp is not called missing where a finding says what became of it: one about the container's own, or about
    a line of that log that names no container. Superseded stamps do not count.
    """
    stamps = stamps.filter(~pl.col("is_superseded"))
    has = {event: (pl.col("event") == event).any() for event in _ORDER}
    time = {event: pl.col("at").filter(pl.col("event") == event).first() for event in _ORDER}
    odd = (
        stamps.group_by(_KEY)
        .agg(
            is_odd=~(has["start"] & has["stop"])
            | (time["stop"] <= time["start"]).fill_null(False)
            | (time["create"] > time["start"]).fill_null(False)
        )
        .filter("is_odd")
    )
    excused = {
        (each.finding.folder, each.finding.container_id, each.event)
        for each in noted
        if each.finding.outcome == "quarantined"
    }
    found: list[Noted] = []
    for (folder, container_id), rows in _groups(
        stamps.join(odd, on=_KEY, how="semi", maintain_order="left"), _KEY
    ):
        by_event = {row["event"]: row for row in rows}
        missing = {
            event
            for event in ("start", "stop")
            if event not in by_event and not excused & {(folder, container_id, event), (folder, None, event)}
        }
        found += _order(by_event, files)
        found += _missing(by_event, missing, files)
    return found


def _order(by_event: dict[str, Row], files: Sequence[StampFile]) -> Iterator[Noted]:
    for before, after in pairwise(event for event in _ORDER if event in by_event):
        first, then = by_event[before], by_event[after]
        container_id, file, line = then["container_id"], files[then["file"]], then["line"]
        place = f"{first['path']}:{first['line']}"
        if then["at"] < first["at"]:
            late = first["at"] - then["at"]
            found = f"container {container_id} {_DONE[after]} {late} before it {_DONE[before]} ({place})"
            expected = f"a {after} at or after the {before}"
            yield note(file, line, "Q306", found, expected, CORRECT, container_id)
        elif then["at"] == first["at"] and before == "start":
            found = f"container {container_id} stopped in the second in which it started ({place})"
            remedy = "The duration counts as 0 s."
            yield note(file, line, "R102", found, "a duration", remedy, container_id)


def _is_sensible(times: Sequence[datetime], limits: Sequence[timedelta]) -> bool:
    lengths = [then - first for first, then in pairwise(times)]
    return all(timedelta(0) <= each <= limit for each, limit in zip(lengths, limits, strict=True))


def _is_near(times: Sequence[datetime], rows: Sequence[Row], events: Heard) -> bool:
    """Whether each time that could be read in two ways lies next to the event that belongs to it."""
    own = {"create": events.first, "start": events.first, "stop": events.last}
    return all(
        abs(time - own[row["event"]]) <= _NEAR
        for time, row in zip(times, rows, strict=True)
        if row["at"] != row["latest"]
    )


def _missing(by_event: dict[str, Row], missing: set[str], files: Sequence[StampFile]) -> Iterator[Noted]:
    row = by_event.get("stop") or by_event.get("start") or by_event["create"]
    container_id, file, line = row["container_id"], files[row["file"]], row["line"]
    if "stop" in by_event and "start" in missing:
        found = f"container {container_id} stopped but never started"
        yield note(
            file, line, "Q308", found, "its line in start.log", "Add it, or remove the folder.", container_id
        )
    elif "stop" in missing and "stop" not in by_event:
        found = f"container {container_id} {_DONE[row['event']]} but not stopped"
        remedy = "Wait for the job to end; add the line if it was killed."
        yield note(file, line, "W202", found, "its line in stop.log", remedy, container_id)


def _groups(rows: pl.DataFrame, keys: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], list[Row]]]:
    """The rows of each key, in order; for the few rows that need a closer look."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows.iter_rows(named=True):
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    yield from groups.items()
