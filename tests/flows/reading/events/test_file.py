"""Event files are read as tbparse reads them where they are whole, and byte by byte accounted for where not."""

import io
import json
import math
import os
import resource
import struct
import time
from collections.abc import Iterable
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tbparse import SummaryReader
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.histogram import metadata as histogram_metadata
from tensorboard.plugins.hparams import summary_v2 as hparams
from tensorboard.plugins.scalar import metadata as scalar_metadata
from tensorboard.plugins.text import metadata as text_metadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_tensor_proto

import flows.reading.events.decoder
from flows.reading.events.file import FileRead, Source, iterate_event_files
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


# As tbparse


def test_scalars_of_the_old_kind_are_those_of_tbparse(tmp_path: Path) -> None:
    batch = read(tmp_path, b"".join(job(300)))
    assert batch.files[0].faults == ()
    assert batch.files[0].records == 601
    assert sorted(rows(batch)) == tbparsed(tmp_path / "events.out.tfevents.0")


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.float16, np.int32, np.int64, np.uint8])
@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
@pytest.mark.parametrize("plugin", ["scalars", None])
def test_tensors_of_one_number_are_scalars_as_in_tbparse(
    tmp_path: Path, kind: type, shape: tuple[int, ...], plugin: str | None
) -> None:
    numbers = [np.full(shape, 3 * step + 1, kind) for step in range(40)]
    whole = records([VERSION, *(event(step, tensor("n", x, plugin)) for step, x in enumerate(numbers))])
    batch = read(tmp_path, b"".join(whole))
    assert [value for *_, value in rows(batch)] == [float(x.item()) for x in numbers]
    if kind in (np.float32, np.float64, np.float16):  # tbparse 0.0.9 raises on integers
        expected = tbparsed(tmp_path / "events.out.tfevents.0", "tensors")
        assert rows(batch) == [(*head, float(np.asarray(x).item())) for *head, x in expected]
    assert batch.summaries.is_empty()


def test_tensors_with_their_number_as_bytes_are_scalars(tmp_path: Path) -> None:
    values = []
    for step in range(40):
        value = tensor("n", np.float32(0))
        value.tensor.ClearField("float_val")
        value.tensor.tensor_content = struct.pack("<f", step / 4)
        value.metadata.CopyFrom(scalar_metadata.create_summary_metadata("n", "what it is"))
        values.append(value)
    batch = read(tmp_path, b"".join(records([VERSION, *(event(s, v) for s, v in enumerate(values))])))
    assert [value for *_, value in rows(batch)] == [step / 4 for step in range(40)]


def test_several_values_in_one_event_keep_their_order(tmp_path: Path) -> None:
    events = [
        event(step, scalar("b", step), scalar("a", -step), tensor("c", np.float64(step / 3)))
        for step in range(60)
    ]
    batch = read(tmp_path, b"".join(records([VERSION, *events])))
    assert [(tag, step, value) for tag, step, _, value in rows(batch)] == [
        row for s in range(60) for row in (("b", s, s), ("a", s, -s), ("c", s, s / 3))
    ]


def test_files_of_tensorboards_own_writer_are_read(tmp_path: Path) -> None:
    writer = EventFileWriter(str(tmp_path))
    for step in range(30):
        writer.add_event(event(step, scalar("loss", 1 / (step + 1))))
    writer.close()
    (path,) = tmp_path.iterdir()
    batch = read_event_files([Source(path)], tmp_path)
    assert sorted(rows(batch)) == tbparsed(path)
    assert batch.files[0].records == 31


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


