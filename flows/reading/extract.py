"""Read batches of log folders into Parquet shards: the one stage that runs in parallel."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import Literal

import polars as pl

from flows.log_root.regular_file import LogRoot, RefusedError, shown
from flows.reading.batches import BATCH_BYTES, Batch, Shards
from flows.reading.containers import STAMPS, Container, container_of, gather, missing
from flows.reading.discover import LogFile, LogFolder, is_stale
from flows.reading.event_shards import EventShards, write_tags
from flows.reading.events.file import FileRead, iterate_event_files
from flows.reading.notices import findings as notices
from flows.reading.notices.findings import STALE_CODES, Finding
from flows.reading.read_on import Before, not_going_on, sources_of
from flows.reading.shard_rows import container_rows, file_rows, folder_rows, stamp_rows
from flows.reading.stamps.pod_logs import read_pod_logs
from flows.reading.stamps.stamps import StampFile, read_stamps
from models.declared.folders import read_pattern
from models.declared.study import Study

POOL_BYTES = 8 * BATCH_BYTES  # below this, starting processes costs more than it saves
PIECE_BYTES = BATCH_BYTES  # of rows that are in memory at once, of which a process needs a few times as much
LONGEST_SECONDS = 1e12  # of what a timedelta holds
EVENTS: dict[str, Literal["create", "start", "stop"]] = {"create": "create", "start": "start", "stop": "stop"}


def extract(
    logs: Path, studies: Sequence[Study], work: Sequence[Batch], staging: Path, now: datetime
) -> list[Shards]:
    """Write the shards of every batch below `staging`, in as many processes as pay off."""
    arguments = [(logs, studies, batch, staging / f"{batch.number:05d}", now) for batch in work]
    size = sum(file.size_bytes for batch in work for *_, file in batch.files())
    if size < POOL_BYTES or len(work) == 1:
        return [extract_batch(*each) for each in arguments]
    # A fork would copy the threads of polars and DuckDB in an unknown state.
    with ProcessPoolExecutor(cpu_count(), mp_context=get_context("forkserver")) as pool:
        return list(pool.map(extract_batch, *zip(*arguments, strict=True)))


def extract_batch(logs: Path, studies: Sequence[Study], batch: Batch, target: Path, now: datetime) -> Shards:
    """Read one batch and write its shards below `target`."""
    by_name = {study.name: study for study in studies}
    found = [note for *_, folder, file in batch.files() if (note := note_of(folder, file))]
    contents, refused = read_logs(logs, batch)
    all_stamps, stamp_findings = read_all_stamps(batch, contents, by_name, now)
    stamps = all_stamps.filter(~pl.col("is_superseded"))
    stamped = ids_by_folder(stamps)
    owners = {
        folder.folder: {
            file.path: owner
            for file in folder.files
            if file.kind == "events"
            and (owner := container_of(shown(file.path), stamped.get(folder.folder, set())))
        }
        for _, folder in batch.folders
    }
    containers = gather([(i, folder.folder) for i, folder in batch.folders], stamps, owners)
    sources = [each for each in batch.files() if each[3].kind == "events"]
    sources.sort(
        key=lambda each: (each[1], owners[each[2].folder].get(each[3].path, ""), write_order(each[3]))
    )
    target.mkdir(parents=True)
    shards, files, keys, known = read_events(
        logs,
        sources,
        [owners[each[2].folder].get(each[3].path, "") for each in sources],
        [known_of(batch, owners, *each[1:]) for each in sources],
        containers,
        Shards.below(target),
    )
    found += [*refused, *missing(containers, ids_by_folder(stamp_findings)), *absent(batch, stamps)]
    stopped = {(each.folder, each.container_id) for each in containers if "stop" in each.stamps}
    for (*_, folder, file), read in zip(sources, files, strict=True):
        owner = owners[folder.folder].get(file.path)
        torn = torn_outcome((folder.folder, owner) in stopped, by_name[folder.study])
        found += event_findings(folder, file, read, owner, torn)
    levels, misread = read_levels(batch, by_name, contents, owners)
    all_findings = settle(
        pl.concat([notices.frame([*found, *misread]), stamp_findings], how="diagonal"), batch, now
    )
    all_findings = pl.concat([all_findings, notices.frame(moved(logs, batch))])

    container_rows(containers, keys).write_parquet(shards.containers)
    stamp_rows(all_stamps, batch).write_parquet(shards.stamps)
    reads = {each[0]: (read, before) for each, read, before in zip(sources, files, known, strict=True)}
    file_rows(batch, reads, contents, owners, keys).write_parquet(shards.files)
    levels.write_parquet(shards.levels_seen)
    all_findings.write_parquet(shards.findings)
    folder_rows(batch, all_findings).write_parquet(shards.folders)
    return shards


def read_events(
    logs: Path,
    sources: Sequence[tuple[int, int, LogFolder, LogFile]],
    owners: Sequence[str],
    before: Sequence[Before | None],
    containers: Sequence[Container],
    shards: Shards,
) -> tuple[Shards, list[FileRead], dict[tuple[str, str], int], list[Before | None]]:
    """Write the points, summaries and tags of event files, those of which something is known from where they ended.

    Gives the shards with these, what was read of each file, the keys of the containers, and `before` with None in
    place of what was known of a file that does not go on from there: that one is read from its beginning.
    """
    known = list(before)
    while True:
        kept = {
            (each[1], past.container_id): past.container_key
            for each, past in zip(sources, known, strict=True)
            if past
        }
        keys = container_keys(containers, kept)
        owner_keys = [keys.get((each[2].folder, owner)) for each, owner in zip(sources, owners, strict=True)]
        file_ids = [past.file_id if past else each[0] for each, past in zip(sources, known, strict=True)]
        written = EventShards(
            shards.tags.parent, pl.Series(owner_keys, dtype=pl.Int32), pl.Series(file_ids, dtype=pl.Int32)
        )
        finished: dict[int, FileRead] = {}
        broken: set[int] = set()
        tags: list[str] = []
        asked = sources_of([each[3].path for each in sources], known)
        for piece in iterate_event_files(asked, logs, piece_bytes=PIECE_BYTES):
            finished |= piece.finished
            tags = piece.tags
            broken |= not_going_on(piece, known)
            if not broken:
                written.write(piece)
        if not broken:
            break
        known = [None if place in broken else each for place, each in enumerate(known)]
    write_tags(tags, shards.tags)
    shards = shards._replace(points=tuple(written.points), summaries=tuple(written.summaries))
    return shards, [finished[place] for place in range(len(sources))], keys, known


def known_of(
    batch: Batch, owners: Mapping[str, Mapping[str, str]], folder_id: int, folder: LogFolder, file: LogFile
) -> Before | None:
    """What is known of an event file that may have grown and still is the only one of the same container."""
    before = batch.before.get(folder_id, {}).get(shown(file.path))
    if before is None or file.size_bytes < before.size_bytes:
        return None
    mates = [path for path, owner in owners[folder.folder].items() if owner == before.container_id]
    return before if mates == [file.path] else None


def container_keys(
    containers: Sequence[Container], kept: Mapping[tuple[int, str], int]
) -> dict[tuple[str, str], int]:
    """(folder, container_id) -> place among those that need a key; of those that keep theirs, the key negated."""
    places = count()
    return {
        (each.folder, each.container_id): -key
        if (key := kept.get((each.folder_id, each.container_id)))
        else next(places)
        for each in containers
    }


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


def read_logs(logs: Path, batch: Batch) -> tuple[dict[str, bytes], list[Finding]]:
    """The content of every log and configuration file by its path, and a finding for each that was refused."""
    contents: dict[str, bytes] = {}
    refused: list[Finding] = []
    with LogRoot(logs) as root:
        for *_, folder, file in batch.files():
            if file.kind not in (*STAMPS, "pod", "config"):
                continue
            try:
                contents[file.path] = root.read(file.path).content
            except RefusedError as error:
                note = Finding(folder.folder, error.code, "quarantined", str(error), path=shown(file.path))
                refused.append(note)
    return contents, refused


def read_all_stamps(
    batch: Batch, contents: Mapping[str, bytes], studies: Mapping[str, Study], now: datetime
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Stamps and their findings of the whole batch; pod logs speak where start.log and stop.log are absent."""
    files: list[StampFile] = []
    for _, folder in batch.folders:
        kinds = {file.kind for file in folder.files}
        for file in folder.files:
            if file.path not in contents:
                continue
            if event := EVENTS.get(file.kind):
                files.append(StampFile(folder.folder, event, shown(file.path), contents[file.path]))
            elif file.kind == "pod" and not kinds & {"start", "stop"}:
                files += read_pod_logs(folder.folder, shown(file.path), contents[file.path])
    zones = {folder.folder: studies[folder.study].timezone for _, folder in batch.folders}
    longest = {
        folder.folder: timedelta(seconds=min(seconds, LONGEST_SECONDS))
        for _, folder in batch.folders
        if (seconds := studies[folder.study].promises.longest_seconds)
    }
    restarts = {folder.folder: studies[folder.study].restarts for _, folder in batch.folders}
    return read_stamps(files, zones, now, longest, restarts)


