"""Nights whose logs are read by the workers of a Dask cluster, some of which die."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

import dask
import distributed  # noqa: F401  its defaults must be there before a test sets some
import pytest
from tensorboard.summary.writer.record_writer import RecordWriter

from flows.cluster import cluster as clusters
from flows.cluster.attempt import MOST, make
from flows.house.errors import HouseError, UsageError
from flows.house.house import House
from flows.night import Order, Summary, night
from flows.reading.extract import extract
from flows.warehouse import warehouse
from sample.write_logs import scalar
from tests.dask_cluster import DaskCluster, dask_cluster
from tests.houses import ROOT, ask, contents, spend
from tests.made_once import copied
from tests.prefect_server import die_with_parent
from tests.torture.folders import (
    NOW,
    TAG,
    event_file,
    write_least_study,
    write_small_folder,
    write_small_study,
)

BATCH_BYTES = 2_000  # a folder or two in a batch


@pytest.fixture(autouse=True)
def small_batches() -> Iterator[None]:
    with (
        mock.patch("flows.reading.batches.BATCH_BYTES", BATCH_BYTES),
        dask.config.set({"distributed.comm.timeouts.connect": "2s"}),
    ):
        yield


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with dask_cluster(tmp_path_factory.mktemp("dask")) as started:
        yield started


@pytest.fixture
def order(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Eight folders of a small study, of which nothing is read yet; beside them a house where a night on this machine
    read them."""
    spent = copied(tmp_path_factory, "cluster", here, tmp_path)
    return spent._replace(house=spent.house.with_name("house"))


def here(place: Path) -> Order:
    for number in range(8):
        write_small_folder(place / "logs", f"{1 + number % 2}_r{number}")
    write_least_study(place / "studies")
    order = Order(place / "logs", place / "studies", place / "here")
    spend(order)
    return order


@pytest.fixture
def expected(order: Order) -> dict[str, list[str]]:
    """What a night on this machine makes of them."""
    return tables(order._replace(house=order.house.with_name("here")))


def tables(order: Order) -> dict[str, list[str]]:
    """Every table with its keys, but for the hour at which a night was spent."""
    found = contents(order, is_whole=True)
    return {name: found[name] for name in warehouse.tables() if name != "nights"}


def add(number: int) -> int:
    return number + 1


def test_a_night_on_a_cluster_makes_the_same_of_the_sample(
    cluster: DaskCluster, published_house: Summary, order: Order
) -> None:
    sample = Order(
        ROOT / "sample" / "logs", ROOT / "models" / "studies", order.house, cluster=cluster.address
    )
    with mock.patch("flows.reading.batches.BATCH_BYTES", 20_000):
        spend(sample)
    assert tables(sample) == tables(sample._replace(house=published_house.house.root))


def test_later_nights_make_the_same_too(cluster: DaskCluster, order: Order) -> None:
    orders = [order._replace(house=order.house.with_name("here")), order._replace(cluster=cluster.address)]
    spend(orders[1])
    write_small_folder(order.logs, "1_later")
    with event_file(order.logs / "2_r1").open("ab") as stream:
        RecordWriter(stream).write(scalar(1.7e9, 9, TAG, 50.0).SerializeToString())
    for each in orders:
        spend(each)
    one, other = map(tables, orders)
    assert one == other
    assert ask(orders[1], "select max(night_id) from nights") == [(2,)]


def test_pages_of_many_studies_are_drawn_by_the_workers_and_are_the_same(
    cluster: DaskCluster, order: Order
) -> None:
    """Two nights: the second draws what changed, and links what did not."""
    write_small_study(order.studies, "other", "other_{run}_{replicate}")
    for name in ("1_a", "2_a", "other_1_a", "other_3_a"):
        write_small_folder(order.logs, name)
    orders = [order._replace(house=order.house.with_name(name)) for name in ("drawn_here", "drawn_there")]
    orders[1] = orders[1]._replace(cluster=cluster.address)
    with mock.patch("flows.stages.pages.STUDIES_AT_ONCE", 1):
        for later in (False, True):
            if later:
                write_small_folder(order.logs, "other_1_b")
            for each in orders:
                night(each, NOW)
            one, other = (pages(House.at(each.house).site) for each in orders)
            assert one == other
            assert any(path.startswith("other/") for path in one)
    assert not list((orders[1].house / "staging").rglob("*.html"))