def test_other_summaries_come_through_tbparse_and_nothing_is_lost(tmp_path: Path) -> None:
    batch = read(tmp_path, b"".join(records([VERSION, *mixed()])))
    assert [(tag, value) for tag, _, _, value in rows(batch)] == [(ACCURACY, 1), (LOSS, 2), (ACCURACY, 3)]
    found = [
        (batch.tags[tag], step, kind, json.loads(content))
        for tag, step, kind, content in batch.summaries.select("tag", "step", "kind", "content").rows()
    ]
    moments = {"min": 0, "max": 1, "num": 3, "sum": 1.5, "sum_squares": 1}
    assert found == [
        ("weights", 1, "histogram", {"limits": [0.5, 1], "counts": [1, 2], **moments}),
        ("note/text_summary", 1, "text", "hello"),
        ("picture", 2, "image", {"width": 4, "height": 3, "bytes": 3}),
        (
            "weights2",
            2,
            "histogram",
            {"limits": [0, 1, 2], "counts": [0, 3, 4], "min": 0, "max": 2, "num": 7},
        ),
        ("vector", 3, "tensor", [0, 1, 2]),
        ("_hparams_/session_start_info", 3, "hparams", {"lr": 0.1, "net": "CNN", "bias": True}),
        ("", 4, "graph_def", {"bytes": 5}),
        ("", 4, "log_message", {"level": "WARN", "message": "careful"}),
    ]
    reader = SummaryReader(str(tmp_path / "events.out.tfevents.0"))
    assert sorted(rows(batch))[0][0] == reader.scalars["tag"][0]
    assert reader.text["value"].to_list() == ["hello"]
    assert dict(zip(reader.hparams["tag"], reader.hparams["value"], strict=True)) == found[5][3]
    assert reader.tensors["value"][0].tolist() in (found[4][3], [[0, 1, 3], [1, 2, 4]])


def test_what_tbparse_cannot_read_is_named_and_the_rest_still_read(tmp_path: Path) -> None:
    odd = tensor("odd", np.arange(3.0), None)
    odd.tensor.dtype = 99
    many = [event(step, tensor("vector", np.arange(2.0), None)) for step in range(9)]
    batch = read(tmp_path, b"".join(records([VERSION, *many[:4], event(4, odd), *many[5:]])))
    assert batch.summaries["kind"].to_list() == ["tensor"] * 4 + ["unreadable"] + ["tensor"] * 4
    assert json.loads(batch.summaries["content"][4])["kind"] == "tensor"


def test_tensors_of_integers_are_read_although_tbparse_raises_on_them(tmp_path: Path) -> None:
    many = [event(step, tensor("v", np.arange(3) - step, None)) for step in range(3)]
    batch = read(tmp_path, b"".join(records([VERSION, *many])))
    assert [json.loads(content) for content in batch.summaries["content"]] == [
        [0, 1, 2],
        [-1, 0, 1],
        [-2, -1, 0],
    ]


def test_a_tensor_that_claims_a_huge_shape_is_kept_by_its_shape_only(tmp_path: Path) -> None:
    huge = tensor("huge", np.float32(1), None)
    huge.tensor.tensor_shape.dim.add(size=1 << 40)
    began = time.process_time()
    batch = read(tmp_path, b"".join(records([VERSION, event(1, huge)])))
    assert time.process_time() - began < 1
    assert json.loads(batch.summaries["content"][0])["shape"] == [1 << 40]


# The fast path


def test_the_order_of_fields_is_the_writers_own_affair(tmp_path: Path) -> None:
    def backwards(step: int) -> bytes:
        """summary before step before wall time, the value before the tag."""
        value = b"\x15" + struct.pack("<f", step / 8) + b"\x0a\x01t"
        summary = b"\x0a" + bytes([len(value)]) + value
        return (
            b"\x2a"
            + bytes([len(summary)])
            + summary
            + b"\x10"
            + bytes([step])
            + b"\x09"
            + struct.pack("<d", 5.0)
        )

    batch = read(tmp_path, b"".join(records([backwards(step) for step in range(1, 100)])))
    assert rows(batch) == [("t", step, 5.0, step / 8) for step in range(1, 100)]


def test_fields_that_stand_twice_count_as_protobuf_counts_them(tmp_path: Path) -> None:
    doubled = [
        event(1, scalar("t", 1)).SerializeToString() + b"\x10" + bytes([step]) for step in range(1, 100)
    ]
    batch = read(tmp_path, b"".join(records(doubled)))
    assert [step for _, step, *_ in rows(batch)] == list(range(1, 100))


def test_tags_of_one_length_are_told_apart(tmp_path: Path) -> None:
    events = [event(step, scalar(f"layer {tag:03}", tag)) for step in range(20) for tag in range(200)]
    batch = read(tmp_path, b"".join(records([VERSION, *events])))
    assert [(tag, value) for tag, _, _, value in rows(batch)] == [
        (f"layer {tag:03}", tag) for _ in range(20) for tag in range(200)
    ]


