"""Each system call by which a night changes the house fails in turn; then the disk is full."""

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.conftest import Place
from tests.torture.folders import write_small_folder
from tests.torture.published import check_whole

ERRORS = (errno.EIO, errno.ENOSPC, errno.EACCES)


def test_a_failing_call_leaves_the_old_version_and_the_next_night_heals(
    place: Place, figures: dict[str, str], is_full: bool
) -> None:
    """Every call in the long form; in the short one, the first of each kind that follows another kind."""
    assert not place.night().error
    write_small_folder(place.logs, "1_more")
    house, start = place.house.root, place.house.root.with_name("start")
    shutil.copytree(house, start, symlinks=True)
    before = check_whole(place.house)
    calls = place.night().calls
    after = check_whole(place.house)
    assert before != after
    assert {"chmod", "fsync", "mkdir", "pwrite", "rename", "replace", "symlink"} <= {
        c.split()[0] for c in calls
    }
    chosen = range(1, len(calls) + 1) if is_full else [1 + calls.index(call) for call in dict.fromkeys(calls)]
    visible = 0
    for place_in, fail_at in enumerate(chosen):
        shutil.rmtree(house)
        shutil.copytree(start, house, symlinks=True)
        ended = place.night(fail_at=fail_at, errno=ERRORS[place_in % len(ERRORS)])
        now = check_whole(place.house)
        assert now in (before, after), calls[fail_at - 1]
        visible += now == after
        if ended.error:
            assert ended.error in ("HouseError", "StageError"), (calls[fail_at - 1], ended)
            assert now == before or "nothing was published" not in ended.message, (calls[fail_at - 1], ended)
        else:  # a call on whose success nothing depends, such as removing a file that is not there
            assert now == after, calls[fail_at - 1]
        healed = place.night()
        assert not healed.error, (calls[fail_at - 1], healed)
        assert check_whole(place.house) == after
    figures["failing system calls"] = (
        f"{len(chosen)} of the {len(calls)} calls of a night on its house failed in turn (EIO, ENOSPC, EACCES): "
        f"{len(chosen) - visible} left yesterday's version, {visible} the new one, 0 anything else; every next night healed"
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no tmpfs could be mounted here: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_leaves_the_old_version(place: Place, small_disk: Path, figures: dict[str, str]) -> None:
    full = place._replace(house=place.house._replace(root=small_disk / "house"))
    assert not full.night().error
    before = check_whole(full.house)
    write_small_folder(full.logs, "1_more")
    tried = 0
    for left in (0, 100_000, 1_000_000, 2_500_000):
        free = os.statvfs(small_disk)
        fill = small_disk / "fill"
        fill.write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - left)))
        ended = full.night()
        now = check_whole(full.house)
        if ended.error:
            tried += 1
            assert now == before
            assert ended.error in ("HouseError", "StageError"), ended
            assert "o space left" in ended.message, ended
        fill.unlink()
    assert tried
    assert not full.night().error
    assert check_whole(full.house) != before
    figures["disk full"] = (
        f"{tried} nights ran out of space on a tmpfs, {tried} left yesterday's version, the next healed"
    )


def test_a_house_that_became_read_only_keeps_its_version_and_says_so(
    place: Place, small_disk: Path, figures: dict[str, str]
) -> None:
    house = place._replace(house=place.house._replace(root=small_disk / "house"))
    assert not house.night().error
    before = check_whole(house.house)
    write_small_folder(house.logs, "1_more")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    try:
        ended = house.night()
        assert ended.error == "HouseError", ended
        assert "ead-only file system" in ended.message and str(house.house.root) in ended.message
        assert check_whole(house.house) == before
    finally:
        subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    assert not house.night().error
    assert check_whole(house.house) != before
    figures["read-only house"] = (
        "refused in a sentence that names the house, still readable, the next night healed"
    )
