"""The house: held by one night at a time, published by one swap, healed after any death, and left as it was."""

import errno
import fcntl
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.house import publishing
from flows.house.errors import HouseError, HouseHeldError, UsageError
from flows.house.house import DATABASE, House
from flows.house.lock import hold
from flows.house.manifest import digest, read_manifest, verify
from flows.house.publishing import publish
from flows.house.recovery import recover
from flows.house.rollback import rollback
from flows.house.versions import prune

HOLD = """
import sys, time
from pathlib import Path
from flows.house.house import House
from flows.house.lock import hold
with hold(House.at(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House.at(tmp_path / "house")
    with hold(house):
        recover(house)
    return house


@pytest.fixture
def holder(house: House) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the house."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(house.root)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def publish_text(house: House, content: str, keep: int = 7) -> Path:
    """Publish a version whose warehouse is a text; that is all the same to a house."""
    recover(house)
    (house.staging / DATABASE).write_text(content)
    (house.staging / "site").mkdir()
    (house.staging / "site" / "index.html").write_text(f"<p>{content}</p>")
    return publish(house, {"night_id": 1}, keep)


def numbers(house: House) -> list[int]:
    return [int(each.name) for each in house.all_versions()]


def test_a_house_that_another_process_holds_is_refused_at_once_by_name(
    house: House, holder: subprocess.Popen[str]
) -> None:
    with (
        pytest.raises(
            HouseHeldError, match=f"held by process {holder.pid} on .+ since 20.+, which is running a night"
        ),
        hold(house),
    ):
        pass


def test_doehouse_leaves_a_held_house_with_exit_code_3(
    house: House, holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    command = [sys.executable, "-m", "flows.commands.app", "night", "--logs", str(tmp_path / "logs")]
    ended = subprocess.run([*command, "--house", str(house.root)], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr.startswith(f"doehouse: {house.root}: held by process {holder.pid}")


def test_the_name_of_a_holder_is_awaited_for_a_moment(house: House) -> None:
    """Between the lock and its name in the file; whoever never writes one stays unknown."""
    with (house.root / ".lock").open("r+b", buffering=0) as lock:
        lock.truncate(0)
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(HouseHeldError, match="held by an unknown process"), hold(house):
            pass
        writer = threading.Timer(0.05, lock.write, [b"process 1234\n9\n"])
        writer.start()
        with pytest.raises(HouseHeldError, match="held by process 1234, which"), hold(house):
            pass
        writer.join()


def test_a_night_that_published_and_could_not_note_it_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_the_disk(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "touch", fill_the_disk)
    with pytest.raises(HouseError, match=r"versions/000001: is published, but what follows failed"):
        publish_text(house, "first")
    assert numbers(house) == [1]
    assert (house.root / DATABASE).read_text() == "first"


def test_the_kernel_lets_go_of_a_house_when_its_holder_is_killed(
    house: House, holder: subprocess.Popen[str]
) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with hold(house):
        pass


def test_a_house_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HouseError, match="cannot be written"), hold(House.at(tmp_path / "file" / "house")):
        pass


def test_a_version_is_read_only_and_says_what_it_is(house: House) -> None:
    version = publish_text(house, "first")
    assert version == house.current_version() == house.versions / "000001"
    assert (house.root / DATABASE).read_text() == "first"
    assert (house.root / "site" / "index.html").read_text() == "<p>first</p>"
    assert house.current.readlink() == Path("versions/000001")  # relative: a house can be moved
    files = [path for path in version.rglob("*") if path.is_file()]
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o444"}
    manifest = read_manifest(version)
    assert (manifest["version"], manifest["size_bytes"]) == (1, 5)
    assert manifest["sha256"] == digest(version / DATABASE)
    verify(version)


def test_everything_is_on_disk_before_the_link_is_swapped(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, str]] = []

    def noted(name: str, call: Callable[..., None]) -> Callable[..., None]:
        def noting(path: Path, *rest: object) -> None:
            done.append((name, path.name))
            call(path, *rest)

        return noting

    monkeypatch.setattr(publishing, "sync", noted("sync", publishing.sync))
    monkeypatch.setattr(publishing, "swap_link", noted("swap", publishing.swap_link))
    publish_text(house, "first")
    swap = done.index(("swap", "current"))
    before, after = done[:swap], done[swap:]
    for name in (DATABASE, "manifest.json", "index.html", "site", "version"):
        assert ("sync", name) in before, name
    assert before[-1] == ("sync", "versions")
    assert after[-1] == ("sync", house.root.name)


@pytest.mark.parametrize("step", ["seal", "link", "swap_link", "sync"])
def test_a_death_before_the_swap_leaves_the_version_before(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    publish_text(house, "first")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(publishing, step, die)
        publish_text(house, "second")
    assert (house.root / DATABASE).read_text() == "first"
    verify(house.versions / "000001")
    assert publish_text(house, "third").name == "000002"
    assert numbers(house) == [1, 2]
    assert (house.root / DATABASE).read_text() == "third"


def test_what_a_dead_night_left_is_removed(house: House) -> None:
    publish_text(house, "first")
    (house.staging / "half").write_text("")
    shutil.copytree(house.versions / "000001", house.versions / "000002")
    shutil.copytree(house.versions / "000001", house.versions / ".000000")
    (house.root / ".current-12345").symlink_to("versions/000002")
    recover(house)
    assert sorted(path.name for path in house.versions.iterdir()) == ["000001"]
    assert list(house.staging.iterdir()) == []
    assert sorted(path.name for path in house.root.iterdir()) == [
        *(".last-success", ".lock", "current", "site", "staging", "versions", DATABASE)
    ]


def test_a_warehouse_that_was_not_closed_is_not_published(house: House) -> None:
    publish_text(house, "first")
    (house.staging / f"{DATABASE}.wal").write_text("rows")
    (house.staging / DATABASE).write_text("second")
    with pytest.raises(HouseError, match="not closed cleanly"):
        publish(house, {})
    assert (house.root / DATABASE).read_text() == "first"


def test_the_oldest_versions_make_room_but_never_the_last_three_or_the_current_one(house: House) -> None:
    for content in "abcdef":
        publish_text(house, content, keep=4)
    assert numbers(house) == [3, 4, 5, 6]
    publish_text(house, "g", keep=1)
    assert numbers(house) == [5, 6, 7]
    rollback(house, 5)
    prune(house, 3)
    assert numbers(house) == [5, 6, 7]


def test_rollback_makes_an_older_version_current_and_the_next_builds_on_it(house: House) -> None:
    for content in ("first", "second", "third"):
        publish_text(house, content)
    assert rollback(house).name == "000002"
    assert (house.root / DATABASE).read_text() == "second"
    assert rollback(house, 1).name == "000001"
    with pytest.raises(UsageError, match="found no older version"):
        rollback(house)
    assert publish_text(house, "fourth").name == "000002"
    assert numbers(house) == [1, 2]


def test_rollback_refuses_a_version_that_is_not_there_and_says_which_are(house: House) -> None:
    for content in ("first", "second", "third"):
        publish_text(house, content)
    with pytest.raises(UsageError, match=r"found no older version 7, expected .* \(1, 2\)"):
        rollback(house, 7)


def test_rollback_refuses_a_version_that_somebody_wrote_to(house: House) -> None:
    publish_text(house, "first")
    publish_text(house, "second")
    database = house.versions / "000001" / DATABASE
    database.chmod(0o644)
    database.write_text("FIRST")
    with pytest.raises(HouseError, match="somebody wrote to the published file"):
        rollback(house)
    assert (house.root / DATABASE).read_text() == "second"


@pytest.mark.parametrize("deed", ["same size", "longer", "a log beside it"])
def test_a_written_version_is_noticed(house: House, deed: str) -> None:
    version = publish_text(house, "first")
    database = version / DATABASE
    database.chmod(0o644)
    if deed == "same size":
        database.write_text("FIRST")
    elif deed == "longer":
        database.write_text("first and more")
    else:
        (version / f"{DATABASE}.wal").write_text("rows")
    with pytest.raises(HouseError, match="F404"):
        verify(version)


def test_a_manifest_that_cannot_be_read_is_told(house: House) -> None:
    version = publish_text(house, "first")
    (version / "manifest.json").chmod(0o644)
    (version / "manifest.json").write_text("{")
    with pytest.raises(HouseError, match=r"manifest.json: .*expected the manifest of a published version"):
        verify(version)
