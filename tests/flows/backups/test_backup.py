"""A version that was backed up comes back byte for byte, into the house or a new one; damage is refused."""

import os
import shutil
from pathlib import Path

import pytest

from flows.backups.backup import back_up, restore
from flows.house.errors import HouseError
from flows.house.house import DATABASE, House
from flows.house.manifest import digest, verify
from flows.house.publishing import publish
from flows.house.recovery import recover
from tests.commands import doehouse, doehouse_here
from tests.object_store import SECRET, object_store


def publish_text(house: House, content: str) -> Path:
    recover(house)
    (house.staging / DATABASE).write_text(content)
    (house.staging / "site" / "assets").mkdir(parents=True)
    (house.staging / "site" / "index.html").write_text(f"<p>{content}</p>")
    (house.staging / "site" / "assets" / "style.css").write_text("p {}")
    return publish(house, {"night_id": 1})


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House.at(tmp_path / "house")
    publish_text(house, "first")
    return house


def files(version: Path) -> dict[str, str]:
    found = (path for path in version.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(version).as_posix(): digest(path) for path in found}


def test_a_version_comes_back_byte_for_byte_into_a_new_house(house: House, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    ended = doehouse_here("backup", place, "--house", house.root)
    assert ended.stdout == f"version 1 is at {place}: 4 files, 4 of them new there\n"
    elsewhere = House.at(tmp_path / "elsewhere")
    ended = doehouse_here("restore", place, "--house", elsewhere.root)
    assert ended.stdout == f"current: {elsewhere.versions}/000001\n"
    verify(elsewhere.versions / "000001")
    assert files(elsewhere.versions / "000001") == files(house.versions / "000001")


def test_only_what_is_new_is_copied_and_an_older_version_can_be_chosen(house: House, tmp_path: Path) -> None:
    place = str(tmp_path / "backup")
    assert back_up(house, place) == (1, 4, 4)
    publish_text(house, "second")
    assert back_up(house, place) == (2, 4, 3)  # all but the style
    assert back_up(house, place) == (2, 4, 0)
    assert restore(house, place, 1).name == "000003"
    assert (house.root / DATABASE).read_text() == "first"
    assert [each.name for each in house.all_versions()] == ["000001", "000002", "000003"]
    with pytest.raises(HouseError, match=r"found no backup of version 7, expected .* \(1, 2\)"):
        restore(house, place, 7)


def test_a_content_is_compressed(house: House, tmp_path: Path) -> None:
    publish_text(house, "many " * 100_000)
    back_up(house, str(tmp_path / "backup"))
    assert sum(path.stat().st_size for path in (tmp_path / "backup").rglob("*.zst")) < 5_000


@pytest.mark.parametrize("damage", ["flipped", "missing"])
def test_a_damaged_backup_publishes_nothing(house: House, tmp_path: Path, damage: str) -> None:
    place = tmp_path / "backup"
    back_up(house, str(place))
    (path,) = place.rglob(f"{digest(house.warehouse)}.zst")
    if damage == "missing":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 4
        path.write_bytes(content)
    elsewhere = House.at(tmp_path / "elsewhere")
    with pytest.raises(
        HouseError, match=r"the content .* (is damaged|cannot be read).*nothing was published"
    ):
        restore(elsewhere, str(place))
    assert elsewhere.current_version() is None


def test_a_version_that_somebody_wrote_to_is_not_backed_up(house: House, tmp_path: Path) -> None:
    database = house.versions / "000001" / DATABASE
    database.chmod(0o644)
    database.write_text("FIRST")
    with pytest.raises(HouseError, match="F404"):
        back_up(house, str(tmp_path / "backup"))


def test_a_lost_house_is_told_and_a_place_that_cannot_be_written_too(tmp_path: Path, house: House) -> None:
    with pytest.raises(HouseError, match="found no published version"):
        back_up(House.at(tmp_path / "nothing"), str(tmp_path / "backup"))
    (tmp_path / "file").write_text("")
    with pytest.raises(HouseError, match="cannot be reached"):
        back_up(house, str(tmp_path / "file" / "backup"))
    with pytest.raises(HouseError, match="cannot be reached"):
        back_up(house, "nonsense://bucket")
    shutil.rmtree(tmp_path / "house")


def test_a_bucket_holds_versions_as_a_folder_does(house: House, tmp_path: Path) -> None:
    """On a real S3 server; endpoint and keys stand in the environment, as for other tools."""
    (tmp_path / "weed").mkdir()
    with object_store(tmp_path / "weed") as server:
        given = os.environ | server.environment
        place = f"{server.bucket}/backups/lab"
        ended = doehouse("backup", place, "--house", house.root, env=given)
        assert ended.stdout == f"version 1 is at {place}: 4 files, 4 of them new there\n", ended.stderr
        publish_text(house, "second")
        ended = doehouse("backup", place, "--house", house.root, env=given)
        assert ended.stdout == f"version 2 is at {place}: 4 files, 3 of them new there\n", ended.stderr
        elsewhere = House.at(tmp_path / "elsewhere")
        for number, content in ((1, "first"), (2, "second")):
            words = ("--to", number, "--house", elsewhere.root)
            ended = doehouse("restore", place, *words, env=given)
            assert ended.returncode == 0, ended.stderr
            assert (elsewhere.root / DATABASE).read_text() == content
        refused = doehouse("backup", "s3://nowhere/x", "--house", house.root, env=given)
        assert (refused.returncode, SECRET in refused.stderr) == (1, False)
        assert "s3://nowhere/x: cannot be reached" in refused.stderr and "Traceback" not in refused.stderr