def test_steps_of_every_length_are_read(tmp_path: Path) -> None:
    steps = sorted({2**power + offset for power in range(53) for offset in (-1, 0, 1)} | {1 << 53})
    events = [event(step, scalar("t", 1), wall_time=1.0) for step in steps for _ in range(20)]
    batch = read(tmp_path, b"".join(records(events)))
    assert batch.scalars["step"].to_list() == [step for step in steps for _ in range(20)]


values = st.one_of(
    st.builds(scalar, st.sampled_from(["a", "bb", "", "å", "tag"]), st.floats(width=32)),
    st.builds(tensor, st.just("t"), st.floats(width=32).map(np.float32)),
    st.builds(
        tensor, st.just("t64"), st.floats().map(np.float64), st.sampled_from([None, "scalars", "other"])
    ),
    st.builds(tensor, st.just("i"), st.integers(-9, 9).map(np.int64)),
)
events = st.builds(
    lambda step, values, wall_time: event(step, *values, wall_time=wall_time),
    st.one_of(st.integers(0, 300), st.integers(0, 1 << 53)),
    st.lists(values, max_size=3),
    st.one_of(st.just(0.0), st.floats(1.0, 2e9)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(events, min_size=1, max_size=12), st.integers(1, 9))
def test_records_read_at_once_and_one_by_one_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, some: list[event_pb2.Event], repeats: int
) -> None:
    path = tmp_path_factory.mktemp("same") / "events"
    path.write_bytes(b"".join(records([VERSION, *some] * repeats)))
    at_once = read_event_files([Source(path)] * 3, path.parent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows.reading.events.decoder, "_FEW", 1 << 30)
        one_by_one = read_event_files([Source(path)] * 3, path.parent, 1 << 12)
    assert at_once.files == one_by_one.files
    assert rows_equal(at_once, one_by_one)


def rows_equal(one: EventBatch, other: EventBatch) -> bool:
    def named(batch: EventBatch, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.col("tag").replace_strict(dict(enumerate(batch.tags)), return_dtype=pl.String)
        )

    return named(one, one.scalars).equals(named(other, other.scalars)) and named(one, one.summaries).equals(
        named(other, other.summaries)
    )


def test_every_byte_of_every_record_is_under_a_checksum(tmp_path: Path) -> None:
    """Each byte of one record among many alike is flipped in turn: that record is missing, no other."""
    whole = job(30)
    victim = 31
    begin = sum(map(len, whole[:victim]))
    truth = rows(read(tmp_path, b"".join(whole)))
    mutants = []
    for byte in range(len(whole[victim])):
        mutant = bytearray(b"".join(whole))
        mutant[begin + byte] ^= 1 << byte % 8
        mutants.append(bytes(mutant))
    batch = read(tmp_path, *mutants)
    for place, file in enumerate(batch.files):
        found = rows(batch._replace(scalars=batch.scalars.filter(pl.col("file") == place)))
        assert found == truth[: victim - 1] + truth[victim:]
        assert codes(file) == ["Q315"]
        assert (file.faults[0].offset, file.faults[0].length) == (begin, len(whole[victim]))


# Damage


def test_a_torn_tail_keeps_what_stands_before_and_is_read_on_from_there(tmp_path: Path) -> None:
    whole = job()
    for cut in range(1, len(whole[-1])):
        batch = read(tmp_path, b"".join(whole)[:-cut])
        (file,) = batch.files
        assert (codes(file), file.read_bytes) == (["Q314"], sum(map(len, whole[:-1])))
        assert len(rows(batch)) == 19
        rest = read(tmp_path, b"".join(whole), start=file.read_bytes)
        assert rows(batch) + rows(rest) == rows(read(tmp_path, b"".join(whole)))


def test_the_sentence_names_file_and_byte_and_what_is_kept(tmp_path: Path) -> None:
    (file,) = read(tmp_path, b"".join(job())[:-1]).files
    assert file.faults[0].message == (
        f"events.out.tfevents.0: byte {file.read_bytes}: found the beginning of a record, cut off "
        f"({file.size - file.read_bytes} bytes), expected a whole record. What stands before is kept."
    )


