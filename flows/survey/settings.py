"""Settings that stand beside the runs: in a table by a key of the path, in a file of each run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.discovery.level_tables import Words
from flows.survey.factors.paths import Column, Item
from flows.survey.factors.roles import Variable
from flows.survey.listing import config_of, read_leaves, read_table
from flows.survey.measures import is_measure

MOST_TABLES = 20
MOST_ROWS = 20_000


class Settings(NamedTuple):
    """Where settings stand, as the study says it, and what they are for each run."""

    source: dict[str, object]  # of [source.levels], without its columns or keys
    names: str  # "columns" or "keys"
    variables: list[Variable]
    container: int | None = None  # of a table: the column of the path whose texts are its keys


def in_table(logs: Path, tables: Sequence[str], items: Sequence[Item]) -> Settings | None:
    """A table that has a row for nearly every run, by a text of its path."""
    ids = [(place, item) for place, item in enumerate(items) if isinstance(item, Column) and all(item.values)]
    ids = [(place, item) for place, item in ids if len(set(item.values)) * 2 > len(item.values)]
    for path in tables[:MOST_TABLES] if ids else ():
        table = read_table(logs, path)
        if table is None or table.frame.height > MOST_ROWS:
            continue
        for place, item in ids:
            for key in table.columns:
                rows = rows_of(item.values, table.frame[key])
                if rows is None:
                    continue
                cells = {name: table.frame[name].to_list() for name in table.columns if name != key}
                told = [
                    Variable(name, tuple(str(values[row]) for row in rows), f"{path}: {name}", is_marked=True)
                    for name, values in cells.items()
                    if not is_measure(name) and all(values[row] and values[row].strip() for row in rows)
                ]
                return Settings({"table": path, "key": key}, "columns", told, place)
    return None


def rows_of(ids: Sequence[str], keys: pl.Series) -> list[int] | None:
    """The one row of each id, by a key that is it or holds it as a word; None where some have none or several."""
    words = Words(ids)
    rows: dict[str, list[int]] = {}
    for row, cell in enumerate(keys):
        for word in words.within(cell or ""):
            rows.setdefault(word, []).append(row)
    found = [rows.get(each, []) for each in ids]
    return [each[0] for each in found] if all(len(each) == 1 for each in found) else None


def in_config(logs: Path, folders: Sequence[str]) -> Settings | None:
    """A file of settings in the folder of each run."""
    name = config_of(logs, folders)
    if name is None:
        return None
    leaves = [read_leaves(logs, _below(folder, name)) or {} for folder in folders]
    return Settings({"file": name}, "keys", variables_of(leaves, name))


def _below(folder: str, name: str) -> str:
    while name.startswith("../"):
        folder, name = folder.rpartition("/")[0], name.removeprefix("../")
    return f"{folder}/{name}" if folder else name


def in_hparams(hparams: Sequence[Mapping[str, str]]) -> Settings | None:
    """The HParams records of the event files."""
    if not any(hparams):
        return None
    return Settings({"hparams": True}, "keys", variables_of(hparams, "HParams record"))


def variables_of(leaves: Sequence[Mapping[str, str]], place: str) -> list[Variable]:
    """A variable for each key that all runs have."""
    keys = [key for key in leaves[0] if all(key in each for each in leaves)]
    return [
        Variable(key, tuple(each[key] for each in leaves), f"{place}: {key}", is_marked=True)
        for key in keys
        if all(each[key].strip() for each in leaves)
    ]
