"""What a published warehouse holds, so that two of them can be compared row for row."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from flows.house.house import DATABASE, House
from flows.house.manifest import digest, read_manifest
from flows.warehouse.warehouse import Warehouse, open_published, tables

# Keys, nights and hours differ between houses that saw the same log folders in other nights.
OF_A_NIGHT = {
    "night_id",
    "first_night_id",
    "night",
    "last_night",
    "container_key",
    "file_id",
    "folder_id",
    "tag_id",
}
# What a house remembers of its nights, and what differs with them.
MEMORIES = {"nights", "verdicts", "conclusions", "statements", "tags"}
KEYED = {"points": "metrics", "stamps": "container_times"}  # tables, and the views that show names for keys


class Held(NamedTuple):
    """What a warehouse file holds."""

    rows: Mapping[str, int]  # of each table
    content: Mapping[
        str, str
    ]  # a digest of every table's rows, without order, keys and nights, and of the views' SQL


OF_DIGEST: dict[str, Held] = {}  # files that were read, by their SHA-256: their bytes say all


def held(path: Path, sha256: str) -> Held:
    """What the file with this digest holds; each is read once, however often it is published and found."""
    if sha256 not in OF_DIGEST:
        with open_published(path) as warehouse:
            OF_DIGEST[sha256] = Held(warehouse.scan_tables(), content(warehouse))
    return OF_DIGEST[sha256]


def content(warehouse: Warehouse) -> Mapping[str, str]:
    views = warehouse.connection.execute("select view_name, sql from duckdb_views() where not internal")
    digests = {"views": hashlib.sha256(repr(sorted(views.fetchall())).encode()).hexdigest()}
    for name in sorted({KEYED.get(name, name) for name in tables()} - MEMORIES):
        table = warehouse.relation(name)
        kept = [column for column in table.column_names if column not in OF_A_NIGHT]
        rows = sorted(map(text, zip(*(table[column].to_pylist() for column in kept), strict=True)))
        digests[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return digests


def text(row: tuple[object, ...]) -> str:
    # DuckDB averages in the order in which its threads come: the last digits of a mean are not of the data.
    return repr(tuple(f"{value:.12g}" if isinstance(value, float) else value for value in row))


def check_whole(house: House) -> Mapping[str, str] | None:
    """The content of the current version, after holding it against its manifest; None before the first night."""
    version = house.current_version()
    if version is None:
        assert not house.warehouse.exists()
        return None
    manifest = read_manifest(version)
    database = version / DATABASE
    sha256 = digest(database)
    assert sha256 == manifest["sha256"]
    assert not list(version.glob("*.wal"))
    found = held(database, sha256)
    assert found.rows == manifest["rows"]
    assert (version / "site" / "index.html").read_text().rstrip().endswith("</html>")
    return found.content
