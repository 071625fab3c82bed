"""Opens files below a log root: regular files only, never through a link, bounded in size."""

import errno
import os
import stat
from hashlib import sha256
from types import TracebackType
from typing import NamedTuple, Self

EVENT_FILE_LIMIT = 4 << 30
LOG_LIMIT = 64 << 20
TABLE_LIMIT = 1 << 30
_DIGEST_BYTES = 1 << 20

# O_PATH reaches folders that may be searched but not listed; O_NONBLOCK keeps a FIFO from hanging the night.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_REGULAR = {errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.EISDIR, errno.ENODEV}


class RefusedError(Exception):
    """A file that is not read: Q316 (not regular, too large, outside the root) or Q317 (unreadable)."""

    def __init__(self, code: str, sentence: str, found: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.found = found  # what was found in its place, as a few words


class OpenFile(NamedTuple):
    """A regular file open for reading; whoever asked for it closes the descriptor."""

    descriptor: int
    size: int
    modified_ns: int


class RegularFile(NamedTuple):
    """All bytes of a regular file."""

    content: bytes
    size: int
    modified_ns: int


def shown(path: str | os.PathLike[str]) -> str:
    r"""The path as valid text: bytes that are not UTF-8 appear as ``\xff``."""
    text = os.fspath(path)
    if isinstance(text, str) and text.isascii():
        return text
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class LogRoot:
    """A log root held open, from which files are reached folder by folder.

    Every step is an `openat` that refuses links, so no link can lead out of the root, not even one that is
    swapped in between check and open. The folders of the last path stay open for its neighbours.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        # Only made absolute: resolving would need every folder above the root to be searchable.
        self.root = os.path.abspath(root)  # noqa: PTH100
        self._descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._folders: list[tuple[str, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(0)
        os.close(self._descriptor)

    def relative(self, path: str | os.PathLike[str]) -> str:
        """The path below the root; a path that is not below it is given back as it is."""
        text = os.fspath(path)
        return text[len(self.root) + 1 :] if text.startswith(self.root + "/") else text

    def open(self, path: str | os.PathLike[str], limit: int = EVENT_FILE_LIMIT) -> OpenFile:
        """Opens a file of at most `limit` bytes; the path is relative to the root, or absolute in it.

        Raises RefusedError.
        """
        relative = self.relative(path)
        parts = relative.split("/")
        if "" in parts or "." in parts or ".." in parts:
            raise _not_regular(relative, "a path that leads out of the log root")
        try:
            descriptor = os.open(parts[-1], _FILE, dir_fd=self._enter(parts[:-1]))
        except OSError as error:
            if error.errno in _NOT_REGULAR:
                raise _not_regular(relative, "a link, a socket or a file in place of a folder") from error
            raise _unreadable(relative, error) from error
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise _not_regular(relative, "a folder, device or pipe")
        if status.st_size > limit:
            os.close(descriptor)
            raise _not_regular(relative, f"{status.st_size:,} bytes", f"at most {limit:,}")
        return OpenFile(descriptor, status.st_size, status.st_mtime_ns)

    def read(self, path: str | os.PathLike[str], limit: int = LOG_LIMIT) -> RegularFile:
        """Reads a whole file of at most `limit` bytes. Raises RefusedError."""
        opened = self.open(path, limit)
        content = bytearray(opened.size)
        try:
            size = read_into(opened.descriptor, memoryview(content))
        except OSError as error:
            raise _unreadable(self.relative(path), error) from error
        finally:
            os.close(opened.descriptor)
        return RegularFile(bytes(content[:size]), size, opened.modified_ns)

    def head(self, path: str | os.PathLike[str], count: int, limit: int) -> bytes:
        """The first `count` bytes of a file of at most `limit` bytes, all if it has fewer. Raises RefusedError."""
        opened = self.open(path, limit)
        try:
            return os.pread(opened.descriptor, count, 0)
        except OSError as error:
            raise _unreadable(self.relative(path), error) from error
        finally:
            os.close(opened.descriptor)

    def digests(self, path: str | os.PathLike[str], first: int, limit: int) -> tuple[str, str]:
        """SHA-256 of the `first` bytes of a file of at most `limit` bytes (fewer if it has fewer), and of all.

        Raises RefusedError.
        """
        opened = self.open(path, limit)
        digest = sha256()
        buffer = memoryview(bytearray(_DIGEST_BYTES))
        try:
            left = first
            while count := read_into(opened.descriptor, buffer[: min(left, _DIGEST_BYTES)]):
                digest.update(buffer[:count])
                left -= count
            beginning = digest.hexdigest()
            while count := read_into(opened.descriptor, buffer):
                digest.update(buffer[:count])
        except OSError as error:
            raise _unreadable(self.relative(path), error) from error
        finally:
            os.close(opened.descriptor)
        return beginning, digest.hexdigest()

    def _enter(self, folders: list[str]) -> int:
        """The descriptor of a folder below the root, reusing what its path shares with the last one."""
        shared = 0
        for (name, _), wanted in zip(self._folders, folders, strict=False):
            if name != wanted:
                break
            shared += 1
        self._leave(shared)
        descriptor = self._folders[-1][1] if self._folders else self._descriptor
        for name in folders[shared:]:
            descriptor = os.open(name, _FOLDER, dir_fd=descriptor)
            self._folders.append((name, descriptor))
        return descriptor

    def _leave(self, depth: int) -> None:
        while len(self._folders) > depth:
            os.close(self._folders.pop()[1])


def read_regular(
    root: str | os.PathLike[str], path: str | os.PathLike[str], limit: int = LOG_LIMIT
) -> RegularFile:
    """Reads one file below a log root; for many files hold a `LogRoot` open. Raises RefusedError."""
    with LogRoot(root) as logs:
        return logs.read(path, limit)


def can_be_read(root: str | os.PathLike[str], path: str | os.PathLike[str]) -> bool:
    """Whether all of a file below a log root can be read now."""
    try:
        with LogRoot(root) as logs:
            logs.digests(path, 0, EVENT_FILE_LIMIT)
    except (RefusedError, OSError):
        return False
    return True


def read_into(descriptor: int, target: memoryview) -> int:
    """Fills `target` from the descriptor's position; the bytes read are fewer only at the end of the file."""
    done = 0
    while done < len(target):
        count = os.readv(descriptor, [target[done:]])
        if count == 0:
            break
        done += count
    return done


def _not_regular(path: str, found: str, expected: str = "a regular file") -> RefusedError:
    sentence = (
        f"{shown(path)}: found {found}, expected {expected} below the log root. Copy the file itself there."
    )
    return RefusedError("Q316", sentence, found)


def _unreadable(path: str, error: OSError) -> RefusedError:
    sentence = (
        f"{shown(path)}: found {error.strerror!r} on reading, expected a readable file. Check its rights."
    )
    found = "no file" if error.errno == errno.ENOENT else f"a file that cannot be read: {error.strerror}"
    return RefusedError("Q317", sentence, found)
