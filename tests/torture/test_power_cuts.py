"""Power cuts: a house's disk as it was at an instant, its journal replayed, and what is then published.

The house stands on an ext4 file system in a loop image that leaves as much as it may in memory (`commit=300,
noauto_da_alloc`); a copy of the image while a night stands still is what a machine finds that lost its power.
"""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from flows.house.house import House
from tests.torture.conftest import Place
from tests.torture.published import check_whole
from tests.torture.test_kills import grow

LAZY = "loop,commit=300,noauto_da_alloc"


@contextmanager
def mounted(image: Path, options: str) -> Iterator[Path]:
    place = image.with_name(f"{image.name}.mounted")
    place.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-o", options, image, place], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no loop image could be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


@pytest.fixture
def disk() -> Iterator[Path]:
    """A mounted loop image, next to it the image itself, on a disk whatever the other temporary folders lie on."""
    if not shutil.which("mkfs.ext4"):
        pytest.skip("mkfs.ext4 is missing")
    with TemporaryDirectory() as folder:
        image = Path(folder, "disk")
        with image.open("wb") as file:
            file.truncate(256 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
        with mounted(image, LAZY) as place:
            yield place


def cut(image: Path, house: House) -> object:
    """The content of what the house publishes after a power cut at this instant."""
    found = image.with_name("found")
    subprocess.run(["cp", "--sparse=always", image, found], check=True)
    with mounted(found, "loop") as place:
        return check_whole(House.at(place / house.root.name))


def lost_versions(place: Place, disk: Path, cuts: int, **how: object) -> tuple[int, int, int]:
    """Of so many power cuts, half of them after a night had said that it was done: those where its version was
    lost; those in the middle of a night that found the version before, and the one after."""
    image = disk.with_name("disk")
    draw = random.Random(20231124)
    assert not place.night(**how).error
    os.sync()
    before = check_whole(place.house)
    lost = older = newer = 0
    seconds = 1.0
    for number in range(cuts):
        grow(place.logs, number)
        began = time.monotonic()
        pid = place.begin(**how)
        found = None
        if number % 2:
            time.sleep(draw.uniform(0, seconds))
            os.kill(pid, signal.SIGSTOP)
            found = cut(image, place.house)
            os.kill(pid, signal.SIGCONT)
        ended = place.server.wait(pid)
        assert ended.version and not ended.error, ended
        after = check_whole(place.house) if number % 2 else None
        if not number % 2:
            seconds = time.monotonic() - began
            found = cut(image, place.house)
            after = check_whole(place.house)
            lost += found != after
        else:
            older += found == before
            newer += found == after
        assert found in (before, after), "neither the version before nor the one after"
        before = after
        # What a night leaves in memory is not the next one's doing.
        os.sync()
    return lost, older, newer


def test_a_power_cut_loses_no_version_that_a_night_called_published(
    place: Place, disk: Path, figures: dict[str, str], is_full: bool
) -> None:
    cuts = 60 if is_full else 6
    on_disk = place._replace(house=House.at(disk / "house"))
    lost, older, newer = lost_versions(on_disk, disk, cuts, has_two_pages=not is_full)
    assert lost == 0
    figures["power cuts"] = (
        f"{cuts} copies of a loop image, ext4's journal replayed: {(cuts + 1) // 2} after a night had ended, "
        f"0 lost; {cuts // 2} in its middle, {older} the version before, {newer} the one after"
    )


def test_without_syncing_folders_a_power_cut_loses_a_version(
    place: Place, disk: Path, figures: dict[str, str], is_full: bool
) -> None:
    """The control: that the cuts above would have shown it."""
    cuts = 20 if is_full else 4
    on_disk = place._replace(house=House.at(disk / "house"))
    lost, _, _ = lost_versions(on_disk, disk, cuts, is_lazy=True, has_two_pages=not is_full)
    assert lost
    figures["power cuts, folders not synced"] = (
        f"the control: {lost} of {(cuts + 1) // 2} versions that a night had called published were lost"
    )