def pages(site: Path) -> dict[str, bytes]:
    """The files of the studies; other pages say how long a night took."""
    files = [
        path for name in ("small", "other") for path in (site / name).resolve().rglob("*") if path.is_file()
    ]
    return {str(path.relative_to(site.resolve())): path.read_bytes() for path in files}


@pytest.mark.parametrize("nanny", ["--no-nanny", "--nanny"])
def test_a_killed_worker_is_replaced_and_nothing_is_lost_or_doubled(
    nanny: str, order: Order, expected: dict[str, list[str]], tmp_path: Path
) -> None:
    (tmp_path / "dask").mkdir()
    with dask_cluster(tmp_path / "dask", 2, nanny) as cluster:
        cluster.victim.write_text("0")
        attempts: list[int] = []
        with mock.patch("flows.reading.extract.extract", noting(attempts)):
            spend(order._replace(cluster=cluster.address))
        assert not cluster.victim.exists()
    assert tables(order) == expected
    assert sorted(attempts)[-1] == 2, "nobody died at a batch"


def noting(attempts: list[int]) -> object:
    """The stage's own way to read, which also notes the number of the attempt that each batch came from."""

    def carry_out(*arguments: object) -> object:
        shards = extract(*arguments)  # type: ignore[arg-type]
        attempts.extend(int(each.folders.parent.name.partition("-")[2]) for each in shards)
        return shards

    return carry_out


def test_the_third_death_at_a_batch_ends_the_night(order: Order, tmp_path: Path) -> None:
    order = order._replace(house=order.house.with_name("here"))
    before = House.at(order.house).current_version()
    write_small_folder(order.logs, "1_later")
    (tmp_path / "dask").mkdir()
    # Without a nanny: now and then one does not bring its worker back.
    with dask_cluster(tmp_path / "dask", MOST + 1) as cluster:
        cluster.victim.write_text(" ".join("0" * MOST))
        with pytest.raises(HouseError, match="3 workers died at the batch 00000, expected one to read it"):
            spend(order._replace(cluster=cluster.address))
    assert House.at(order.house).current_version() == before
    spend(order)
    assert ask(order, "select count(*) from runs where verdict = 'accepted'") == [(9,)]


def test_a_scheduler_that_is_killed_leaves_the_version_before(
    order: Order, expected: dict[str, list[str]], tmp_path: Path
) -> None:
    (tmp_path / "dask").mkdir()
    with dask_cluster(tmp_path / "dask") as cluster:
        cluster.victim.write_text(str(cluster.scheduler.pid))
        with pytest.raises(HouseError, match="the scheduler went away"):
            spend(order._replace(cluster=cluster.address))
    assert House.at(order.house).current_version() is None
    spend(order)
    assert tables(order) == expected


NIGHT = """
import sys
from pathlib import Path
from unittest import mock
from tests.houses import spend
from flows.night import Order
with mock.patch("flows.reading.batches.BATCH_BYTES", int(sys.argv[1])):
    spend(Order(*map(Path, sys.argv[2:5]), cluster=sys.argv[5]))
"""


def begin_night(order: Order, **environment: str) -> subprocess.Popen[bytes]:
    """A night in a process of its own."""
    words = [str(BATCH_BYTES), *map(str, order[:3]), order.cluster]
    return subprocess.Popen(
        [sys.executable, "-c", NIGHT, *words],
        cwd=ROOT,
        env=os.environ | environment,
        preexec_fn=die_with_parent,
    )


def test_a_coordinator_that_is_killed_leaves_the_version_before(
    cluster: DaskCluster, order: Order, expected: dict[str, list[str]]
) -> None:
    night = begin_night(order._replace(cluster=cluster.address))
    cluster.victim.write_text(str(night.pid))
    assert night.wait(120) == -signal.SIGKILL
    assert House.at(order.house).current_version() is None
    spend(order._replace(cluster=cluster.address))
    assert tables(order) == expected


