"""Houses that are shared: a DuckLake whose catalogue is in a real PostgreSQL, its files on a disk or in a bucket."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from flows.house.errors import HouseError, UsageError
from flows.house.house import House
from flows.house.rollback import rollback
from flows.lake import share as sharing
from flows.lake.share import Lake, Shared, environment, share
from flows.night import Order, Summary
from flows.warehouse.warehouse import MACROS, VIEWS, open_published, tables
from tests.commands import doehouse
from tests.houses import spend
from tests.object_store import object_store
from tests.postgres import PASSWORD, Postgres, postgres
from tests.torture.folders import NOW, event_file, write_least_study, write_small_folder

READER, HIS_PASSWORD = "reader", "of-the-reader"
# Told as the first line of what it prints: a house, a connection to a lake, and a statement for each further line.
CLIENT = f"""
import json, sys
sys.path.append({str(Path(__file__).parents[3])!r})
import duckdb
from flows.lake.door import load, secret
given = json.load(sys.stdin)
with duckdb.connect(":memory:") as connection:
    connection.execute("set enable_progress_bar = false")
    for name in ["ducklake", "postgres_scanner"] + given["is_bucket"] * ["httpfs"]:
        load(connection, name)
    if given["is_bucket"]:
        connection.execute(secret())
    connection.execute("set timezone = 'UTC'")
    if given["house"]:
        connection.execute(f"attach '{{given['house']}}' as house (read_only)")
    connection.execute(given["attach"])
    connection.execute("use lake")
    for statement in given["statements"]:
        try:
            print(json.dumps([list(row) for row in connection.execute(statement).fetchall()], default=str))
        except duckdb.Error as error:
            print(json.dumps(" ".join(str(error).split())))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as started:
        started.sql(f"create role {READER} login password '{HIS_PASSWORD}'")
        yield started


