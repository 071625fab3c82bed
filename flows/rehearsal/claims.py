"""The runs that a study claims, with the levels that files and rows tell."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.discovery.log_folders import LogFolder, Told
from flows.log_root.regular_file import RefusedError, read_regular, shown
from flows.reading.event_points import hparams_of
from flows.reading.events.file import Source, iterate_event_files
from flows.reading.levels import REPLICATE, completed, keys_of, levels_of_file
from flows.reading.records.shape import RecordError
from flows.reading.tables import Table, rows_of
from flows.rehearsal.rows import Rows
from models.declared.levels import missing_level
from models.declared.study import Claim, Study

MOST_HPARAMS = 128 << 20  # bytes of event files that are read for their HParams
MOST_RESULTS = 500  # result files that are opened for their levels


class Known(NamedTuple):
    """A run that the study claims: where it lies, and what is known of it without a night.

    Of a table one stands for all rows that claim the same; where no replicate is told twice, whatever theirs are.
    """

    where: str
    claim: Claim
    times: int = 1


def claims(
    logs: Path, study: Study, folders: Sequence[LogFolder], rows: Rows | None = None
) -> Iterator[Known]:
    """The claims of folders, completed from level files, HParams and result files; of a table those of its rows."""
    rows = rows or Rows(logs, study)
    hparams = (
        hparams_by_folder(logs, folders)
        if study.source and study.source.levels and study.source.levels.hparams
        else {}
    )
    tables = [taken for folder in folders if folder.is_table for taken in claimed_rows(rows, folder)]
    if tables:
        yield from together(study, pl.concat(tables))
    for number, folder in enumerate(folders):
        if folder.is_table:
            continue
        if study.source and study.source.columns and number < MOST_RESULTS:
            for file in folder.files:
                if file.kind == "result":
                    yield from result_claim(rows, folder, file.path)
            continue
        told = list(folder.told)
        for file in folder.files:
            if file.kind == "config":
                try:
                    told += levels_of_file(study, file, read_regular(logs, file.path).content)
                except (RecordError, RefusedError):
                    continue
        for factor, key in keys_of(study).items() if hparams else ():
            if level := hparams.get(folder.folder, {}).get(key):
                told.append(Told(factor, level, "HParams"))
        yield Known(folder.folder, completed(study, folder, told))


def hparams_by_folder(logs: Path, folders: Sequence[LogFolder]) -> dict[str, dict[str, str]]:
    """What event files tell of their settings, as many as fit."""
    sources: list[Source] = []
    owners: list[str] = []
    size = 0
    for folder in folders:
        for file in folder.files:
            size += file.size_bytes
            if file.kind == "events" and size <= MOST_HPARAMS:
                sources.append(Source(file.path))
                owners.append(folder.folder)
    told: dict[str, dict[str, str]] = {}
    for piece in iterate_event_files(sources, logs):
        for place, values in hparams_of(piece).items():
            told.setdefault(owners[place], {}).update(values)
    return told


def result_claim(rows: Rows, folder: LogFolder, path: str) -> Iterator[Known]:
    """The claim of a result file by its first row."""
    study, read = rows.study, rows.of(path)
    if read is None:
        return
    columns = {name: column for name, column in read.columns.items() if name in (*study.factors, REPLICATE)}
    for row in read.records.frame.head(1).select(*dict.fromkeys(columns.values())).iter_rows(named=True):
        levels_told = [
            Told(name, level, path)
            for name, column in columns.items()
            if (level := level_of(row[column], study.factors.get(name, ()))) is not None
        ]
        yield Known(path, completed(study, folder, levels_told))


def level_of(text: str | None, levels: Sequence[str]) -> str | None:
    return missing_level(levels) if text is None else text


def claimed_rows(rows: Rows, folder: LogFolder) -> Iterator[pl.DataFrame]:
    """The rows of a table as a night takes them: where, run, replicate, a column for the levels of each factor."""
    study = rows.study
    for file in folder.files:
        if file.kind != "table" or (read := rows.of(file.path)) is None:
            continue
        taken, _ = rows_of(study, Table(0, 0, 0, folder, False, False), read)
        yield taken.select(
            pl.format("{}:{}", pl.lit(shown(file.path)), "line").alias("where"),
            "run",
            REPLICATE,
            *columns_of(study).values(),
        )


def columns_of(study: Study) -> dict[str, str]:
    return {name: f"level {name}" for name in study.factors}


def together(study: Study, rows: pl.DataFrame) -> Iterator[Known]:
    """A claim for all rows that claim the same; of a replicate that is told twice two, to name both places."""
    is_told = pl.col("run").is_not_null() & pl.col(REPLICATE).is_not_null()
    is_twice = is_told & pl.struct("run", REPLICATE).is_duplicated()
    rows = rows.with_columns(pl.when(is_twice).then(REPLICATE))
    groups = rows.group_by("run", REPLICATE, *columns_of(study).values(), maintain_order=True)
    for row in groups.agg(pl.col("where").head(2), times=pl.len()).iter_rows(named=True):
        told = {name: row[column] for name, column in columns_of(study).items() if row[column] is not None}
        claim = Claim(row["run"], row[REPLICATE], told)
        first, *others = row["where"]
        yield Known(first, claim, row["times"] - len(others))
        yield from (Known(each, claim) for each in others)
