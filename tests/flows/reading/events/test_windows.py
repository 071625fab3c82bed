"""Segments, windows, pieces and offsets: what is read does not depend on how it is cut up."""

import resource
from itertools import accumulate
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto import event_pb2

from flows.reading.events.file import Source, iterate_event_files
from tests.event_batches import EventBatch, read_event_files
from tests.event_records import (
    VERSION,
    codes,
    event,
    hold,
    job,
    mixed,
    read,
    records,
    rows,
    rows_equal,
    scalar,
    tensor,
)


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
