"""A year of nights from the house of an older version on: every fact that was ever accepted is there at its end."""

import json
import random
import shutil
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util.tensor_util import make_ndarray

from flows.house.errors import HouseError
from flows.house.house import DATABASE, House
from flows.house.manifest import verify
from flows.night import Order
from tests.houses import ROOT, ask, spend
from tests.torture.conservation import check_conservation
from tests.torture.folders import event_file, write_small_folder, write_small_study

Fact = tuple[str, str, int, float]  # container, tag, step, value
FIRST = datetime(2023, 10, 25, 2, 30, tzinfo=UTC)  # after the five nights of the stored house
FACTS = """
    select containers.container_id, tags.tag, points.step, points.value
    from points
    inner join containers on containers.container_key = points.container_key
    inner join tags on tags.tag_id = points.tag_id
"""
MOST_GROWTH = 1.3  # of the CPU time of a night with one new folder, from the twentieth night to the last


class Year:
    """The place of a house, what happens to it day by day, and a ledger kept beside it."""

    def __init__(self, order: Order, days: int) -> None:
        self.order, self.days = order, days
        self.draw = random.Random(2023)
        self.ledger: Counter[Fact] = Counter()
        self.accepted: list[str] = []  # the folders that tests may rename, copy, spoil; each once
        self.published = 0
        self.refused = 0
        self.seconds: dict[int, float] = {}

    def day(self, share: float) -> int:
        """The day at a share of the year."""
        return round(share * self.days)

    def arrive(self, study: str, day: int) -> str:
        """A finished folder comes; what its event files hold goes into the ledger."""
        name = {"small": "{}_d{:03}", "other": "other-{}-d{:03}"}[study].format(1 + day % 4, day)
        values = [self.draw.uniform(10, 90) for _ in range(3)]
        self.ledger.update(scalars(write_small_folder(self.order.logs, name, values)))
        self.accepted.append(name)
        return name

    def night(self, day: int, clock: timedelta = timedelta(0)) -> None:
        before = time.process_time()
        summary = spend(self.order, FIRST + timedelta(days=day) + clock)
        self.seconds[day] = time.process_time() - before
        self.published += summary.version is not None

    def refuse(self, day: int, told: str) -> None:
        with pytest.raises(HouseError, match=told):
            self.night(day)
        self.refused += 1


def scalars(folder: Path) -> Iterator[Fact]:
    """What TensorBoard's own reader finds in the event files of a folder."""
    for path in folder.rglob("events.out.*"):
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                yield path.parts[-3], value.tag, event.step, float(make_ndarray(value.tensor).item())


def published_by(house: Path, **claims: object) -> None:
    """The current version says that another doehouse made it, as one does after an upgrade."""
    path = house / "current" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest |= {key: value for key, value in claims.items() if key != "version"}
    manifest["versions"]["doehouse"] = claims["version"]
    path.chmod(0o644)
    path.write_text(json.dumps(manifest))


def rename(year: Year) -> None:
    name = year.accepted.pop(0)
    (year.order.logs / name).rename(year.order.logs / f"{name}-again")


def lose_mount(year: Year, day: int) -> None:
    away = year.order.logs.with_name("away")
    year.order.logs.rename(away)
    year.order.logs.mkdir()
    year.refuse(day, "known folders are gone at once")
    year.order.logs.rmdir()
    year.refuse(day, "expected the log root")
    away.rename(year.order.logs)


def happen(year: Year, day: int, kept: dict[str, bytes]) -> None:
    """What befalls the house before the night of a day."""
    logs = year.order.logs
    if day == year.day(0.1):
        write_small_study(year.order.studies, "other", "other-{run}-{replicate}")
    if day in (year.day(0.2), year.day(0.5), year.day(0.8)):
        rename(year)
    if day in (year.day(0.3), year.day(0.7)):
        lose_mount(year, day)
    if day == year.day(0.35):
        published_by(year.order.house, version="0.1.8", schema="of other columns")
    if day == year.day(0.65):
        published_by(year.order.house, version="0.1.9")
    if day == year.day(0.4):
        shutil.copytree(logs / year.accepted[0], logs / "1_copy")
    if day == year.day(0.45):
        shutil.rmtree(logs / "1_copy")
        path = event_file(logs / year.accepted.pop(0))
        kept[str(path)] = path.read_bytes()
        path.write_bytes(path.read_bytes()[:-20])
    if day == year.day(0.55):
        for name, content in kept.items():
            Path(name).write_bytes(content)
    if day == year.day(0.6):
        year.arrive("small", 1000 + day)
        year.night(day, clock=timedelta(days=-800))  # before anything was stamped
        assert ask(year.order, "select count(*) from findings where code = 'Q303'") != [(0,)]
    if day == year.day(0.75):
        shutil.rmtree(logs / year.accepted.pop(0))


def test_a_year_of_nights_loses_no_fact(tmp_path: Path, figures: dict[str, str], is_full: bool) -> None:
    subprocess.run(["tar", "-C", tmp_path, "-xf", ROOT / "tests" / "released" / "0.1.0.tar.xz"], check=True)
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    house = House.at(order.house)
    year = Year(order, 365 if is_full else 20)
    with duckdb.connect(house.current / DATABASE, read_only=True) as stored:
        year.ledger.update(stored.execute(FACTS).fetchall())
        nights_before = stored.execute("select max(night_id) from nights").fetchall()[0][0]
    assert sum(year.ledger.values()) > 50
    kept: dict[str, bytes] = {}
    for day in range(1, year.days + 1):
        is_measured = 15 <= day <= 25 or day > year.days - 11
        if is_measured or year.draw.random() < 0.4:
            year.arrive(
                "small" if is_measured or day < year.day(0.1) else year.draw.choice(["small", "other"]), day
            )
        happen(year, day, kept)
        year.night(day)
        verify(house.versions / house.current.readlink().name)

    found = Counter(ask(order, FACTS))
    assert not (lost := year.ledger - found), list(lost)[:3]
    assert not (more := found - year.ledger), list(more)[:3]
    ids = [night for (night,) in ask(order, "select night_id from nights order by all")]
    assert ids == list(range(1, nights_before + year.published + 1)), (
        "every night that published is in the history"
    )
    outcomes = [
        json.loads(line)["outcome"] for line in (order.house / "nights.jsonl").read_text().splitlines()
    ]
    assert outcomes.count("failed") == year.refused == 4
    assert outcomes.count("published") == year.published
    assert ask(
        order, "select code, count(*) from findings where code in ('Q303', 'Q328', 'Q321') group by all"
    ) == [("Q321", 1)], "what the stored house holds back; the rest is mended"
    check_conservation(order.house, order.logs)
    versions = house.all_versions()
    assert len(versions) <= 7 + 5 + 12
    size = (house.current / DATABASE).stat().st_size / 2**20
    figure = (
        f"{year.days} nights from a house of 0.1.0 on, 3 upgrades, {sum(year.ledger.values()):,} facts: none lost, none "
        f"twice; {len(versions)} versions kept, {size:.1f} MiB"
    )
    if is_full:
        early = statistics.median(year.seconds[day] for day in range(15, 26))
        late = statistics.median(year.seconds[day] for day in range(year.days - 10, year.days + 1))
        figure += f"; CPU of a night {early:.2f} s in the third week, {late:.2f} s in the last"
        assert late <= MOST_GROWTH * early, figure
    figures["a year"] = figure