@pytest.mark.parametrize("zeros", [1, 4, 11, 16, 100, 5000])
def test_a_tail_of_zeros_is_torn_wherever_it_begins(tmp_path: Path, zeros: int) -> None:
    whole = job()
    content = b"".join(whole)
    (file,) = read(tmp_path, content + bytes(zeros)).files
    assert (codes(file), file.read_bytes) == (["Q314"], len(content))
    last = len(content) - len(whole[-1])
    for kept in (last + 3, last + 11, last + 20, len(content) - 2):
        (file,) = read(tmp_path, content[:kept] + bytes(len(content) - kept)).files
        assert codes(file) == ["Q314"], kept
        assert file.read_bytes == last


def test_damage_inside_a_record_skips_exactly_that_record(tmp_path: Path) -> None:
    whole = job()
    broken = bytearray(whole[5])
    broken[20] ^= 4
    batch = read(tmp_path, b"".join([*whole[:5], bytes(broken), *whole[6:]]))
    (file,) = batch.files
    assert file.records == len(whole) - 1
    assert [(fault.code, fault.offset, fault.length) for fault in file.faults] == [
        ("Q315", sum(map(len, whole[:5])), len(whole[5]))
    ]


@pytest.mark.parametrize("window", [4 << 20, 300])
@pytest.mark.parametrize("change", [b"", b"\xff", b"inserted bytes", bytes(40), bytes(range(200))])
@pytest.mark.parametrize("at", [0, 5, 12, 30])
def test_bytes_lost_or_added_cost_only_the_records_they_hit(
    tmp_path: Path, change: bytes, at: int, window: int
) -> None:
    whole = job(100)
    cut = whole[50][:at] + change + whole[50][at + 7 :]
    batch = read(tmp_path, b"".join([*whole[:50], cut, *whole[51:]]), window=window)
    truth = rows(read(tmp_path, b"".join(whole)))
    assert rows(batch) == truth[:49] + truth[50:]
    (file,) = batch.files
    assert codes(file) == ["Q315"]
    assert file.skipped_bytes == len(cut)


@pytest.mark.parametrize("window", [4 << 20, 100])
def test_a_record_swallowed_by_the_forged_length_of_another_is_found_again(
    tmp_path: Path, window: int
) -> None:
    whole = job(100)
    truth = rows(read(tmp_path, b"".join(whole)))
    for length in (1 << 60, 1 << 40, (64 << 20) + 1, 1 << 24, 500, 3):
        header = struct.pack("<Q", length)
        forged = records([header])[0]  # the right checksum of a wrong length
        content = b"".join([*whole[:50], header + forged[-4:], whole[50][12:], *whole[51:]])
        batch = read(tmp_path, content, window=window)
        if length == 1 << 24:  # reaches beyond the end of the file, as if it were still being written
            assert (codes(batch.files[0]), rows(batch)) == (["Q314"], truth[:49])
        else:
            assert rows(batch) == truth[:49] + truth[50:], length
            assert codes(batch.files[0]) == ["Q315"]


def test_records_that_are_no_events_are_corrupt(tmp_path: Path) -> None:
    nothing = [
        b"",
        b"\xff\xff\xff",
        b"\x0a",
        event_pb2.Event(wall_time=5.0, step=3).SerializeToString(),
        bytes(30),
    ]
    for data in nothing:
        whole = records([VERSION, event(1, scalar("t", 1)), data, event(2, scalar("t", 2))])
        batch = read(tmp_path, b"".join(whole))
        (file,) = batch.files
        assert (codes(file), len(rows(batch)), file.skipped_bytes) == (["Q315"], 2, len(data) + 16)


def test_many_records_alike_that_are_no_events_are_corrupt(tmp_path: Path) -> None:
    whole = records([VERSION, *[b"\xffnot an event"] * 40, *[b"\x09\x01"] * 40])
    (file,) = read(tmp_path, b"".join(whole)).files
    assert codes(file) == ["R104", "Q315"]
    assert file.records == 1


def test_bytes_that_are_no_event_file_are_skipped_whole(tmp_path: Path) -> None:
    for content in (
        b"x" * 1000,
        os.urandom(100_000),
        b"10-21-2023 10:00:00 a\n" * 50,
        bytes(1 << 16) + b"\x01",
    ):
        (file,) = read(tmp_path, content).files
        assert codes(file) == ["Q315", "R104"]
        assert file.skipped_bytes == len(content)


