"""Generated runs, killed, resumed, purged, split: what counts is what TensorBoard's reader ends with."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from tensorboard.compat.proto import event_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

from flows.night import Order
from sample.write_logs import scalar
from tests.houses import ask, spend
from tests.recorded.recording import accumulated

LATER = datetime(2027, 6, 1, tzinfo=UTC)
FIRST_SECOND = 1_790_000_000
STUDY = """
name = "generated"
[factors]
A = ["1", "2"]
[source]
files = "a{A}/{container}/**"
[responses.Y]
metric = "loss"
within = ""
"""


class Attempt(NamedTuple):
    """One life of a job: it goes on at a step, with or without a session START that orphans what stood from there on."""

    first: int
    last: int
    is_purging: bool


def attempts(draw: random.Random) -> Iterator[Attempt]:
    """Each resumes at a checkpoint: before the end of the one before, right behind it, or after a gap."""
    reached = draw.choice([-1, 0])
    for life in range(draw.randint(1, 4)):
        first = reached if not life else draw.randint(-1, reached + 3)
        reached = first + draw.randint(0, 12)
        yield Attempt(first, reached, bool(life) and draw.random() < 0.6)


def write_attempt(
    path: Path, second: int, attempt: Attempt, tags: dict[str, int], draw: random.Random
) -> None:
    """As SummaryWriter(purge_step=…) writes it; a tag is logged every so many steps, some steps are left out."""
    events = [event_pb2.Event(wall_time=second, file_version="brain.Event:2")]
    if attempt.is_purging:
        start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
        events.append(event_pb2.Event(wall_time=second, step=attempt.first, session_log=start))
    for step in range(attempt.first, attempt.last + 1):
        for tag, every in tags.items():
            if step % every == 0 and draw.random() < 0.9:
                events.append(scalar(second + 1 + step / 100, step, tag, draw.uniform(-100, 100)))
    with path.open("wb") as stream:
        writer = RecordWriter(stream)
        for event in events:
            writer.write(event.SerializeToString())


def write_container(folder: Path, draw: random.Random) -> None:
    for within in draw.sample(["", "train", "validation", "deep/er"], draw.randint(1, 3)):
        place = folder / within
        place.mkdir(parents=True, exist_ok=True)
        tags = {
            tag: draw.choice([1, 1, 2, 3]) for tag in draw.sample(["loss", "lr", "a/b"], draw.randint(1, 3))
        }
        for life, attempt in enumerate(attempts(draw)):
            second = FIRST_SECOND + 1000 * life + draw.randint(0, 99)
            write_attempt(
                place / f"events.out.tfevents.{second}.worker.7.{life}", second, attempt, tags, draw
            )


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Order:
    """A night over 120 generated containers."""
    place = tmp_path_factory.mktemp("restarts")
    order = Order(place / "logs", place / "studies", place / "house")
    order.studies.mkdir()
    (order.studies / "generated.toml").write_text(STUDY)
    draw = random.Random(14)
    for number in range(120):
        write_container(order.logs / f"a{1 + number % 2}" / f"c{number:03}", draw)
    spend(order, LATER)
    return order


def test_the_corpus_holds_what_it_is_made_for(order: Order) -> None:
    ((points, superseded, withins),) = ask(
        order, "select count(*), count(*) filter (is_superseded), count(distinct within) from metrics"
    )
    assert points > 3000
    assert superseded > 300
    assert withins == 4
    assert {"R107", "R112"} <= {code for (code,) in ask(order, "select distinct code from findings")}


def test_what_counts_is_what_tensorboards_reader_ends_with(order: Order) -> None:
    """Every tag of every run; of a step that its reader keeps twice, the later write."""
    counted: dict[tuple[str, str], dict[int, float]] = {}
    rows = ask(order, "select path, tag, step, value from metrics where not is_superseded")
    for path, tag, step, value in rows:
        counted.setdefault((str(Path(path).parent), tag), {})[step] = value
    ends: dict[tuple[str, str], dict[int, float]] = {}
    for folder in sorted({path.parent for path in order.logs.rglob("*tfevents*")}):
        for tag, points in accumulated(folder).items():
            if points:
                ends[str(folder.relative_to(order.logs)), tag] = dict(points)
    assert counted == ends
