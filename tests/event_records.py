"""Records, events and jobs to write into event files, and what was read of them held against their bytes."""

import io
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl
from tbparse import SummaryReader
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.histogram import metadata as histogram_metadata
from tensorboard.plugins.hparams import summary_v2 as hparams
from tensorboard.plugins.text import metadata as text_metadata
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_tensor_proto

from flows.reading.events.file import FileRead, Source
from tests.event_batches import EventBatch, read_event_files

LOST = ("Q314", "Q315", "Q319", "Q320")  # what keeps bytes from being accepted
ACCURACY = "accuracy per epoch"
LOSS = "training loss per epoch"


def scalar(tag: str, value: float) -> summary_pb2.Summary.Value:
    return summary_pb2.Summary.Value(tag=tag, simple_value=value)


def tensor(tag: str, value: object, plugin: str | None = "scalars") -> summary_pb2.Summary.Value:
    found = summary_pb2.Summary.Value(tag=tag, tensor=make_tensor_proto(value))
    if plugin:
        found.metadata.plugin_data.plugin_name = plugin
    return found


def event(step: int, *values: summary_pb2.Summary.Value, wall_time: float | None = None) -> event_pb2.Event:
    wall_time = 1_600_000_000.25 + 7 * step if wall_time is None else wall_time
    return event_pb2.Event(step=step, wall_time=wall_time, summary=summary_pb2.Summary(value=values))


VERSION = event_pb2.Event(wall_time=1.6e9, file_version="brain.Event:2")


def records(events: Iterable[event_pb2.Event | bytes]) -> list[bytes]:
    """Framed by TensorBoard's own writer."""
    framed = []
    for each in events:
        file = io.BytesIO()
        RecordWriter(file).write(each if isinstance(each, bytes) else each.SerializeToString())
        framed.append(file.getvalue())
    return framed


def job(steps: int = 10) -> list[bytes]:
    """The records of a job that logs two tags."""
    rng = np.random.default_rng(steps)
    values = [(ACCURACY, 100.0), (LOSS, 1.0)]
    return records(
        [VERSION, *(event(step, scalar(tag, f * rng.random())) for step in range(steps) for tag, f in values)]
    )


def read(tmp_path: Path, *contents: bytes, start: int = 0, window: int = 4 << 20) -> EventBatch:
    """Reads files with these contents and holds each against the law of conservation."""
    paths = [tmp_path / f"events.out.tfevents.{place}" for place in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    batch = read_event_files([Source(path, start) for path in paths], tmp_path, window)
    for file, content in zip(batch.files, contents, strict=True):
        hold(file, content, start)
    counts = dict(batch.scalars.group_by("file").len().rows())
    assert [file.scalars for file in batch.files] == [counts.get(place, 0) for place in range(len(contents))]
    assert sum(file.summaries for file in batch.files) == batch.summaries.height
    return batch


def hold(file: FileRead, content: bytes, start: int = 0) -> None:
    assert file.size == len(content)
    assert file.sha256 == sha256(content).hexdigest()
    torn = file.size - file.read_bytes
    assert file.accepted_bytes + file.skipped_bytes + torn == file.size - start
    assert sum(fault.length for fault in file.faults if fault.code in LOST) == file.skipped_bytes + torn
    assert all(fault.offset <= file.size for fault in file.faults)
    assert len(file.faults) <= 100


def codes(file: FileRead) -> list[str]:
    return [fault.code for fault in file.faults]


def rows(batch: EventBatch) -> list[tuple[str, int, float, float]]:
    """tag, step, wall time and value in the order of the records."""
    named = batch.scalars.select("tag", "step", "wall_time", "value").rows()
    return [(batch.tags[tag], *rest) for tag, *rest in named]


def tbparsed(path: Path, field: str = "scalars") -> list[tuple[str, int, float, float]]:
    frame = getattr(SummaryReader(str(path), extra_columns={"wall_time"}), field)
    return sorted(frame[["tag", "step", "wall_time", "value"]].itertuples(index=False, name=None))


def mixed() -> list[event_pb2.Event]:
    """What a job may log beside scalars."""
    histogram = summary_pb2.HistogramProto(
        min=0, max=1, num=3, sum=1.5, sum_squares=1, bucket_limit=[0.5, 1], bucket=[1, 2]
    )
    image = summary_pb2.Summary.Image(width=4, height=3, encoded_image_string=b"png")
    text = tensor("note/text_summary", np.array([b"hello"], object), None)
    text.metadata.CopyFrom(text_metadata.create_summary_metadata("note", ""))
    buckets = tensor("weights2", np.array([[0, 1, 3], [1, 2, 4]], np.float32), None)
    buckets.metadata.CopyFrom(histogram_metadata.create_summary_metadata("weights2", ""))
    return [
        event(1, scalar(ACCURACY, 1)),
        event(1, summary_pb2.Summary.Value(tag="weights", histo=histogram)),
        event(1, text, scalar(LOSS, 2)),
        event(2, summary_pb2.Summary.Value(tag="picture", image=image)),
        event(2, buckets),
        event(3, tensor("vector", np.arange(3.0), None)),
        event(3, *hparams.hparams_pb({"lr": 0.1, "net": "CNN", "bias": True}).value),
        event_pb2.Event(wall_time=9.0, step=4, graph_def=b"graph"),
        event_pb2.Event(step=4, log_message=event_pb2.LogMessage(level="WARN", message="careful")),
        event(5, scalar(ACCURACY, 3)),
    ]


def rows_equal(one: EventBatch, other: EventBatch) -> bool:
    def named(batch: EventBatch, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.col("tag").replace_strict(dict(enumerate(batch.tags)), return_dtype=pl.String)
        )

    return named(one, one.scalars).equals(named(other, other.scalars)) and named(one, one.summaries).equals(
        named(other, other.summaries)
    )
