"""Learns how the records of a tag are laid out, and decodes all records with that layout at once."""

import struct
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from tensorboard.compat.proto import event_pb2, summary_pb2, types_pb2

from flows.reading.events.castagnoli import Bytes, Checksums, crc32c_of_rows
from flows.reading.events.frames import Offsets
from flows.reading.events.records import RecordError, check_tag, scalar

LENGTH_LIMIT = 2048  # longer records are read one by one

_STEP_LIMIT = 1 << 49  # the steps of seven bytes as a varint

Words = npt.NDArray[np.uint64]
Doubles = npt.NDArray[np.float64]


class Number(NamedTuple):
    """Where the number of a scalar stands in a record, as `<f4` or `<f8`, and its tag."""

    tag: str
    offset: int
    kind: str


class Layout:
    """Records of one length that differ in their wall time, step and numbers only.

    Rows are the data of records, each with the checksum behind it, padded to whole words of eight bytes.
    """

    def __init__(
        self,
        data: bytes,
        wall_time: int | None,
        step: tuple[int, int],
        numbers: tuple[Number, ...],
        is_restart: bool,
    ) -> None:
        self.length = len(data)
        self.numbers = numbers
        self.is_restart = is_restart
        self._wall_time = wall_time
        self._step = step
        mask = bytearray(b"\xff" * self.length)
        if wall_time is not None:
            mask[wall_time : wall_time + 8] = bytes(8)
        for number in numbers:
            size = int(number.kind[-1])
            mask[number.offset : number.offset + size] = bytes(size)
        # The top bits of a varint say where it ends.
        mask[step[0] : step[0] + step[1]] = b"\x80" * step[1]
        self._varying = tuple(column for column, bits in enumerate(mask) if bits != 0xFF)
        self._rest = bytes(byte if bits == 0xFF else 0 for byte, bits in zip(data, mask, strict=True))
        self.mask = _words(bytes(mask))
        self.fixed = _words(data) & self.mask

    def fits(self, rows: Words) -> npt.NDArray[np.bool_]:
        """Which of (n, width) rows have this layout."""
        differs = np.zeros(len(rows), np.uint64)
        for column in np.flatnonzero(self.mask):
            differs |= (rows[:, column] ^ self.fixed[column]) & self.mask[column]
        fits: npt.NDArray[np.bool_] = differs == 0
        return fits

    def checksums(self, rows: Words) -> tuple[Checksums, Checksums]:
        """CRC-32C of the data of rows with this layout, and the checksums that stand behind them."""
        bytes_of_rows: Bytes = rows.view(np.uint8)
        crc = crc32c_of_rows(bytes_of_rows, self.length, self._varying, self._rest)
        return crc, self._column(rows, self.length, "<u4").copy()

    def wall_times(self, rows: Words) -> Doubles | float:
        return 0.0 if self._wall_time is None else self._column(rows, self._wall_time, "<f8")

    def steps(self, rows: Words) -> Offsets | int:
        offset, size = self._step
        if not size:
            return 0
        steps = np.zeros(len(rows), np.int64)
        for place in range(size):
            steps |= (self._column(rows, offset + place, "u1").astype(np.int64) & 0x7F) << (7 * place)
        return steps

    def values(self, rows: Words, number: Number) -> Doubles:
        return self._column(rows, number.offset, number.kind)

    def _column(self, rows: Words, offset: int, kind: str) -> npt.NDArray[Any]:
        return np.ndarray((len(rows),), kind, rows, offset, (rows.itemsize * rows.shape[1],))


def width(length: int) -> int:
    """Words of eight bytes that hold data of a length and its checksum."""
    return (length + 4 + 7) // 8


def learn(data: bytes) -> Layout | None:
    """The layout of records like this one; None if it is to be read one by one.

    The places of wall time, step and numbers are guessed, and proven through TensorBoard's Event class: with other
    values at these places the record must parse as the event with these other values. What the bytes between say
    is the same in every record with this layout, so the proof holds for all of them.
    """
    try:
        event = event_pb2.Event.FromString(data)
    except DecodeError:
        return None
    values = list(event.summary.value)
    kinds = [_kind(value) for value in values]
    is_restart = event.WhichOneof("what") == "file_version"
    if not (values or is_restart) or None in kinds or not 0 <= event.step < _STEP_LIMIT:
        return None
    changed = event_pb2.Event()
    changed.CopyFrom(event)
    probe, cursor = bytearray(data), 0
    wall_time, step = None, (0, 0)
    if event.wall_time:
        wall_time = data.find(b"\t" + struct.pack("<d", event.wall_time)) + 1
        changed.wall_time = 1.0 if event.wall_time != 1.0 else 2.0
        probe[wall_time : wall_time + 8] = struct.pack("<d", changed.wall_time)
        cursor = wall_time + 8
    if event.step:
        varint = _varint(event.step)
        step = (data.find(b"\x10" + varint, cursor) + 1, len(varint))
        changed.step = event.step ^ 1
        probe[step[0] : sum(step)] = bytes([varint[0] ^ 1]) + varint[1:]
        cursor = sum(step)
    numbers = []
    for value, other, kind in zip(values, changed.summary.value, kinds, strict=True):
        assert kind is not None
        number = scalar(value)
        tag = value.tag or value.node_name
        cursor = data.find(tag.encode(), cursor) + len(tag.encode())
        offset = data.find(struct.pack(kind, number), cursor)
        different = struct.pack(kind, 1.5 if number != 1.5 else 2.5)
        _replace(other, struct.unpack(kind, different)[0], different)
        probe[offset : offset + len(different)] = different
        numbers.append(Number(tag, offset, {"<f": "<f4", "<d": "<f8"}[kind]))
        cursor = offset + len(different)
    is_proven = len(probe) == len(data) and _parses_as(bytes(probe), changed)
    return Layout(data, wall_time, step, tuple(numbers), is_restart) if is_proven else None


def _kind(value: summary_pb2.Summary.Value) -> str | None:
    """How the number of a scalar is packed, if it is one that a layout can hold."""
    try:
        check_tag(value.tag or value.node_name)
    except RecordError:
        return None
    if scalar(value) is None:
        return None
    if value.HasField("simple_value"):
        return "<f"
    return {types_pb2.DT_FLOAT: "<f", types_pb2.DT_DOUBLE: "<d"}.get(value.tensor.dtype)


def _replace(value: summary_pb2.Summary.Value, number: float, packed: bytes) -> None:
    if value.HasField("simple_value"):
        value.simple_value = number
    elif value.tensor.tensor_content:
        value.tensor.tensor_content = packed
    else:
        numbers = value.tensor.float_val or value.tensor.double_val
        numbers[:] = [number] * len(numbers)


def _parses_as(data: bytes, expected: event_pb2.Event) -> bool:
    try:
        return bool(event_pb2.Event.FromString(data) == expected)
    except DecodeError:
        return False


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _words(data: bytes) -> Words:
    return np.frombuffer(data.ljust(8 * width(len(data)), b"\0"), "<u8")
