"""Heal a house that a night left when it died."""

import shutil

from flows.house.disk import writing
from flows.house.house import House
from flows.house.versions import remove_version


def recover(house: House) -> None:
    """Remove what a night that died left behind: its staging area and a version that was never linked.

    Raises HouseError.
    """
    with writing(house):
        remove_remains(house)


def remove_remains(house: House) -> None:
    house.versions.mkdir(parents=True, exist_ok=True)
    if house.staging.exists():
        shutil.rmtree(house.staging)
    house.staging.mkdir()
    current = house.current_version()
    for version in house.all_versions():
        if current is None or int(version.name) > int(current.name):
            remove_version(version)
    for doomed in house.versions.glob(".*"):
        shutil.rmtree(doomed)
    for stray in house.root.glob(".*-*"):
        if stray.is_symlink():
            stray.unlink()
