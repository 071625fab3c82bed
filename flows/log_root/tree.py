"""The folders and files below a log root, as discovery looks at them: on a disk, or listed from a bucket."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from flows.log_root.bucket import Bucket, is_bucket


class Status(Protocol):
    """What discovery asks of a file: the fields of os.stat_result."""

    @property
    def st_mode(self) -> int: ...
    @property
    def st_size(self) -> int: ...
    @property
    def st_mtime_ns(self) -> int: ...


class Entry(Protocol):
    """What discovery asks of a file or folder in a folder: the methods of os.DirEntry."""

    @property
    def name(self) -> str: ...
    def is_dir(self, *, follow_symlinks: bool) -> bool: ...
    def is_file(self, *, follow_symlinks: bool) -> bool: ...
    def stat(self, *, follow_symlinks: bool) -> Status: ...


class Tree(Protocol):
    """A log root that can be looked at; every path is relative to it, and links are not followed."""

    logs: Path

    def scandir(self, below: str) -> Sequence[Entry]:
        """What lies in a folder. Raises OSError."""

    def lstat(self, path: str) -> Status:
        """What is at a path. Raises OSError."""


class Disk:
    """A log root that is a folder."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self._begin = f"{logs}/"  # of every path; a hundred thousand times in a night

    def scandir(self, below: str) -> list[Entry]:
        return list(os.scandir(self._begin + below))  # closed at its end

    def lstat(self, path: str) -> Status:
        return os.lstat(self._begin + path)


def tree_of(logs: Path) -> Tree:
    """What lies below a log root now. Raises HouseError where a bucket cannot be listed."""
    return Bucket(logs) if is_bucket(logs) else Disk(logs)


def is_there(tree: Tree, path: str) -> bool:
    try:
        tree.lstat(path)
    except OSError:
        return False
    return True
