"""Say which container a file belongs to, and whether a folder has all of its stamps and files yet."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import polars as pl

from flows.log_root.regular_file import shown
from flows.reading.batches import Batch
from flows.reading.notices.findings import Finding

CONTAINER_IN_NAME = re.compile(r"trainjob-(?P<id>.+?)-(?:master|worker)-\d")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
STAMPS = ("create", "start", "stop")


Owners = Mapping[str, Mapping[str, str]]


class Container(NamedTuple):
    """One training job of a folder: what its logs and files say. Times are UTC without a zone."""

    folder_id: int
    folder: str
    container_id: str
    stamps: Mapping[str, object]  # create, start, stop -> datetime
    event_files: int


def container_of(path: str, stamped: Iterable[str]) -> str | None:
    """The id in the path of an event file: a part that the logs know, else what looks like an id."""
    parts = path.split("/")
    known = set(stamped)
    for part in parts[1:-1]:
        if part in known:
            return part
    if found := CONTAINER_IN_NAME.search(parts[-1]):
        return found["id"]
    return next((part for part in parts[1:-1] if UUID.fullmatch(part)), None)


def within_of(path: str, folder: str, owner: str) -> str:
    """The folders between a container, or its log folder where no folder is named by it, and its event file."""
    parts = path[len(folder) + 1 :].split("/")[:-1]
    begin = parts.index(owner) + 1 if owner in parts else 0
    return "/".join(parts[begin:])


def owners_of(batch: Batch, stamped: Mapping[str, Collection[str]]) -> Owners:
    """The container of each file that has values: folder -> path -> container id.

    `stamped` is folder -> the ids that its logs name; a source tells the container by its pattern.
    """
    owners: dict[str, dict[str, str]] = {}
    for _, folder in batch.folders:
        own = owners.setdefault(folder.folder, {})
        ids = stamped.get(folder.folder, set())
        # A unit of one container whose logs name one id: the two are the same.
        is_one = len({file.container for file in folder.files if file.container}) == 1 == len(ids)
        for file in folder.files:
            if file.kind not in ("events", "result"):
                continue
            owner = next(iter(ids)) if file.container and is_one else file.container
            if owner := owner or container_of(shown(file.path), ids):
                own[file.path] = owner
    return owners


def gather(
    folders: Iterable[tuple[int, str]],
    stamps: pl.DataFrame,
    owners: Owners,
) -> list[Container]:
    """The containers of each folder, sorted by id: those with a stamp and those with an event file.

    `stamps` is what `read_stamps` gives; `owners` is folder -> path of an event file -> container id.
    """
    stamped: dict[str, dict[str, dict[str, object]]] = {}
    for folder, container_id, event, moment in stamps.select("folder", "container_id", "event", "at").rows():
        stamped.setdefault(folder, {}).setdefault(container_id, {})[event] = moment
    containers = []
    for folder_id, folder in folders:
        files = Counter(owners.get(folder, {}).values())
        for container_id in sorted(stamped.get(folder, {}).keys() | files.keys()):
            times = stamped.get(folder, {}).get(container_id, {})
            containers.append(Container(folder_id, folder, container_id, times, files[container_id]))
    return containers


def missing(containers: Iterable[Container], has_findings: Mapping[str, set[str]]) -> list[Finding]:
    """What is still awaited of each container: a stamp or an event file.

    `has_findings` holds folder -> ids about which the stamps said something already; those are not named twice.
    """
    findings = []
    for container in containers:
        about = has_findings.get(container.folder, set())
        where = f"{container.folder}: container {container.container_id}"
        if container.stamps and not container.event_files:
            findings.append(
                Finding(
                    container.folder,
                    "W203",
                    "waiting",
                    f"{where}: found its stamps, expected an event file with this id in its path too. "
                    "Wait for the copy to end, or copy the file.",
                    container_id=container.container_id,
                )
            )
        if not container.stamps and container.container_id not in about:
            findings.append(
                Finding(
                    container.folder,
                    "W206",
                    "waiting",
                    f"{where}: found an event file, expected its id in start.log and stop.log too. "
                    "Wait for the logs, or remove the stray copy.",
                    container_id=container.container_id,
                )
            )
    return findings
