"""A warehouse of another doehouse is carried over: facts and history stay, everything else is derived anew."""

from pathlib import Path

from flows.house.errors import HouseError
from flows.warehouse.warehouse import SQL, Warehouse, open_tables, tables

# Facts, the history of nights, and what the studies were when the facts were read; the rest is derived from them.
CARRIED = (
    "breaches",
    "conclusions",
    "containers",
    "files",
    "findings",
    "folders",
    "held_files",
    "levels_seen",
    "nights",
    "points",
    "stamps",
    "studies",
    "summaries",
    "tags",
    "verdicts",
)


def steps() -> list[str]:
    """The numbered steps of `sql/migrations`: step 0002 leads from tables of number 1 to those of number 2."""
    return sorted(path.stem for path in (SQL / "migrations").glob("*.sql"))


def schema_number() -> int:
    """Number of this doehouse's tables."""
    return int(steps()[-1])


def carry_over(path: Path, number: int) -> None:
    """Give a private copy, whose tables are of `number`, the tables of this doehouse, in one transaction.

    After the steps, each carried table is made anew and filled by the names of its columns: one that came since is
    null, or has the default of its table. Raises HouseError where a column would be lost.
    """
    with open_tables(path) as warehouse, warehouse.transaction():
        warehouse.drop_views()
        for step in steps():
            if int(step) > number:
                warehouse.run(f"migrations/{step}")
        before = [name for (name,) in warehouse.rows("night/tables")]
        for table in before:
            if table in CARRIED:
                warehouse.rename_table(table, old(table))
            else:
                warehouse.drop_table(table)
        for table in tables():
            warehouse.run(f"tables/{table}")
            if table in CARRIED and table in before:
                fill(warehouse, table)
        warehouse.apply_views()


def fill(warehouse: Warehouse, table: str) -> None:
    """Take the rows of the table before. Raises HouseError where it has a column that the new one lacks."""
    columns = warehouse.columns(old(table))
    if lost := [column for column in columns if column not in warehouse.columns(table)]:
        raise HouseError(
            f"the table {table}: found the column {lost[0]}, expected a step in sql/migrations that says what becomes "
            "of it. Report a fault of doehouse; nothing was published."
        )
    warehouse.copy_rows(old(table), table, columns)
    warehouse.drop_table(old(table))


def old(table: str) -> str:
    return f"{table} before"