def ids_by_folder(frame: pl.DataFrame) -> dict[str, set[str]]:
    ids: dict[str, set[str]] = {}
    for folder, container_id in frame.select("folder", "container_id").drop_nulls().unique().rows():
        ids.setdefault(folder, set()).add(container_id)
    return ids


def write_order(file: LogFile) -> tuple[int, str]:
    """Event files sorted by it stand in the order in which they were begun: the time is in their name."""
    _, _, rest = file.path.rpartition("tfevents.")
    digits = rest.split(".", 1)[0]
    return (int(digits) if digits.isdecimal() else 0, file.path)


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
        if folder.folder not in stamped and not any(file.kind == "events" for file in folder.files)
    ]


def event_findings(
    folder: LogFolder, file: LogFile, read: FileRead, owner: str | None, torn: tuple[notices.Outcome, str]
) -> Iterator[Finding]:
    """What was noticed inside one event file; `torn` is what comes of a torn end."""
    path = shown(file.path)
    if owner is None:
        reason = f"{path}: found no container id in its path, expected the id of start.log. Move it below its container."
        yield Finding(folder.folder, "Q312", "quarantined", reason, path=path)
    for fault in read.faults:
        code, reason = fault.code, fault.message
        outcome: notices.Outcome = "repaired" if code.startswith("R") else "quarantined"
        if code == "Q314":
            outcome, remedy = torn
            code, reason = "R111" if outcome == "repaired" else code, f"{reason} {remedy}"
        yield Finding(folder.folder, code, outcome, reason, owner, path, None, fault.offset)


