"""Which versions of a house stay: the newest, those of former weeks and months, those that are pinned."""

import json
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from flows.house.errors import HouseError, UsageError
from flows.house.house import House
from flows.house.manifest import read_manifest

KEPT_VERSIONS = 7
KEPT_WEEKS, KEPT_MONTHS = 5, 12  # of which the newest version stays
FEWEST_VERSIONS = 3  # a reader who resolved the link a moment ago must still find its file


def prune(house: House, keep: int) -> None:
    """Remove every version but the last `keep` (at least three), the newest of former weeks and months, those that
    are pinned, and the current one."""
    versions = house.all_versions()
    times = {version: published_at(version) for version in versions}
    kept = {
        *versions[-max(keep, FEWEST_VERSIONS) :],
        *newest_of(times, KEPT_WEEKS, lambda time: time.isocalendar()[:2]),
        *newest_of(times, KEPT_MONTHS, lambda time: (time.year, time.month)),
        *(version for version in versions if int(version.name) in pinned(house)),
        house.current_version(),
    }
    for version in versions:
        if version not in kept:
            remove_version(version)


def newest_of(
    times: dict[Path, datetime | None], count: int, period: Callable[[datetime], tuple[int, ...]]
) -> Iterable[Path]:
    """The newest version of each of the last periods that have one."""
    found = {period(time): version for version, time in times.items() if time}
    return [found[each] for each in sorted(found)[-count:]]


def published_at(version: Path) -> datetime | None:
    """When a version was published; None where it does not say."""
    try:
        return datetime.fromisoformat(read_manifest(version)["published_at"]).astimezone(UTC)
    except (HouseError, KeyError, ValueError, TypeError):
        return None


def pinned(house: House) -> set[int]:
    """The numbers of the versions that stay until they are unpinned."""
    try:
        return set(json.loads((house.root / ".pinned").read_text()))
    except (OSError, ValueError):
        return set()


def pin(house: House, number: int, is_kept: bool) -> None:
    """Pin a version, or let go of it. Raises UsageError where it is not there."""
    if number not in {int(version.name) for version in house.all_versions()}:
        numbers = ", ".join(str(int(version.name)) for version in house.all_versions()) or "none"
        raise UsageError(
            f"{house.root}: found no version {number}, expected one of {numbers}. Choose one of them."
        )
    numbers_kept = pinned(house) | {number} if is_kept else pinned(house) - {number}
    new = house.root / ".pinned.new"
    new.write_text(json.dumps(sorted(numbers_kept)) + "\n")
    new.replace(house.root / ".pinned")


def remove_version(version: Path) -> None:
    # Renamed first: a version is either whole or not there, whenever the machine dies.
    doomed = version.with_name(f".{version.name}")
    version.rename(doomed)
    shutil.rmtree(doomed)