class Shelf:
    """A lake that nobody else uses, and an order whose house is shared in it."""

    def __init__(self, server: Postgres, place: Path, name: str) -> None:
        self.server = server
        self.order = Order(place / "logs", place / "studies", place / "house")
        self.lake = Lake(server.catalogue(), str(place / "lake"), name)

    def share(self, **how: Any) -> Shared:
        return share(House.at(self.order.house), self.lake, **how)

    def ask(self, *statements: str, user: str = "", how: str = "read_only") -> list[Any]:
        """The rows of each statement, or what it was refused with, as a client of another process is told."""
        place = f"{self.lake.data}/{self.lake.name}/"
        login = self.server.catalogue(user) if user else self.lake.catalogue
        options = ", ".join(
            filter(None, [f"metadata_schema '{self.lake.name}'", f"data_path '{place}'", how])
        )
        given = {
            "house": str(House.at(self.order.house).warehouse.resolve()),
            "attach": f"attach 'ducklake:postgres:{login}' as lake ({options})",
            "statements": statements,
            "is_bucket": self.lake.data.startswith("s3:"),
        }
        environ = os.environ | ({"PGPASSWORD": HIS_PASSWORD} if user else {})
        ended = subprocess.run(
            [environment(), "-c", CLIENT],
            input=json.dumps(given),
            env=environ,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, ended.stderr
        return [json.loads(line) for line in ended.stdout.splitlines()]

    def unlike(self) -> list[str]:
        """The tables and views of studies that are not the same in house and lake, row for row, keys included."""
        with open_published(House.at(self.order.house).warehouse) as warehouse:
            names = [*tables(), *(study for study, _ in warehouse.rows("night/study_views"))]
        count = 'select count(*), bit_xor(hash(t)), sum(hash(t) % 1000003) from {}.main."{}" as t'
        rows = self.ask(*(count.format(each, name) for name in names for each in ("house", "lake")))
        assert len(rows) == 2 * len(names) and all(isinstance(each, list) for each in rows), rows
        return [name for name, one, other in zip(names, rows[::2], rows[1::2], strict=True) if one != other]


@pytest.fixture(scope="module")
def spent(tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Folders of a small study after a night, and beside its house the one after two more."""
    place = tmp_path_factory.mktemp("spent")
    order = Order(place / "logs", place / "studies", place / "house")
    write_least_study(order.studies)
    for name in ("1_a", "2_a", "1_b", "2_b"):
        write_small_folder(order.logs, name)
    spend(order, NOW)
    later = order._replace(house=place / "later")
    shutil.copytree(order.house, later.house, symlinks=True)
    # A folder is new, one grew, one was forgotten.
    write_small_folder(order.logs, "1_c")
    content = event_file(order.logs / "2_a").read_bytes()
    event_file(order.logs / "2_a").write_bytes(
        content + content[: int.from_bytes(content[:8], "little") + 16]
    )
    (order.logs / "1_b").rename(place / "1_b")
    spend(later, NOW)
    spend(later._replace(forget=("1_b",)), NOW)
    return order


@pytest.fixture
def shelf(
    server: Postgres,
    spent: Order,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Shelf:
    """A house after its first night, of which nothing is shared yet."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    made = Shelf(server, tmp_path, request.node.name.removeprefix("test_")[:30].rstrip("[").replace("[", "_"))
    made.order = made.order._replace(logs=spent.logs, studies=spent.studies)
    shutil.copytree(spent.house, made.order.house, symlinks=True)
    return made


def later_nights(shelf: Shelf) -> None:
    """Its second and third night: three folders are others now."""
    shutil.rmtree(shelf.order.house)
    shutil.copytree(shelf.order.logs.parent / "later", shelf.order.house, symlinks=True)


def test_the_sample_in_a_lake_is_the_sample_in_its_house(
    server: Postgres, published_house: Summary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    shelf = Shelf(server, tmp_path, "sample")
    shelf.order = shelf.order._replace(house=published_house.house.root)
    done = shelf.share()
    assert (done.folders, done.is_new) == (8, True)
    assert shelf.unlike() == []
    *views, names, comments, macros = shelf.ask(
        *(
            f"select count(*) = (select count(*) from house.main.{name}) from lake.main.{name}"  # noqa: S608
            for name in VIEWS
        ),
        "select count(*) from duckdb_views() where database_name = 'lake' and not internal",
        "select count(*) from duckdb_tables() where database_name = 'lake' and comment is not null",
        "select count(distinct function_name) from duckdb_functions() where database_name = 'lake' and not internal",
    )
    assert views == len(VIEWS) * [[[True]]]
    assert (names, comments, macros) == ([[len(VIEWS) + 1]], [[len(tables())]], [[len(MACROS)]])


def test_only_what_changed_is_written_and_yesterday_stays(shelf: Shelf) -> None:
    first = shelf.share()
    again = shelf.share()
    assert (again.is_new, again.snapshot, again.tables) == (False, first.snapshot, ())
    (before,) = shelf.ask("select count(*), sum(value) from points")
    later_nights(shelf)
    second = shelf.share()
    assert (second.folders, second.is_new) == (3, True)
    assert "points" in second.tables and "studies" not in second.tables
    assert shelf.unlike() == []
    then, messages = shelf.ask(
        f"select count(*), sum(value) from points at (version => {first.snapshot})",  # noqa: S608
        "select author, commit_message from lake.snapshots() where author is not null order by snapshot_id",
    )
    assert then == before
    assert messages == [["doehouse", "night 1"], ["doehouse", "night 3"]]


def test_a_house_that_was_rolled_back_is_shared_as_it_is(shelf: Shelf) -> None:
    later_nights(shelf)
    shelf.share()
    rollback(House.at(shelf.order.house))
    assert shelf.share().is_new
    assert shelf.unlike() == []


def test_a_lake_of_other_tables_or_views_is_made_anew(shelf: Shelf) -> None:
    """As after another doehouse, or another study."""
    shelf.share()
    sharer = begin(shelf, "pass", "door.digests = lambda _: {'tables': 'others', 'views': 'others'}")
    assert json.loads(sharer.communicate(timeout=60)[0])["is_new"]
    later_nights(shelf)
    assert len(shelf.share().tables) > 20
    assert shelf.unlike() == []


def begin(shelf: Shelf, before: str, first: str = "") -> subprocess.Popen[str]:
    """A sharer as a process of its own, which does what `first` says, and what `before` says before its commit."""
    code = f"""
import sys
sys.path.append({str(Path(__file__).parents[3])!r})
import os, signal
from flows.lake import door
make = door.write
def write(*arguments):
    made = make(*arguments)
    print("written", file=sys.stderr, flush=True)
    {before}
    return made
door.write = write
{first}
door.main()
"""
    kept: list[dict[str, Any]] = []
    with mock.patch.object(sharing, "carried_out", lambda _, order, __: kept.append(order) or NOTHING):
        shelf.share()
    told = shelf.order.house.parent / "order.json"
    told.write_text(json.dumps(kept[0]))
    with told.open() as given:
        return subprocess.Popen(
            [environment(), "-c", code],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


NOTHING = {"folders": 0, "tables": (), "snapshot": 0, "is_new": False}


def test_a_sharer_that_dies_before_its_commit_leaves_yesterday_and_the_next_one_mends_it(
    shelf: Shelf,
) -> None:
    first = shelf.share()
    yesterday = shelf.ask("from points order by all", "from folders order by all", "from small order by all")
    later_nights(shelf)
    sharer = begin(shelf, "os.kill(os.getpid(), signal.SIGKILL)")
    assert sharer.wait(60) == -signal.SIGKILL
    assert (
        shelf.ask("from points order by all", "from folders order by all", "from small order by all")
        == yesterday
    )
    assert shelf.ask("select max(snapshot_id) from lake.snapshots()") == [[[first.snapshot]]]
    shelf.share()
    assert shelf.unlike() == []
    named = shelf.ask("select count(*) from ducklake_list_files('lake', 'points')")
    files = [path for path in Path(shelf.lake.data).rglob("*.parquet") if path.parent.name == "points"]
    assert len([path for path in files if "delete" not in path.name]) >= named[0][0][0]
    (orphans,) = shelf.ask(
        "select count(*) from ducklake_delete_orphaned_files('lake', cleanup_all => true, dry_run => true)",
        how="",
    )
    assert orphans == [[0]]


def test_a_second_sharer_waits_and_readers_see_yesterday_meanwhile(shelf: Shelf) -> None:
    shelf.share()
    yesterday = shelf.ask("select count(*) from points")
    later_nights(shelf)
    gate = shelf.order.house.parent / "gate"
    os.mkfifo(gate)
    sharer = begin(shelf, f"open({str(gate)!r}).read()")
    assert sharer.stderr and sharer.stderr.readline() == "written\n"
    second = begin(shelf, "pass")
    waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    until = time.monotonic() + 60
    while shelf.server.sql(waiting) != "1":
        assert second.poll() is None and time.monotonic() < until, "the second sharer does not wait"
    assert shelf.ask("select count(*) from points") == yesterday
    gate.write_text("")
    told = [json.loads(each.communicate(timeout=60)[0]) for each in (sharer, second)]
    assert [each["is_new"] for each in told] == [True, False]
    assert shelf.unlike() == []


def test_the_reader_reads_everything_and_writes_nothing(shelf: Shelf) -> None:
    first = shelf.share(reader=READER)
    later_nights(shelf)
    shelf.share(reader=READER)
    count, mean, then = shelf.ask(
        "select count(*) > 0 from small",
        "select mean_of(Accuracy) > 0 from small",
        f"select count(*) from folders at (version => {first.snapshot})",  # noqa: S608
        user=READER,
    )
    assert (count, mean) == ([[True]], [[True]])
    assert then == [[4]]
    before = shelf.ask("select count(*) from tags", "select max(snapshot_id) from lake.snapshots()")
    (refused,) = shelf.ask("delete from tags", user=READER, how="")
    assert "permission denied" in str(refused) or "Failed to" in str(refused), refused
    schema = shelf.lake.name
    (refused,) = shelf.ask(
        f"call postgres_execute('__ducklake_metadata_lake', 'delete from {schema}.ducklake_snapshot')",  # noqa: S608
        user=READER,
        how="",
    )
    assert "permission denied" in str(refused)
    assert shelf.ask("select count(*) from tags", "select max(snapshot_id) from lake.snapshots()") == before


def test_a_lake_in_a_bucket_is_the_house_too(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weed").mkdir()
    with object_store(tmp_path / "weed") as store:
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        shelf.lake = shelf.lake._replace(data=f"{store.bucket}/shared")
        shelf.share()
        later_nights(shelf)
        assert shelf.share().folders == 3
        assert shelf.unlike() == []


def test_what_was_lost_in_the_lake_comes_back_with_everything_shared_anew(shelf: Shelf) -> None:
    shelf.share()
    shelf.ask("delete from points", "delete from tags", how="")
    assert shelf.unlike() != []
    shelf.share(is_whole=True)
    assert shelf.unlike() == []


def test_the_command_shares_and_tells(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOEHOUSE_LAKE", shelf.lake.catalogue)
    words = ["share", "--data", shelf.lake.data, "--name", shelf.lake.name, "--house", str(shelf.order.house)]
    told = doehouse(*words)
    assert told.returncode == 0 and "4 folders and" in told.stdout, told
    assert doehouse(*words).stdout.startswith(f"{shelf.lake.name}: up to date, version ")


def test_a_night_with_a_lake_is_shared_when_it_is_published(
    server: Postgres, spent: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As typed: one that could not be shared is published all the same, and shared by the next, which has no news."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    shelf = Shelf(server, tmp_path, "nightly")
    shutil.copytree(spent.logs, shelf.order.logs)
    shelf.order = shelf.order._replace(studies=spent.studies)
    words = ["night", "--logs", str(shelf.order.logs), "--studies", str(spent.studies)]
    words += ["--house", str(shelf.order.house), "--lake-data", shelf.lake.data, "--lake-name", "nightly"]
    away = doehouse(*words, "--lake", "dbname=lake host=127.0.0.1 port=9")
    assert away.returncode == 1 and "not shared" in away.stderr, away
    record = json.loads((shelf.order.house / "last-night.json").read_text())
    assert (record["outcome"], record["version"]) == ("published", 1)
    assert "published, not shared" in (shelf.order.house / "night.log").read_text()
    told = doehouse(*words, "--lake", shelf.lake.catalogue)
    assert told.returncode == 0 and "nothing new" in told.stdout.lower(), told
    assert shelf.unlike() == []


def test_half_a_lake_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house", lake="dbname=lake")
    with pytest.raises(UsageError, match="--lake: found no --lake-data beside it, expected both"):
        spend(order)
    assert not order.house.exists()


def test_a_database_that_cannot_be_reached_is_told_in_a_sentence(shelf: Shelf) -> None:
    shelf.lake = shelf.lake._replace(catalogue="dbname=lake host=127.0.0.1 port=9 user=nobody")
    with pytest.raises(HouseError, match=r"not shared \(.*127\.0\.0\.1.*\), expected a PostgreSQL database"):
        shelf.share()


@pytest.mark.parametrize("address", ["dbname=lake password=secret", "postgresql://me:secret@head/lake"])
def test_a_password_among_the_words_is_refused(shelf: Shelf, address: str) -> None:
    shelf.lake = shelf.lake._replace(catalogue=address)
    with pytest.raises(UsageError, match="found a password, expected none"):
        shelf.share()


def test_without_its_environment_sharing_says_how_to_make_it(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOEHOUSE_LAKE_PYTHON", str(tmp_path / "none" / "bin" / "python"))
    with pytest.raises(UsageError, match=r"found no environment for sharing, .*make lake"):
        shelf.share()