def test_a_file_of_nothing_but_damage_gives_a_screen_of_faults_in_linear_time(tmp_path: Path) -> None:
    """Every other record is damaged, and every header claims 64 MiB of data."""
    whole = job(2000)
    for place in range(1, len(whole), 2):
        whole[place] = whole[place][:20] + b"\xff" + whole[place][21:]
    (file,) = read(tmp_path, b"".join(whole)).files
    assert len(file.faults) == 20
    assert "(and 1,980 more like it)" in file.faults[-1].message
    header = struct.pack("<Q", 60 << 20)
    claims = (header + records([header])[0][-4:]) * 300_000
    began = time.process_time()
    (file,) = read(tmp_path, b"".join(job()) + b"!" + claims).files
    assert time.process_time() - began < 10
    assert file.records == 21


def test_a_long_hole_of_zeros_in_the_middle_is_crossed(tmp_path: Path) -> None:
    whole = job()
    began = time.process_time()
    batch = read(tmp_path, b"".join(whole[:9]) + bytes(9 << 20) + b"".join(whole[9:]))
    assert time.process_time() - began < 5
    (file,) = batch.files
    assert (codes(file), file.skipped_bytes, len(rows(batch))) == (["Q315"], 9 << 20, 20)


# What is odd without being damaged


def test_numbers_that_are_not_finite_are_kept_and_noted(tmp_path: Path) -> None:
    odd = [math.nan, math.inf, -math.inf]
    many = [event(step, scalar("t", odd[step % 4] if step % 4 < 3 else step)) for step in range(100)]
    (file,) = (batch := read(tmp_path, b"".join(records([VERSION, *many])))).files
    assert codes(file) == ["R105"]
    assert "found nan at step 0 (and 74 more like it)" in file.faults[0].message
    found = batch.scalars["value"].to_list()
    assert math.isnan(found[0])
    assert found[1:4] == [math.inf, -math.inf, 3]


@pytest.mark.parametrize("wall_time", [0.0, -1.0, math.nan, math.inf, 1e300])
def test_a_wall_time_that_is_no_time_is_null_and_noted(tmp_path: Path, wall_time: float) -> None:
    many = [event(step, scalar("t", step), wall_time=wall_time) for step in range(30)]
    batch = read(tmp_path, b"".join(records([VERSION, *many, event(40, scalar("t", 1))])))
    assert codes(batch.files[0]) == ["R106"]
    assert batch.scalars["wall_time"].null_count() == 30
    assert batch.scalars["wall_time"].is_not_nan().all()


def test_negative_steps_are_steps(tmp_path: Path) -> None:
    """A value logged before training stands at step -1; a stopwatch may count down to the start."""
    steps = [-(1 << 53), -2, -1, 0, 1]
    batch = read(
        tmp_path,
        b"".join(records([VERSION, *[event(step, scalar("t", step), wall_time=5.0) for step in steps]])),
    )
    assert codes(batch.files[0]) == []
    assert batch.scalars["step"].to_list() == steps
    assert batch.scalars["value"].to_list() == [float(np.float32(step)) for step in steps]


@pytest.mark.parametrize("step", [-(1 << 53) - 1, -(1 << 63), (1 << 53) + 1, (1 << 63) - 1])
def test_steps_that_are_no_steps_are_refused(tmp_path: Path, step: int) -> None:
    batch = read(tmp_path, b"".join(records([VERSION, *[event(step, scalar("t", 1), wall_time=5.0)] * 20])))
    assert codes(batch.files[0]) == ["R104", "Q319"]
    assert batch.scalars.is_empty()


@pytest.mark.parametrize("tag", ["x" * 257, "x" * 100_000, "a\nb", "a\x00", "\x85", "\x7f"])
def test_tags_that_are_no_names_are_refused(tmp_path: Path, tag: str) -> None:
    batch = read(
        tmp_path, b"".join(records([VERSION, *[event(1, scalar(tag, 1))] * 20, event(1, scalar("t", 1))]))
    )
    (file,) = batch.files
    assert codes(file) == ["Q320"]
    assert file.scalars == 1
    assert len(file.faults[0].message) < 500


def test_a_tag_that_is_not_utf_8_is_told_from_damage(tmp_path: Path) -> None:
    data = event(1, scalar("tag", 1)).SerializeToString().replace(b"tag", b"t\xffg")
    (file,) = read(tmp_path, b"".join(records([VERSION, data]))).files
    assert codes(file) == ["R104", "Q320"]
    assert "not valid UTF-8" in file.faults[1].message


