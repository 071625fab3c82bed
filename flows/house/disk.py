"""How a house is written to the disk: a local one, durably, by one swap, with a sentence where the disk refuses."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.house.errors import HouseError
from flows.house.house import House

# Locks and renames are not to be trusted on these (DuckDB's and SQLite's own advice).
REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse"})
MOUNTS = Path("/proc/mounts")


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


def refuse_remote(house: House) -> None:
    """Raises HouseError where the house lies on a file system of another machine."""
    kind = file_system(house.root)
    if kind in REMOTE:
        raise HouseError(
            f"{house.root}: lies on {kind}, expected a local disk: neither locks nor renames are to be trusted there. "
            "Move the house; log folders may stay where they are, and `doehouse backup` may write there."
        )


def file_system(path: Path) -> str:
    """Type of the file system that a path lies on, as the kernel names it."""
    real = os.path.realpath(path)
    best = ("", "unknown")
    for line in MOUNTS.read_text().splitlines() if MOUNTS.exists() else ():
        _, mount, kind, *_ = line.split(" ")
        mount = mount.replace("\\040", " ")
        if (real == mount or real.startswith(mount.rstrip("/") + "/")) and len(mount) >= len(best[0]):
            best = (mount, kind)
    return best[1]


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
