"""A log root in a bucket: listed at once, and copied to a disk as far as it is to be read."""

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple, Protocol
from zlib import crc32

from flows.house.errors import HouseError, UsageError
from flows.log_root.regular_file import EVENT_FILE_LIMIT

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore

SCHEMES = ("s3:", "gs:", "az:")
AT_ONCE = 16  # objects that are copied at a time
PAGE = 1000  # objects in an answer
CHUNK_BYTES = 1 << 20
SECOND = 10**9
LONGEST_NAME, LONGEST_PATH = 255, 3500  # bytes of what a disk takes


class Asked(Protocol):
    """An object that was listed and is to be read: a LogFile."""

    @property
    def path(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def modified_ns(self) -> int: ...


class Item(NamedTuple):
    """A folder or object, with the methods and fields of os.DirEntry and os.stat_result that discovery asks for."""

    name: str
    st_mode: int
    st_size: int
    st_mtime_ns: int

    def is_dir(self, *, follow_symlinks: bool) -> bool:
        return stat.S_ISDIR(self.st_mode)

    def is_file(self, *, follow_symlinks: bool) -> bool:
        return stat.S_ISREG(self.st_mode)

    def stat(self, *, follow_symlinks: bool) -> "Item":
        return self


class Bucket:
    """What lies below an address such as s3://bucket/path, as one flat list tells it.

    Folders are what the names of the objects say. What no disk can hold under its name is no regular file: an object
    whose name is that of a folder too, or too long.
    """

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self._folders: dict[str, dict[str, Item]] = {}
        for meta in listed(logs):
            path = meta["path"]
            folder, _, name = path.rpartition("/")
            if folder not in self._folders:
                self._add_folder(folder)
            self._folders[folder][name] = Item(name, mode_of(path, name), meta["size"], modified_ns(meta))
        if not self._folders:
            raise HouseError(
                f"{address_of(logs)}: found no object, expected the log root. Check the address; a log root that has "
                "no run yet is no use to a night."
            )
        for folder in self._folders:
            above, _, name = folder.rpartition("/")
            if folder:
                self._settle(above, name)

    def _add_folder(self, folder: str) -> None:
        while folder not in self._folders:
            self._folders[folder] = {}
            folder = folder.rpartition("/")[0]

    def _settle(self, above: str, name: str) -> None:
        """A folder beside the object of its name, which is no more than its marker if it is empty."""
        twin = self._folders[above].get(name)
        if twin is not None and twin.st_size:
            self._folders[above][f"{name}/"] = twin._replace(st_mode=stat.S_IFLNK)
        self._folders[above][name] = Item(name, stat.S_IFDIR, 0, 0)

    def scandir(self, below: str) -> list[Item]:
        try:
            return list(self._folders[below].values())
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), below) from None

    def lstat(self, path: str) -> Item:
        folder, _, name = path.rpartition("/")
        found = self._folders.get(folder, {}).get(name)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return found


def is_bucket(logs: Path) -> bool:
    """Whether a log root is an address, which is carried about as a path: `s3://a/b` is `s3:/a/b` then."""
    return bool(logs.parts) and logs.parts[0] in SCHEMES


def address_of(logs: Path) -> str:
    scheme, _, rest = str(logs).partition("/")
    return f"{scheme}//{rest}"


def in_full(logs: Path) -> Path:
    """A log root that other processes, which may work from elsewhere, find too."""
    return logs if is_bucket(logs) else logs.absolute()


def refuse_secrets(logs: Path) -> None:
    """Raises UsageError for an address that tells more than a place: it would stand in logs and records."""
    if is_bucket(logs) and (len(logs.parts) < 2 or re.search(r"[@?#]", address_of(logs))):
        scheme = logs.parts[0]
        raise UsageError(
            f"--logs {scheme}//…: found an address without a bucket, or with more than one and a path, expected "
            f"{scheme}//BUCKET/PATH. Keys and tokens belong into the environment, as for the bucket's other clients."
        )


def etag_of(modified: int) -> int:
    """What a time of last change says of an object's content: its second may be another for the same bytes."""
    return modified % SECOND


def modified_ns(meta: "ObjectMeta") -> int:
    """The second of an object's last change, and its ETag in the place of the nanoseconds, which no bucket tells.

    Two contents of one size look the same with a chance of one in 10^9.
    """
    second = int(meta["last_modified"].timestamp())
    # Azure's lists leave out the quotes that stand around it elsewhere.
    tag = (meta["e_tag"] or str(second)).strip('"')
    return second * SECOND + crc32(tag.encode()) % SECOND


def mode_of(path: str, name: str) -> int:
    if path.isascii():  # which costs nothing to know
        fits = len(name) <= LONGEST_NAME and len(path) <= LONGEST_PATH
    else:
        fits = len(os.fsencode(name)) <= LONGEST_NAME and len(os.fsencode(path)) <= LONGEST_PATH
    return stat.S_IFREG if fits else stat.S_IFLNK


@cache
def store_of(logs: Path) -> "ObjectStore":
    """The bucket below an address, with the rights that the environment gives. Raises UsageError and HouseError."""
    refuse_secrets(logs)
    try:
        from obstore.store import from_url
    except ImportError as error:
        raise UsageError(
            f"--logs {address_of(logs)}: found no library for buckets here ({error}), expected it. Install "
            "doehouse[bucket]."
        ) from error
    try:
        return from_url(address_of(logs))
    except Exception as error:
        raise unreachable(logs, error) from error


def listed(logs: Path) -> Iterator["ObjectMeta"]:
    try:
        for page in store_of(logs).list(chunk_size=PAGE):
            yield from page
    except HouseError:
        raise
    except Exception as error:
        raise unreachable(logs, error) from error


def unreachable(logs: Path, error: Exception) -> HouseError:
    # Without what a signed address says behind its question mark.
    told = re.sub(r"\?\S*", "?…", " ".join(str(error).partition("Debug source")[0].split()))
    return HouseError(
        f"{address_of(logs)}: cannot be read ({told}), expected a bucket that the rights in the environment may list "
        "and read. Check the address and the rights; nothing was published."
    )


@contextmanager
def on_disk(logs: Path, files: Iterable[Asked], scratch: Path | None = None) -> Iterator[Path]:
    """A folder with these files below their paths: the log root itself where it is one, else a copy in `scratch`.

    The copy of an object that was replaced since it was listed has another time of last change; of one that is gone,
    or that may not be read, there is none. Raises HouseError.
    """
    if not is_bucket(logs):
        yield logs
        return
    with TemporaryDirectory(prefix="logs-", dir=scratch) as folder:
        wanted = [file for file in files if file.kind != "odd"]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda file: copy(logs, file, Path(folder)), wanted))
        yield Path(folder)


def copy(logs: Path, file: Asked, target: Path) -> None:
    from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

    place = target / file.path
    place.parent.mkdir(parents=True, exist_ok=True)
    modified = file.modified_ns
    if file.size_bytes > EVENT_FILE_LIMIT:  # is refused for its size, so that its size will do
        place.touch()
        os.truncate(place, file.size_bytes)
    else:
        try:
            found = store_of(logs).get(file.path)
            with place.open("wb") as stream:
                for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                    stream.write(chunk)
        except (FileNotFoundError, PermissionDeniedError, UnauthenticatedError):
            return
        except Exception as error:
            raise unreachable(logs, error) from error
        now = modified_ns(found.meta)
        if etag_of(now) != etag_of(modified):
            modified = now
    os.utime(place, ns=(modified, modified))
