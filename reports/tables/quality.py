"""The tables of the quality page."""

import polars as pl

from models.wording import count
from reports.tables.tables import Cell, Column, Results, Table, table
from reports.text.slugs import slug


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
        Column("folder", "folder", is_optional=True),
        Column("code", "code", "code"),
        Column("study", "study"),
        Column("found", "found"),
        Column("reason", "reason and remedy", "prose"),
        Column("container_id", "container", "code", is_optional=True),
        Column("response", "response", is_optional=True),
        Column("severity", "severity"),
    ]
    return table(name, caption, breaches, columns, "quality_breaches")


def finding_table(outcome: str, title: str, findings: pl.DataFrame) -> Table:
    """The notices of one outcome (query quality_findings)."""
    columns = [
        Column("folder", "folder"),
        Column("study", "study", cell=lambda row: Cell(row["study"] or "unclaimed")),
        Column("code", "code", "code"),
        Column("reason", "what was found and what to do", "prose"),
        Column("first_night_id", "since night", "count"),
    ]
    caption = f"{title}: {count(findings.height, 'notice')}"
    return table(f"{outcome}-table", caption, findings, columns, "quality_findings")


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
