"""How a house is written to the disk: durably, by one swap, with a sentence where the disk refuses."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.house.errors import HouseError
from flows.house.house import House


@contextmanager
def writing(house: House) -> Iterator[None]:
    """Turns a failing system call into a sentence. Raises HouseError."""
    try:
        yield
    except OSError as error:
        raise HouseError(
            f"{house.root}: cannot be written ({error.strerror}); expected a folder this user may write, on a disk "
            "with space. Choose another --house, change its permissions or make room."
        ) from error


def swap_link(path: Path, target: Path) -> None:
    new = path.with_name(f".{path.name}-{os.getpid()}")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(path)


def sync(path: Path) -> None:
    """Write a file or a folder's entries through to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