def test_a_worker_of_another_make_is_refused_with_both_makes(cluster: DaskCluster, order: Order) -> None:
    other = {**make(), "doehouse": "9.9.9"}
    with (
        mock.patch.object(clusters, "make", lambda: other),
        pytest.raises(HouseError, match=r"found python .*doehouse 0\..*, expected python .*doehouse 9\.9\.9"),
    ):
        spend(order._replace(cluster=cluster.address))
    assert House.at(order.house).current_version() is None


def test_workers_that_do_not_see_the_house_are_refused(cluster: DaskCluster, tmp_path: Path) -> None:
    away = tmp_path / "on_no_disk_of_theirs" / "00000"
    with pytest.raises(HouseError, match=r"cannot write to .*on_no_disk_of_theirs .*Mount it there"):
        clusters.carry_out_on(cluster.address, os.fspath, [(away,)], [away])


def test_workers_that_do_not_see_the_logs_are_refused(cluster: DaskCluster, order: Order) -> None:
    def elsewhere(logs: Path, *arguments: object) -> object:
        return extract(logs.with_name("other"), *arguments)  # type: ignore[arg-type]

    with (
        mock.patch("flows.reading.extract.extract", elsewhere),
        pytest.raises(HouseError, match=r"found none of the \d+ files of a batch, .*Mount it there"),
    ):
        spend(order._replace(cluster=cluster.address))


def test_a_cluster_without_workers_is_not_waited_for_for_ever(order: Order, tmp_path: Path) -> None:
    (tmp_path / "dask").mkdir()
    with (
        dask_cluster(tmp_path / "dask", 0) as cluster,
        mock.patch.object(clusters, "WORKERS_SECONDS", 1),
        pytest.raises(HouseError, match="found no worker for 1 s"),
    ):
        spend(order._replace(cluster=cluster.address))


def test_an_address_where_nobody_answers_is_told(order: Order, tmp_path: Path) -> None:
    with (
        mock.patch.object(clusters, "CONNECT_SECONDS", 1),
        pytest.raises(HouseError, match=r"tcp://127\.0\.0\.1:9: cannot be reached"),
    ):
        spend(order._replace(cluster="tcp://127.0.0.1:9"))


@pytest.mark.parametrize(
    "address",
    ["tcp://head:8786", "tcp://10.0.0.7:8786", "head:8786", "ws://127.0.0.1:8786", "tcp://", "tls://"],
)
def test_an_open_scheduler_elsewhere_is_refused(address: str, order: Order) -> None:
    with pytest.raises(UsageError, match="whoever reaches a Dask scheduler without TLS runs code"):
        spend(order._replace(cluster=address))


def test_results_come_in_order_however_many_there_are(cluster: DaskCluster, tmp_path: Path) -> None:
    targets = [tmp_path / f"{number:05d}" for number in range(50)]
    found = clusters.carry_out_on(cluster.address, seen, [(number,) for number in range(50)], targets)
    assert found == [(number, f"{number:05d}-1") for number in range(50)]


def seen(number: int, folder: Path) -> tuple[int, str]:
    return number, folder.name


def openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the keys")
def test_a_night_goes_over_tls_by_the_environment_alone(
    order: Order, expected: dict[str, list[str]], tmp_path: Path
) -> None:
    home, key, cert = tmp_path / "dask", tmp_path / "dask" / "key.pem", tmp_path / "dask" / "cert.pem"
    home.mkdir()
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=dask",
            "-keyout", str(key), "-out", str(cert))  # fmt: skip
    roles: Sequence[str] = ("CLIENT", "SCHEDULER", "WORKER")
    settings = {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(cert),
        **{f"DASK_DISTRIBUTED__COMM__TLS__{role}__CERT": str(cert) for role in roles},
        **{f"DASK_DISTRIBUTED__COMM__TLS__{role}__KEY": str(key) for role in roles},
        "DASK_DISTRIBUTED__COMM__DEFAULT_SCHEME": "tls",
    }
    with dask_cluster(home, 1, "--no-nanny", "--protocol", "tls", **settings) as cluster:
        assert cluster.address.startswith("tls://")
        night = begin_night(order._replace(cluster=cluster.address), **settings)
        assert night.wait(120) == 0
    assert tables(order) == expected
