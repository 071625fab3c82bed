"""Whether a folder is whole: what is still awaited, what moved while it was read, what has waited too long."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from flows.discovery.log_folders import LogFile, LogFolder, is_stale
from flows.log_root.regular_file import shown
from flows.reading.batches import Batch
from flows.reading.notices import findings as notices
from flows.reading.notices.findings import STALE_CODES, Finding
from flows.reading.stamps.stamps import Heard
from models.declared.study import Study
from models.wording import count


def note_of(folder: LogFolder, file: LogFile) -> Finding | None:
    """What can be said of a file without opening it."""
    path = shown(file.path)
    if file.kind == "odd":
        reason = f"{path}: found a link, pipe, device or unreadable folder, expected a regular file. Copy the file itself."
        return Finding(folder.folder, "Q316", "quarantined", reason, path=path)
    if file.kind == "partial":
        reason = f"{path}: found a copy under way, expected the whole file. Wait for the copy, or remove it."
        return Finding(folder.folder, "W204", "waiting", reason, path=path)
    return None


def moved(logs: Path, batch: Batch) -> Iterator[Finding]:
    """The files that changed between discovery and the end of the read: tomorrow they are read again."""
    for *_, folder, file in batch.files():
        if file.kind in ("odd", "partial") or not file.modified_ns:
            continue  # something else is said of those
        try:
            status = os.lstat(f"{logs}/{file.path}")
            found = f"{status.st_size:,} bytes"
            is_same = (status.st_size, status.st_mtime_ns) == (file.size_bytes, file.modified_ns)
        except OSError as error:
            found, is_same = str(error.strerror), False
        if not is_same:
            path = shown(file.path)
            reason = (
                f"{path}: changed while it was read (found {found}), expected a file at rest "
                f"({file.size_bytes:,} bytes when the night began). It is read again the next night."
            )
            yield Finding(folder.folder, "W204", "waiting", reason, path=path)


def absent(batch: Batch, stamps: pl.DataFrame) -> list[Finding]:
    stamped = set(stamps["folder"])
    return [
        Finding(
            folder.folder,
            "W207",
            "waiting",
            f"{folder.folder}: found no stamp and no event file, expected start.log, stop.log and an event file "
            "for each container. Wait for the copy, or remove the folder.",
        )
        for _, folder in batch.folders
        if folder.folder not in stamped
        and not any(file.kind in ("events", "result") for file in folder.files)
    ]


def going_on(
    folder: LogFolder, study: Study, heard: Mapping[str, Heard], points: Mapping[str, int], now: datetime
) -> Iterator[Finding]:
    """Why a run may not be over yet, by what its study says tells so.

    `heard` and `points` are, of each container, when its events were logged and how many of the promised metric.
    """
    source = study.source
    if source is None or folder.is_table or not folder.files:
        return
    where = folder.folder
    if source.done_file and not any(file.kind == "marker" for file in folder.files):
        reason = f"{where}: found no file {source.done_file}, expected it when the run is over. Wait for it, or write it."
        yield Finding(where, "W209", "waiting", reason)
    if source.done == "steps" and study.promises.steps:
        factor, metric = study.promises.steps.equals, study.promises.steps.metric
        wanted = folder.claim.levels.get(factor, "")
        for container, found in points.items():
            if wanted.isdigit() and found < int(wanted):
                reason = (
                    f"{where}: found {found:,} points of {metric!r} in {container}, expected {wanted} ({factor}). "
                    "Wait until the run is over, or quarantine it by `done` in the study."
                )
                yield Finding(where, "W209", "waiting", reason, container)
    if source.quiet_seconds is not None:
        yield from still_heard(folder, study, heard, now)


def still_heard(
    folder: LogFolder, study: Study, heard: Mapping[str, Heard], now: datetime
) -> Iterator[Finding]:
    """A result file that is whole is over at once, unless its study asks for quiet or its rows have times."""
    source = study.source
    assert source and source.quiet_seconds is not None
    values = [file for file in folder.files if file.kind in ("events", "result")]
    if heard:
        last = max(each.last for each in heard.values()).replace(tzinfo=UTC)
    elif "done" in source.model_fields_set or any(file.kind == "events" for file in values):
        last = datetime.fromtimestamp(max((file.modified_ns for file in values), default=0) / 1e9, UTC)
    else:
        return
    quiet = (now - last).total_seconds()
    if 0 <= quiet < source.quiet_seconds:
        length, ago = source.done.removeprefix("quiet "), count(round(quiet / 60), "minute")
        reason = (
            f"{folder.folder}: found the last event {ago} ago, expected none for {length}, by "
            "which the study tells that a run is over. It is read again the next night."
        )
        yield Finding(folder.folder, "W209", "waiting", reason)


def settle(found: pl.DataFrame, batch: Batch, now: datetime) -> pl.DataFrame:
    """Judge what has waited too long: where nothing has moved for two days, nothing will."""
    stale = [folder.folder for _, folder in batch.folders if is_stale(folder, now)]
    is_over = (pl.col("outcome") == "waiting") & pl.col("folder").is_in(stale)
    return found.select(notices.SCHEMA.names()).with_columns(
        outcome=pl.when(is_over).then(pl.lit("quarantined")).otherwise("outcome"),
        code=pl.when(is_over).then(pl.col("code").replace(STALE_CODES)).otherwise("code"),
    )