def torn_outcome(has_stopped: bool, study: Study) -> tuple[notices.Outcome, str]:
    """What comes of an event file that ends inside a record, and what to do. It may grow while its container runs."""
    if not has_stopped:
        return "waiting", "Let the job end, or copy the file again."
    if study.allow_torn:
        return "repaired", "The study accepts it so (`allow_torn`)."
    return "quarantined", "Copy the file again, or say `allow_torn = true` in the study."


def read_levels(
    batch: Batch,
    studies: Mapping[str, Study],
    contents: Mapping[str, bytes],
    owners: Mapping[str, Mapping[str, str]],
) -> tuple[pl.DataFrame, list[Finding]]:
    """Levels that can be seen in the data: in the paths of event files and in configuration files."""
    seen: dict[tuple[int, str | None, str, str, str], None] = {}
    misread: list[Finding] = []
    for _, folder_id, folder, file in batch.files():
        study = studies[folder.study]
        path = shown(file.path)
        if file.kind == "events" and study.promises.path:
            pattern = read_pattern(study.promises.path, study.factors, numbered=False)
            for part in path.split("/")[folder.folder.count("/") + 1 : -1]:
                if match := pattern.match(part):
                    for factor, level in match.levels.items():
                        seen[folder_id, owners[folder.folder].get(file.path), factor, level, "path"] = None
        if file.kind == "config" and study.promises.config and file.path in contents:
            try:
                declared = json.loads(contents[file.path])
                for factor, key in study.promises.config.levels.items():
                    seen[folder_id, None, factor, str(value_at(declared, key)), path] = None
            except (ValueError, LookupError, TypeError) as error:
                keys = ", ".join(study.promises.config.levels.values())
                reason = f"{path}: {error}; expected JSON with the keys {keys}. Correct the file."
                misread.append(Finding(folder.folder, "Q322", "quarantined", reason, path=path))
    schema = {
        "folder_id": pl.Int32,
        "container_id": pl.String,
        "factor": pl.String,
        "seen": pl.String,
        "source": pl.String,
    }
    return pl.DataFrame(list(seen), schema=schema, orient="row"), misread


def value_at(tree: object, key: str) -> object:
    for part in key.split("."):
        if not isinstance(tree, dict) or part not in tree:
            raise LookupError(f"found no key {key!r}")
        tree = tree[part]
    return tree


def settle(found: pl.DataFrame, batch: Batch, now: datetime) -> pl.DataFrame:
    """Judge what has waited too long: where nothing has moved for two days, nothing will."""
    stale = [folder.folder for _, folder in batch.folders if is_stale(folder, now)]
    is_over = (pl.col("outcome") == "waiting") & pl.col("folder").is_in(stale)
    return found.select(notices.SCHEMA.names()).with_columns(
        outcome=pl.when(is_over).then(pl.lit("quarantined")).otherwise("outcome"),
        code=pl.when(is_over).then(pl.col("code").replace(STALE_CODES)).otherwise("code"),
    )
