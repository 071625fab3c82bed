"""The second door to DuckDB: writes a published warehouse into a DuckLake, as one snapshot.

Run by `share.py` with the Python of an environment of its own: DuckLake's extensions are wheels of DuckDB 1.5.5, and
load into no other. Nothing imports this module. An order comes in as JSON, what was done goes out as JSON.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import duckdb

from flows.warehouse.warehouse import MACROS, VIEWS, Warehouse, literal, quoted, tables, text

# The facts of a folder, by which only those that were touched are replaced; of other tables the rows that differ are.
FACTS = {
    "containers": "folder_id",
    "files": "folder_id",
    "levels_seen": "folder_id",
    "points": "container_key",
    "stamps": "folder_id",
    "summaries": "container_key",
}
# DuckLake 1.0 takes no comments of these.
UNTAKEN = ("comment on macro", "comment on column")


class Last(NamedTuple):
    """What the lake says of the night that was shared last: nothing before the first."""

    snapshot: int | None
    # Sha256 and night of the version, what its tables and views are made by, what they hold.
    told: dict[str, Any]


def main() -> None:
    order = json.load(sys.stdin)
    try:
        print(json.dumps(share(order)))
    except duckdb.Error as error:
        sys.exit(" ".join(str(error).split()))


def share(order: dict[str, Any]) -> dict[str, Any]:
    """Bring the lake up to date with a house; gives the folders and tables that were written, and the snapshot.

    The order: `warehouse`, its `sha256` and `night`; `nights`, the night of each version before it by its sha256;
    `catalogue`, `data` and `name` of the lake; `reader`, a role that may read it, or empty; `is_whole`.
    """
    with attached(order) as warehouse, alone(order, warehouse.connection):
        last = last_shared(warehouse)
        told: dict[str, Any] = {"sha256": order["sha256"], "night": order["night"], **digests(warehouse)}
        allow(order, warehouse.connection)
        done: dict[str, Any] = {"folders": 0, "tables": []}
        if order["is_whole"] or not told.items() <= last.told.items():
            told["contents"] = {
                name: content(warehouse.connection, name) for name in tables() if name not in FACTS
            }
            with warehouse.transaction():
                done = write(warehouse, order, last, told)
                message = literal(f"night {order['night']}")
                warehouse.connection.execute(
                    f"call lake.set_commit_message('doehouse', {message}, extra_info => {literal(json.dumps(told))})"
                )
        # What a sharer wrote that died before its commit: nobody else writes, so that it is of nobody at work.
        warehouse.connection.execute("call ducklake_delete_orphaned_files('lake', cleanup_all => true)")
        now = last_shared(warehouse)
        return {**done, "snapshot": now.snapshot, "is_new": now.snapshot != last.snapshot}


def write(warehouse: Warehouse, order: dict[str, Any], last: Last, told: dict[str, Any]) -> dict[str, Any]:
    """Write what the lake lacks: of all folders, unless it has a version that the one of the house goes on from."""
    is_known = last.told.get("tables") == told["tables"]
    if not is_known:
        make_tables(warehouse)
    since = order["nights"].get(last.told.get("sha256"), 0) if is_known and not order["is_whole"] else 0
    warehouse.run("share/touched", night=since)
    # A look at a small table of the lake costs more than one at all of the house's: those that hold the same stay.
    same = last.told.get("contents", {}) if since else {}
    unlike = [name for name in tables() if name in FACTS or same.get(name) != told["contents"][name]]
    written = [name for name in unlike if bring_up_to_date(warehouse.connection, name, since)]
    if not is_known or last.told["views"] != told["views"]:
        make_views(warehouse)
    return {"folders": count(warehouse.connection, "touched"), "tables": written}


@contextmanager
def attached(order: dict[str, Any]) -> Iterator[Warehouse]:
    """The lake, in use, beside the house."""
    settings: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    with duckdb.connect(":memory:", config=settings) as connection:
        connection.execute("set enable_progress_bar = false")  # which is drawn to where the answer goes
        is_bucket = order["data"].startswith("s3://")
        for name in ("ducklake", "postgres_scanner", *(["httpfs"] if is_bucket else [])):
            load(connection, name)
        if is_bucket:
            connection.execute(secret())
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach {literal(order['warehouse'])} as house (read_only)")
        connection.execute(f"attach {literal(order['catalogue'])} as catalogue (type postgres)")
        # A folder of its own: what no snapshot of the lake names is removed from it.
        place = f"{order['data'].rstrip('/')}/{order['name']}/"
        connection.execute(
            f"attach {literal('ducklake:postgres:' + order['catalogue'])} as lake "
            f"(data_path {literal(place)}, metadata_schema {literal(order['name'])})"
        )
        connection.execute("use lake")
        yield Warehouse(connection)


def load(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    wheel = files(f"duckdb_extension_{name}")
    extension = wheel / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    connection.execute(f"load {literal(str(extension))}")


def secret() -> str:
    """What the environment says of a bucket, for this connection alone."""
    endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
    said = {
        "key_id": os.environ.get("AWS_ACCESS_KEY_ID"),
        "secret": os.environ.get("AWS_SECRET_ACCESS_KEY"),
        "session_token": os.environ.get("AWS_SESSION_TOKEN"),
        "region": os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"),
        "endpoint": endpoint.netloc or None,
        "url_style": "path" if endpoint.netloc else None,
    }
    given = [f"{key} {literal(value)}" for key, value in said.items() if value]
    if endpoint.scheme == "http":
        given.append("use_ssl false")
    return f"create secret (type s3, {', '.join(given)})"


@contextmanager
def alone(order: dict[str, Any], connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Hold the lake's advisory lock, waiting for whoever shares now; PostgreSQL lets go on any death."""
    key = int.from_bytes(hashlib.sha256(order["name"].encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as holder:
        holder.begin()
        holder.execute(f"call postgres_execute('catalogue', 'select pg_advisory_xact_lock({key})')")
        yield


def last_shared(warehouse: Warehouse) -> Last:
    rows = warehouse.rows("share/last")
    return Last(rows[0][0], json.loads(rows[0][2])) if rows else Last(None, {})


def digests(warehouse: Warehouse) -> dict[str, str]:
    """What the definitions of the tables come to, and those of all that is derived from them."""
    derived = [text(f"macros/{name}") for name in MACROS] + [text(f"views/{name}") for name in VIEWS]
    derived += [statement for _, statement in study_views(warehouse)]
    return {"tables": digest([text(f"tables/{name}") for name in tables()]), "views": digest(derived)}


def digest(texts: list[str]) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def study_views(warehouse: Warehouse) -> list[tuple[str, str]]:
    return warehouse.connection.execute(
        "select study, statement from house.study_views order by study"
    ).fetchall()


def make_tables(warehouse: Warehouse) -> None:
    """Every table anew and empty, with its comments."""
    drop_views(warehouse)
    present = warehouse.connection.execute(
        "select table_name from duckdb_tables() where database_name = 'lake' and schema_name = 'main'"
    )
    for (name,) in present.fetchall():
        warehouse.drop_table(name)
    for name in tables():
        plain = re.sub(r" using compression \w+", "", text(f"tables/{name}"))  # Parquet has its own
        for statement in warehouse.connection.extract_statements(plain):
            warehouse.connection.execute(statement)


def drop_views(warehouse: Warehouse) -> None:
    present = warehouse.connection.execute(
        "select view_name from duckdb_views() where database_name = 'lake' and not internal"
    )
    for (name,) in present.fetchall():
        warehouse.connection.execute(f"drop view lake.main.{quoted(name)}")


def make_views(warehouse: Warehouse) -> None:
    """Every macro and view anew, and the wide view of each study."""
    connection = warehouse.connection
    drop_views(warehouse)
    for name in [*(f"macros/{name}" for name in MACROS), *(f"views/{name}" for name in VIEWS)]:
        for statement in connection.extract_statements(text(name)):
            lines = [line for line in statement.query.splitlines() if not line.startswith("--")]
            if not "\n".join(lines).strip().startswith(UNTAKEN):
                connection.execute(statement)
    for _, view in study_views(warehouse):
        connection.execute(view)


def bring_up_to_date(connection: duckdb.DuckDBPyConnection, name: str, since: int) -> bool:
    """Write what a table of the lake lacks; whether anything was written."""
    house, lake = f"house.main.{quoted(name)}", f"lake.main.{quoted(name)}"
    if not since:
        return replace(connection, name, "true", "true")
    if key := FACTS.get(name):
        is_touched = f"{key} in (from {'touched' if key == 'folder_id' else 'touched_containers'})"
        changed = replace(connection, name, is_touched, is_touched)
    else:
        row = ", ".join(quoted(each[0]) for each in connection.execute(f"describe {house}").fetchall())
        unlike = "hash(({row})) not in (select hash(({row})) from {other})"
        changed = replace(
            connection, name, unlike.format(row=row, other=house), unlike.format(row=row, other=lake)
        )
    # Rows that are equal to each other, or were lost in the lake by other means.
    return (
        changed
        if count(connection, house) == count(connection, lake)
        else replace(connection, name, "true", "true")
    )


def replace(connection: duckdb.DuckDBPyConnection, name: str, gone: str, come: str) -> bool:
    """Delete rows of a table of the lake, then insert rows of the house; whether there were any."""
    house, lake = f"house.main.{quoted(name)}", f"lake.main.{quoted(name)}"
    ((deleted,),) = connection.execute(f"delete from {lake} where {gone}").fetchall()  # noqa: S608
    copy = f"insert into {lake} by name select * from {house} where {come}"  # noqa: S608
    ((inserted,),) = connection.execute(copy).fetchall()
    return bool(deleted or inserted)


def content(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """How many rows a table of the house has, and the sum of their hashes, which does not cancel out for equal rows."""
    query = f"select count(*), sum(hash(t)) from house.main.{quoted(name)} as t"  # noqa: S608
    return [str(each) for each in connection.execute(query).fetchall()[0]]


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    ((rows,),) = connection.execute(f"select count(*) from {table}").fetchall()  # noqa: S608
    return int(rows)


def allow(order: dict[str, Any], connection: duckdb.DuckDBPyConnection) -> None:
    """Let a role of PostgreSQL read the catalogue of the lake, and no more."""
    if not order["reader"]:
        return
    schema, role = quoted(order["name"]), quoted(order["reader"])
    for right in (
        f"grant usage on schema {schema} to {role}",
        f"grant select on all tables in schema {schema} to {role}",
        f"alter default privileges in schema {schema} grant select on tables to {role}",
    ):
        connection.execute(f"call postgres_execute('catalogue', {literal(right)})")


if __name__ == "__main__":
    main()
