"""The lock of a house: one night at a time holds it, and what it writes others may read."""

import errno
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from flows.house.disk import writing
from flows.house.errors import HouseHeldError
from flows.house.house import House


@contextmanager
def hold(house: House) -> Iterator[None]:
    """Hold the house for a whole night; the kernel lets go on any death.

    Raises HouseHeldError at once when another process holds it.
    """
    with readable_by_others(house):
        lock = opened(house)
        with holding(house, lock):
            yield


@contextmanager
def readable_by_others(house: House) -> Iterator[None]:
    """Whatever the umask: who may enter the house's own folder may read all in it, and its group may enter."""
    with writing(house):
        house.root.parent.mkdir(parents=True, exist_ok=True)
    before = os.umask(0o022)
    try:
        with writing(house):
            house.root.mkdir(exist_ok=True, mode=0o755 & ~(before & 0o007))
        yield
    finally:
        os.umask(before)


def opened(house: House) -> int:
    """The file of the lock. Nobody else may open it: a lock can be taken by whoever can read its file."""
    with writing(house):
        lock = os.open(house.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with suppress(PermissionError):
        os.fchmod(lock, 0o600)
    return lock


@contextmanager
def holding(house: House, lock: int) -> Iterator[None]:
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
            since = datetime.now(UTC).isoformat(timespec="seconds")
            name = f"process {os.getpid()} on {socket.gethostname()} since {since}\n".encode()
            # Cut behind the new name: at no moment is the file without one.
            os.pwrite(lock, name, 0)
            os.ftruncate(lock, len(name))
        yield
    finally:
        os.close(lock)


def name_of_holder(lock: int) -> str:
    """What the holder of the lock wrote into it; the first one of all needs a moment for that."""
    for _ in range(20):
        if lines := os.pread(lock, 200, 0).decode(errors="replace").splitlines():
            return lines[0]
        time.sleep(0.01)
    return "an unknown process"
