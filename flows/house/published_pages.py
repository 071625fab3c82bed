"""Whether the pages of a version are those that its night published."""

import json
import os
import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from flows.house.manifest import digest, read_manifest

# Of a site: its other files with their digests, in groups that change together.
PAGE_LIST = "assets/groups.json"
Inode = tuple[int, int]  # device and number
NAMED = 3  # of the files that differ


def changed_pages(version: Path, digests: dict[Inode, str]) -> list[str] | None:
    """Every file of a site that was edited, removed or added since its night, as "<path> edited", sorted.

    None for a version of before pages had digests. `digests` remembers what was read: versions share the files
    that did not change between them. Raises HouseError (no manifest) and OSError.
    """
    expected = read_manifest(version).get("page_list_sha256")
    if expected is None:
        return None
    site = version / "site"
    pages = site / PAGE_LIST
    if not pages.is_file() or digest(pages) != expected:
        return [f"{PAGE_LIST} {'edited' if pages.exists() else 'removed'}"]
    listed = {PAGE_LIST: expected}
    for group in json.loads(pages.read_text()).values():
        listed |= group["files"]
    changed = []
    for path, status in files_below(str(site)):
        if path not in listed:
            changed.append(f"{path if path.isprintable() else ascii(path)} added")
        elif listed.pop(path) != digest_of(f"{site}/{path}", status, digests):
            changed.append(f"{path} edited")
    return sorted([*changed, *(f"{path} removed" for path in listed)])


def files_below(site: str) -> Iterator[tuple[str, os.stat_result]]:
    """Path below the site and status of everything that is no folder; links are not followed."""
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(f"{site}/{below}") as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{below}{entry.name}/")
                else:
                    yield below + entry.name, entry.stat(follow_symlinks=False)


def digest_of(path: str, status: os.stat_result, digests: dict[Inode, str]) -> str:
    """SHA-256 of a regular file, in hex; nothing else is opened."""
    if not stat.S_ISREG(status.st_mode):
        return "no regular file"
    inode = (status.st_dev, status.st_ino)
    if inode not in digests:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            digests[inode] = sha256(file.read()).hexdigest()
    return digests[inode]


def told(changed: list[str]) -> str:
    """The first of many changes, and how many more there are."""
    more = len(changed) - NAMED
    return "; ".join(changed[:NAMED]) + (f"; and {more:,} more" if more > 0 else "")