@pytest.mark.parametrize(
    "tag", ["", "x" * 256, "<script>alert(1)</script>", "æ—漢字", "\u202e", "'; drop table x"]
)
def test_odd_tags_are_only_names(tmp_path: Path, tag: str) -> None:
    batch = read(tmp_path, b"".join(records([VERSION, *[event(step, scalar(tag, 1)) for step in range(40)]])))
    assert batch.tags == [tag]
    assert batch.files[0].faults == ()


def test_files_without_scalars_are_noted(tmp_path: Path) -> None:
    batch = read(tmp_path, b"", records([VERSION])[0])
    assert [codes(file) for file in batch.files] == [["R104"], ["R104"]]
    assert [file.records for file in batch.files] == [0, 1]


# Segments


def steps_and_segments(batch: EventBatch) -> list[tuple[int, int]]:
    return batch.scalars.select("step", "segment").rows()


@pytest.mark.parametrize("window", [4 << 20, 100, 200, 333])
def test_a_tag_that_goes_back_begins_a_segment(tmp_path: Path, window: int) -> None:
    steps = [1, 2, 3, 2, 3, 4, 4, 1]
    content = b"".join(records([VERSION, *(event(s, scalar(t, 1)) for s in steps for t in "ab")]))
    batch = read(tmp_path, content, content, window=window)
    expected = [(s, g) for s, g in zip(steps, [0, 0, 0, 1, 1, 1, 1, 2], strict=True) for _ in "ab"]
    assert steps_and_segments(batch) == expected * 2
    assert [codes(file) for file in batch.files] == [["R107"]] * 2
    assert "found a step back to 2 (and 1 more like it)" in batch.files[0].faults[0].message


@pytest.mark.parametrize("window", [4 << 20, 100])
def test_tags_with_counts_of_their_own_do_not_go_back(tmp_path: Path, window: int) -> None:
    logged = (
        [("batch", step) for step in range(50)] + [("epoch", 1)] + [("batch", step) for step in range(50, 99)]
    )
    events = [event(step, scalar(tag, 1)) for tag, step in [*logged, ("epoch", 2)]]
    batch = read(tmp_path, b"".join(records([VERSION, *events])), window=window)
    assert set(batch.scalars["segment"]) == {0}
    assert batch.files[0].faults == ()


@pytest.mark.parametrize("window", [4 << 20, 100])
@pytest.mark.parametrize(
    "restart", [VERSION, event_pb2.Event(step=2, session_log=event_pb2.SessionLog(status="START"))]
)
def test_a_new_session_or_file_version_begins_a_segment(
    tmp_path: Path, restart: event_pb2.Event, window: int
) -> None:
    events = [VERSION, restart, *(event(s, scalar("t", 1)) for s in (1, 2, 3)), restart, restart]
    batch = read(tmp_path, b"".join(records([*events, event(4, scalar("t", 1))])), window=window)
    assert steps_and_segments(batch) == [(1, 0), (2, 0), (3, 0), (4, 1)]
    assert batch.files[0].faults == ()


# Windows, pieces, offsets


