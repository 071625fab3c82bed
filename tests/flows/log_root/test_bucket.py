"""Nights on logs in a bucket of a real S3 server, beside nights on the same files."""

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from obstore.store import S3Store
from tensorboard.summary.writer.record_writer import RecordWriter

from flows.commands.options import named_root
from flows.house.errors import HouseError, UsageError
from flows.house.house import House
from flows.log_root import bucket as buckets
from flows.night import Order, is_anything_new
from flows.reading.extract import extract
from flows.warehouse import warehouse
from sample.write_logs import scalar
from tests.dask_cluster import dask_cluster
from tests.flows.survey.test_layouts import NOW as OF_LAYOUTS
from tests.flows.survey.test_layouts import written_together
from tests.houses import ROOT, ask, reason, spend, verdicts
from tests.object_store import SECRET, ObjectStore, object_store
from tests.torture.folders import NOW, TAG, event_file, write_least_study, write_small_folder

LATER = NOW + timedelta(days=1)
# A bucket has its own times of last change, and a night its own hour.
TIMES = {"modified_ns", "started_at", "finished_at"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("weed")) as started:
        yield started


class Bucket:
    """A path in the bucket that nobody else uses, and orders on it beside those on the files it was filled from."""

    def __init__(self, server: ObjectStore, order: Order) -> None:
        self.name = uuid4().hex
        self.here = order._replace(house=order.house.with_name("here"))
        self.there = order._replace(logs=Path(f"{server.bucket}/{self.name}"))
        self.store = S3Store(server.bucket.partition("//")[2], prefix=self.name)

    def put(self, *paths: Path) -> None:
        """Copy these files, or all, into the bucket."""
        logs = self.here.logs
        for path in paths or sorted(each for each in logs.rglob("*") if each.is_file()):
            self.store.put(path.relative_to(logs).as_posix(), path.read_bytes())

    def tables(self) -> list[dict[str, list[tuple[Any, ...]]]]:
        """Every table of both houses with its keys, but for the times that cannot be the same."""
        return [tables(self.here), tables(self.there)]


def tables(order: Order) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with warehouse.open_published(House.at(order.house).warehouse) as opened:
        for name in warehouse.tables():
            columns = [each for each in opened.columns(name) if each not in TIMES]
            rows = opened.relation(name).select(columns)
            found[name] = sorted(zip(*(rows[each].to_pylist() for each in columns), strict=True), key=repr)
    return found


