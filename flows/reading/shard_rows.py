"""The rows of a batch's shards, as the tables of the warehouse take them."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl

from flows.log_root.regular_file import shown
from flows.reading.batches import Batch
from flows.reading.containers import STAMPS, Container, Owners
from flows.reading.stamps.stamps import Heard
from models.declared.study import Claim

if TYPE_CHECKING:
    from flows.reading.event_points import EventsRead
    from flows.reading.result_points import ResultsRead


def result_points(
    found: pl.DataFrame, keys: Mapping[tuple[str, str], int], tags: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The points of result files as rows of a shard, and `tags` with their series behind those of event files."""
    series = ["tag", "within"]
    own = found.select(series).unique(maintain_order=True).with_columns(is_result=pl.lit(value=False))
    own = own.with_row_index("place", offset=tags.height).cast({"place": pl.Int32})
    containers = pl.DataFrame(
        [(folder, container, key) for (folder, container), key in keys.items()],
        schema={"folder": pl.String, "container_id": pl.String, "container": pl.Int32},
        orient="row",
    )
    rows = found.join(containers, on=["folder", "container_id"], how="left", maintain_order="left")
    rows = rows.join(own, on=series, how="left", maintain_order="left")
    key = ["container", "place", "step"]
    points = rows.with_columns(is_superseded=~pl.struct(key).is_last_distinct()).select(
        "container", pl.col("place").alias("tag"), "file_id", "step", "logged_at", "value", "is_superseded"
    )
    return points, pl.concat([tags, own.select(tags.columns)])


def container_rows(
    containers: Sequence[Container],
    keys: Mapping[tuple[str, str], int],
    heard: Mapping[tuple[str, str], Heard],
) -> pl.DataFrame:
    rows = [
        (
            keys[each.folder, each.container_id],
            each.folder_id,
            each.container_id,
            *(each.stamps.get(event) for event in STAMPS),
            *(heard.get((each.folder, each.container_id)) or (None, None)),
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
        "first_event_at": moment,
        "last_event_at": moment,
        "event_files": whole,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def stamp_rows(stamps: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Those of a table beside the runs stand in no file of the batch."""
    files = pl.DataFrame(
        [(file_id, shown(file.path)) for file_id, _, _, file in batch.files()],
        schema={"file_id": pl.Int32, "path": pl.String},
        orient="row",
    )
    folders = pl.DataFrame(
        [(folder_id, folder.folder) for folder_id, folder in batch.folders],
        schema={"folder_id": pl.Int32, "folder": pl.String},
        orient="row",
    )
    told = stamps.join(files, on="path", how="left", maintain_order="left")
    return told.join(folders, on="folder", how="left", maintain_order="left").select(
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
    batch: Batch, events: "EventsRead", results: "ResultsRead", contents: Mapping[str, bytes], owners: Owners
) -> pl.DataFrame:
    """One row a file, refused ones too: what discovery compares the log root with tomorrow."""
    reads = {
        source.file_id: (read, before)
        for source, read, before in zip(events.sources, events.files, events.before, strict=True)
    }
    rows: list[tuple[object, ...]] = []
    for file_id, folder_id, folder, file in batch.files():
        read, before = reads.get(file_id, (None, None))
        content = contents.get(file.path)
        content_of: tuple[str | None, int, int, int, int]
        owner = events.keys.get((folder.folder, owners[folder.folder].get(file.path, "")))
        key = before.file_id if before else file_id
        place = (key, folder_id, owner, shown(file.path), file.kind, file.size_bytes, file.modified_ns)
        if read is not None:
            records, scalars = read.records, read.scalars
            if before:
                records, scalars = records + before.records, scalars + before.scalars
            content_of = (read.sha256 or None, read.read_bytes, read.skipped_bytes, records, scalars)
        elif content is not None:
            told = results.counts.get(file_id)
            records, scalars = (told.records, told.scalars) if told else (content.count(b"\n"), 0)
            content_of = (sha256(content).hexdigest(), len(content), 0, records, scalars)
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


def folder_rows(
    batch: Batch, found: pl.DataFrame, claims: Mapping[str, Claim], left_out: Collection[str]
) -> pl.DataFrame:
    waiting = set(found.filter(pl.col("outcome") == "waiting")["folder"])
    rows = [
        (
            folder_id,
            folder.folder,
            folder.study,
            claims[folder.folder].run,
            claims[folder.folder].replicate,
            None,
            "folder",
            None,
            "unfinished"
            if folder.folder in waiting
            else "left out"
            if folder.folder in left_out
            else "finished",
        )
        for folder_id, folder in batch.folders
    ]
    schema = {
        "folder_id": pl.Int32,
        "folder": pl.String,
        "study": pl.String,
        "run": pl.Int32,
        "replicate": pl.String,
        "block": pl.String,
        "kind": pl.String,
        "table_id": pl.Int32,
        "state": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
