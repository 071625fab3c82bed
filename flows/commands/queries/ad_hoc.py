"""The command `doehouse sql`: queries on the published warehouse, or a prompt."""

import csv as csv_rows
import json as json_rows
import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from flows.commands.options import HOUSE, HouseOption, PathArgument
from flows.house.current import published
from flows.house.errors import HouseError, UsageError
from flows.house.house import House
from flows.warehouse.warehouse import QueryError, Warehouse, open_published

Form = Literal["table", "csv", "json"]
MOST_ROWS = 10_000  # of a table on screen; --csv and --json have no limit


def sql(
    query: str | None = None,
    *,
    house: HouseOption = HOUSE,
    csv: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
    parquet: PathArgument | None = None,
) -> int:
    """Query the published warehouse, read-only; without a query, list its relations and start a prompt.

    Parameters
    ----------
    query
        One SQL statement; several, separated by semicolons, are answered one after another. Or what the prompt takes:
        .tables, .describe NAME, .help.
    house
        Folder of the warehouse.
    csv
        Print comma-separated values.
    json
        Print one JSON object per row.
    parquet
        Write the result to this Parquet file.
    """
    if csv + json + bool(parquet) > 1:
        raise UsageError("found several of --csv, --json and --parquet, expected one. Leave the others out.")
    if query is None:
        if csv or json or parquet:
            raise UsageError("found no query, expected one with --csv, --json or --parquet. Add it.")
        from flows.commands.queries.prompt import prompt

        return prompt(House.at(house))
    try:
        if query.lstrip().startswith("."):
            from flows.commands.queries.prompt import order

            return order(House.at(house), query)
        return answer(House.at(house), query, "csv" if csv else "json" if json else "table", parquet)
    except QueryError as error:
        raise HouseError(str(error)) from error


def answer(house: House, query: str, form: Form, parquet: Path | None = None) -> int:
    """Print the results of a script on the published warehouse; raises QueryError on bad SQL."""
    with open_published(published(house), is_locked=True) as warehouse:
        statements = warehouse.statements(query)
        if not statements:
            raise UsageError("found a query without a statement, expected SQL. Leave it out for a prompt.")
        if len(statements) > 1 and (parquet or form != "table"):
            raise UsageError(
                f"found {len(statements)} statements, expected one with --csv, --json or --parquet. "
                "Ask them one after another."
            )
        if parquet:
            write_parquet(warehouse.arrow(query), parquet)
            return 0
        for statement in statements:
            show(warehouse, statement, form)
    return 0


def write_parquet(table: Any, path: Path) -> None:
    """Raises UsageError where the file cannot be written."""
    from pyarrow.parquet import write_table

    try:
        write_table(table, path)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written ({os.strerror(error.errno or 0)}), expected a place for a Parquet file. "
            "Name another."
        ) from error


def show(warehouse: Warehouse, query: str, form: Form) -> None:
    if form == "table":
        width = os.get_terminal_size().columns if sys.stdout.isatty() else 400
        print(warehouse.box(query, MOST_ROWS, width))
        return
    columns, rows = warehouse.stream(query)
    if form == "csv":
        writer = csv_rows.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        for row in rows:
            print(json_rows.dumps(dict(zip(columns, row, strict=True)), default=plain, ensure_ascii=False))


def plain(value: Any) -> Any:
    """What JSON has no form for, as text."""
    return str(value)