@settings(max_examples=25, deadline=None)
@given(window=st.integers(1, 4000), cut=st.integers(0, 40), seed=st.integers(0, 99))
def test_what_is_read_does_not_depend_on_the_window(
    tmp_path_factory: pytest.TempPathFactory, window: int, cut: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    content = bytearray(b"".join([*job(40), *records(mixed()), *job(30)]))
    for _ in range(rng.integers(0, 3)):
        content[rng.integers(0, len(content))] ^= 1 << rng.integers(0, 8)
    content = content[: len(content) - cut]
    folder = tmp_path_factory.mktemp("windows")
    whole = read(folder, bytes(content), bytes(content[:700]))
    parts = read(folder, bytes(content), bytes(content[:700]), window=window)
    assert [f._replace(modified_ns=0) for f in whole.files] == [
        f._replace(modified_ns=0) for f in parts.files
    ]
    assert rows_equal(whole, parts)


def test_reading_on_gives_the_rest_at_every_boundary(tmp_path: Path) -> None:
    whole = [*job(5), *records(mixed()), *job(3)]
    content = b"".join(whole)
    at_once = read(tmp_path, content)
    for begin in accumulate(map(len, whole)):
        for window in (4 << 20, 150):
            first = read(tmp_path, content[:begin], window=window)
            assert first.files[0].read_bytes == begin
            rest = read(tmp_path, content, start=begin, window=window)
            assert rows(first) + rows(rest) == rows(at_once)
            assert first.summaries.height + rest.summaries.height == at_once.summaries.height
            assert rest.files[0].accepted_bytes == len(content) - begin


def test_a_file_that_shrank_is_told(tmp_path: Path) -> None:
    for window in (4 << 20, 100):
        (tmp_path / "events").write_bytes(b"".join(job()))
        (file,) = read_event_files([Source(Path("events"), 5000, 5000)], tmp_path, window).files
        assert file.records == 0
        assert file.known_sha256 == ""  # which differs from that of what was read before


def test_pieces_make_up_the_whole_and_stay_small(tmp_path: Path) -> None:
    content = b"".join(job(400))
    paths = [tmp_path / f"events.{place}" for place in range(20)]
    for path in paths:
        path.write_bytes(content)
    sources = [Source(path) for path in paths]
    pieces = list(iterate_event_files(sources, tmp_path, window_bytes=1 << 16, piece_bytes=70_000))
    assert len(pieces) > 5
    assert max(piece.scalars.height for piece in pieces) < 5000
    whole = read_event_files(sources, tmp_path)
    assert pl.concat([piece.scalars for piece in pieces]).drop("tag").equals(whole.scalars.drop("tag"))
    finished = {place: file for piece in pieces for place, file in piece.finished.items()}
    assert [finished[place] for place in range(20)] == whole.files


def test_a_large_file_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "events"
    large = records([event(1, tensor("t", np.zeros(500_000), None))])[0]  # a record of 4 MB
    with path.open("wb") as file:
        for _ in range(40):
            file.write(large)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    batch = read_event_files([Source(path)], tmp_path, window_bytes=1 << 20)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
    assert batch.summaries.height == 40
    hold(batch.files[0], path.read_bytes())


# Files that are none


def test_what_is_no_regular_file_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    names = ["good", "pipe", "link", "gone", "sparse", "folder/events"]
    good, pipe, link, _, sparse, _ = (tmp_path / "logs" / name for name in names)
    good.write_bytes(b"".join(job()))
    os.mkfifo(pipe)
    link.symlink_to(good)
    (tmp_path / "logs" / "folder").symlink_to(tmp_path)
    (tmp_path / "events").write_bytes(b"".join(job()))
    with sparse.open("wb") as file:
        file.truncate(100 << 30)
    began = time.process_time()
    batch = read_event_files([Source(Path(name)) for name in names], tmp_path / "logs")
    assert time.process_time() - began < 1
    assert [codes(file) for file in batch.files] == [[], ["Q316"], ["Q316"], ["Q317"], ["Q316"], ["Q316"]]
    assert [file.scalars for file in batch.files] == [20, 0, 0, 0, 0, 0]


def test_nothing_to_read_gives_empty_frames(tmp_path: Path) -> None:
    batch = read_event_files([], tmp_path)
    assert (batch.files, batch.tags) == ([], [])
    assert batch.scalars.columns == ["file", "tag", "step", "wall_time", "value", "segment"]
    assert batch.summaries.columns == ["file", "tag", "step", "wall_time", "kind", "content"]


def test_a_name_that_is_not_utf_8_is_read_and_shown_escaped(tmp_path: Path) -> None:
    name = os.fsdecode(b"events\xff")
    (tmp_path / name).write_bytes(b"".join(job())[:-1])
    (file,) = read_event_files([Source(Path(name))], tmp_path).files
    assert file.faults[0].message.startswith(r"events\xff: byte ")


def test_many_files_of_different_jobs_are_kept_apart(tmp_path: Path) -> None:
    contents = [b"".join(job(steps)) for steps in (3, 50, 0, 200, 50)]
    batch = read(tmp_path, *contents)
    for place, content in enumerate(contents):
        of_file = batch._replace(scalars=batch.scalars.filter(pl.col("file") == place))
        if content != contents[2]:
            assert sorted(rows(of_file)) == tbparsed(tmp_path / f"events.out.tfevents.{place}")
