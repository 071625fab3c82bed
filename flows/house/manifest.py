"""What a published version says of itself, and whether it is still so."""

import hashlib
import json
from pathlib import Path
from typing import Any

from flows.house.errors import HouseError
from flows.house.house import DATABASE


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
    """Check that nobody wrote to a published warehouse or beside it. Raises HouseError when somebody did (F404)."""
    if found := strangers(version):
        raise HouseError(
            f"{version}: found {', '.join(found)} beside the published warehouse, so somebody opened it for "
            "writing (F404). The next night goes on without it; until then move that file away."
        )
    verify_database(version)


def strangers(version: Path) -> list[str]:
    """What somebody who opened a published warehouse for writing left beside it."""
    return sorted(path.name for path in version.glob(f"{DATABASE}.*"))


def verify_database(version: Path) -> None:
    """Check that a published warehouse is as it was published, whatever lies beside it. Raises HouseError (F404)."""
    manifest = read_manifest(version)
    database = version / DATABASE
    if database.stat().st_size != manifest["size_bytes"] or digest(database) != manifest["sha256"]:
        raise HouseError(
            f"{database}: differs from its manifest, so somebody wrote to the published file (F404). "
            "Go back with `doehouse rollback`, or restore a backup."
        )
