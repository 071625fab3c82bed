"""Somebody has the published warehouse open for writing: no night waits for that."""

import fcntl
import shutil
from pathlib import Path

from flows.house.disk import writing
from flows.house.house import DATABASE, House
from flows.house.manifest import strangers, verify_database


def is_written_to(house: House) -> bool:
    """Whether somebody has the published warehouse open for writing, or left a log of changes beside it."""
    version = house.current_version()
    return version is not None and bool(strangers(version) or is_locked(version / DATABASE))


def is_locked(database: Path) -> bool:
    """Whether another process holds DuckDB's lock of a writer."""
    with database.open("rb") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def copy_away(house: House) -> str | None:
    """Where somebody has the published warehouse open for writing, the night goes on from a private copy.

    Gives the sentence that tells so. Raises HouseError where more than that was done to it (F404).
    """
    version = house.current_version()
    if version is None or not is_written_to(house):
        return None
    verify_database(version)
    with writing(house):
        shutil.copyfile(version / DATABASE, house.private)
    return (
        f"{version / DATABASE}: somebody opened it for writing; it is as it was published, and the night goes on from a "
        "copy. Open it with read_only=True."
    )
