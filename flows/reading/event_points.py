"""The event files of a batch: in which order they are read, and what they hold as shards."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.discovery.log_folders import LogFile, LogFolder
from flows.log_root.regular_file import EVENT_FILE_LIMIT, LogRoot, RefusedError, shown
from flows.reading.batches import BATCH_BYTES, Batch
from flows.reading.containers import Container, Owners, within_of
from flows.reading.events.file import FileRead, Piece, iterate_event_files
from flows.reading.events.records import wall_time_of
from flows.reading.notices.findings import Finding, Outcome
from flows.reading.points.event_shards import EventShards
from flows.reading.points.series import HPARAMS
from flows.reading.read_on import Before, not_going_on, sources_of
from flows.reading.stamps.stamps import Heard
from models.declared.study import Study

PIECE_BYTES = BATCH_BYTES  # of rows that are in memory at once, of which a process needs a few times as much
HEAD_BYTES = 256  # of an event file, in which its first record tells its time

# events.out.tfevents.<second>.<host>.<process>.<counter>, and what a user puts behind it
_NAME = re.compile(r"tfevents\.(?P<second>[0-9]+)(?:.*?\.[0-9]+\.(?P<counter>[0-9]+)(?:\.[^.0-9][^.]*)?$)?")


class EventFile(NamedTuple):
    """An event file of a batch, and whose it is."""

    file_id: int
    folder_id: int
    folder: LogFolder
    file: LogFile
    owner: str  # its container, empty where none is known
    within: str  # the folders between container and file


class EventsRead(NamedTuple):
    """What was read of the event files of a batch, by their place."""

    sources: list[EventFile]
    files: list[FileRead]
    before: list[Before | None]  # what was known of those that were read on
    keys: dict[tuple[str, str], int]  # of the containers, by folder and id
    shards: EventShards
    hparams: dict[int, dict[str, str]]  # place -> name -> value, of files that hold an HParams record


def event_files(logs: Path, batch: Batch, owners: Owners) -> list[EventFile]:
    """The event files of a batch in the order in which each container wrote them."""
    found = []
    for file_id, folder_id, folder, file in batch.files():
        if file.kind == "events":
            owner = owners[folder.folder].get(file.path, "")
            within = file.within if file.container else within_of(shown(file.path), folder.folder, owner)
            found.append(EventFile(file_id, folder_id, folder, file, owner, within))
    order = {each.file_id: (each.folder_id, each.owner, *write_order(each.file)) for each in found}
    often = Counter(order.values())
    with LogRoot(logs) as root:
        begun = {
            each.file_id: first_second(root, each.file) for each in found if often[order[each.file_id]] > 1
        }
    return sorted(
        found, key=lambda each: (*order[each.file_id], begun.get(each.file_id, 0.0), each.file.path)
    )


def write_order(file: LogFile) -> tuple[int, int]:
    """The second in which an event file was begun and its number among those of its process, as its name says."""
    named = _NAME.search(file.path.rpartition("/")[2])
    if named is None:
        return 0, 0
    return int(named["second"]), int(named["counter"] or 0)


def first_second(root: LogRoot, file: LogFile) -> float:
    """The wall time of the first record; 0 where it cannot be told."""
    try:
        return wall_time_of(root.head(file.path, HEAD_BYTES, EVENT_FILE_LIMIT))
    except RefusedError:
        return 0.0


def read_events(
    logs: Path,
    sources: list[EventFile],
    before: Sequence[Before | None],
    containers: Sequence[Container],
    target: Path,
) -> EventsRead:
    """Write the points and summaries of event files, those of which something is known from where they ended.

    `before` is what is known of them; in what is given back None stands for a file that does not go on from there
    and was read from its beginning.
    """
    known = list(before)
    while True:
        kept = {
            (each.folder_id, past.container_id): past.container_key
            for each, past in zip(sources, known, strict=True)
            if past
        }
        keys = container_keys(containers, kept)
        owner_keys = [keys.get((each.folder.folder, each.owner)) for each in sources]
        file_ids = [past.file_id if past else each.file_id for each, past in zip(sources, known, strict=True)]
        shards = EventShards(
            target,
            pl.Series(owner_keys, dtype=pl.Int32),
            pl.Series(file_ids, dtype=pl.Int32),
            [each.within for each in sources],
            [place for place, past in enumerate(known) if past and past.is_result],
        )
        finished: dict[int, FileRead] = {}
        hparams: dict[int, dict[str, str]] = {}
        broken: set[int] = set()
        asked = sources_of([each.file.path for each in sources], known)
        for piece in iterate_event_files(asked, logs, piece_bytes=PIECE_BYTES):
            finished |= piece.finished
            broken |= not_going_on(piece, known)
            if not broken:
                shards.write(piece)
                hparams |= hparams_of(piece)
        if not broken:
            break
        known = [None if place in broken else each for place, each in enumerate(known)]
    return EventsRead(
        sources, [finished[place] for place in range(len(sources))], known, keys, shards, hparams
    )


def hparams_of(piece: Piece) -> dict[int, dict[str, str]]:
    """The hyperparameters that the files of a piece tell, as text."""
    if piece.summaries.is_empty():
        return {}
    marks = [place for place, tag in enumerate(piece.tags) if tag.startswith(HPARAMS)]
    rows = piece.summaries.filter(pl.col("tag").is_in(marks) & (pl.col("kind") == "hparams"))
    told: dict[int, dict[str, str]] = {}
    for file, content in rows.select("file", "content").rows():
        values = json.loads(content)
        if isinstance(values, dict):
            told.setdefault(file, {}).update((name, text_of(value)) for name, value in values.items())
    return told


def text_of(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def known_of(batch: Batch, owners: Owners, source: EventFile) -> Before | None:
    """What is known of an event file that may have grown and still is the only one of the same container."""
    before = batch.before.get(source.folder_id, {}).get(shown(source.file.path))
    if before is None or source.file.size_bytes < before.size_bytes:
        return None
    mates = [path for path, owner in owners[source.folder.folder].items() if owner == before.container_id]
    return before if mates == [source.file.path] else None


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


def heard(read: EventsRead) -> dict[tuple[str, str], Heard]:
    """When the first and the last record of each container were logged, as far as its event files tell."""
    ends: dict[tuple[str, str], list[float]] = {}
    for source, file, past in zip(read.sources, read.files, read.before, strict=True):
        own = [file.first_second, file.last_second, *(past.heard if past else ())]
        ends.setdefault((source.folder.folder, source.owner), []).extend(
            second for second in own if not math.isnan(second)
        )
    return {key: Heard(instant(min(own)), instant(max(own))) for key, own in ends.items() if own}


def instant(second: float) -> datetime:
    """UTC without a zone, to the microsecond."""
    return datetime.fromtimestamp(round(second * 1e6) / 1e6, UTC).replace(tzinfo=None)


def event_findings(
    read: EventsRead, torn: Mapping[tuple[str, str], tuple[Outcome, str]]
) -> Iterator[Finding]:
    """What was noticed in event files; `torn` is what comes of a torn end, by folder and container."""
    speaking = {
        (source.folder.folder, source.owner)
        for source, file in zip(read.sources, read.files, strict=True)
        if file.scalars
    }
    for source, file in zip(read.sources, read.files, strict=True):
        yield from findings_of_file(source, file, torn, (source.folder.folder, source.owner) in speaking)
    yield from findings_across(read)


def findings_of_file(
    source: EventFile,
    read: FileRead,
    torn: Mapping[tuple[str, str], tuple[Outcome, str]],
    has_speaking_mate: bool,
) -> Iterator[Finding]:
    path, folder = shown(source.file.path), source.folder.folder
    if not source.owner:
        reason = f"{path}: found no container id in its path, expected the id of start.log. Move it below its container."
        yield Finding(folder, "Q312", "quarantined", reason, path=path)
    for fault in read.faults:
        code, reason = fault.code, fault.message
        # Writers leave files without a scalar beside the ones they fill; they matter where there is no other.
        if code == "R104" and has_speaking_mate:
            continue
        outcome: Outcome = "repaired" if code.startswith("R") else "quarantined"
        if code == "Q314":
            outcome, remedy = torn[folder, source.owner]
            code, reason = "R111" if outcome == "repaired" else code, f"{reason} {remedy}"
        yield Finding(folder, code, outcome, reason, source.owner or None, path, None, fault.offset)


def findings_across(read: EventsRead) -> Iterator[Finding]:
    """What only several records, or several files of a container, tell."""

    def note(place: int, code: str, sentence: str) -> Finding:
        source = read.sources[place]
        path = shown(source.file.path)
        return Finding(
            source.folder.folder,
            code,
            "repaired",
            f"{path}: {sentence}",
            source.owner or None,
            path,
            None,
            None,
        )

    for purged in read.shards.purged:
        yield note(
            purged.file,
            "R112",
            f"found a session that starts again at step {purged.step}, expected one run from its beginning. The "
            f"{purged.points:,} points from that step on that were written before no longer count; all are kept.",
        )
    for back in read.shards.went_back():
        yield note(
            back.file,
            "R107",
            f"found a step back to {back.step} of {back.tag!r}, which an earlier file of the container had brought to "
            f"{back.last}; expected steps that grow. All are kept; the latest write counts for a repeated step.",
        )
    for stuck in read.shards.at_one_step():
        past = read.before[stuck.file]
        if past and stuck.tag in past.latest:
            continue  # what was read before stands at other steps
        yield note(
            stuck.file,
            "R113",
            f"found {stuck.points:,} values of {stuck.tag!r} at step {stuck.step}, expected a step of its own for each. "
            "Only the last counts; give the job's logger a step (`global_step`).",
        )


def torn_outcome(has_stopped: bool, study: Study) -> tuple[Outcome, str]:
    """What comes of an event file that ends inside a record, and what to do. It may grow while its container runs."""
    if not has_stopped:
        return "waiting", "Let the job end, or copy the file again."
    if study.allow_torn:
        return "repaired", "The study accepts it so (`allow_torn`)."
    return "quarantined", "Copy the file again, or say `allow_torn = true` in the study."
