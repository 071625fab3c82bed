"""Publish a night: what stands in staging becomes a version, in one swap of a link."""

import json
import os
from pathlib import Path
from typing import Any

from flows.house.disk import swap_link, sync
from flows.house.errors import HouseError
from flows.house.house import DATABASE, House
from flows.house.last_success import note_success
from flows.house.manifest import digest
from flows.house.published_pages import PAGE_LIST
from flows.house.versions import KEPT_VERSIONS, prune


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
