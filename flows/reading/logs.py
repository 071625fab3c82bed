"""The logs and other small files of a batch: read whole, their stamps taken together."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import polars as pl

from flows.log_root.regular_file import LogRoot, RefusedError, shown
from flows.reading.batches import Batch
from flows.reading.containers import STAMPS
from flows.reading.notices.findings import Finding
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
