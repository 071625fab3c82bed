"""The result files of a batch: the values, stamps and levels of one run each, as points like those of event files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from flows.discovery.log_folders import LogFile, LogFolder, Told
from flows.log_root.regular_file import shown
from flows.reading.batches import Batch
from flows.reading.cells.moments import as_moments, forms_of_all
from flows.reading.cells.numbers import as_numbers
from flows.reading.cells.quantities import as_quantities, unit_in
from flows.reading.containers import STAMPS, Owners
from flows.reading.levels import REPLICATE
from flows.reading.notices.findings import Finding, Outcome
from flows.reading.records.rows import Records
from flows.reading.records.shape import NOTHING_COUNTS, Problem
from flows.reading.source_rows import SourceRows, read_source
from flows.reading.stamps.stamps import Heard
from models.declared.levels import missing_level
from models.declared.source import Source
from models.declared.study import Study

POINTS: dict[str, Any] = {
    "folder": pl.String,
    "container_id": pl.String,
    "tag": pl.String,
    "within": pl.String,
    "file_id": pl.Int32,
    "step": pl.Int64,
    "logged_at": pl.Datetime("us"),
    "value": pl.Float64,
}
STAMP_ROWS: dict[str, Any] = {
    "folder": pl.String,
    "container_id": pl.String,
    "event": pl.String,
    "at": pl.Datetime("us"),
    "raw": pl.String,
    "path": pl.String,
    "line": pl.Int32,
    "is_superseded": pl.Boolean,
}


class Counts(NamedTuple):
    """How much was read of a result file."""

    records: int
    scalars: int


class ResultsRead(NamedTuple):
    """What the result files of a batch hold."""

    points: pl.DataFrame  # POINTS
    stamps: pl.DataFrame  # STAMP_ROWS
    told: dict[str, list[Told]]  # folder -> levels and replicate
    counts: dict[int, Counts]  # file_id -> how much was read
    heard: dict[tuple[str, str], Heard]  # when the first and last row of a container were written
    findings: list[Finding]

    def left_out(self, batch: Batch) -> set[str]:
        """The folders all of whose result files hold no row that is to count."""
        without = {(each.folder, each.path) for each in self.findings if each.code == NOTHING_COUNTS}
        return {
            folder.folder
            for _, folder in batch.folders
            if (paths := [shown(file.path) for file in folder.files if file.kind == "result"])
            and all((folder.folder, path) in without for path in paths)
        }


def units_of(study: Study) -> dict[str, str]:
    """Tag -> the unit that its values are brought to."""
    return {each.tag: each.unit for each in reversed(study.responses.values()) if each.tag}


def expected_of(unit: str) -> str:
    return f"a number, bare or with a unit that can be {unit}" if unit else "a number"


def read_results(
    batch: Batch, studies: Mapping[str, Study], contents: Mapping[str, bytes], owners: Owners
) -> ResultsRead:
    """Every result file of a batch, each by itself: one that cannot be understood is one finding."""
    points, stamps = [pl.DataFrame(schema=POINTS)], [pl.DataFrame(schema=STAMP_ROWS)]
    read = ResultsRead(points[0], stamps[0], {}, {}, {}, [])
    for file_id, _, folder, file in batch.files():
        if file.kind != "result" or file.path not in contents:
            continue
        study, owner = studies[folder.study], owners[folder.folder][file.path]
        source = study.source
        assert source
        rows = read_source(contents[file.path], shown(file.path), study)
        records = rows.records
        read.findings.extend(problems_as_findings(folder, owner, shown(file.path), records.problems))
        own, faults = points_of(study, records, source)
        read.findings.extend(problems_as_findings(folder, owner, shown(file.path), faults))
        read.counts[file_id] = Counts(records.frame.height, own.height)
        own = own.with_columns(
            folder=pl.lit(folder.folder),
            container_id=pl.lit(owner),
            within=pl.lit(file.within),
            file_id=pl.lit(file_id, dtype=pl.Int32),
        )
        points.append(own.select(list(POINTS)))
        if own["logged_at"].count():
            first, last = own["logged_at"].min(), own["logged_at"].max()
            read.heard[folder.folder, owner] = Heard(first, last)  # type: ignore[arg-type]
        told, own_stamps, odd = once_a_run(study, rows, folder, file, owner)
        read.told.setdefault(folder.folder, []).extend(told)
        read.findings.extend(odd)
        stamps.append(own_stamps)
    return read._replace(points=pl.concat(points), stamps=pl.concat(stamps))


def points_of(study: Study, records: Records, source: Source) -> tuple[pl.DataFrame, list[Problem]]:
    """Every value of a response in the rows of one file (tag, step, logged_at, value), and cells that hold none."""
    frame = records.frame
    problems: list[Problem] = []
    steps = frame["element"] - 1 if not source.each else frame["item"] - 1
    if source.step and source.step in frame.columns:
        numbers, is_bad = as_numbers(frame[source.step], source.decimal)
        problems += bad_cells(frame, source.step, is_bad | ~numbers.is_finite(), "a whole number", source)
        steps = numbers.fill_nan(None).cast(pl.Int64, strict=False)
    times = pl.Series([None] * frame.height, dtype=pl.Datetime("us"))
    if source.time and source.time in frame.columns:
        times, is_bad = as_moments(frame[source.time], study.timezone, source.dates)
        problems += bad_cells(frame, source.time, is_bad, "a time", source)
    found, units = [], units_of(study)
    for tag in dict.fromkeys(response.tag for response in study.responses.values() if response.tag):
        if tag not in frame.columns:
            continue
        values, is_bad = as_quantities(frame[tag], units[tag], source.decimal)
        problems += bad_cells(frame, tag, is_bad, expected_of(units[tag]), source)
        rows = pl.DataFrame({"step": steps, "logged_at": times, "value": values})
        found.append(
            rows.filter(pl.col("value").is_not_null()).with_columns(
                tag=pl.lit(tag), step=pl.col("step").fill_null(0)
            )
        )
    empty = pl.DataFrame(
        schema={"step": pl.Int64, "logged_at": pl.Datetime("us"), "value": pl.Float64, "tag": pl.String}
    )
    return pl.concat([empty, *(each.cast({"step": pl.Int64}) for each in found)]), problems


def bad_cells(
    frame: pl.DataFrame, column: str, is_bad: pl.Series, expected: str, source: Source
) -> Iterator[Problem]:
    """One problem for all cells of a column that hold something else."""
    bad = frame.filter(is_bad.fill_null(value=False))
    if bad.height:
        text = str(bad[column][0])
        more = f" (and {bad.height - 1:,} more like it)" if bad.height > 1 else ""
        remedy = "Correct the cell."
        if expected == "a number" and (unit := unit_in(text)):
            remedy = (
                f"Correct the cell, or say unit = {json.dumps(unit, ensure_ascii=False)} of the response."
            )
        if "," in text and source.decimal == ".":
            remedy = 'Correct the cell, or say decimal = "," in [source] if commas are decimal points.'
        if expected == "a time" and (forms := forms_of_all(bad[column])):
            choice = " or ".join(f'dates = "{form}"' for form in forms)
            remedy = f"Say in [source] how days are written: {choice}."
        yield Problem(bad["line"][0], "Q323", f"{text!r} in {column}{more}", expected, remedy)


def problems_as_findings(
    folder: LogFolder, owner: str | None, path: str, problems: Sequence[Problem]
) -> Iterator[Finding]:
    for each in problems:
        where = path if each.line is None else f"{path}:{each.line}"
        reason = f"{where}: found {each.found}, expected {each.expected}. {each.remedy}"
        outcome: Outcome = "quarantined"
        if each.code == NOTHING_COUNTS:
            outcome, reason = (
                "repaired",
                f"{where}: found {each.found}; the run is left out, as its study says.",
            )
        yield Finding(folder.folder, each.code, outcome, reason, owner, path, each.line)


def once_a_run(
    study: Study, rows: SourceRows, folder: LogFolder, file: LogFile, owner: str
) -> tuple[list[Told], pl.DataFrame, list[Finding]]:
    """What the rows of a file tell of the whole run: its levels, its replicate, its stamps."""
    path, frame, source = shown(file.path), rows.records.frame, study.source
    assert source
    told: list[Told] = []
    findings: list[Finding] = []
    stamps: list[tuple[object, ...]] = []
    for name, column in rows.columns.items():
        if column not in frame.columns:
            continue
        cells = frame.select("line", column)
        if name in study.factors and (missing := missing_level(study.factors[name])) is not None:
            cells = cells.with_columns(pl.col(column).fill_null(missing))
        cells = cells.drop_nulls(column)
        if cells.is_empty():
            continue
        different = cells[column].unique(maintain_order=True).to_list()
        line, text = cells.row(0)
        if name in STAMPS:
            moments, is_bad = as_moments(cells[column], study.timezone, source.dates)
            if is_bad.any():
                problem = next(
                    iter(bad_cells(cells.with_columns(line=cells["line"]), column, is_bad, "a time", source))
                )
                findings += problems_as_findings(folder, owner, path, [problem])
                continue
            # Of several rows the run starts with the first and stops with the last.
            at = moments.max() if name == "stop" else moments.min()
            stamps.append((folder.folder, owner, name, at, text, path, line, False))
        elif name in study.factors or name == REPLICATE:
            if len(different) > 1:
                reason = (
                    f"{path}:{line}: found {len(different)} different texts in {column} ({', '.join(different[:3])}), "
                    f"expected one of {name} for the whole run. Read the file as a table, or name another column."
                )
                findings.append(Finding(folder.folder, "Q323", "quarantined", reason, owner, path, line))
            told.append(Told(name, text, f"{path}:{line}"))
    return told, pl.DataFrame(stamps, schema=STAMP_ROWS, orient="row"), findings
