"""Which version is the current one, with what to do where the link to it was lost."""

from pathlib import Path

from flows.house.errors import HouseError, UsageError
from flows.house.house import House
from flows.house.manifest import verify


def published(house: House) -> Path:
    """The published warehouse, where the link leads to now.

    Raises HouseError where no night was published yet, UsageError where no house is.
    """
    refuse_lost_link(house)
    if not house.warehouse.exists():
        raise (HouseError if house.root.is_dir() else UsageError)(
            f"{house.root}: found no published warehouse, expected one of a night. "
            "Run `doehouse night` first, or name the house with --house."
        )
    return house.warehouse.resolve()


def current_version(house: House) -> Path:
    """The folder of the current version. Raises HouseError where the link to it is lost, or no night published one."""
    refuse_lost_link(house)
    version = house.current_version()
    if version is None:
        raise HouseError(
            f"{house.root}: found no published version, expected one. Run `doehouse night` first."
        )
    return version


def refuse_lost_link(house: House) -> None:
    """Raises HouseError where versions are there and none is the current one, as after a copy that skips links."""
    current = house.current_version()
    if current is not None and current.is_dir():
        return
    if current is not None or house.all_versions():
        found = "is missing" if current is None else f"leads to {current.name}, which is not there"
        raise HouseError(f"{house.current}: {found}, expected a link to one of the versions. {remedy(house)}")


def remedy(house: House) -> str:
    """What makes a version the current one again."""
    newest = newest_whole(house)
    if newest is None:
        return "None of the versions is as it was published: restore the house from a backup."
    number = int(newest.name)
    return (
        f"The newest version that is as it was published is {number}: "
        f"`doehouse rollback --to {number} --house {house.root}` links it again."
    )


def newest_whole(house: House) -> Path | None:
    """The newest version that equals its manifest."""
    for version in reversed(house.all_versions()):
        try:
            verify(version)
        except (HouseError, OSError):
            continue
        return version
    return None
