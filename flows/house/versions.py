"""Which versions of a house stay."""

import shutil
from pathlib import Path

from flows.house.house import House

KEPT_VERSIONS = 7
FEWEST_VERSIONS = 3  # a reader who resolved the link a moment ago must still find its file


def prune(house: House, keep: int) -> None:
    """Remove the oldest versions but the last `keep` (at least three), never the current one."""
    current = house.current_version()
    for version in house.all_versions()[: -max(keep, FEWEST_VERSIONS)]:
        if version != current:
            remove_version(version)


def remove_version(version: Path) -> None:
    # Renamed first: a version is either whole or not there, whenever the machine dies.
    doomed = version.with_name(f".{version.name}")
    version.rename(doomed)
    shutil.rmtree(doomed)
