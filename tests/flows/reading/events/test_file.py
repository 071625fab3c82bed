"""Event files are read as tbparse reads them where they are whole, at once or record by record."""

import json
import os
import struct
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tbparse import SummaryReader
from tensorboard.compat.proto import event_pb2
from tensorboard.plugins.scalar import metadata as scalar_metadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter

import flows.reading.events.decoder
from flows.reading.events.file import Source
from tests.event_batches import read_event_files
from tests.event_records import (
    ACCURACY,
    LOSS,
    VERSION,
    codes,
    event,
    job,
    mixed,
    read,
    records,
    rows,
    rows_equal,
    scalar,
    tbparsed,
    tensor,
)


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
