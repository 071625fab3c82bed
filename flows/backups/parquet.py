"""A warehouse as Parquet files, and back."""

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flows.house.current import published, refuse_lost_link
from flows.house.disk import refuse_remote, writing
from flows.house.errors import HouseError
from flows.house.house import DATABASE, House
from flows.house.lock import hold
from flows.house.manifest import digest, read_manifest
from flows.house.publishing import publish
from flows.house.recovery import recover
from flows.warehouse.carry_over import schema_number
from flows.warehouse.warehouse import (
    QueryError,
    Warehouse,
    open_published,
    open_tables,
    open_warehouse,
    schema_digest,
)

CONTENTS = "export.json"  # which files there are, with their SHA-256, and the manifest of their version


def write_relations(house: House, target: Path) -> Iterator[Path]:
    """Write every relation as `<relation>.parquet` below `target`; gives the files as they are written."""
    from pyarrow.parquet import write_table

    database = published(house)
    target.mkdir(parents=True, exist_ok=True)
    files = {}
    with open_published(database) as warehouse:
        for relation, *_ in warehouse.rows("ad_hoc/relations"):
            path = target / f"{relation}.parquet"
            write_table(warehouse.relation(relation), path)
            files[relation] = digest(path)
            yield path
    contents = {"manifest": read_manifest(database.parent), "files": files}
    (target / CONTENTS).write_text(json.dumps(contents, indent=1, sort_keys=True) + "\n")
    yield target / CONTENTS


def read_relations(house: House, source: Path) -> Path:
    """Publish what `write_relations` wrote as the first version of a new house; views are derived anew.

    Its tables are those of the version that was exported: the next night carries older ones over, and writes the
    pages. Raises HouseError where they are newer than this doehouse, damaged, or the house is not new.
    """
    contents = read_contents(source)
    manifest = contents["manifest"]
    with hold(house):
        refuse_remote(house)
        refuse_lost_link(house)
        if current := house.current_version():
            raise HouseError(
                f"{house.root}: found the version {current.name}, expected a new house: an import takes the place of "
                "nothing. Name another with --house."
            )
        recover(house)
        database = house.staging / DATABASE
        is_ours = manifest["schema"] == schema_digest()
        with writing(house), (open_warehouse if is_ours else open_tables)(database) as warehouse:
            for table, rows in manifest["rows"].items():
                fill(warehouse, table, source / f"{table}.parquet", rows, contents["files"].get(table))
            if is_ours:
                warehouse.apply_views()
        (house.staging / "site").mkdir()
        # Of the pages of that version none are here, so their list is not either.
        kept = {key: value for key, value in manifest.items() if key != "page_list_sha256"}
        return publish(house, {**kept, "imported_from": f"{source.absolute()} version {manifest['version']}"})


def read_contents(source: Path) -> dict[str, Any]:
    """What an export says of itself. Raises HouseError where it is none, or of newer tables."""
    try:
        contents: dict[str, Any] = json.loads((source / CONTENTS).read_text())
        number, made_by = (
            contents["manifest"].get("schema_number", 1),
            contents["manifest"]["versions"]["doehouse"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HouseError(
            f"{source / CONTENTS}: cannot be read ({error}), expected what `doehouse export` of doehouse 0.2.0 or newer "
            "writes beside its Parquet files. Export again."
        ) from error
    if number > schema_number():
        raise HouseError(
            f"{source}: was exported by doehouse {made_by}, whose tables are newer than those of this one "
            f"({version('doehouse')}), expected tables that it knows. Install that version; nothing was published."
        )
    return contents


def fill(warehouse: Warehouse, table: str, path: Path, rows: int, sha256: str | None) -> None:
    """Read a table in; its rows keep their order. Raises HouseError where the file is not as it was exported."""
    if not path.is_file() or digest(path) != sha256:
        found = "is missing" if not path.exists() else "is not as it was exported"
        raise HouseError(
            f"{path}: {found}, expected the file with the SHA-256 {sha256}. Export again; nothing was published."
        )
    try:
        found_rows = warehouse.read_parquet(table, path)
    except QueryError as error:
        raise HouseError(
            f"{path}: cannot be read ({str(error).splitlines()[0]}), expected a table of a warehouse. Export again; "
            "nothing was published."
        ) from error
    if found_rows != rows:
        raise HouseError(
            f"{path}: found {found_rows} rows, expected {rows}. Export again; nothing was published."
        )
