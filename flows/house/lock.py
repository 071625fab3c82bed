"""The lock of a house: one night at a time holds it."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flows.house.disk import writing
from flows.house.errors import HouseHeldError
from flows.house.house import House


@contextmanager
def hold(house: House) -> Iterator[None]:
    """Hold the house for a whole night; the kernel lets go on any death.

    Raises HouseHeldError at once when another process holds it.
    """
    with writing(house):
        house.root.mkdir(parents=True, exist_ok=True)
        lock = os.open(house.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            raise HouseHeldError(
                f"{house.root}: held by {name_of_holder(lock)}, which is running a night. Wait until it has ended."
            ) from error
        with writing(house):
            name = f"process {os.getpid()}\n".encode()
            # Cut behind the new name: at no moment is the file without one.
            os.pwrite(lock, name, 0)
            os.ftruncate(lock, len(name))
        yield
    finally:
        os.close(lock)


def name_of_holder(lock: int) -> str:
    """What the holder of the lock wrote into it; the first one of all needs a moment for that."""
    for _ in range(20):
        if lines := os.pread(lock, 100, 0).decode(errors="replace").splitlines():
            return lines[0]
        time.sleep(0.01)
    return "an unknown process"
