"""Event files that grew are read on from where they ended, and the warehouse is as if all had been read anew."""

import os
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.text import metadata as text_metadata
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_tensor_proto

import flows.reading.event_points
from flows.night import Order
from flows.reading.events.file import Piece, Source, iterate_event_files
from sample.write_logs import scalar
from tests.houses import ask, contents, spend
from tests.made_once import copied
from tests.torture.conservation import check_conservation
from tests.torture.folders import (
    NOW,
    TAG,
    after_a_night,
    container_ids,
    event_file,
    write_least_study,
    write_small_folder,
)

STARTS = "select file_id, path from files where kind = 'events' order by path"


@pytest.fixture
def order(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Folders of both runs after a first night."""
    return copied(tmp_path_factory, "after_a_night", after_a_night, tmp_path)


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Name and first byte of every event file that is read."""
    read: list[tuple[str, int]] = []

    def note(sources: Sequence[Source], root: Path, **how: int) -> Iterator[Piece]:
        read.extend((Path(each.path).name, each.start) for each in sources)
        return iterate_event_files(sources, root, **how)

    monkeypatch.setattr(flows.reading.event_points, "iterate_event_files", note)
    return read


def append(path: Path, *events: event_pb2.Event, cut: int = 0) -> None:
    """Write records behind those of a file, the last one short of `cut` bytes."""
    with path.open("ab") as stream:
        writer = RecordWriter(stream)
        for event in events:
            writer.write(event.SerializeToString())
    os.truncate(path, path.stat().st_size - cut)


def point(step: int, value: float = 50.0, tag: str = TAG) -> event_pb2.Event:
    return scalar(1.7e9 + step, step, tag, value)


def words(step: int, text: str, *, with_metadata: bool = True) -> event_pb2.Event:
    value = summary_pb2.Summary.Value(tag="notes", tensor=make_tensor_proto([text]))
    if with_metadata:
        value.metadata.CopyFrom(text_metadata.create_summary_metadata("notes", "notes"))
    return event_pb2.Event(step=step, wall_time=1.7e9, summary=summary_pb2.Summary(value=[value]))


def check_like_new(order: Order) -> None:
    """The house holds what one holds that reads all log folders for the first time."""
    fresh = order._replace(house=order.house.with_name(f"fresh{len(list(order.house.parent.iterdir()))}"))
    spend(fresh, NOW)
    assert contents(order) == contents(fresh)
    check_conservation(order.house, order.logs)


def test_only_what_is_new_is_read_of_files_that_grew(order: Order, starts: list[tuple[str, int]]) -> None:
    path = event_file(order.logs / "1_a")
    size, before = path.stat().st_size, ask(order, STARTS)
    append(path, point(4), point(5, tag="loss"))
    spend(order, NOW)
    assert dict(starts)[path.name] == size
    assert len(starts) == 2, "each file of the folder is opened once"
    assert all(start for _, start in starts), "the folder's other file stands as it is"
    assert ask(order, STARTS) == before
    assert (50.0,) in ask(order, "select value from observations where folder = '1_a'")
    check_like_new(order)


def test_a_torn_end_is_read_on_from_when_the_record_is_whole(
    order: Order, starts: list[tuple[str, int]]
) -> None:
    """The finding about the torn end moves with it, and goes when the file is whole."""
    path = event_file(order.logs / "1_a")
    ends = [path.stat().st_size]
    append(path, point(4), point(5))
    content = path.read_bytes()
    ends += [(ends[0] + len(content)) // 2, len(content)]
    torn = "select byte_offset, outcome, first_night_id, night_id from findings where code = 'Q314'"
    found = []
    for size in (ends[0] + 7, ends[1] + 9, ends[2]):
        path.write_bytes(content[:size])
        spend(order, NOW)
        found.append(ask(order, torn))
        check_conservation(order.house, order.logs)
    check_like_new(order)
    assert [start for name, start in starts if name == path.name and start] == [ends[0], ends[0], ends[1]]
    assert found == [[(ends[0], "quarantined", 2, 2)], [(ends[1], "quarantined", 2, 3)], []]


def test_files_that_were_rewritten_are_read_from_their_beginning(
    order: Order, starts: list[tuple[str, int]]
) -> None:
    """Other values in as many bytes, and other values with more behind them, of containers that still run."""
    names = ("1_c", "1_d")
    for name in names:
        write_small_folder(order.logs, name)
        (order.logs / name / "stop.log").write_bytes(b"")
    spend(order, NOW)
    starts.clear()
    paths = [event_file(order.logs / name) for name in names]
    content = event_file(order.logs / "2_a").read_bytes()
    for path in paths:
        assert len(content) == path.stat().st_size and content != path.read_bytes()
        path.write_bytes(content)
        os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000))
    append(paths[1], point(9))
    spend(order, NOW)
    assert {(path.name, 0) for path in paths} <= set(starts)
    check_like_new(order)


