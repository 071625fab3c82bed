"""Reads one record of an event file through TensorBoard's own Event class, and says what it holds."""

import json
import math
import re
from collections.abc import MutableMapping
from functools import cache
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2

STEP_LIMIT = 1 << 53  # integers beyond are not exact as doubles
TAG_LIMIT = 256
VALUE_LIMIT = 1_000_000  # of a summary; the largest record could hold 33 million, of a gibibyte and a minute
ELEMENT_LIMIT = 4096  # of a tensor or histogram that is kept with its values
BYTE_LIMIT = 1 << 20  # likewise

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
INTEGERS = frozenset(
    getattr(types_pb2, f"DT_{sign}INT{bits}") for sign in ("", "U") for bits in (8, 16, 32, 64)
)
_NUMBERS = INTEGERS | {types_pb2.DT_FLOAT, types_pb2.DT_DOUBLE, types_pb2.DT_HALF, types_pb2.DT_BFLOAT16}

Metadata = MutableMapping[str, summary_pb2.SummaryMetadata]


class RecordError(ValueError):
    """A record that is not accepted, with the code of the reason; the text says what was found."""

    def __init__(self, code: str, found: str) -> None:
        super().__init__(found)
        self.code = code


class Other(NamedTuple):
    """What is not a scalar. Its content is JSON, or still to be read from `value` by tbparse."""

    tag: str
    kind: str
    content: str | None = None
    value: summary_pb2.Summary.Value | None = None


class Record(NamedTuple):
    """What one record holds; `is_restart` if a new session or file version begins with it.

    `purged_from` is the step from which on a session that begins here takes the place of what was written before.
    """

    step: int
    wall_time: float
    scalars: tuple[tuple[str, float], ...]
    others: tuple[Other, ...]
    is_restart: bool
    purged_from: int | None = None


def read_record(data: bytes, metadata: Metadata) -> Record:
    """Reads the data of a record. `metadata` maps the tags of the file to what was first said of them.

    Raises RecordError: Q315 for what is not an Event or has too many values, Q319 for its step, Q320 for a tag.
    """
    event = _event(data)
    what = event.WhichOneof("what")
    if what is None:
        raise RecordError("Q315", "an event that says nothing")
    if abs(event.step) > STEP_LIMIT:
        raise RecordError("Q319", f"step {event.step}")
    if what != "summary":
        is_start = what == "session_log" and event.session_log.status == event_pb2.SessionLog.START
        others = () if what == "file_version" else (_not_a_summary(event, what),)
        purged_from = event.step if is_start else None
        return Record(
            event.step, event.wall_time, (), others, is_start or what == "file_version", purged_from
        )
    scalars, others_found = [], []
    if (count := len(event.summary.value)) > VALUE_LIMIT:
        raise RecordError(
            "Q315", f"a summary of {count:,} values, more than the {VALUE_LIMIT:,} that are read"
        )
    for value in event.summary.value:
        tag = value.tag or value.node_name
        check_tag(tag)
        number = scalar(value)
        if number is None:
            others_found.append(_other(tag, value, metadata))
        else:
            scalars.append((tag, number))
    return Record(event.step, event.wall_time, tuple(scalars), tuple(others_found), False)


def wall_time_of(head: bytes) -> float:
    """The wall time of the first record of a file, by its first bytes; 0 where they hold no whole record."""
    length = int.from_bytes(head[:8], "little")
    try:
        return float(event_pb2.Event.FromString(head[12 : 12 + length]).wall_time)
    except DecodeError:
        return 0.0


def check_tag(tag: str) -> None:
    """Raises RecordError (Q320) for a tag that cannot be a name."""
    if len(tag) > TAG_LIMIT:
        raise RecordError("Q320", f"a tag of {len(tag):,} characters, {tag[:40]!r}…")
    if _CONTROL.search(tag):
        raise RecordError("Q320", f"the tag {tag!r}")


def scalar(value: summary_pb2.Summary.Value) -> float | None:
    """The number of a scalar: `simple_value`, or a tensor of one number that no other plugin claims (TF2)."""
    which = value.WhichOneof("value")
    if which == "simple_value":
        return float(value.simple_value)
    if which != "tensor" or value.metadata.plugin_data.plugin_name not in ("", "scalars"):
        return None
    tensor = value.tensor
    if tensor.dtype not in _NUMBERS or tensor.tensor_shape.unknown_rank or _elements(tensor) != 1:
        return None
    from tensorboard.util.tensor_util import make_ndarray

    try:
        return float(make_ndarray(tensor).item())
    except (ValueError, TypeError):
        return None


def to_json(content: object) -> str:
    """JSON without NaN and infinities, which become text."""
    return json.dumps(_plain(content), ensure_ascii=False, allow_nan=False)


def _plain(content: Any) -> object:
    if isinstance(content, bytes):
        return content.decode("utf-8", "backslashreplace")
    if isinstance(content, float) and not math.isfinite(content):
        return "NaN" if math.isnan(content) else "Infinity" if content > 0 else "-Infinity"
    if isinstance(content, dict):
        return {str(key): _plain(each) for key, each in content.items()}
    if isinstance(content, list):
        return [_plain(each) for each in content]
    return content if content is None or isinstance(content, bool | int | float | str) else str(content)


