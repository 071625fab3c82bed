"""Result tables: every row an execution of its own, told apart by what it says, so that tables may grow."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from flows.discovery.log_folders import LogFolder
from flows.log_root.regular_file import TABLE_LIMIT, RefusedError, read_regular, shown
from flows.reading.batches import Shards
from flows.reading.cells.moments import as_moments
from flows.reading.cells.numbers import no_text
from flows.reading.cells.quantities import as_quantities
from flows.reading.containers import STAMPS
from flows.reading.joined_levels import joined
from flows.reading.levels import REPLICATE, plain_number
from flows.reading.levels import SCHEMA as LEVELS
from flows.reading.notices import findings as notices
from flows.reading.notices.findings import Finding
from flows.reading.points.event_shards import write_rows
from flows.reading.points.point_rows import no_summaries
from flows.reading.points.series import TAGS
from flows.reading.records.reshape import CELL
from flows.reading.records.shape import NOTHING_COUNTS, Problem
from flows.reading.result_points import bad_cells, expected_of, problems_as_findings, units_of
from flows.reading.source_rows import SourceRows, read_source
from models.declared.levels import declared_level, missing_level
from models.declared.names import own_blocks
from models.declared.study import Claim, Study

MOMENT = pl.Datetime("us")
UNIT = "\x1f"  # between the parts of what a row says
MOST_NAMED = 5  # lines in a sentence


class Table(NamedTuple):
    """A result table to be read, with its keys."""

    folder_id: int
    file_id: int
    levels_id: int  # of the table of levels beside it, where there is one
    folder: LogFolder
    is_accepted: bool  # what stands there now is taken, whatever was read before
    is_read_otherwise: bool  # the study says otherwise how it is read


class Objection(NamedTuple):
    """An accepted row that has another text now, or none."""

    folder_id: int
    row: str
    sentence: str


class TableRead(NamedTuple):
    """What was read of a table: shards with the rows that are new, and what becomes of the known ones."""

    shards: Shards
    new: int
    replaced: list[int]  # known rows that are loaded again
    forgotten: list[int]  # known rows that were accepted to be gone
    objections: list[Objection]


def read_table(
    logs: Path, study: Study, table: Table, known: pl.DataFrame, next_folder_id: int, target: Path
) -> TableRead:
    """Read a table and write the shards of the rows that are not known yet below `target`.

    `known` is what the warehouse has of its rows: folder_id, folder, verdict, points, and the columns that `is_said` tells.
    Rows that are known as they stand are left alone; an accepted row that now says something else, or is gone, is
    objected to, and stays as it was read.
    """
    path = shown(table.folder.files[0].path)
    target.mkdir(parents=True)
    try:
        content = read_regular(logs, table.folder.files[0].path, TABLE_LIMIT).content
    except RefusedError as error:
        note = Finding(table.folder.folder, error.code, "quarantined", str(error), path=path)
        rows, found, digest, size = no_rows(study), [note], None, 0
        every_name: Callable[[], Collection[str]] = set
    else:
        read = read_joined(logs, study, path, content)
        rows, problems = rows_of(study, table, read)
        is_whole = all(each.code != "Q324" for each in read.records.problems)
        every_name = partial(names_without_where, logs, study, table, content) if is_whole else set
        # A table is many runs: one without any is a fault.
        told = [
            each._replace(code="Q324") if each.code == NOTHING_COUNTS else each
            for each in read.records.problems
        ]
        found = list(problems_as_findings(table.folder, None, path, [*told, *problems]))
        digest, size = sha256(content).hexdigest(), len(content)
    plan = compared(rows, known, table, every_name)
    loaded = plan.loaded.with_row_index("order").with_columns(
        folder_id=pl.coalesce("folder_id", pl.lit(next_folder_id, pl.Int32) + pl.col("fresh"))
    )
    kept_points = int(
        known.filter(~pl.col("folder_id").is_in([*plan.replaced, *plan.forgotten]))["points"].sum() or 0
    )
    points = points_of(study, loaded, table)
    file = (rows.height, points.height + kept_points, digest, size)
    shards = write_shards(study, table, loaded, points, file, found, target)
    new = int(loaded["fresh"].drop_nulls().n_unique())
    return TableRead(shards, new, plan.replaced, plan.forgotten, plan.objections)


def read_joined(logs: Path, study: Study, path: str, content: bytes) -> SourceRows:
    """The rows of a table with what a table of levels beside it says of them."""
    read = read_source(content, path, study)
    source = study.source
    return joined(logs, study, read) if source and source.levels and source.levels.table else read


def names_without_where(logs: Path, study: Study, table: Table, content: bytes) -> set[str]:
    """The rows that would be there if `where` left none out."""
    source = study.source
    if source is None or not source.where:
        return set()
    every = study.model_copy(update={"source": source.model_copy(update={"where": {}})})
    read = read_joined(logs, every, shown(table.folder.files[0].path), content)
    return set(rows_of(every, table, read)[0]["folder"])


def value_columns(study: Study) -> dict[str, str]:
    """Column of a frame of rows -> tag, of every response."""
    tags = dict.fromkeys(each.tag for each in study.responses.values() if each.tag)
    return {f"value {tag}": tag for tag in tags}


def schema_of(study: Study) -> pl.Schema:
    stamps: dict[str, Any] = {f"{stamp}_at": MOMENT for stamp in STAMPS}
    texts: dict[str, Any] = {f"{stamp}_raw": pl.String for stamp in STAMPS} | {
        f"level {name}": pl.String for name in study.factors
    }
    values = dict.fromkeys(value_columns(study), pl.Float64)
    rows: dict[str, Any] = {
        "folder": pl.String,
        "line": pl.Int64,
        "container_id": pl.String,
        "run": pl.Int32,
        "replicate": pl.String,
        "block": pl.String,
    }
    return pl.Schema({**rows, **stamps, **texts, **values})


def no_rows(study: Study) -> pl.DataFrame:
    return pl.DataFrame(schema=schema_of(study))


def rows_of(study: Study, table: Table, read: SourceRows) -> tuple[pl.DataFrame, list[Problem]]:
    """Every container of a table in the columns of `schema_of`, and cells that have another form."""
    source, frame, path = study.source, read.records.frame, table.folder.folder
    assert source
    problems: list[Problem] = []

    def cells(name: str) -> pl.Series:
        column = read.columns.get(name)
        if column is None or column not in frame.columns:
            return no_text(frame.height)
        return frame[column]

    units = units_of(study)
    columns: dict[str, pl.Series] = {"line": frame["line"]}
    for factor, levels in study.factors.items():
        told = table.folder.claim.levels.get(factor)
        text = cells(factor) if told is None else repeated(told, frame.height)
        if read.columns.get(factor) in frame.columns and (missing := missing_level(levels)) is not None:
            text = text.fill_null(missing)
        columns[f"level {factor}"] = mapped(text, partial(declared_level, levels=levels))
    for stamp in STAMPS:
        raw = cells(stamp)
        if not raw.count():
            columns |= {f"{stamp}_at": raw.cast(MOMENT), f"{stamp}_raw": raw}
            continue
        moments, is_bad = as_moments(raw, study.timezone, source.dates)
        problems += bad_cells(frame, read.columns.get(stamp, ""), is_bad, "a time", source)
        columns |= {f"{stamp}_at": moments, f"{stamp}_raw": raw}
    for name, tag in value_columns(study).items():
        text = frame[tag] if tag in frame.columns else no_text(frame.height)
        values, is_bad = as_quantities(text, units[tag], source.decimal)
        problems += bad_cells(frame, tag, is_bad, expected_of(units[tag]), source)
        columns[name] = values
    replicate = table.folder.claim.replicate
    columns["replicate"] = (
        mapped(cells(REPLICATE), plain_number) if replicate is None else repeated(replicate, frame.height)
    )
    columns["block"] = block_texts(study, cells, frame.height)
    container = cells("container")
    line = frame["line"].cast(pl.String)
    columns["container_id"] = frame["item"].cast(pl.String) if source.each else container.fill_null(line)
    names = container.fill_null(line) if not source.each else line
    if CELL in frame.columns:  # of a wide table every cell is an execution
        names = names + repeated(":", frame.height) + frame[CELL]
        columns["container_id"] = names
    columns["folder"] = repeated(f"{path}:", frame.height) + names
    executions = pl.DataFrame(columns)
    if source.each:
        executions = apart(executions, [REPLICATE, *(f"level {factor}" for factor in study.factors)])
    if source.take != "each" and not source.each:
        by = ["container_id"] if "container" in read.columns else [f"level {each}" for each in study.factors]
        executions = executions.unique([*by, REPLICATE], keep=source.take, maintain_order=True)
    rows = with_runs(study, executions).select(schema_of(study).names()).cast(schema_of(study))
    if "container" not in read.columns and is_increasing(frame["line"]):
        return rows, problems  # told apart by their lines
    return once_each(rows, problems, source.columns.get("container"))


def repeated(text: str, count: int) -> pl.Series:
    return pl.Series([text]).new_from_index(0, count)


def is_increasing(numbers: pl.Series) -> bool:
    return bool((numbers.diff().drop_nulls() > 0).all())


def block_texts(study: Study, cells: Callable[[str], pl.Series], height: int) -> pl.Series:
    """What the columns of blocks say, by name as JSON; null where there are none."""
    assert study.source
    names = [name for name in own_blocks(study.block) if name in study.source.columns]
    if not names:
        return pl.Series([None] * height, dtype=pl.String)
    told = pl.DataFrame({name: cells(name) for name in names})
    return pl.Series([json.dumps(row, sort_keys=True) for row in told.iter_rows(named=True)], dtype=pl.String)


def apart(rows: pl.DataFrame, told: Sequence[str]) -> pl.DataFrame:
    """Items of one element are repeats of one execution, but where they have levels of their own: then each is one."""
    is_one = pl.struct(told).n_unique().over("folder") == 1
    own = pl.format("{}:{}", "folder", "container_id")
    return rows.with_columns(folder=pl.when(is_one).then("folder").otherwise(own))


def mapped(cells: pl.Series, change: Callable[[str], str]) -> pl.Series:
    """Few different texts stand in many cells, most of them as they shall be."""
    texts = cells.drop_nulls().unique()
    if change is plain_number:
        texts = texts.filter(texts.str.contains("[.eE]"))  # digits alone are plain
    changed = {text: other for text in texts if (other := change(text)) != text}
    return cells.replace(changed) if changed else cells


def with_runs(study: Study, rows: pl.DataFrame) -> pl.DataFrame:
    """The run of the design that each row executes, null where there is none."""
    names = [f"level {name}" for name in study.factors]
    keys = (
        [*names, "replicate"] if study.center else names
    )  # of the centre's runs each replicate takes its own
    alike = numbered(rows.select(keys))
    firsts = alike.arg_unique().sort()
    runs = [
        study.run_of(
            {name: row[f"level {name}"] or "" for name in study.factors},
            row.get("replicate") if study.center else None,
        )
        for row in rows.select(keys)[firsts].iter_rows(named=True)
    ]
    own = alike.replace_strict(alike.gather(firsts), pl.Series(runs, dtype=pl.Int32), return_dtype=pl.Int32)
    rows = rows.with_columns(run=own)
    otherwise = rows.filter(pl.col("folder").is_in(list(study.ran_with)))
    others = {
        folder: study.actual(folder, Claim(run, replicate, {})).run
        for folder, run, replicate in otherwise.select("folder", "run", "replicate").rows()
    }
    if not others:
        return rows
    return rows.with_columns(run=pl.col("folder").replace_strict(others, default=pl.col("run")))


def numbered(texts: pl.DataFrame) -> pl.Series:
    """A number for every row, the same for rows whose texts are the same."""
    number = pl.Series([0]).new_from_index(0, texts.height)
    for column in texts:
        codes = column.cast(pl.Categorical).to_physical().cast(pl.Int64).fill_null(-1) + 1
        number = number * (largest(codes) + 1) + codes
        if largest(number) >> 31:
            number = number.rank("dense").cast(pl.Int64)
    return number


def largest(numbers: pl.Series) -> int:
    return int(numbers.to_numpy().max(initial=0))


def once_each(
    rows: pl.DataFrame, problems: list[Problem], column: str | None
) -> tuple[pl.DataFrame, list[Problem]]:
    """Rows whose id stands in no other: nobody knows which of two counts, so neither does."""
    is_doubled = pl.struct("folder", "container_id").is_duplicated()
    doubled = rows.filter(is_doubled)
    if doubled.is_empty():
        return rows, problems
    lines = ", ".join(map(str, doubled["line"].head(MOST_NAMED)))
    found = f"{doubled.height:,} rows that share the text of {column} with another (lines {lines})"
    problem = Problem(
        doubled["line"][0], "Q323", found, "an id of its own in each", "Remove the rows that do not count."
    )
    return rows.filter(~is_doubled), [*problems, problem]


class Compared(NamedTuple):
    """The rows to load (with the known folder_id, or the rank of a new one in `fresh`), and the known that change."""

    loaded: pl.DataFrame
    replaced: list[int]
    forgotten: list[int]
    objections: list[Objection]


def compared(
    rows: pl.DataFrame, known: pl.DataFrame, table: Table, every_name: Callable[[], Collection[str]]
) -> Compared:
    """Hold the rows of a table against what was read of it; `every_name` tells those too that `where` leaves out."""
    if known.is_empty():
        return Compared(all_new(rows), [], [], [])
    now, before = of_folders(rows), of_folders(known)
    if table.is_accepted or table.is_read_otherwise:
        matched = now.filter(pl.lit(value=False)).select("folder")
        unknown, missing = now, before.join(now, on="folder", how="anti")
    else:
        # What a row says tells it: rows may be inserted or sorted, and keep their names.
        matched = now.join(
            before.select("said", "times", known_as="folder"), on=["said", "times"], how="inner"
        )
        unknown = now.join(matched, on="folder", how="anti")
        missing = before.join(matched, left_on="folder", right_on="known_as", how="anti")
    ids = known.select("folder", "folder_id", "verdict").unique("folder")
    missing = missing.join(ids, on="folder", how="left", maintain_order="left")
    is_held = pl.col("verdict") == "accepted"
    held = missing.filter(is_held) if not (table.is_accepted or table.is_read_otherwise) else missing.clear()
    forgotten = missing["folder_id"].to_list() if table.is_accepted else []
    unknown = unknown.join(held.select("folder"), on="folder", how="anti")
    taken = ids.join(unknown, on="folder", how="semi")
    if not (table.is_accepted or table.is_read_otherwise):
        # A name that a known row has which now stands on another line is not given twice.
        alive = taken.join(missing.select("folder"), on="folder", how="anti").select("folder")
        unknown = unknown.join(
            alive.with_columns(again=pl.lit(value=True)), on="folder", how="left", maintain_order="left"
        )
        taken = taken.join(alive, on="folder", how="anti")
    else:
        unknown = unknown.with_columns(again=pl.lit(None, dtype=pl.Boolean))
    unknown = unknown.join(
        taken.select("folder", "folder_id"), on="folder", how="left", maintain_order="left"
    )
    unknown = unknown.with_columns(
        fresh=pl.when(pl.col("folder_id").is_null())
        .then(pl.col("folder_id").is_null().cum_sum() - 1)
        .cast(pl.Int32)
    )
    loaded = rows.join(
        unknown.select("folder", "folder_id", "fresh", "again"),
        on="folder",
        how="inner",
        maintain_order="left",
    )
    suffix = pl.when(pl.col("again")).then(pl.format(" ({})", pl.col("line"))).otherwise(pl.lit(""))
    loaded = loaded.with_columns(folder=pl.col("folder") + suffix).drop("again")
    replaced = unknown["folder_id"].drop_nulls().to_list()
    return Compared(loaded, replaced, forgotten, list(objections(held, now, table, every_name)))


def all_new(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table of which nothing is known, with the rank of each folder."""
    ranks = pl.int_range(pl.len(), dtype=pl.Int32)
    none = pl.lit(None, dtype=pl.Int32)
    if is_increasing(rows["line"]):  # several containers of one folder stand in one line
        return rows.with_columns(folder_id=none, fresh=ranks)
    ranked = rows.select("folder").unique(maintain_order=True).with_columns(fresh=ranks)
    return rows.join(ranked, on="folder", maintain_order="left").with_columns(folder_id=none)