ADDED = [
    [point(3, 1.0)],
    [point(4), point(1, 2.0), point(2, 3.0)],
    [words(4, "more"), words(5, "and more", with_metadata=False)],
    [event_pb2.Event(file_version="brain.Event:2", wall_time=1.7e9), point(4)],
    [point(4, float("nan")), point(5, float("inf")), point(6)],
    [point(4), event_pb2.Event(step=-1, wall_time=1.0), point(5)],
]


def test_whatever_is_added_it_is_as_if_all_had_been_read_anew(order: Order) -> None:
    """The last step once more, steps that go back, text, a restart, values that are no numbers, a bad step."""
    paths = [event_file(order.logs / name, place) for name in ("1_a", "1_b", "2_a") for place in range(2)]
    for path, events in zip(paths, ADDED, strict=True):
        append(path, *events)
    spend(order, NOW)
    check_like_new(order)
    for path in paths:
        append(path, point(7), words(8, "the end", with_metadata=False))
    spend(order, NOW)
    check_like_new(order)
    assert ask(order, "select distinct tag, kind from summaries order by kind desc") == [
        ("notes", "text"),
        ("notes", "tensor"),
    ]


def test_keys_stay_unique_when_the_highest_is_kept(order: Order) -> None:
    """A new container comes into the folder that was loaded last, whose own containers keep their keys."""
    folder = order.logs / "2_b"
    append(event_file(folder), point(4))
    write_small_folder(order.logs, "2_c", containers=3)
    spend(order, NOW)
    more = write_small_folder(order.logs.parent / "aside", "2_c", containers=4)
    new = container_ids("2_c", 4)[3]
    (more / "train_job_0" / new).rename(order.logs / "2_c" / "train_job_0" / new)
    for log in ("create.log", "start.log", "stop.log"):
        added = [line for line in (more / log).read_text().splitlines(keepends=True) if new in line]
        with (order.logs / "2_c" / log).open("a") as stream:
            stream.writelines(added)
    append(event_file(order.logs / "2_c"), point(4))
    spend(order, NOW)
    check_like_new(order)


def test_a_second_file_of_a_container_sends_both_through_the_rule_of_the_latest_write(order: Order) -> None:
    first = event_file(order.logs / "1_a")
    second = first.with_name(first.name.replace("tfevents.1", "tfevents.2"))
    second.write_bytes(b"")
    append(second, point(3, 11.0), point(4, 12.0))
    spend(order, NOW)
    check_like_new(order)
    append(second, point(5))
    append(first, point(4, 13.0))
    spend(order, NOW)
    check_like_new(order)


@pytest.mark.parametrize("seed", range(2))
def test_after_any_nights_of_growth_the_warehouse_is_that_of_a_fresh_house(tmp_path: Path, seed: int) -> None:
    """Files grow by random bytes of what their jobs will have written; containers stop, restart and come late."""
    rng = np.random.default_rng(seed)
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    write_least_study(order.studies)
    whole: dict[Path, bytes] = {}
    for number in range(6):
        folder = write_small_folder(order.logs, f"{number % 2 + 1}_{number}", rng.uniform(50, 90, 8).tolist())
        for place in range(2):
            path = event_file(folder, place)
            steps = np.sort(rng.integers(1, 40, 6)) if rng.random() < 0.7 else rng.integers(1, 40, 6)
            append(path, *(point(int(step), float(rng.uniform(50, 90)), "loss") for step in steps))
            if rng.random() < 0.3:
                append(path, words(9, "text"), words(10, "more", with_metadata=False))
            whole[path] = path.read_bytes()
    grown = dict.fromkeys(whole, 0)
    for _ in range(3):
        for path, content in whole.items():
            if rng.random() < 0.8:
                grown[path] = min(len(content), grown[path] + int(rng.integers(0, len(content) // 2)))
            path.write_bytes(content[: grown[path]])
        spend(order, NOW + timedelta(minutes=1))
    for path, content in whole.items():
        path.write_bytes(content)
    spend(order, NOW + timedelta(minutes=1))
    check_like_new(order)
