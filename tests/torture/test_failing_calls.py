"""Each system call by which a night changes the house fails in turn, or is its last; then the disk is full."""

import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.torture.conftest import Place
from tests.torture.failing_calls import CALLS
from tests.torture.folders import write_small_folder
from tests.torture.night_server import Ended
from tests.torture.published import check_whole

ERRORS = (errno.EIO, errno.ENOSPC, errno.EACCES)


class Start(NamedTuple):
    """A house whose next night has everything to do: rows to publish, and remains of a night killed at its swap."""

    place: Place
    is_bare: bool  # of its nights
    kept: Path  # a copy of the house
    calls: list[str]  # of the next night on the house
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None

    @classmethod
    def of(cls, place: Place, is_bare: bool) -> "Start":
        assert not place.night(is_bare=is_bare).error
        before = check_whole(place.house)
        write_small_folder(place.logs, "1_more")
        kept = place.house.root.with_name("kept")
        copy(place.house.root, kept)
        (swap,) = (
            call for call in place.night(is_bare=is_bare).calls if call.startswith("replace swap_link")
        )
        copy(kept, place.house.root)
        assert place.night(is_bare=is_bare, kill_at=swap).signal == signal.SIGKILL
        copy(place.house.root, kept)
        calls = place.night(is_bare=is_bare).calls
        after = check_whole(place.house)
        assert before != after
        assert {call.split()[0] for call in calls} == set(CALLS) - {"link"}
        return cls(place, is_bare, kept, calls, before, after)

    def night_with(self, **fault: object) -> tuple[Ended, bool]:
        """How a night on that house ended, and whether it published; what is published is checked, and the next
        night, which must heal what this one left."""
        copy(self.kept, self.place.house.root)
        ended = self.place.night(is_bare=self.is_bare, **fault)
        now = check_whole(self.place.house)
        assert now in (self.before, self.after), fault
        healed = self.place.night(is_bare=self.is_bare)
        assert not healed.error, (fault, healed)
        assert check_whole(self.place.house) == self.after, fault
        return ended, now == self.after


def one_a_line(calls: list[str], is_last: bool) -> list[int]:
    """The places of the first or the last of the calls that a line makes over and over."""
    places = range(len(calls)) if is_last else reversed(range(len(calls)))
    return list({calls[place].partition(" #")[0]: place for place in places}.values())


def copy(house: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(house, target, symlinks=True)


@pytest.fixture(scope="module")
def starts(places: list[Place], is_full: bool) -> list[Start]:
    with ThreadPoolExecutor(len(places)) as pool:
        return list(pool.map(Start.of, places, [not is_full] * len(places)))


def at_every_call(starts: list[Start], trial: Callable[[Start, int], bool], is_last: bool) -> tuple[int, int]:
    """Carry out a trial for each call, by its place; gives how many there were and how many of them published.

    On bare nights, of the calls that a line makes over and over it is the first or the last one.
    """
    (count,) = {len(start.calls) for start in starts}
    places = one_a_line(starts[0].calls, is_last) if starts[0].is_bare else range(count)

    def share(start: Start, first: int) -> list[bool]:
        return [trial(start, place) for place in places[first :: len(starts)]]

    with ThreadPoolExecutor(len(starts)) as pool:
        published = [each for told in pool.map(share, starts, range(len(starts))) for each in told]
    assert len(published) == len(places)
    return len(places), sum(published)


def test_a_failing_call_leaves_the_old_version_and_the_next_night_heals(
    starts: list[Start], figures: dict[str, str]
) -> None:
    def trial(start: Start, number: int) -> bool:
        call = start.calls[number]
        ended, is_published = start.night_with(fail_at=call, errno=ERRORS[number % len(ERRORS)])
        if ended.error:
            assert ended.error in ("HouseError", "StageError"), (call, ended)
            assert not is_published or "nothing was published" not in ended.message, (call, ended)
        else:  # a call on whose success nothing depends, such as removing a file that is not there
            assert is_published, call
        return is_published

    count, visible = at_every_call(starts, trial, is_last=False)
    figures["failing system calls"] = (
        f"each of the {count} calls of a night on its house failed in turn (EIO, ENOSPC, EACCES): "
        f"{count - visible} left yesterday's version, {visible} the new one, 0 anything else; every next night healed"
    )


def test_a_night_killed_at_a_call_leaves_the_version_before_or_after_it(
    starts: list[Start], figures: dict[str, str]
) -> None:
    def trial(start: Start, number: int) -> bool:
        ended, is_published = start.night_with(kill_at=start.calls[number])
        assert ended.signal == signal.SIGKILL, start.calls[number]
        return is_published

    count, visible = at_every_call(starts, trial, is_last=True)
    figures["kill -9 at every call"] = (
        f"a night killed before each of its {count} calls on its house: {count - visible} left yesterday's "
        f"version, {visible} the new one, 0 anything else; every next night healed"
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