def objections(
    held: pl.DataFrame, now: pl.DataFrame, table: Table, every_name: Callable[[], Collection[str]]
) -> Iterator[Objection]:
    if held.is_empty():
        return
    there, path = set(now["folder"]), table.folder.folder
    left_out = set() if there.issuperset(held["folder"]) else every_name()
    for row, folder_id in held.select("folder", "folder_id").rows():
        found = "other values" if row in there else "no such row"
        if row in left_out and row not in there:
            found = "a row that `where` leaves out now"
        yield Objection(
            folder_id,
            row,
            f"{row}: found {found}, expected the row that was read before. "
            f"What was read stays; restore it, or take what is there now with `doehouse night --accept {path}`.",
        )


def of_folders(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a folder: what its containers say, and the how-manieth it is that says so."""
    texts = [pl.col(name).cast(pl.String).fill_null("") for name in rows.columns if is_said(name)]
    one = pl.concat_str(texts, separator=UNIT) if texts else pl.lit("")
    folders = (
        rows.select("folder", said=one)
        .group_by("folder", maintain_order=True)
        .agg(pl.col("said").str.join(UNIT))
    )
    return folders.with_columns(times=pl.col("said").cum_count().over("said"))


def is_said(name: str) -> bool:
    """Whether a column is what the warehouse keeps of a row; ids are told by the name of the folder."""
    return name in ("run", "replicate", "block") or name.endswith("_at") or name.startswith("value ")


def points_of(study: Study, loaded: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The values as rows of a shard; a container is told by its place."""
    frames = [
        loaded.select(
            container=pl.col("order").cast(pl.Int32),
            tag=pl.lit(place, dtype=pl.Int32),
            file_id=pl.lit(table.file_id, dtype=pl.Int32),
            step=pl.lit(0, dtype=pl.Int64),
            logged_at=pl.lit(None, dtype=MOMENT),
            value=pl.col(column),
            is_superseded=pl.lit(value=False),
        ).filter(pl.col("value").is_not_null())
        for place, column in enumerate(value_columns(study))
    ]
    schema: dict[str, Any] = {
        "container": pl.Int32,
        "tag": pl.Int32,
        "file_id": pl.Int32,
        "step": pl.Int64,
        "logged_at": MOMENT,
    }
    empty = pl.DataFrame(schema={**schema, "value": pl.Float64, "is_superseded": pl.Boolean})
    return pl.concat([empty, *frames])


def write_shards(
    study: Study,
    table: Table,
    loaded: pl.DataFrame,
    points: pl.DataFrame,
    file: tuple[int, int, str | None, int],
    found: Sequence[Finding],
    target: Path,
) -> Shards:
    points_path, summaries_path = (target / f"{name}_1.parquet" for name in ("points", "summaries"))
    shards = Shards.below(target)._replace(points=(points_path,), summaries=(summaries_path,))
    write_rows(points, shards.points[0])
    no_summaries().write_parquet(shards.summaries[0])
    tags = list(value_columns(study).values())
    series = [(place, tag, "", False) for place, tag in enumerate(tags)]
    pl.DataFrame(series, schema=TAGS, orient="row").write_parquet(shards.tags)
    none = pl.lit(None, dtype=MOMENT)
    containers = loaded.select(
        pl.col("order").cast(pl.Int32).alias("place"), "folder_id", "container_id",
        created_at="create_at", started_at="start_at", stopped_at="stop_at",
        first_event_at=none, last_event_at=none, event_files=pl.lit(0, dtype=pl.Int32),
    )  # fmt: skip
    write_rows(containers, shards.containers)
    write_rows(stamp_rows(loaded, table), shards.stamps)
    odd = loaded.filter(pl.col("run").is_null())
    pl.concat(
        [pl.DataFrame(schema=LEVELS)]
        + [
            odd.select(
                "folder_id", container_id=pl.lit(None, dtype=pl.String), factor=pl.lit(factor),
                seen=f"level {factor}", source=pl.lit("table"),
            ).drop_nulls("seen").unique(maintain_order=True)
            for factor in study.factors
        ]
    ).write_parquet(shards.levels_seen)  # fmt: skip
    notices.frame(found).write_parquet(shards.findings)
    write_rows(folder_rows(table, loaded), shards.folders)
    file_rows(table, *file).write_parquet(shards.files)
    return shards


def stamp_rows(loaded: pl.DataFrame, table: Table) -> pl.DataFrame:
    return pl.concat(
        loaded.select(
            "folder_id", file_id=pl.lit(table.file_id, dtype=pl.Int32), line=pl.col("line").cast(pl.Int32),
            container_id="container_id", event=pl.lit(stamp), stamped_at=f"{stamp}_at", raw=f"{stamp}_raw",
            is_superseded=pl.lit(value=False),
        ).drop_nulls("stamped_at")
        for stamp in STAMPS
    )  # fmt: skip


def folder_rows(table: Table, loaded: pl.DataFrame) -> pl.DataFrame:
    """The table itself, then every row of it that is loaded."""
    schema = {
        "folder_id": pl.Int32, "folder": pl.String, "study": pl.String, "run": pl.Int32, "replicate": pl.String,
        "block": pl.String, "kind": pl.String, "table_id": pl.Int32, "state": pl.String,
    }  # fmt: skip
    own = (
        table.folder_id,
        table.folder.folder,
        table.folder.study,
        None,
        None,
        None,
        "table",
        None,
        "finished",
    )
    if loaded["folder_id"].n_unique() < loaded.height:
        loaded = loaded.unique("folder_id", keep="first", maintain_order=True)
    rows = loaded.select(
        "folder_id", "folder", pl.lit(table.folder.study).alias("study"), "run", "replicate", "block",
        pl.lit("row").alias("kind"), pl.lit(table.folder_id, dtype=pl.Int32).alias("table_id"),
        pl.lit("finished").alias("state"),
    )  # fmt: skip
    return pl.concat([pl.DataFrame([own], schema=schema, orient="row"), rows.cast(schema)])  # type: ignore[arg-type]


def file_rows(table: Table, records: int, scalars: int, digest: str | None, size: int) -> pl.DataFrame:
    """The table, then the table of levels beside it."""
    schema: dict[str, Any] = {
        "file_id": pl.Int32, "folder_id": pl.Int32, "place": pl.Int32, "path": pl.String, "kind": pl.String,
        "size_bytes": pl.Int64, "modified_ns": pl.Int64, "sha256": pl.String, "read_bytes": pl.Int64,
        "skipped_bytes": pl.Int64, "records": pl.Int64, "scalars": pl.Int64,
    }  # fmt: skip
    file, *beside = table.folder.files
    own = (digest, size, 0, records, scalars)
    rows = [(table.file_id, file, own), *((table.levels_id, each, (None, 0, 0, 0, 0)) for each in beside)]
    return pl.DataFrame(
        [
            (
                key,
                table.folder_id,
                None,
                shown(each.path),
                each.kind,
                each.size_bytes,
                each.modified_ns,
                *read,
            )
            for key, each, read in rows
        ],
        schema=schema,
        orient="row",
    )
