"""What page queries give: asked once for many studies, responses or folders, then told apart."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import polars as pl

from flows.warehouse.warehouse import Warehouse, filled, literal
from reports.tables.tables import Result

# What a column of keys is called where many of its values are asked for.
PARAMETERS = {"study": "studies", "response": "responses", "folder": "folders"}
Key = tuple[str, ...]


def answers(warehouse: Warehouse, names: Iterable[str], **values: str) -> dict[str, Result]:
    """The results of queries that are given all of these values."""
    return {
        name: Result(warehouse.frame(f"pages/{name}", **values), filled(f"pages/{name}", values))
        for name in names
    }


def answers_of_each(
    warehouse: Warehouse, names: Iterable[str], columns: Sequence[str], keys: Collection[Key]
) -> dict[Key, dict[str, Result]]:
    """The results of queries for each key, a value for each of `columns`; every query is asked once for all keys."""
    values = {PARAMETERS[column]: sorted({key[i] for key in keys}) for i, column in enumerate(columns)}
    return parted({name: warehouse.frame(f"pages/{name}", **values) for name in names}, columns, keys)


def parted(
    frames: Mapping[str, pl.DataFrame], columns: Sequence[str], keys: Collection[Key]
) -> dict[Key, dict[str, Result]]:
    """What queries gave, by name, told apart by key."""
    found: dict[Key, dict[str, Result]] = {key: {} for key in keys}
    for name, frame in frames.items():
        parts = frame.partition_by(columns, as_dict=True)
        none, statement = frame.clear(), filled(f"pages/{name}", {})
        for key, mine in found.items():
            told = asked_of_one(statement, dict(zip(columns, key, strict=True)))
            mine[name] = Result(parts.get(key, none), told)
    return found


def asked_of_one(statement: str, key: Mapping[str, str]) -> str:
    """The query as a reader asks it about one key; names are written in at once, so that none is read for another."""
    given = {PARAMETERS[column]: f"= {literal(value)}" for column, value in key.items()}
    return re.sub(r"in \$(\w+)", lambda found: given[found[1]], statement)
