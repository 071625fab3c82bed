"""The page of the last night: what arrived, what that changed, what wants a hand and what is late."""

from typing import Any

import polars as pl

from models.wording import count
from reports.pages.page import Files, Link, Page
from reports.tables.quality import breach_table
from reports.tables.tables import Cell, Column, Results, Row, Table, table
from reports.text.numbers import day_and_time, number
from reports.text.progress import PROGRESS_CODE
from reports.text.slugs import run_href, slug

QUERIES = (
    "quality_nights",
    "quality_findings",
    "quality_breaches",
    "tonight_folders",
    "tonight_changes",
)
NAMED = 12  # folders of a study that are named
WANTING = ("quarantined", "held")


def tonight_page(results: Results) -> Files:
    """tonight.html."""
    page = Page("", "tonight.html", results)
    folders = results["tonight_folders"].frame
    arrived = _by_study(folders.filter("is_of_tonight"))
    late = _by_study(folders.filter(verdict="unfinished"))
    wanting = results["quality_findings"].frame.filter(pl.col("outcome").is_in(WANTING))
    # a folder that could not be read breaks promises too: one of the two is enough
    is_told = pl.col("folder").is_in(wanting["folder"].to_list()).fill_null(False)
    broken = results["quality_breaches"].frame.filter((pl.col("code") != PROGRESS_CODE) & ~is_told)
    return page.html(
        "tonight.html.j2",
        trail=[Link("Tonight", "tonight.html")],
        contents=[
            Link(text, f"#{place}")
            for text, place in (
                ("What wants a hand", "hand"),
                ("What arrived", "arrived"),
                ("What changed", "changed"),
                ("What is running", "running"),
            )
        ],
        lead=_lead(results["quality_nights"].frame),
        arrived=arrived,
        changes=_changes(results["tonight_changes"].frame),
        findings=page.table(_finding_table(wanting)) if wanting.height else None,
        breaches=page.table(breach_table(broken, "broken", _of_breaches(broken.height)))
        if broken.height
        else None,
        late=late,
    )


def _lead(nights: pl.DataFrame) -> str:
    if nights.is_empty():
        return "No night has run yet."
    last = nights.row(0, named=True)
    return (
        f"Night {last['night_id']}, ended {day_and_time(last['finished_at'])}: "
        f"{number(last['folders_new'], 0)} new and {number(last['folders_changed'], 0)} changed of "
        f"{count(last['folders_seen'], 'folder')}."
    )


def _of_breaches(rows: int) -> str:
    return f"{count(rows, 'row')} that {'breaks' if rows == 1 else 'break'} a promise"


def _by_study(folders: pl.DataFrame) -> list[dict[str, Any]]:
    """The folders of each study, the first ones by name with their pages."""
    studies = []
    for (study,), mine in folders.group_by("study", maintain_order=True):
        place = slug(str(study))
        new = int(mine["is_new"].sum())
        studies.append(
            {
                "name": study,
                "href": f"{place}/index.html",
                "new": new,
                "changed": mine.height - new,
                "count": mine.height,
                "folders": [
                    Link(folder, f"{place}/{run_href(folder)}") for folder in mine["folder"].head(NAMED)
                ],
                "more": max(0, mine.height - NAMED),
            }
        )
    return studies


def _changes(changes: pl.DataFrame) -> list[dict[str, Any]]:
    return [
        {"name": study, "href": f"{slug(str(study))}/index.html", "statements": mine.to_dicts()}
        for (study,), mine in changes.group_by("study", maintain_order=True)
    ]


def _study_cell(row: Row) -> Cell:
    return Cell(row["study"], href=f"{slug(row['study'])}/index.html") if row["study"] else Cell("unclaimed")


def _finding_table(findings: pl.DataFrame) -> Table:
    columns = [
        Column("folder", "folder"),
        Column(
            "outcome", "what", cell=lambda row: Cell(row["outcome"].replace("held", "held back"), tone="stop")
        ),
        Column("reason", "what was found and what to do", "prose"),
        Column("study", "study", cell=_study_cell),
        Column("first_night_id", "since night", "count"),
    ]
    caption = f"{count(findings.height, 'notice')} of folders that do not count"
    return table("wanting", caption, findings, columns, "quality_findings")
