"""What a published warehouse holds, so that two of them can be compared row for row."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from flows.house import House, digest, read_manifest
from flows.warehouse import open_published

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
KEYED = {"points", "stamps"}  # shown with names by `metrics` and, of the containers, `container_times`


def content(path: Path) -> Mapping[str, str]:
    """A digest of the rows of every relation, without order and without keys and nights."""
    digests = {}
    with open_published(path) as warehouse:
        names = [
            name
            for (name,) in warehouse.connection.execute(
                "select view_name from duckdb_views() where not internal"
            ).fetchall()
        ]
        for name in [*names, *warehouse.scan()]:
            if name in MEMORIES | KEYED:
                continue
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
    database = version / "warehouse.duckdb"
    assert digest(database) == manifest["sha256"]
    assert not list(version.glob("*.wal"))
    with open_published(database) as warehouse:
        assert warehouse.scan() == manifest["rows"]
    assert (version / "site" / "index.html").read_text().rstrip().endswith("</html>")
    return content(database)