def _event(data: bytes) -> event_pb2.Event:
    try:
        return event_pb2.Event.FromString(data)
    except DecodeError:
        pass
    try:
        _lenient_event().FromString(data)
    except DecodeError:
        raise RecordError("Q315", "data that is not an event") from None
    raise RecordError("Q320", "a name that is not valid UTF-8")


@cache
def _lenient_event() -> Any:
    """The Event class with bytes in place of strings: tells names that are not UTF-8 from damage."""
    from google.protobuf import (  # type: ignore[import-untyped]
        descriptor_pb2,
        descriptor_pool,
        message_factory,
    )

    pool = descriptor_pool.DescriptorPool()

    def add(file: Any) -> None:
        for dependency in file.dependencies:
            add(dependency)
        proto = descriptor_pb2.FileDescriptorProto()
        file.CopyToProto(proto)
        stack = list(proto.message_type)
        while stack:
            message = stack.pop()
            stack += message.nested_type
            for field in message.field:
                # Keys of maps must stay strings.
                if field.type == field.TYPE_STRING and not message.options.map_entry:
                    field.type = field.TYPE_BYTES
        pool.Add(proto)

    add(event_pb2.DESCRIPTOR)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tensorboard.Event"))


def _not_a_summary(event: event_pb2.Event, what: str) -> Other:
    if what == "log_message":
        log = event.log_message
        return Other(
            "", what, to_json({"level": _name(event_pb2.LogMessage.Level, log.level), "message": log.message})
        )
    if what == "session_log":
        status = _name(event_pb2.SessionLog.SessionStatus, event.session_log.status)
        return Other("", what, to_json({"status": status, "message": event.session_log.msg}))
    if what == "tagged_run_metadata":
        run = event.tagged_run_metadata
        check_tag(run.tag)
        return Other(run.tag, what, to_json({"bytes": len(run.run_metadata)}))
    return Other("", what, to_json({"bytes": len(getattr(event, what))}))


def _other(tag: str, value: summary_pb2.Summary.Value, metadata: Metadata) -> Other:
    """What a value holds that is not a scalar; pictures and sounds by their size only."""
    if value.HasField("metadata"):
        metadata.setdefault(tag, value.metadata)
    plugin = metadata[tag].plugin_data.plugin_name if tag in metadata else ""
    which = value.WhichOneof("value")
    size = value.ByteSize()
    if which == "image":
        image = value.image
        picture = {"width": image.width, "height": image.height, "bytes": len(image.encoded_image_string)}
        return Other(tag, which, to_json(picture))
    if which == "audio":
        audio = value.audio
        sound = {
            "sample_rate": audio.sample_rate,
            "frames": audio.length_frames,
            "bytes": len(audio.encoded_audio_string),
        }
        return Other(tag, which, to_json(sound))
    if which == "histo":
        buckets = max(len(value.histo.bucket_limit), len(value.histo.bucket))
        return _small(tag, "histogram", value, buckets <= ELEMENT_LIMIT, {"bytes": size})
    if plugin == "hparams" and which in (None, "tensor"):
        return _small(tag, plugin, value, size <= BYTE_LIMIT, {"bytes": size})
    if which == "tensor":
        return _tensor(tag, value.tensor, plugin, value)
    return Other(tag, which or "empty", to_json({"plugin": plugin, "bytes": size}))


def _tensor(tag: str, tensor: tensor_pb2.TensorProto, plugin: str, value: summary_pb2.Summary.Value) -> Other:
    elements = _elements(tensor)
    size = tensor.ByteSize()
    if plugin in ("images", "audio"):
        # Images are the texts of width and height and then the pictures; sounds are pairs of wave and label.
        texts = list(tensor.string_val)
        names = ("width", "height") if plugin == "images" else ()
        sides = dict(zip(names, map(_digits, texts), strict=False))
        return Other(tag, plugin.removesuffix("s"), to_json({**sides, "bytes": sum(map(len, texts))}))
    kind = "tensor"
    if plugin == "text" and elements == 1:
        kind = "text"
    elif plugin == "histograms" and len(tensor.tensor_shape.dim) == 2 and elements:
        kind = "histogram"
    is_small = 0 <= elements <= ELEMENT_LIMIT and size <= BYTE_LIMIT and not tensor.tensor_shape.unknown_rank
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    return _small(tag, kind, value, is_small, {"shape": shape, "bytes": size})


def _small(
    tag: str, kind: str, value: summary_pb2.Summary.Value, is_small: bool, instead: dict[str, object]
) -> Other:
    """A value that tbparse is to read, or what is said of it instead if it is not small."""
    return Other(tag, kind, None, value) if is_small else Other(tag, kind, to_json(instead))


def _elements(tensor: tensor_pb2.TensorProto) -> int:
    """The product of the dimensions; -1 if one is negative."""
    sizes = [dim.size for dim in tensor.tensor_shape.dim]
    return -1 if any(size < 0 for size in sizes) else math.prod(sizes)


def _name(enum: Any, number: int) -> str:
    """The name of a value of an enumeration, or the number of one that is not known."""
    return str(enum.Name(number)) if number in enum.values() else str(number)


def _digits(text: bytes) -> int | None:
    return int(text) if text.isdigit() and len(text) < 10 else None
