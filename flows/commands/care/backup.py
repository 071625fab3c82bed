"""The commands `doehouse backup`, `restore` and `pin`: versions that outlive their house or their time."""

from typing import Annotated

from cyclopts import Parameter

from flows.backups.backup import back_up
from flows.backups.backup import restore as bring_back
from flows.commands.options import HOUSE, HouseOption
from flows.house.errors import UsageError
from flows.house.house import House
from flows.house.lock import hold
from flows.house.versions import pin as pin_version


def backup(target: str, *, house: HouseOption = HOUSE) -> int:
    """Copy the current version to a folder or bucket; what is there already is not copied again.

    Parameters
    ----------
    target
        A folder, or an address such as s3://bucket/path.
    house
        Folder of the warehouse and the pages.
    """
    number, files, added = back_up(House.at(house), named(target))
    print(f"version {number} is at {target}: {files} files, {added} of them new there")
    return 0


def restore(source: str, *, to: int | None = None, house: HouseOption = HOUSE) -> int:
    """Publish a version that was backed up as the newest one; the versions that are there stay.

    Parameters
    ----------
    source
        The folder or address that it was copied to.
    to
        Number of the version; left out: the last that was copied.
    house
        Folder of the warehouse and the pages; made if it is not there.
    """
    print(f"current: {bring_back(House.at(house), named(source), to)}")
    return 0


def pin(
    number: int,
    *,
    undo: Annotated[bool, Parameter(negative=())] = False,
    house: HouseOption = HOUSE,
) -> int:
    """Keep a version for good, whatever its age.

    Parameters
    ----------
    number
        Number of the version.
    undo
        Let go of it again.
    house
        Folder of the warehouse and the pages.
    """
    place = House.at(house)
    with hold(place):
        pin_version(place, number, not undo)
    print(f"version {number} {'may go again' if undo else 'stays'}")
    return 0


def named(place: str) -> str:
    if not place.strip():
        raise UsageError(
            "a path: found an empty text, expected a folder or address. Give one; `.` is this folder."
        )
    return place
