"""Reads texts, histograms, hyperparameters and tensors, which are not on the fast path, through tbparse."""

import math
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2

from flows.reading.events.frames import frame
from flows.reading.events.records import INTEGERS, Other, to_json

_CHUNK_BYTES = 4 << 20
_FIELDS = ("text", "histograms", "tensors")
_MOMENTS = ("min", "max", "num", "sum", "sum_squares")


class Content(NamedTuple):
    """What tbparse made of a summary: its kind, and its content as JSON."""

    kind: str
    content: str


def read_others(others: Sequence[Other]) -> list[Content]:
    """The content of each, in order. What tbparse cannot read has the kind `unreadable` and says why.

    tbparse reads files by path and stops at damage, so it gets a file of its own with just these values.
    """
    contents: list[Content] = []
    for chunk in _chunks(others):
        contents += _read(chunk)
    return contents


def _chunks(others: Sequence[Other]) -> Iterator[Sequence[Other]]:
    begun, size = 0, 0
    for place, other in enumerate(others):
        size += other.value.ByteSize() if other.content is None and other.value is not None else 0
        if size > _CHUNK_BYTES:
            yield others[begun : place + 1]
            begun, size = place + 1, 0
    yield others[begun:]


def _read(others: Sequence[Other]) -> list[Content]:
    contents = [Content(other.kind, other.content or "null") for other in others]
    asked = [place for place, other in enumerate(others) if other.content is None]
    together = [place for place in asked if others[place].kind != "hparams"]
    # tbparse gives one set of hyperparameters a file.
    for group in (together, *([place] for place in asked if others[place].kind == "hparams")):
        for place, content in zip(group, _ask([others[place] for place in group]), strict=True):
            contents[place] = content
    return contents


def _ask(others: list[Other]) -> list[Content]:
    """Through tbparse; a value that it fails on is found by halving."""
    if not others:
        return []
    try:
        return _through_tbparse(others)
    except Exception as error:  # whatever tbparse, TensorBoard or pandas raise on odd values
        if len(others) == 1:
            return [Content("unreadable", to_json({"kind": others[0].kind, "error": str(error)}))]
        half = len(others) // 2
        return _ask(others[:half]) + _ask(others[half:])


def _through_tbparse(others: list[Other]) -> list[Content]:
    from tbparse import SummaryReader

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.out.tfevents.0"
        # Of version 2, TensorBoard keeps every step, whatever their order.
        events = [event_pb2.Event(file_version="brain.Event:2")]
        events += [_event(place, other) for place, other in enumerate(others)]
        path.write_bytes(b"".join(frame(event.SerializeToString()) for event in events))
        reader = SummaryReader(str(path), extra_columns=set(_MOMENTS), event_types={*_FIELDS, "hparams"})
        if others[0].kind == "hparams":
            return [_hyperparameters(reader)]
        rows = [row for field in _FIELDS for row in getattr(reader, field).to_dict("records")]
    contents = {int(row["step"]): to_json(_content(others[int(row["step"])].kind, row)) for row in rows}
    return [Content(other.kind, contents[place]) for place, other in enumerate(others)]


def _event(place: int, other: Other) -> event_pb2.Event:
    """An event whose step is the place of the value, and whose tag is its kind: both come back from tbparse."""
    value = summary_pb2.Summary.Value()
    value.CopyFrom(other.value or value)
    if other.kind != "hparams":
        value.tag = other.kind
        value.ClearField("metadata")
    if value.tensor.dtype in INTEGERS:
        value.tensor.CopyFrom(_as_bytes(value.tensor))
    if other.kind == "text":
        value.metadata.plugin_data.plugin_name = "text"
    return event_pb2.Event(step=place, summary=summary_pb2.Summary(value=[value]))


def _as_bytes(tensor: tensor_pb2.TensorProto) -> tensor_pb2.TensorProto:
    """A tensor of integers with its numbers as bytes: tbparse 0.0.9 raises on lists of them without TensorFlow."""
    from tensorboard.util.tensor_util import make_ndarray

    return tensor_pb2.TensorProto(
        dtype=tensor.dtype, tensor_shape=tensor.tensor_shape, tensor_content=make_ndarray(tensor).tobytes()
    )


def _content(kind: str, row: dict[str, Any]) -> object:
    if kind == "histogram" and "counts" not in row:  # the TF2 way: rows of left edge, right edge, count
        from tbparse import SummaryReader

        row = SummaryReader.tensor_to_histogram(row["value"])
    if kind == "histogram":
        known = {name: float(row[name]) for name in _MOMENTS if not math.isnan(row[name])}
        return {"limits": row["limits"].tolist(), "counts": row["counts"].tolist(), **known}
    value = row["value"]
    return value.tolist() if hasattr(value, "tolist") else value


def _hyperparameters(reader: Any) -> Content:
    rows = reader.hparams  # empty for the values that only begin and end an experiment
    return Content(
        "hparams", to_json(dict(zip(rows["tag"], rows["value"], strict=True)) if len(rows) else {})
    )
