"""Share a published house: its version goes into a DuckLake, written by a process of another environment."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from flows.house.current import current_version
from flows.house.errors import HouseError, UsageError
from flows.house.house import DATABASE, House
from flows.house.lock import hold
from flows.house.manifest import read_manifest, verify

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).with_name("requirements.lock")
# Behind the environment's own libraries: where doehouse is installed lies another DuckDB.
RUN = f"import sys; sys.path.append({str(ROOT)!r}); from flows.lake.door import main; main()"


class Lake(NamedTuple):
    """Where a lake is: its catalogue in PostgreSQL (as libpq is told), its files, its name in both."""

    catalogue: str
    data: str  # a folder that all readers see, or s3://bucket/path
    name: str


class Shared(NamedTuple):
    """What was written: folders whose facts are new, tables; and the snapshot that is the last now."""

    folders: int
    tables: tuple[str, ...]
    snapshot: int
    is_new: bool


def share(house: House, lake: Lake, reader: str = "", is_whole: bool = False) -> Shared:
    """Bring a lake up to date with the current version, as one snapshot; before its commit readers see the last one.

    Raises UsageError and HouseError.
    """
    with hold(house):
        return share_current(house, lake, reader, is_whole)


def share_current(house: House, lake: Lake, reader: str = "", is_whole: bool = False) -> Shared:
    """The same for whoever holds the house, so that the version is not pruned meanwhile."""
    refuse_secrets(lake)
    python = environment()
    version = current_version(house)
    verify(version)
    manifest = read_manifest(version)
    order = {
        "warehouse": str((version / DATABASE).resolve()),
        "sha256": manifest["sha256"],
        "night": manifest["night_id"],
        "nights": nights_before(house, version),
        "catalogue": lake.catalogue,
        "data": lake.data if "://" in lake.data else str(Path(lake.data).absolute()),
        "name": lake.name,
        "reader": reader,
        "is_whole": is_whole,
    }
    return Shared(**carried_out(python, order, lake))


def refuse_unshareable(lake: Lake) -> None:
    """Raises UsageError, before a night begins, where it could not be shared as it was told."""
    if bool(lake.catalogue) != bool(lake.data):
        found, missing = ("--lake", "--lake-data") if lake.catalogue else ("--lake-data", "--lake")
        raise UsageError(
            f"{found}: found no {missing} beside it, expected both: catalogue and files of one lake."
        )
    if lake.catalogue:
        refuse_secrets(lake)
        environment()


def refuse_secrets(lake: Lake) -> None:
    """Raises UsageError for what would stand in the list of processes, or in a statement."""
    if re.search(r"password\s*=|://[^/@]*:[^/@]*@", lake.catalogue):
        raise UsageError(
            "--lake: found a password, expected none: it would stand in the list of processes. PostgreSQL's clients "
            "take it from PGPASSWORD, or from ~/.pgpass."
        )
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", lake.name):
        raise UsageError(
            f"--name {lake.name}: expected a lower-case letter, then letters, digits or _, at most 31."
        )


def environment() -> Path:
    """The Python that has DuckLake. Raises UsageError."""
    given = os.environ.get("DOEHOUSE_LAKE_PYTHON")
    python = Path(given) if given else Path(sys.prefix) / "lake" / "bin" / "python"
    if not python.exists():
        raise UsageError(
            f"{python}: found no environment for sharing, expected one beside that of doehouse: DuckLake's extensions "
            f"are wheels of DuckDB 1.5.5. Make it: `make lake`, or `python3 -m venv {python.parents[1]}` and "
            f"`{python} -m pip install --no-deps --require-hashes -r {LOCK}`."
        )
    return python


def nights_before(house: House, current: Path) -> dict[str, int]:
    """The night of each version that the current one goes on from, by the digest of its warehouse.

    A version that was rolled back from is newer than the current one until the next night, which removes it.
    """
    older = [version for version in house.all_versions() if int(version.name) < int(current.name)]
    manifests = [read_manifest(version) for version in older]
    return {each["sha256"]: each["night_id"] for each in manifests}


def carried_out(python: Path, order: dict[str, Any], lake: Lake) -> dict[str, Any]:
    # Neither the other environment's modules nor this one's may meet those of the other.
    inherited = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    ended = subprocess.run(
        [python, "-c", RUN], input=json.dumps(order), capture_output=True, text=True, env=inherited, cwd="/"
    )
    if ended.returncode:
        told = ended.stderr.strip().splitlines()[-1:] or [f"ended by {ended.returncode}"]
        raise HouseError(
            f"{lake.name} in {lake.data}: not shared ({told[0]}), expected a PostgreSQL database and a place for files "
            "that this user may write. Readers have the last night that was shared; share again when it is mended."
        )
    done: dict[str, Any] = json.loads(ended.stdout)
    return {**done, "tables": tuple(done["tables"])}
