"""The house: one folder with the published versions, the link to the current one, the staging area and the lock."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

DATABASE = "warehouse.duckdb"
PAGE_LIST = (
    "assets/groups.json"  # of a site: its other files with their digests, in groups that change together
)
KEPT_VERSIONS = 7
FEWEST_VERSIONS = 3  # a reader who resolved the link a moment ago must still find its file


class HouseError(RuntimeError):
    """Where, what was found, what was expected, what to do next: told to people without a traceback."""


class UsageError(HouseError):
    """The command was asked for something that is not there."""


class HouseHeldError(HouseError):
    """Another night holds the house."""


class House(NamedTuple):
    """Paths of one house; `root` is an absolute folder."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> "House":
        return cls(root.absolute())

    @property
    def versions(self) -> Path:
        return self.root / "versions"

    @property
    def staging(self) -> Path:
        return self.root / "staging"

    @property
    def current(self) -> Path:
        return self.root / "current"

    @property
    def warehouse(self) -> Path:
        """The published warehouse, through the link."""
        return self.current / DATABASE

    @property
    def site(self) -> Path:
        """The published pages, through the link."""
        return self.current / "site"

    def current_version(self) -> Path | None:
        """The folder that `current` leads to, or None before the first night."""
        try:
            return self.root / self.current.readlink()
        except FileNotFoundError:
            return None

    def all_versions(self) -> list[Path]:
        """Every version on disk, oldest first."""
        if not self.versions.is_dir():
            return []
        return sorted(path for path in self.versions.iterdir() if path.name.isdigit())


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


def read_manifest(version: Path) -> dict[str, Any]:
    """What a version says of itself. Raises HouseError when it says nothing readable."""
    path = version / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise HouseError(
            f"{path}: {error}; expected the manifest of a published version. "
            "Go back to an older version with `doehouse rollback`."
        ) from error
    return manifest


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(version: Path) -> None:
    """Check that nobody wrote to a published warehouse. Raises HouseError when somebody did (F404)."""
    manifest = read_manifest(version)
    database = version / DATABASE
    strangers = [path.name for path in version.glob(f"{DATABASE}.*")]
    if strangers:
        raise HouseError(
            f"{version}: found {', '.join(strangers)} beside the published warehouse, so somebody opened it for "
            "writing (F404). Move that file away, or go back with `doehouse rollback`."
        )
    if database.stat().st_size != manifest["size_bytes"] or digest(database) != manifest["sha256"]:
        raise HouseError(
            f"{database}: differs from its manifest, so somebody wrote to the published file (F404). "
            "Go back with `doehouse rollback`, or rebuild with `doehouse night --all`."
        )


def publish(house: House, manifest: dict[str, Any], keep: int = KEPT_VERSIONS) -> Path:
    """Make what stands in staging (`warehouse.duckdb`, `site/`) the current version, in one swap of a link.

    Everything the new version needs is on disk before the link is swapped, and the swap before this returns;
    before the swap nothing published has been touched. Order and proof: notes on reliability, §1.3 and §7.
    """
    database = house.staging / DATABASE
    if (wal := house.staging / f"{DATABASE}.wal").exists():
        raise HouseError(
            f"{wal}: the warehouse was not closed cleanly, so it is not published. Run the night again."
        )
    versions = house.all_versions()
    number = max((int(version.name) for version in versions), default=0) + 1
    prepared = house.staging / "version"
    prepared.mkdir()
    database.rename(prepared / DATABASE)
    (house.staging / "site").rename(prepared / "site")
    manifest = manifest | {
        "version": number,
        "size_bytes": (prepared / DATABASE).stat().st_size,
        "sha256": digest(prepared / DATABASE),
    }
    if (pages := prepared / "site" / PAGE_LIST).exists():
        manifest["page_list_sha256"] = digest(pages)
    (prepared / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    seal(prepared)
    version = house.versions / f"{number:06d}"
    prepared.rename(version)
    sync(house.versions)
    try:
        link(house, version)
        prune(house, keep)
        note_success(house)
    except OSError as error:
        if house.current_version() != version:
            raise
        raise HouseError(
            f"{version}: is published, but what follows failed ({error}), expected a disk that can be written. It may "
            "not outlast a power cut, or older versions remain. Check the disk; the next night goes on from here."
        ) from error
    return version


def seal(folder: Path) -> None:
    """Make a tree read-only and durable, leaves first."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(parent, name)
            # A page carried over from the version before is sealed already, and on disk.
            if path.stat().st_mode & 0o222:
                path.chmod(0o444)
                sync(path)
        sync(Path(parent))


def link(house: House, version: Path) -> None:
    """Point `current` at a version, atomically and durably."""
    swap_link(house.root / "current", Path("versions") / version.name)
    for name, target in ((DATABASE, f"current/{DATABASE}"), ("site", "current/site")):
        if not (house.root / name).is_symlink():
            swap_link(house.root / name, Path(target))
    sync(house.root)


def rollback(house: House, number: int | None = None) -> Path:
    """Make an older version the current one; the next night builds on it. Raises HouseError or UsageError."""
    with hold(house):
        current = house.current_version()
        older = [each for each in house.all_versions() if current and int(each.name) < int(current.name)]
        chosen = [each for each in older if number in (None, int(each.name))]
        if not chosen:
            kept = ", ".join(str(int(each.name)) for each in older) or "none"
            raise UsageError(
                f"{house.root}: found no older version {number or ''}, expected one of those that are kept "
                f"({kept}). Choose one of them, or rebuild with `doehouse night --all`."
            )
        verify(chosen[-1])
        link(house, chosen[-1])
        return chosen[-1]


def note_success(house: House) -> None:
    """Note that a night ended well, also one that had nothing to publish."""
    (house.root / ".last-success").touch()


def last_success(house: House) -> datetime | None:
    """When a night last ended well."""
    try:
        return datetime.fromtimestamp((house.root / ".last-success").stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


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
