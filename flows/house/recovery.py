"""Heal a house that a night left when it died."""

import shutil

from flows.house.current import refuse_lost_link
from flows.house.disk import writing
from flows.house.errors import HouseError
from flows.house.house import House
from flows.house.last_success import last_success
from flows.house.manifest import verify
from flows.house.publishing import link
from flows.house.versions import remove_version

FIRST = "000001"


def recover(house: House) -> None:
    """Remove what a night that died left behind: its staging area and a version that was never linked.

    Raises HouseError.
    """
    with writing(house):
        house.versions.mkdir(parents=True, exist_ok=True)
        link_first(house)
        refuse_lost_link(house)
        remove_remains(house)
    if house.versions.stat().st_dev != house.staging.stat().st_dev:
        raise HouseError(
            f"{house.versions}: lies on another disk than {house.staging}, expected one disk for a whole house: a "
            "version is published by renaming it. Move the whole house to the disk with room."
        )


def link_first(house: House) -> None:
    """The first version of all, whose night died before it was linked, is whole: it becomes the current one."""
    if house.current_version() is None and last_success(house) is None:
        versions = house.all_versions()
        if [version.name for version in versions] == [FIRST]:
            verify(versions[0])
            link(house, versions[0])


def remove_remains(house: House) -> None:
    # Under another name nobody finds it who is still at work for a dead night, as a worker of a cluster may be.
    doomed_staging = house.root / ".staging"
    if doomed_staging.exists():
        shutil.rmtree(doomed_staging)
    if house.staging.exists():
        house.staging.rename(doomed_staging)
        shutil.rmtree(doomed_staging)
    house.staging.mkdir()
    current = house.current_version()
    for version in house.all_versions():
        if current is not None and int(version.name) > int(current.name):
            remove_version(version)
    for doomed in house.versions.glob(".*"):
        shutil.rmtree(doomed)
    for stray in house.root.glob(".*-*"):
        if stray.is_symlink():
            stray.unlink()
