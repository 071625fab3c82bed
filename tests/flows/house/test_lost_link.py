"""A house that was copied without its links, or with them followed, loses no version and says what to do."""

import os
import shutil
from pathlib import Path

import pytest

from flows.house.current import refuse_lost_link
from flows.house.errors import HouseError
from flows.house.house import DATABASE, House
from flows.house.lock import hold
from flows.house.publishing import publish
from flows.house.recovery import recover
from flows.house.rollback import rollback
from tests.commands import doehouse_here


def publish_text(house: House, content: str) -> Path:
    recover(house)
    (house.staging / DATABASE).write_text(content)
    (house.staging / "site").mkdir()
    return publish(house, {"night_id": 1})


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House.at(tmp_path / "house")
    with hold(house):
        for content in ("first", "second", "third"):
            publish_text(house, content)
    return house


def spoil(version: Path) -> None:
    (version / DATABASE).chmod(0o644)
    (version / DATABASE).write_text("THIRD")


@pytest.mark.parametrize("is_dangling", [False, True])
def test_a_missing_link_is_refused_with_the_newest_whole_version_and_the_command(
    house: House, is_dangling: bool
) -> None:
    house.current.unlink()
    if is_dangling:
        house.current.symlink_to("versions/000009")
    spoil(house.versions / "000003")
    command = f"`doehouse rollback --to 2 --house {house.root}` links it again"
    with pytest.raises(HouseError, match=command):
        recover(house)
    assert [each.name for each in house.all_versions()] == ["000001", "000002", "000003"]
    for words in (["doctor"], ["sql", "select 1"], ["open"], ["export", "out"]):
        ended = doehouse_here(*words, "--house", house.root)
        assert ended.returncode == 1 and command in ended.stdout + ended.stderr, ended
        assert "Traceback" not in ended.stderr
    ended = doehouse_here("rollback", "--to", 2, "--house", house.root)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (house.root / DATABASE).read_text() == "second"
    refuse_lost_link(house)


def test_rollback_without_a_number_links_the_newest_whole_version(house: House) -> None:
    house.current.unlink()
    spoil(house.versions / "000003")
    assert rollback(house).name == "000002"


def test_a_house_without_any_whole_version_says_so(house: House) -> None:
    house.current.unlink()
    for version in house.all_versions():
        spoil(version)
    with pytest.raises(HouseError, match="None of the versions is as it was published: restore the house"):
        recover(house)
    assert len(house.all_versions()) == 3


def test_a_copy_with_its_links_followed_says_how_it_becomes_a_house_again(
    house: House, tmp_path: Path
) -> None:
    copy = House.at(tmp_path / "copy")
    shutil.copytree(house.root, copy.root)  # as cp -rL does
    with pytest.raises(HouseError, match=r"copied with its links followed. Remove .*/copy/current, "):
        recover(copy)
    for words in (["doctor"], ["sql", "select 1"], ["rollback"]):
        ended = doehouse_here(*words, "--house", copy.root)
        assert ended.returncode == 1 and "copied with its links followed" in ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
    shutil.rmtree(copy.current)
    shutil.rmtree(copy.root / "site")
    (copy.root / DATABASE).unlink()
    assert doehouse_here("rollback", "--house", copy.root).returncode == 0
    assert (copy.root / DATABASE).read_text() == "third"


def test_versions_on_another_disk_are_refused(house: House) -> None:
    away = Path("/dev/shm") / f"doehouse-{os.getpid()}"
    if house.root.stat().st_dev == Path("/dev/shm").stat().st_dev:
        away = Path("/var/tmp") / away.name
    assert away.parent.stat().st_dev != house.root.stat().st_dev
    try:
        shutil.move(house.versions, away)
        house.versions.symlink_to(away)
        with pytest.raises(HouseError, match=r"lies on another disk than .*/staging, expected one disk"):
            recover(house)
        assert (house.root / DATABASE).read_text() == "third"
    finally:
        shutil.rmtree(away)


def test_a_first_version_that_its_night_did_not_live_to_link_is_linked(tmp_path: Path) -> None:
    house = House.at(tmp_path / "house")
    publish_text(house, "first")
    house.current.unlink()
    (house.root / ".last-success").unlink()
    recover(house)
    assert (house.root / DATABASE).read_text() == "first"
