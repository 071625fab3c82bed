"""Back a house up into a folder or bucket: the current version, each content once, compressed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.backups.store import Store
from flows.house.current import current_version
from flows.house.errors import HouseError
from flows.house.house import DATABASE, House
from flows.house.lock import hold
from flows.house.manifest import digest, read_manifest, verify_database


def back_up(house: House, target: str) -> tuple[int, int, int]:
    """Copy the current version to `target`, a folder or an address such as s3://bucket/path.

    Gives its number, how many files it has, and how many of them were new there. Raises HouseError.
    """
    store = Store(target)
    with hold(house):  # so that it is not pruned meanwhile
        version = current_version(house)
        verify_database(version)
        files: dict[str, str] = {}
        added = 0
        for path in sorted(own_files(version)):
            content = digest(path)
            files[path.relative_to(version).as_posix()] = content
            added += store.add(path, content)
        manifest = read_manifest(version)
        # Written last: what it names is there.
        store.write(f"versions/{version.name}-{manifest['sha256'][:12]}.json", describe(manifest, files))
    return int(version.name), len(files), added


def own_files(version: Path) -> Iterator[Path]:
    """The files of a version; what a stranger left beside the warehouse is none of them."""
    yield from (version / DATABASE, version / "manifest.json")
    yield from (path for path in (version / "site").rglob("*") if path.is_file())


def describe(manifest: dict[str, Any], files: dict[str, str]) -> str:
    return json.dumps({"manifest": manifest, "files": files}, indent=1, sort_keys=True) + "\n"


def restore(house: House, source: str, number: int | None = None) -> Path:
    """Publish a version that was backed up as the newest version of a house: the last one, or `number`.

    What is there before stays beside it. Raises HouseError.
    """
    from flows.house.publishing import publish
    from flows.house.recovery import recover

    store = Store(source)
    names = [name for name in store.names("versions") if number in (None, number_of(name))]
    if not names:
        known = ", ".join(sorted({str(number_of(name)) for name in store.names("versions")})) or "none"
        raise HouseError(
            f"{source}: found no backup of version {number or ''}, expected one of those that are there ({known}). "
            "Choose one of them, or name another place."
        )
    backup = json.loads(store.read(f"versions/{names[-1]}"))
    with hold(house):
        recover(house)
        for path, content in backup["files"].items():
            if path == "manifest.json":
                continue
            place = house.staging / path
            if not place.resolve().is_relative_to(house.staging.resolve()):
                raise HouseError(
                    f"{source}: {path} leads out of the house, expected a path in it. Do not trust it."
                )
            place.parent.mkdir(parents=True, exist_ok=True)
            store.fetch(content, place)
            if digest(place) != content:
                raise HouseError(
                    f"{source}: the content {content} is damaged, expected that it has this SHA-256. "
                    "Restore another version with --to; nothing was published."
                )
        (house.staging / "site").mkdir(exist_ok=True)
        restored = {"restored_from": f"{source} {names[-1]}"}
        return publish(house, {**backup["manifest"], **restored})


def number_of(name: str) -> int:
    return int(name.partition("-")[0])
