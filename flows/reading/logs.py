"""The logs and other small files of a batch: read whole, their stamps taken together."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import polars as pl

from flows.discovery.log_folders import LogFolder
from flows.log_root.regular_file import LogRoot, RefusedError, shown
from flows.reading.batches import Batch
from flows.reading.cells.moments import as_moments
from flows.reading.containers import STAMPS
from flows.reading.notices.findings import Finding
from flows.reading.result_points import STAMP_ROWS, bad_cells, problems_as_findings
from flows.reading.stamps.pod_logs import read_pod_logs, told_by_several
from flows.reading.stamps.stamps import Heard, StampFile, read_stamps
from models.declared.study import Study

LONGEST_SECONDS = 1e12  # of what a timedelta holds
EVENTS: dict[str, Literal["create", "start", "stop"]] = {"create": "create", "start": "start", "stop": "stop"}


def read_logs(logs: Path, batch: Batch) -> tuple[dict[str, bytes], list[Finding]]:
    """The content of every file but event files by its path, and a finding for each that was refused."""
    contents: dict[str, bytes] = {}
    refused: list[Finding] = []
    with LogRoot(logs) as root:
        for *_, folder, file in batch.files():
            if file.kind not in (*STAMPS, "pod", "config", "result"):
                continue
            try:
                contents[file.path] = root.read(file.path).content
            except RefusedError as error:
                note = Finding(folder.folder, error.code, "quarantined", str(error), path=shown(file.path))
                refused.append(note)
    return contents, refused


def read_stamps_beside(batch: Batch, studies: Mapping[str, Study]) -> tuple[pl.DataFrame, list[Finding]]:
    """The stamps that tables beside the runs tell (STAMP_ROWS), and what is still awaited or no time."""
    rows: list[tuple[object, ...]] = []
    found: list[Finding] = []
    for _, folder in batch.folders:
        study = studies[folder.study]
        asked = study.stamps_beside
        if not asked:
            continue
        form = study.source.dates if study.source else None
        told = {(each.container, each.event): each for each in folder.stamps}
        for container in dict.fromkeys(each.container for each in folder.files if each.container):
            for event, column in asked.items():
                stamp = told.get((container, event))
                if stamp is None:
                    found.append(awaited(folder, study, container, event, column))
                    continue
                moments, is_bad = as_moments(pl.Series([stamp.text]), study.timezone, form)
                # One that is no time does not count, but is known the next night.
                where = (stamp.path, stamp.line, bool(is_bad[0]))
                rows.append((folder.folder, container, event, moments[0], stamp.text, *where))
                if is_bad[0]:
                    bad = pl.DataFrame({"line": [stamp.line], column: [stamp.text]})
                    assert study.source
                    problems = list(bad_cells(bad, column, is_bad, "a time", study.source))
                    found += problems_as_findings(folder, container, stamp.path, problems)
    return pl.DataFrame(rows, schema=STAMP_ROWS, orient="row"), found


def awaited(folder: LogFolder, study: Study, container: str, event: str, column: str) -> Finding:
    table = study.source.levels.table if study.source and study.source.levels else ""
    reason = (
        f"{folder.folder}: found no {event} of {container} in {column!r} of {table}, expected when it was. Wait until "
        "its row says so, or write it."
    )
    return Finding(folder.folder, "W202", "waiting", reason, container)


def read_all_stamps(
    batch: Batch,
    contents: Mapping[str, bytes],
    studies: Mapping[str, Study],
    now: datetime,
    heard: Mapping[tuple[str, str], Heard] = MappingProxyType({}),
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Stamps and their findings of the whole batch; pod logs speak where start.log and stop.log are absent.

    `heard` tells of (folder, container) when its own events were logged.
    """
    files: list[StampFile] = []
    for _, folder in batch.folders:
        kinds = {file.kind for file in folder.files}
        pods: list[StampFile] = []
        for file in folder.files:
            if file.path not in contents:
                continue
            if event := EVENTS.get(file.kind):
                files.append(StampFile(folder.folder, event, shown(file.path), contents[file.path]))
            elif file.kind == "pod" and not kinds & {"start", "stop"}:
                pods += read_pod_logs(folder.folder, shown(file.path), contents[file.path])
        files += told_by_several(pods)
    zones = {folder.folder: studies[folder.study].timezone for _, folder in batch.folders}
    longest = {
        folder.folder: timedelta(seconds=min(seconds, LONGEST_SECONDS))
        for _, folder in batch.folders
        if (seconds := studies[folder.study].promises.longest_seconds)
    }
    restarts = {folder.folder: studies[folder.study].restarts for _, folder in batch.folders}
    return read_stamps(files, zones, now, longest, restarts, heard)


def ids_by_folder(frame: pl.DataFrame) -> dict[str, set[str]]:
    ids: dict[str, set[str]] = {}
    for folder, container_id in frame.select("folder", "container_id").drop_nulls().unique().rows():
        ids.setdefault(folder, set()).add(container_id)
    return ids
