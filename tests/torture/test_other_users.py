"""Other users of a house: readers without rights, writers where there should be none, a disk of another machine."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import flows.house.disk
from flows.backups.backup import back_up
from flows.commands.care.doctor import examine
from flows.house.errors import HouseError
from flows.house.house import DATABASE, House
from flows.house.strangers import is_locked, is_written_to
from flows.night import Order
from tests.commands import DOEHOUSE, doehouse, doehouse_here
from tests.houses import NOW, ask, spend
from tests.made_once import copied
from tests.torture.folders import after_a_night, write_small_folder

ANOTHER = 65534
# Root without what lets it pass over rights is a user like others.
WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")
AT_WORK = """
import duckdb, sys
warehouse = duckdb.connect(sys.argv[1])
if "change" in sys.argv:
    warehouse.execute("create table stranger as select 1 as one")
print("open", flush=True)
sys.stdin.readline()
import os
os._exit(9)
"""


@pytest.fixture
def order(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Folders of both runs after a first night."""
    return copied(tmp_path_factory, "after_a_night", after_a_night, tmp_path)


@contextmanager
def stranger(order: Order, *words: str) -> Iterator[None]:
    """Another process that has the published warehouse open for writing, as who may change its rights can; it dies
    without closing it."""
    published = order.house / "current" / DATABASE
    published.chmod(0o644)
    command = [sys.executable, "-c", AT_WORK, str(published), *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "open\n"
        try:
            yield
        finally:
            process.kill()


@pytest.mark.parametrize("deed", ["open", "change"])
def test_who_has_the_published_file_open_for_writing_stops_no_night(order: Order, deed: str) -> None:
    """He is still at it, and may have left a log of changes beside the published file."""
    house = House.at(order.house)
    with stranger(order, deed):
        version = house.current_version()
        assert version and is_locked(version / DATABASE)
        assert (version / f"{DATABASE}.wal").exists() == (deed == "change")
        write_small_folder(order.logs, "1_new")
        assert spend(order, NOW).night["folders_new"] == 1
        assert not is_written_to(house)
    assert "somebody opened it for writing" in (order.house / "night.log").read_text()
    assert ask(order, "select count(*) from runs where verdict = 'accepted'") == [(5,)]
    assert ask(order, "select count(*) from duckdb_tables() where table_name = 'stranger'") == [(0,)]
    assert spend(order, NOW).version is None


def test_what_a_stranger_left_is_told_and_healed_by_a_night_without_news(
    order: Order, tmp_path: Path
) -> None:
    house = House.at(order.house)
    with stranger(order, "change"):
        pass
    assert [each.found for each in examine(house, NOW) if each.name == "version" and not each.is_well]
    assert back_up(house, str(tmp_path / "backup"))[0] == 1
    assert f"{DATABASE}.wal" not in next((tmp_path / "backup" / "versions").iterdir()).read_text()
    assert spend(order, NOW).version == house.versions / "000002"
    assert [each.found for each in examine(house, NOW) if each.name == "version"] == [
        "000002, equal to its manifest"
    ]


@pytest.mark.parametrize(("mask", "is_public"), [("077", False), ("027", False), ("022", True)])
def test_the_group_of_a_house_may_read_it_whatever_the_umask(
    order: Order, tmp_path: Path, mask: str, is_public: bool
) -> None:
    place = tmp_path / "other"
    words = ["night", "--logs", order.logs, "--studies", order.studies, "--house", place]
    environment = os.environ | {"LC_ALL": "C", "HOME": "/proc/none"}
    if mask == "077":
        ended = doehouse(*words, env=environment, umask=0o077)
    else:
        before = os.umask(int(mask, 8))
        try:
            ended = doehouse_here(*words, env=environment)
        finally:
            os.umask(before)
    assert ended.returncode == 0, ended.stderr
    assert place.stat().st_mode & 0o777 == (0o755 if is_public else 0o750)
    for path in place.rglob("*"):
        if path.name == ".lock":
            assert path.stat().st_mode & 0o777 == 0o600
        elif not path.is_symlink():
            wanted = 0o555 if path.is_dir() else 0o444
            assert path.stat().st_mode & wanted == wanted, path


def test_the_rights_of_a_house_that_is_there_are_left_as_they_are(tmp_path: Path, order: Order) -> None:
    order = order._replace(house=tmp_path / "mine")
    order.house.mkdir(mode=0o700)
    order.house.chmod(0o2710)
    spend(order, NOW)
    assert order.house.stat().st_mode & 0o7777 == 0o2710


@pytest.mark.skipif(os.geteuid() != 0, reason="gives the house to another user, which only root may")
def test_who_may_not_write_can_read_and_examine(order: Order) -> None:
    for path in (order.house, *order.house.rglob("*")):
        os.chown(path, ANOTHER, ANOTHER, follow_symlinks=False)
    before = sorted((path, path.lstat().st_mtime_ns) for path in order.house.rglob("*"))

    def as_reader(*words: str) -> subprocess.CompletedProcess[str]:
        command = [*WITHOUT_RIGHTS, str(DOEHOUSE), *words, "--house", str(order.house)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    asked = as_reader("sql", "select count(*) as runs from runs", "--csv")
    assert (asked.stdout.split(), asked.returncode) == (["runs", "4"], 0), asked.stderr
    examined = as_reader("doctor")
    assert "well  lock: another user's" in examined.stdout, examined.stderr
    assert "well  version: 000001" in examined.stdout
    refused = as_reader("rollback")
    assert refused.returncode == 1 and "cannot be written (Permission denied)" in refused.stderr
    assert sorted((path, path.lstat().st_mtime_ns) for path in order.house.rglob("*")) == before


def test_a_house_on_the_disk_of_another_machine_is_refused(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"  # as the kernel writes them
    mounts.write_text(
        f"/dev/vda / ext4 rw,relatime 0 0\nfiler:/export {os.path.realpath(order.house)} nfs4 rw 0 0\n"
    )
    monkeypatch.setattr(flows.house.disk, "MOUNTS", mounts)
    write_small_folder(order.logs, "1_new")
    with pytest.raises(HouseError, match="lies on nfs4, expected a local disk"):
        spend(order, NOW)
    assert House.at(order.house).current_version() == House.at(order.house).versions / "000001"
    mounts.write_text(f"filer:/export {tmp_path / 'logs'} nfs4 rw 0 0\n/dev/vda / ext4 rw 0 0\n")
    assert spend(order, NOW).night["folders_new"] == 1
