"""What a night would claim for a study: its runs by the cells of the design, what is left over, what is measured."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from flows.discovery.find_folders import find_folders
from flows.discovery.find_units import find_units, walk
from flows.discovery.log_folders import LogFile, LogFolder, Told, kind_of_source
from flows.log_root.regular_file import TABLE_LIMIT, RefusedError, read_regular, shown
from flows.log_root.tree import Disk
from flows.messages import count
from flows.reading.containers import container_of, within_of
from flows.reading.event_points import hparams_of
from flows.reading.events.file import Source, iterate_event_files
from flows.reading.joined_levels import joined
from flows.reading.levels import REPLICATE, completed, keys_of, levels_of_file
from flows.reading.records.shape import RecordError
from flows.reading.source_rows import SourceRows, read_source
from flows.reading.tables import Table, rows_of
from models.declared.levels import declared_level, missing_level
from models.declared.study import Claim, Study

MOST_HPARAMS = 128 << 20  # bytes of event files that are read for their HParams
MOST_RESULTS = 500  # result files that are opened for their levels
SAMPLED = 3  # runs whose values are looked at
NAMED = 8


class Rehearsal(NamedTuple):
    claimed: int
    lines: list[str]


class Known(NamedTuple):
    """A run that the study claims: where it lies, and what is known of it without a night.

    Of a table one stands for all rows that claim the same; where no replicate is told twice, whatever theirs are.
    """

    where: str
    claim: Claim
    times: int = 1


def rehearse(logs: Path, study: Study) -> Rehearsal:
    """Reads names, level files and the values of a few files. Raises StudyError where two patterns clash."""
    found = find_units(Disk(logs), [study], find_folders(Disk(logs), [study]))
    files = sum(len(folder.files) for folder in found.folders)
    what = "table" if study.source and study.source.is_table else "folder"
    lines = [f"{study.name}: {count(len(found.folders), what)} claimed, with {count(files, 'file')}."]
    if found.folders:
        runs = list(claims(logs, study, found.folders))
        lines += [*grid(study, runs), *odd_runs(study, runs), *notes(found.folders), *levels(study, runs)]
        lines += responses(logs, study, found.folders)
    lines += left_over(logs, study, found.folders, found.unclaimed)
    lines += [f"Cannot be listed: {each}" for each in found.unreadable[:NAMED]]
    return Rehearsal(len(found.folders), lines)


def claims(logs: Path, study: Study, folders: Sequence[LogFolder]) -> Iterator[Known]:
    """The claims of folders, completed from level files, HParams and result files; of a table those of its rows."""
    hparams = (
        hparams_by_folder(logs, folders)
        if study.source and study.source.levels and study.source.levels.hparams
        else {}
    )
    tables = [rows for folder in folders if folder.is_table for rows in claimed_rows(logs, study, folder)]
    if tables:
        yield from together(study, pl.concat(tables))
    for number, folder in enumerate(folders):
        if folder.is_table:
            continue
        if study.source and study.source.columns and number < MOST_RESULTS:
            for file in folder.files:
                if file.kind == "result":
                    yield from result_claim(logs, study, folder, file.path)
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


def read_rows(logs: Path, study: Study, path: str) -> SourceRows | None:
    assert study.source
    try:
        content = read_regular(logs, path, TABLE_LIMIT).content
    except RefusedError:
        return None
    return read_source(content, path, study)


def result_claim(logs: Path, study: Study, folder: LogFolder, path: str) -> Iterator[Known]:
    """The claim of a result file by its first row."""
    read = read_rows(logs, study, path)
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


def claimed_rows(logs: Path, study: Study, folder: LogFolder) -> Iterator[pl.DataFrame]:
    """The rows of a table as a night takes them: where, run, replicate, a column for the levels of each factor."""
    assert study.source
    for file in folder.files:
        if file.kind != "table" or (read := read_rows(logs, study, file.path)) is None:
            continue
        if study.source.levels and study.source.levels.table:
            read = joined(logs, study, read)
        rows, _ = rows_of(study, Table(0, 0, 0, folder, False, False), read)
        yield rows.select(
            pl.format("{}:{}", pl.lit(file.path), "line").alias("where"),
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


def counted(pairs: Iterable[tuple[Any, int]]) -> Counter[Any]:
    counts: Counter[Any] = Counter()
    for key, times in pairs:
        counts[key] += times
    return counts


def grid(study: Study, runs: Sequence[Known]) -> Iterator[str]:
    """Counts by cell: the levels of the last factor across, those of the others down."""
    counts = counted((each.claim.run, each.times) for each in runs)
    planned = [treatment for treatment in study.treatments if not treatment.is_center]
    empty = sum(not counts[treatment.run] for treatment in study.treatments)
    placed = sum(number for run, number in counts.items() if run is not None)
    yield f"Runs: {placed} in {len(study.treatments) - empty} of {len(study.treatments)} cells, {empty} empty."
    *down, across = study.factors
    table = [[*down, *(f"{across}={level}" for level in study.factors[across])]]
    by_row: dict[tuple[str, ...], dict[str, str]] = {}
    for treatment in planned:
        key = tuple(treatment.levels[name] for name in down)
        by_row.setdefault(key, {})[treatment.levels[across]] = str(counts[treatment.run] or "-")
    table += [
        [*key, *(cells.get(level, "") for level in study.factors[across])] for key, cells in by_row.items()
    ]
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    for row in table[:65]:
        cells = [
            text.ljust(width) if place < len(down) else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"  {'  '.join(cells)}".rstrip()
    if len(table) > 65:
        yield f"  ... and {len(table) - 65} more rows"
    for treatment in study.treatments:
        if treatment.is_center:
            yield f"  centre, run {treatment.run}: {counts[treatment.run]}"


def odd_runs(study: Study, runs: Sequence[Known]) -> Iterator[str]:
    """Runs without a cell, and those that claim one replicate twice."""
    strays = [each for each in runs if each.claim.run is None]
    reasons = counted((why(study, each.claim), each.times) for each in strays)
    for reason, number in reasons.most_common(NAMED):
        first = next(each.where for each in strays if why(study, each.claim) == reason)
        yield f"No run of the design: {number}, {reason}, such as {first}."
    twice = counted(
        ((each.claim.run, each.claim.replicate), each.times)
        for each in runs
        if each.claim.run and each.claim.replicate
    )
    doubled = [key for key, number in twice.items() if number > 1]
    if doubled:
        run, replicate = doubled[0]
        places = [each.where for each in runs if (each.claim.run, each.claim.replicate) == (run, replicate)]
        example = f"run {run} replicate {replicate} in {' and '.join(places[:2])}"
        yield f"Replicates told twice: {len(doubled)}, such as {example}."


def why(study: Study, claim: Claim) -> str:
    if missing := [name for name in study.factors if name not in claim.levels]:
        return f"nothing tells {', '.join(missing)}"
    strange = [
        f"{name}={level}"
        for name, level in claim.levels.items()
        if name in study.factors and declared_level(level, study.factors[name]) not in study.factors[name]
    ]
    return f"undeclared {', '.join(strange)}" if strange else "a combination that the design does not have"


def notes(folders: Sequence[LogFolder]) -> Iterator[str]:
    """What looking for the folders noticed, each kind once."""
    found = [note for folder in folders for note in folder.notes]
    for code, number in Counter(note.code for note in found).most_common(NAMED):
        yield f"{code}, {number} times: {next(note.reason for note in found if note.code == code)}"


def levels(study: Study, runs: Sequence[Known]) -> Iterator[str]:
    for name, declared in study.factors.items():
        seen = counted(
            (declared_level(each.claim.levels[name], declared), each.times)
            for each in runs
            if name in each.claim.levels
        )
        if not seen:  # the number of the run tells
            by_run = {treatment.run: treatment.levels[name] for treatment in study.treatments}
            seen = counted((by_run[each.claim.run], each.times) for each in runs if each.claim.run)
        told = ", ".join(f"{level} ({seen.get(level, 0)})" for level in declared)
        strange = [level for level in seen if level not in declared]
        other = f"; undeclared: {', '.join(strange[:NAMED])}" if strange else ""
        yield f"Factor {name}: {told}{other}"


def responses(logs: Path, study: Study, folders: Sequence[LogFolder]) -> Iterator[str]:
    """Whether the first few runs have what each response asks for."""
    sample = folders[:SAMPLED]
    tags = tags_of(logs, sample)
    columns: set[str] = set()
    values: dict[str, list[str]] = {}
    for folder in sample:
        for file in folder.files:
            if file.kind in ("table", "result") and (read := read_rows(logs, study, file.path)):
                columns |= set(read.records.columns)
                for name in read.records.frame.columns[3:]:
                    values.setdefault(name, []).extend(read.records.frame[name].drop_nulls().head(SAMPLED))
    for name, response in study.responses.items():
        if response.between:
            yield f"Response {name}: {response.between[1]} minus {response.between[0]}"
        elif (tag := response.tag) in values and values[tag]:
            yield f"Response {name}: {tag}, such as {', '.join(values[tag][:SAMPLED])}"
        elif tag in tags:
            withins = sorted(tags[tag])
            places = [within for within in withins if response.within is None or within == response.within]
            also = f" below {', '.join(each or '.' for each in withins)}" if withins != [""] else ""
            trouble = "; say which by within" if response.within is None and len(withins) > 1 else ""
            missing = (
                f"; NOT below {response.within}" if not places and "*" not in (response.within or "") else ""
            )
            yield f"Response {name}: tag {tag!r}{also}{trouble}{missing}"
        else:
            there = ", ".join(sorted(tags) or sorted(columns)) or "nothing"
            yield f"Response {name}: NOT FOUND in the first {count(len(sample), 'run')}: {tag!r}; there is {there[:500]}"


def tags_of(logs: Path, folders: Sequence[LogFolder]) -> dict[str, set[str]]:
    """Tag -> the sub-runs that have it."""
    files = [(folder, file) for folder in folders for file in folder.files if file.kind == "events"]
    withins = [within(folder.folder, file) for folder, file in files]
    tags: dict[str, set[str]] = {}
    for piece in iterate_event_files([Source(file.path) for _, file in files], logs):
        for place, tag in set(piece.scalars.select("file", "tag").unique().rows()):
            tags.setdefault(piece.tags[tag], set()).add(withins[place])
    return tags


def within(folder: str, file: LogFile) -> str:
    """The folders between a container and its event file."""
    if file.container:
        return file.within
    path = shown(file.path)
    return within_of(path, folder, container_of(path, ()) or "")


def left_over(
    logs: Path, study: Study, folders: Sequence[LogFolder], unclaimed: Sequence[str]
) -> Iterator[str]:
    """Files that hold values and fit nothing, by the part of the pattern that they do not fit."""
    if study.source is None:
        if unclaimed:
            yield f"Left over: {count(len(unclaimed), 'folder')}:"
        for token, names in grouped(study, unclaimed).items():
            yield f"  {len(names)} that do not fit {token!r} in {study.pattern.text!r}, such as {names[0]}"
        return
    taken = {file.path for folder in folders for file in folder.files}
    paths = [
        shown(path) for path, _ in walk(Disk(logs), [""]) if path not in taken and kind_of_source(path, study)
    ]
    if paths:
        yield f"Left over: {count(len(paths), 'file')}:"
    for token, names in grouped(study, paths).items():
        yield f"  {len(names)} that do not fit {token!r} in {study.pattern.text!r}, such as {names[0]}"


def grouped(study: Study, paths: Sequence[str]) -> dict[str, list[str]]:
    """Paths by the part of the pattern at which they fail, the most frequent first."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(study.pattern.nearest(path), []).append(path)
    return dict(sorted(groups.items(), key=lambda each: -len(each[1]))[:NAMED])
