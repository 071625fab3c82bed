"""Event files that are too large to be in memory at once: what is written piece by piece is as if read at once."""

import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pytest
from tensorboard.summary.writer.record_writer import RecordWriter

import flows.reading.event_points
from flows.night import Order
from flows.reading.events.file import Piece, Source, iterate_event_files
from flows.reading.points.event_shards import EventShards
from sample.write_logs import scalar
from tests.houses import ask, spend
from tests.torture.conservation import check_conservation
from tests.torture.folders import NOW, event_file, write_least_study, write_small_folder


def write_restarts(path: Path, steps: int, restarts: int, seed: int) -> list[tuple[str, int, float]]:
    """A file whose job went back to an earlier step now and then; gives its scalars as (tag, step, value)."""
    draw, scalars, step = random.Random(seed), [], 0
    with path.open("wb") as stream:
        writer = RecordWriter(stream)
        again = set(draw.sample(range(steps), restarts))
        for place in range(steps):
            step = draw.randint(0, step) if place in again else step + 1
            for tag in ("accuracy", "loss"):
                value = float(draw.randrange(1000))
                writer.write(scalar(1.6e9 + place, step, tag, value).SerializeToString())
                scalars.append((tag, step, value))
    return scalars


def latest(scalars: Sequence[tuple[str, int, float]]) -> list[bool]:
    """Whether each is superseded, told by a dictionary: an entry is overwritten by every later one."""
    last = {(tag, step): place for place, (tag, step, _) in enumerate(scalars)}
    return [last[tag, step] != place for place, (tag, step, _) in enumerate(scalars)]


@pytest.mark.parametrize("restarts", [0, 1, 30])
def test_the_latest_write_counts_across_pieces(tmp_path: Path, restarts: int) -> None:
    written = [
        write_restarts(tmp_path / f"events.{place}", 1000, restarts, place) for place in range(2)
    ]  # two files of one container
    sources = [Source(f"events.{place}") for place in range(2)]
    target = tmp_path / "shards"
    target.mkdir()
    shards = EventShards(target, pl.Series([0, 0], dtype=pl.Int32), pl.Series([7, 8], dtype=pl.Int32))
    tags: list[str] = []
    for piece in iterate_event_files(sources, tmp_path, window_bytes=1 << 12, piece_bytes=10_000):
        shards.write(piece)
        tags = piece.tags
    assert len(shards.points) > 5
    rows = pl.read_parquet(shards.points)
    scalars = [*written[0], *written[1]]
    assert rows["file_id"].to_list() == [7] * len(written[0]) + [8] * len(written[1])
    assert [(tags[tag], step, value) for tag, step, value in rows.select("tag", "step", "value").rows()] == (
        scalars
    )
    assert rows["is_superseded"].to_list() == latest(scalars)


def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have nights read in pieces of some records; gives the rows of each piece."""
    heights: list[int] = []

    def small(sources: Sequence[Source], root: Path, **_: int) -> Iterator[Piece]:
        for piece in iterate_event_files(sources, root, window_bytes=1 << 10, piece_bytes=2_000):
            heights.append(piece.scalars.height)
            yield piece

    monkeypatch.setattr(flows.reading.event_points, "iterate_event_files", small)
    return heights


def test_nights_in_pieces_make_the_warehouse_of_nights_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first night, and one on which a file goes on, one begins again from its start and one gets a mate."""
    logs = tmp_path / "logs"
    write_least_study(tmp_path / "studies")
    for name in ("1_a", "1_b", "2_a", "2_b"):
        write_small_folder(logs, name, [float(value) for value in range(200)])
    orders = [Order(logs, tmp_path / "studies", tmp_path / name) for name in ("whole", "pieces")]
    heights: list[int] = []

    def night() -> None:
        spend(orders[0], NOW)
        with monkeypatch.context() as patched:
            made = in_small_pieces(patched)
            spend(orders[1], NOW)
            heights.extend(made)
        check_conservation(orders[1].house, logs)
        for relation in ("metrics", "observations", "findings", "summaries", "container_times"):
            query = f"from {relation} order by all"
            assert ask(orders[0], query) == ask(orders[1], query), relation

    night()
    for name, steps in {"1_a": range(200, 400), "2_a": range(100, 300)}.items():
        with event_file(logs / name).open("ab") as stream:
            for step in steps:
                RecordWriter(stream).write(scalar(1.7e9 + step, step, "accuracy", 50.0).SerializeToString())
    night()
    assert len(heights) > 20
    assert max(heights) < 100


MOST_MEMORY = 300  # MiB beside the imports
READ = """
import resource, sys
from pathlib import Path
import polars as pl
from flows.reading.events.file import Source, iterate_event_files
from flows.reading.points.event_shards import EventShards
from flows.reading.event_points import PIECE_BYTES

root = Path(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
shards = EventShards(root, pl.Series([0], dtype=pl.Int32), pl.Series([1], dtype=pl.Int32))
for piece in iterate_event_files([Source("events")], root, piece_bytes=PIECE_BYTES):
    shards.write(piece)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, len(shards.points))
"""


def test_a_file_of_five_million_scalars_takes_no_more_memory_than_a_piece(tmp_path: Path) -> None:
    """As rows, all of them would take 200 MiB in the reader alone, beside the piece, and the same again in every copy."""
    (tmp_path / "piece").touch()
    with (tmp_path / "piece").open("wb") as stream:
        writer = RecordWriter(stream)
        for step in range(10_000):
            writer.write(scalar(1.6e9, step, "accuracy", 1.0).SerializeToString())
    piece = (tmp_path / "piece").read_bytes()
    with (tmp_path / "events").open("wb") as stream:
        for _ in range(500):
            stream.write(piece)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path)], capture_output=True, text=True, check=True
    )
    memory, pieces = map(int, done.stdout.split())
    assert pieces >= 10
    assert memory < MOST_MEMORY