@pytest.fixture
def bucket(server: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """Four folders of a small study, of which nothing is in the bucket yet."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    buckets.store_of.cache_clear()
    yield Bucket(server, Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house"))
    buckets.store_of.cache_clear()


@pytest.fixture
def small(bucket: Bucket) -> Bucket:
    """The same with four small folders in it."""
    for name in ("1_a", "2_a", "1_b", "2_b"):
        write_small_folder(bucket.here.logs, name)
    write_least_study(bucket.here.studies)
    bucket.put()
    return bucket


def grow(path: Path) -> Path:
    with path.open("ab") as stream:
        RecordWriter(stream).write(scalar(1.7e9, 9, TAG, 50.0).SerializeToString())
    return path


def test_a_night_on_the_sample_makes_the_same_of_both(bucket: Bucket) -> None:
    sample = {"logs": ROOT / "sample" / "logs", "studies": ROOT / "models" / "studies"}
    bucket.here = bucket.here._replace(**sample)
    bucket.there = bucket.there._replace(studies=sample["studies"])
    bucket.put()
    for order in (bucket.here, bucket.there):
        assert spend(order).night["runs_accepted"] == 8
    one, other = bucket.tables()
    assert one == other


def test_a_night_on_other_layouts_makes_the_same_of_both(bucket: Bucket, tmp_path: Path) -> None:
    layouts = written_together(
        ["flat_with_table", "hparams_yaml", "stamped", "table", "json_files"], tmp_path
    )
    bucket.put()
    for order in (bucket.here, bucket.there):
        spend(order, OF_LAYOUTS)
        accepted = ask(order, "select distinct study from runs where verdict = 'accepted'")
        assert {study for (study,) in accepted} == layouts.keys()
    one, other = bucket.tables()
    assert one == other


def test_later_nights_make_the_same_of_both(small: Bucket) -> None:
    """A file that grew is read on; one that was rewritten holds its folder back; a renamed folder keeps its facts."""
    logs = small.here.logs
    for order in (small.here, small.there):
        spend(order)
    grown, rewritten = grow(event_file(logs / "1_a")), event_file(logs / "2_a")
    rewritten.write_bytes(event_file(logs / "2_b").read_bytes())
    small.put(grown, rewritten)
    for path in sorted(each for each in (logs / "1_b").rglob("*") if each.is_file()):
        small.store.delete(path.relative_to(logs).as_posix())
    (logs / "1_b").rename(logs / "1_c")
    write_small_folder(logs, "2_new")
    small.put(*(each for name in ("1_c", "2_new") for each in (logs / name).rglob("*") if each.is_file()))
    for order in (small.here, small.there):
        night = spend(order, LATER).night
        assert (night["folders_new"], night["folders_held"]) == (1, 1)
        assert verdicts(order) == dict.fromkeys(("1_a", "1_c", "2_a", "2_b", "2_new"), "accepted")
    one, other = small.tables()
    assert one == other
    assert "R114" in {code for (code,) in ask(small.there, "select code from findings")}


def test_a_folder_that_waits_or_is_bad_is_told_the_same_of_both(small: Bucket) -> None:
    logs = small.here.logs
    (logs / "1_b" / "stop.log").unlink()
    small.store.delete("1_b/stop.log")
    (logs / "2_b" / "start.log").write_text("no stamps\n")
    event_file(logs / "2_a").write_bytes(event_file(logs / "2_a").read_bytes()[:-3])
    small.put(logs / "2_b" / "start.log", event_file(logs / "2_a"))
    for order in (small.here, small.there):
        spend(order)
    one, other = small.tables()
    assert one == other
    assert set(verdicts(small.there).values()) == {"accepted", "quarantined", "unfinished"}


def test_the_same_bytes_put_again_are_no_news(small: Bucket) -> None:
    spend(small.there)
    assert is_anything_new(small.there, NOW)
    small.put()
    # As if the second had changed meanwhile, which is all that a bucket tells beside the ETag.
    with mock.patch.object(buckets, "modified_ns", lambda meta: modified_ns(meta) + 3 * buckets.SECOND):
        assert is_anything_new(small.there, NOW)
    small.put(grow(event_file(small.here.logs / "1_a")))
    assert is_anything_new(small.there, NOW) is None


def test_an_etag_is_the_same_with_its_quotes_and_without() -> None:
    """Azure lists `0x1F` and answers a read with `"0x1F"` (findings/obstore-azure-etag-in-two-spellings.sh)."""
    listed: Any = {"last_modified": NOW, "e_tag": "0x1F6BC21AB45FC40"}
    assert modified_ns(listed) == modified_ns({**listed, "e_tag": '"0x1F6BC21AB45FC40"'})
    assert modified_ns(listed) != modified_ns({**listed, "e_tag": "0x1F6BC21AB45FC41"})


modified_ns = buckets.modified_ns


def test_an_object_that_is_replaced_between_list_and_read_waits(small: Bucket) -> None:
    """As many bytes as before, so that only the ETag tells."""
    path = small.here.logs / "1_a" / "stop.log"
    other = path.read_bytes().replace(b"09:3", b"09:4")
    assert other != path.read_bytes()

    def replaced(*arguments: Any) -> Any:
        small.store.put("1_a/stop.log", other)
        return extract(*arguments)

    with mock.patch("flows.reading.extract.extract", replaced):
        spend(small.there)
    assert verdicts(small.there)["1_a"] == "unfinished"
    assert "1_a/stop.log: changed while it was read" in reason(small.there, "1_a")
    assert ("W204",) in ask(small.there, "select code from findings")
    spend(small.there)
    assert set(verdicts(small.there).values()) == {"accepted"}


def test_an_object_that_is_gone_when_it_is_read_is_named_and_its_folder_read_again(small: Bucket) -> None:
    def removed(*arguments: Any) -> Any:
        small.store.delete("1_a/start.log")
        return extract(*arguments)

    with mock.patch("flows.reading.extract.extract", removed):
        spend(small.there)
    assert {folder for folder, verdict in verdicts(small.there).items() if verdict != "accepted"} == {"1_a"}
    found = ask(small.there, "select code from findings where path = '1_a/start.log' order by all")
    assert found == [("Q317",), ("W204",)]
    small.put()
    spend(small.there)
    assert set(verdicts(small.there).values()) == {"accepted"}


def test_what_no_disk_can_hold_is_named(small: Bucket) -> None:
    events = event_file(small.here.logs / "1_a").relative_to(small.here.logs).as_posix()
    small.store.put(f"{events}/below", b"x")
    spend(small.there)
    assert {folder for folder, verdict in verdicts(small.there).items() if verdict != "accepted"} == {"1_a"}
    assert ask(small.there, "select folder, path from findings where code = 'Q316'") == [("1_a", events)]


@pytest.mark.parametrize(("path", "is_file"), [("a/" + 85 * "é", True), ("a/" + 86 * "éé", False)])
def test_a_name_that_is_too_long_is_that_of_no_file(path: str, is_file: bool) -> None:
    """255 bytes are the longest name of Linux's file systems, whatever an object store takes."""
    assert stat.S_ISREG(buckets.mode_of(path, path.rpartition("/")[2])) is is_file


def test_an_object_too_large_is_not_copied(small: Bucket) -> None:
    with (
        mock.patch.object(buckets, "EVENT_FILE_LIMIT", 100),
        mock.patch("flows.reading.events.file.EVENT_FILE_LIMIT", 100),
        mock.patch.object(buckets, "store_of", wraps=buckets.store_of) as asked,
    ):
        spend(small.there)
    assert set(verdicts(small.there).values()) == {"quarantined"}
    read = ask(small.there, "select count(*) from files where size_bytes <= 100")[0][0]
    assert asked.call_count == 1 + read  # the list, and each of the small ones


def test_nothing_of_the_keys_stands_in_house_or_messages(small: Bucket) -> None:
    spend(small.there)
    with pytest.raises(HouseError) as error:
        spend(small.there._replace(logs=Path("s3://nosuch/place")))
    kept = [each.read_bytes() for each in small.there.house.rglob("*") if each.is_file()]
    assert kept and not any(SECRET.encode() in each for each in kept)
    assert SECRET not in str(error.value) and "NoSuchBucket" in str(error.value)


def test_a_bucket_without_objects_or_rights_is_refused(
    small: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(HouseError, match="found no object, expected the log root"):
        spend(small.there._replace(logs=small.there.logs / "nothing"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    buckets.store_of.cache_clear()
    with pytest.raises(HouseError, match=r"s3://lab/.*: cannot be read .*SignatureDoesNotMatch"):
        spend(small.there)
    assert House.at(small.there.house).current_version() is None


def test_most_folders_gone_from_a_bucket_at_once_are_no_news(small: Bucket) -> None:
    spend(small.there)
    small.store.delete(
        [path for page in small.store.list() for each in page if (path := each["path"])[0] == "1"]
    )
    small.store.delete(
        [path for page in small.store.list() for each in page if (path := each["path"])[:3] == "2_a"]
    )
    with pytest.raises(HouseError, match=r"3 of 4 known folders are gone .*Check that s3://lab/"):
        spend(small.there)


class Typed:
    """What cyclopts hands a converter."""

    def __init__(self, value: str) -> None:
        self.value, self.keyword, self.source = value, "--logs", "cli"


@pytest.mark.parametrize("address", ["s3://lab:secret@bucket/x", "az://box/x?sig=abc", "gs://", "s3:///"])
def test_an_address_with_keys_or_without_a_bucket_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(UsageError, match="expected") as error:
        named_root(None, [Typed(address)])  # type: ignore[list-item]
    assert "secret" not in str(error.value) and "sig" not in str(error.value)


def test_workers_of_a_cluster_read_a_bucket_too(small: Bucket, server: ObjectStore, tmp_path: Path) -> None:
    spend(small.here)
    (tmp_path / "dask").mkdir()
    with (
        dask_cluster(tmp_path / "dask", 1, "--no-nanny", **server.environment) as cluster,
        mock.patch("flows.reading.batches.BATCH_BYTES", 2_000),
    ):
        spend(small.there._replace(cluster=cluster.address))
    one, other = small.tables()
    assert one == other
