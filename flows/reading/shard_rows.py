"""The rows of a batch's shards, as the tables of the warehouse take them."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

import numpy as np
import polars as pl

from flows.log_root.regular_file import shown
from flows.reading.batches import Batch
from flows.reading.containers import STAMPS, Container
from flows.reading.events.file import FileRead
from flows.reading.read_on import Before

EARLIEST, LATEST = 0, 7_258_118_400_000_000  # microseconds: 1970 and 2200, beyond which a wall time is none


def points(scalars: pl.DataFrame, owner_keys: pl.Series, file_ids: pl.Series) -> pl.DataFrame:
    """Scalars with the keys of their container and file; the latest write of a step counts.

    Here and below, the key of a container that has none yet is its place in the batch, and a known one is negated.
    """
    place = scalars["file"]
    rows = scalars.select(
        container=owner_keys.gather(place),
        tag="tag",
        file_id=file_ids.gather(place),
        step="step",
        logged_at=instant("wall_time"),
        value="value",
    ).filter(pl.col("container").is_not_null())
    return rows.with_columns(is_superseded=is_superseded(rows))


def is_superseded(rows: pl.DataFrame) -> pl.Series:
    """Whether a later row has the same container, tag and step.

    Where the steps of a tag in a container only grow, which is nearly everywhere, none has; the others are compared.
    """
    container, tag, steps = (rows[name].to_numpy() for name in ("container", "tag", "step"))
    keys = (container - container.min(initial=0)).astype(np.int64) * (tag.max(initial=0) + 1) + tag
    # NumPy sorts two bytes in linear time.
    order = np.argsort(keys.astype(np.uint16) if keys.max(initial=0) < 1 << 16 else keys, kind="stable")
    before, after = order[:-1], order[1:]
    odd = np.unique(keys[after[(keys[before] == keys[after]) & (steps[after] <= steps[before])]])
    result = np.zeros(keys.size, np.bool_)
    if odd.size:
        places = np.flatnonzero(np.isin(keys, odd))
        close = rows[places].select(~pl.struct("container", "tag", "step").is_last_distinct()).to_series()
        result[places] = close.to_numpy()
    return pl.Series(result)


def instant(column: str) -> pl.Expr:
    """Seconds since 1970 as a time of day; null where they are none."""
    microseconds = (pl.col(column) * 1e6).round()
    is_time = microseconds.is_between(EARLIEST, LATEST) & microseconds.is_not_nan()
    return pl.when(is_time).then(microseconds).cast(pl.Int64).cast(pl.Datetime("us"))


def summaries(
    others: pl.DataFrame, tags: Sequence[str], owner_keys: pl.Series, file_ids: pl.Series
) -> pl.DataFrame:
    place = others["file"]
    return others.select(
        container=owner_keys.gather(place),
        file_id=file_ids.gather(place),
        tag=pl.Series(tags, dtype=pl.String).gather(others["tag"]),
        step="step",
        logged_at=instant("wall_time"),
        kind="kind",
        content="content",
    )


def container_rows(containers: Sequence[Container], keys: Mapping[tuple[str, str], int]) -> pl.DataFrame:
    rows = [
        (
            keys[each.folder, each.container_id],
            each.folder_id,
            each.container_id,
            *(each.stamps.get(event) for event in STAMPS),
            each.event_files,
        )
        for each in containers
    ]
    whole, text, moment = pl.Int32(), pl.String(), pl.Datetime("us")
    schema: dict[str, pl.DataType] = {
        "place": whole,
        "folder_id": whole,
        "container_id": text,
        "created_at": moment,
        "started_at": moment,
        "stopped_at": moment,
        "event_files": whole,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def stamp_rows(stamps: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    files = pl.DataFrame(
        [(file_id, folder_id, shown(file.path)) for file_id, folder_id, _, file in batch.files()],
        schema={"file_id": pl.Int32, "folder_id": pl.Int32, "path": pl.String},
        orient="row",
    )
    return stamps.join(files, on="path", how="left", maintain_order="left").select(
        "folder_id",
        "file_id",
        "line",
        "container_id",
        "event",
        pl.col("at").alias("stamped_at"),
        "raw",
        "is_superseded",
    )


def file_rows(
    batch: Batch,
    reads: Mapping[int, tuple[FileRead, Before | None]],
    contents: Mapping[str, bytes],
    owners: Mapping[str, Mapping[str, str]],
    keys: Mapping[tuple[str, str], int],
) -> pl.DataFrame:
    """One row a file, refused ones too: what discovery compares the log root with tomorrow.

    `reads` is what was read of each event file by its id in the batch, and what was known of one that was read on.
    """
    rows: list[tuple[object, ...]] = []
    for file_id, folder_id, folder, file in batch.files():
        read, before = reads.get(file_id, (None, None))
        content = contents.get(file.path)
        content_of: tuple[str | None, int, int, int, int]
        owner = keys.get((folder.folder, owners[folder.folder].get(file.path, "")))
        key = before.file_id if before else file_id
        place = (key, folder_id, owner, shown(file.path), file.kind, file.size_bytes, file.modified_ns)
        if read is not None:
            records, scalars = read.records, read.scalars
            if before:
                records, scalars = records + before.records, scalars + before.scalars
            content_of = (read.sha256 or None, read.read_bytes, read.skipped_bytes, records, scalars)
        elif content is not None:
            lines = content.count(b"\n")
            content_of = (sha256(content).hexdigest(), len(content), 0, lines, 0)
        else:
            content_of = (None, 0, 0, 0, 0)
        rows.append(place + content_of)
    big = pl.Int64
    schema = {
        "file_id": pl.Int32,
        "folder_id": pl.Int32,
        "place": pl.Int32,
        "path": pl.String,
        "kind": pl.String,
        "size_bytes": big,
        "modified_ns": big,
        "sha256": pl.String,
        "read_bytes": big,
        "skipped_bytes": big,
        "records": big,
        "scalars": big,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def folder_rows(batch: Batch, found: pl.DataFrame) -> pl.DataFrame:
    waiting = set(found.filter(pl.col("outcome") == "waiting")["folder"])
    rows = [
        (
            folder_id,
            folder.folder,
            folder.study,
            folder.claim.run,
            folder.claim.replicate,
            "unfinished" if folder.folder in waiting else "finished",
        )
        for folder_id, folder in batch.folders
    ]
    schema = {
        "folder_id": pl.Int32,
        "folder": pl.String,
        "study": pl.String,
        "run": pl.Int32,
        "replicate": pl.String,
        "state": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
