"""The tables of the quality page."""

from typing import Any

import polars as pl

from models.wording import by_cause, count, joined
from reports.tables.tables import Cell, Column, Results, Row, Table, code_cell, table
from reports.text.numbers import MISSING
from reports.text.slugs import slug

FEW = 3  # rows of one cause that are shown each
NAMED = 50  # folders that are named of many


def freshness_table(results: Results) -> Table:
    columns = [
        Column(
            "study", "study", cell=lambda row: Cell(row["study"], href=f"{slug(row['study'])}/index.html")
        ),
        Column("last_new_at", "last new folder", "time"),
        Column("last_changed_at", "last change", "time"),
        Column("folders", "folders", "count"),
        Column("folders_unfinished", "unfinished", "count"),
        Column("folders_gone", "gone", "count"),
    ]
    frame = results["quality_freshness"].frame
    return table("freshness-table", "When each study last had news", frame, columns, "quality_freshness")


def breach_table(breaches: pl.DataFrame, name: str, caption: str) -> Table:
    """Rows that break a promise (query quality_breaches)."""
    columns = [
        Column("folder", "folder", is_optional=True, cell=folders),
        Column("code", "code", "code", cell=code_cell),
        Column("study", "study"),
        Column("found", "found"),
        Column("reason", "reason and remedy", "prose"),
        Column("container_id", "container", "code", is_optional=True),
        Column("response", "response", is_optional=True),
        Column("severity", "severity"),
    ]
    return table(name, caption, breaches, columns, "quality_breaches")


def once_a_cause(rows: pl.DataFrame, *shared: str) -> pl.DataFrame:
    """The first row of each cause that more than a few rows have, with the folders of all in `folders`."""
    kept = []
    for alike in by_cause(rows.iter_rows(named=True), ("study", "code", *shared)):
        if len(alike) <= FEW:
            kept += [{**row, "folders": None} for row in alike]
            continue
        names = list(dict.fromkeys(str(row["folder"]) for row in alike if row["folder"]))
        kept.append({**alike[0], "folders": names, "times": len(alike)})
    schema: dict[str, Any] = {**rows.schema, "folders": pl.List(pl.String), "times": pl.Int64}
    return pl.DataFrame(kept, schema=schema, orient="row")


def folders(row: Row) -> Cell:
    """The folder of a row, with the others of its cause."""
    if row.get("folders") is None:
        return Cell(row["folder"] or MISSING)
    more = row["times"] - 1
    return Cell(
        f"{row['folder'] or ''} and {more:,} more like it".strip(), exact=joined(row["folders"], NAMED)
    )


def finding_table(outcome: str, title: str, findings: pl.DataFrame) -> Table:
    """The notices of one outcome (query quality_findings)."""
    columns = [
        Column("folder", "folder", cell=folders),
        Column("study", "study", cell=lambda row: Cell(row["study"] or "unclaimed")),
        Column("code", "code", "code", cell=code_cell),
        Column("reason", "what was found and what to do", "prose"),
        Column("first_night_id", "since night", "count"),
    ]
    caption = f"{title}: {count(findings.height, 'notice')}"
    return table(f"{outcome}-table", caption, once_a_cause(findings), columns, "quality_findings")


def night_table(results: Results) -> Table:
    counts = (
        *("folders_seen", "folders_new", "folders_changed", "folders_gone", "folders_held"),
        *("runs_accepted", "runs_unfinished", "runs_quarantined", "folders_unclaimed"),
        *("promises_kept", "promises_broken"),
    )
    columns = [
        Column("night_id", "night", "count"),
        Column("started_at", "began", "time"),
        Column("finished_at", "ended", "time"),
        *(Column(name, name.split("_")[-1], "count") for name in counts),
        Column("doehouse_version", "version"),
    ]
    frame = results["quality_nights"].frame
    return table("night-table", "The last nights, newest first", frame, columns, "quality_nights")
