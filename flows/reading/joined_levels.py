"""Levels of the rows of a result table that stand in another table, found by an id that both have."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from flows.discovery.level_tables import LevelTable, read_level_table
from flows.reading.records.reshape import told_column
from flows.reading.records.shape import Problem
from flows.reading.source_rows import REPLICATE, SourceRows
from models.declared.levels import missing_level
from models.declared.study import Study


def joined(logs: Path, study: Study, read: SourceRows) -> SourceRows:
    """The rows with what a table beside the results says of their containers, where it says something."""
    source, frame = study.source, read.records.frame
    key = read.columns["container"]
    assert source and source.levels and source.levels.table
    if key not in frame.columns:
        return read
    ids = frame[key].drop_nulls().unique().to_list()
    table = read_level_table(logs, study, ids)
    told: dict[str, dict[str, str | None]] = {
        factor: {name: row.levels.get(factor, missing_level(levels)) for name, row in table.rows.items()}
        for factor, levels in study.factors.items()
        if factor not in read.columns and factor not in study.pattern.names
    }
    told |= {
        stamp: {name: row.stamps.get(stamp) for name, row in table.rows.items()}
        for stamp in study.stamps_beside
        if stamp not in read.columns
    }
    if source.levels.replicate:
        told[REPLICATE] = {name: row.replicate for name, row in table.rows.items()}
    added = [
        frame[key]
        .replace_strict(list(cells), list(cells.values()), default=None, return_dtype=pl.String)
        .alias(told_column(name))
        for name, cells in told.items()
    ]
    problems = [*read.records.problems, *problems_of(frame, key, ids, table, source.levels.table)]
    records = read.records._replace(frame=frame.with_columns(added), problems=tuple(problems))
    return SourceRows(records, {**read.columns, **{name: told_column(name) for name in told}})


def problems_of(
    frame: pl.DataFrame, key: str, ids: Sequence[str], table: LevelTable, name: str
) -> Iterator[Problem]:
    if table.trouble:
        yield Problem(
            None, "Q324", f"no levels ({table.trouble.rstrip('.')})", "a row for each", f"Mend {name}."
        )
        return
    lonely = set(ids) - table.rows.keys() - table.doubled.keys()
    for what, bad in (("no row", lonely), ("rows that differ", set(table.doubled))):
        rows = frame.filter(pl.col(key).is_in(list(bad)))
        if rows.height:
            more = f" (and {rows.height - 1:,} more like it)" if rows.height > 1 else ""
            found = f"{rows[key][0]!r} in {key}, of which {name} has {what}{more}"
            yield Problem(rows["line"][0], "Q323", found, "one row", f"Correct {name}.")
