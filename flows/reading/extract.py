"""Read batches of log folders into Parquet shards: the one stage that runs in parallel."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from os import cpu_count
from os.path import lexists
from pathlib import Path
from socket import gethostname
from uuid import uuid4

import polars as pl

from flows.cluster.cluster import carry_out_on
from flows.discovery.log_folders import LogFolder, Told
from flows.house.errors import HouseError
from flows.log_root.bucket import is_bucket, on_disk
from flows.reading.batches import BATCH_BYTES, Batch, Shards
from flows.reading.completeness import absent, going_on, moved, note_of, settle
from flows.reading.containers import Container, Owners, gather, missing, owners_of
from flows.reading.event_points import (
    EventsRead,
    event_files,
    event_findings,
    heard,
    known_of,
    read_events,
    torn_outcome,
)
from flows.reading.levels import REPLICATE, Seen, read_levels
from flows.reading.logs import ids_by_folder, read_all_stamps, read_logs, read_stamps_beside
from flows.reading.notices import findings as notices
from flows.reading.notices.findings import Finding
from flows.reading.records.shape import NOTHING_COUNTS
from flows.reading.result_points import ResultsRead, read_results
from flows.reading.shard_rows import container_rows, file_rows, folder_rows, result_points, stamp_rows
from flows.reading.stamps.stamps import Heard
from models.declared.study import Study

POOL_BYTES = 8 * BATCH_BYTES  # below this, starting processes costs more than it saves

Studies = Mapping[str, Study]
Times = Mapping[tuple[str, str], Heard]


def extract(
    logs: Path,
    studies: Sequence[Study],
    work: Sequence[Batch],
    staging: Path,
    now: datetime,
    cluster: str = "",
) -> list[Shards]:
    """Write the shards of every batch below `staging`: in as many processes as pay off, or on a cluster."""
    arguments = [(logs, studies, batch, now) for batch in work]
    if cluster:
        # A worker that a dead night left at work must not meet this one's shards.
        staging = staging / uuid4().hex
    staging.mkdir(parents=True, exist_ok=True)
    targets = [staging / f"{batch.number:05d}" for batch in work]
    if cluster and work:
        return carry_out_on(cluster, extract_elsewhere, arguments, targets)
    size = sum(file.size_bytes for batch in work for *_, file in batch.files())
    if size < POOL_BYTES or len(work) == 1:
        return [extract_here(*each, target) for each, target in zip(arguments, targets, strict=True)]
    # A fork would copy the threads of polars and DuckDB in an unknown state.
    with ProcessPoolExecutor(cpu_count(), mp_context=get_context("spawn")) as pool:
        return list(pool.map(extract_here, *zip(*arguments, strict=True), targets))


def extract_here(logs: Path, studies: Sequence[Study], batch: Batch, now: datetime, target: Path) -> Shards:
    target.mkdir()
    return extract_batch(logs, studies, batch, now, target)


def extract_elsewhere(
    logs: Path, studies: Sequence[Study], batch: Batch, now: datetime, target: Path
) -> Shards:
    """The same on a machine that may see other disks. Raises HouseError where none of the files is there."""
    paths = [f"{logs}/{file.path}" for *_, file in batch.files()]
    if paths and not is_bucket(logs) and not any(map(lexists, paths)):
        raise HouseError(
            f"{gethostname()}: found none of the {len(paths)} files of a batch, {paths[0]} for one, expected the log "
            "root under the same path as on the machine of the night. Mount it there."
        )
    return extract_batch(logs, studies, batch, now, target)


def extract_batch(logs: Path, studies: Sequence[Study], batch: Batch, now: datetime, target: Path) -> Shards:
    """Read one batch and write its shards into the folder `target`."""
    with on_disk(logs, [file for *_, file in batch.files()], target) as there:
        return read_batch(there, studies, batch, now, target)


def read_batch(logs: Path, studies: Sequence[Study], batch: Batch, now: datetime, target: Path) -> Shards:
    by_name = {study.name: study for study in studies}
    contents, refused = read_logs(logs, batch)
    stamps, odd_stamps = read_all_stamps(batch, contents, by_name, now)
    owners = owners_of(batch, ids_by_folder(counting(stamps)))
    results = read_results(batch, by_name, contents, owners)
    beside, odd_beside = read_stamps_beside(batch, by_name)
    results = results._replace(
        stamps=pl.concat([results.stamps, beside]), findings=[*results.findings, *odd_beside]
    )
    sources = event_files(logs, batch, owners)
    containers = gather_all(batch, stamps, results, owners)
    events = read_events(
        logs, sources, [known_of(batch, owners, each) for each in sources], containers, target
    )
    times = {**heard(events), **results.heard}
    if odd_stamps["code"].is_in(["Q304"]).any():
        # An hour that happened twice: the events of a container tell which was meant.
        stamps, odd_stamps = read_all_stamps(batch, contents, by_name, now, times)
        containers = gather_all(batch, stamps, results, owners)
    seen = read_levels(batch, by_name, contents, owners, told_by_values(events, results, by_name))
    shards = write_points(batch, events, results, target)
    found = [
        *(note for *_, folder, file in batch.files() if (note := note_of(folder, file))),
        *(note for _, folder in batch.folders for note in folder.notes),
        *refused,
        *missing(logged(batch, containers, by_name), ids_by_folder(odd_stamps)),
        *absent(batch, stamps),
        *event_findings(events, torn_ends(batch, containers, by_name)),
        *results.findings,
        *seen.findings,
        *unfinished(batch, seen, by_name, times, shards, events, now),
    ]
    left_out = results.left_out(batch)
    found = [each for each in found if each.folder not in left_out or each.code == NOTHING_COUNTS]
    all_findings = settle(pl.concat([notices.frame(found), odd_stamps], how="diagonal"), batch, now)
    all_findings = pl.concat([all_findings, notices.frame(moved(logs, batch))])

    container_rows(containers, events.keys, times).write_parquet(shards.containers)
    stamp_rows(pl.concat([stamps, results.stamps]), batch).write_parquet(shards.stamps)
    file_rows(batch, events, results, contents, owners).write_parquet(shards.files)
    seen.levels.write_parquet(shards.levels_seen)
    all_findings.write_parquet(shards.findings)
    folder_rows(batch, all_findings, seen.claims, left_out).write_parquet(shards.folders)
    return shards


def counting(stamps: pl.DataFrame) -> pl.DataFrame:
    return stamps.filter(~pl.col("is_superseded"))


def gather_all(batch: Batch, stamps: pl.DataFrame, results: ResultsRead, owners: Owners) -> list[Container]:
    every = counting(pl.concat([stamps, results.stamps.select(stamps.columns)]))
    return gather([(folder_id, folder.folder) for folder_id, folder in batch.folders], every, owners)


def logged(batch: Batch, containers: Sequence[Container], studies: Studies) -> list[Container]:
    """The containers whose folders must have stamps and event files of each."""
    asked = {
        folder.folder
        for _, folder in batch.folders
        if (study := studies[folder.study]).asks_for_stamps
        and not study.is_result
        and not study.stamps_beside
    }
    return [each for each in containers if each.folder in asked]


def told_by_values(events: EventsRead, results: ResultsRead, studies: Studies) -> dict[str, list[Told]]:
    """Levels and replicates that stand in the files of values: HParams records and columns."""
    told = {folder: list(each) for folder, each in results.told.items()}
    for place, values in events.hparams.items():
        folder = events.sources[place].folder
        source = studies[folder.study].source
        if source is None or source.levels is None or not source.levels.hparams:
            continue
        wanted = source.levels.named(list(studies[folder.study].factors))
        names = {**wanted, **({REPLICATE: source.levels.replicate} if source.levels.replicate else {})}
        own = [Told(factor, values[name], "hparams") for factor, name in names.items() if name in values]
        told.setdefault(folder.folder, []).extend(own)
    return told


def torn_ends(
    batch: Batch, containers: Sequence[Container], studies: Studies
) -> dict[tuple[str, str], tuple[notices.Outcome, str]]:
    """What comes of an event file that ends inside a record, by folder and container."""
    stopped = {(each.folder, each.container_id) for each in containers if "stop" in each.stamps}
    of = {folder.folder: studies[folder.study] for _, folder in batch.folders}
    keys = {(each.folder, each.container_id) for each in containers} | {(folder, "") for folder in of}
    return {key: torn_outcome(key in stopped, of[key[0]]) for key in keys}


def write_points(batch: Batch, events: EventsRead, results: ResultsRead, target: Path) -> Shards:
    """The shards with all points, those of result files behind those of event files."""
    tags = events.shards.tags()
    points, tags = result_points(results.points, events.keys, tags)
    shards = Shards.below(target)
    tags.write_parquet(shards.tags)
    paths = [*events.shards.points]
    if points.height or not paths:
        paths.append(target / "points_results.parquet")
        points.write_parquet(paths[-1])
    if not events.shards.summaries:
        events.shards.write_no_summaries()
    return shards._replace(points=tuple(paths), summaries=tuple(events.shards.summaries))


def unfinished(
    batch: Batch,
    seen: Seen,
    studies: Studies,
    times: Times,
    shards: Shards,
    events: EventsRead,
    now: datetime,
) -> Iterator[Finding]:
    """Why runs may not be over yet, of the studies that say how to tell."""
    sourced = [folder for _, folder in batch.folders if studies[folder.study].source]
    if not sourced:
        return
    heard_of: dict[str, dict[str, Heard]] = {}
    for (folder, container), time in times.items():
        heard_of.setdefault(folder, {})[container] = time
    counts = points_by_metric(sourced, studies, shards, events)
    for each in sourced:
        name = each.folder
        claimed = each._replace(claim=seen.claims[name])
        yield from going_on(claimed, studies[each.study], heard_of.get(name, {}), counts.get(name, {}), now)


def points_by_metric(
    folders: Sequence[LogFolder], studies: Studies, shards: Shards, events: EventsRead
) -> dict[str, dict[str, int]]:
    """folder -> container -> points of the metric that promises as many as its level says, where that ends a run."""
    metrics = {
        folder.folder: study.promises.steps.metric
        for folder in folders
        if (study := studies[folder.study]).source and study.source.done == "steps" and study.promises.steps
    }
    if not metrics:
        return {}
    tags = pl.scan_parquet(shards.tags).select(tag=pl.col("place").cast(pl.Int32), name="tag")
    found = (
        pl.scan_parquet([str(path) for path in shards.points])
        .filter(~pl.col("is_superseded"))
        .join(tags, on="tag")
        .group_by("container", "name")
        .len()
        .collect()
    )
    counts = {(container, name): size for container, name, size in found.rows()}
    return {
        folder: {
            container: counts.get((key, metrics[folder]), 0)
            for (of, container), key in events.keys.items()
            if of == folder
        }
        for folder in metrics
    }
