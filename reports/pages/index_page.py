"""The index: every study with its state and leading finding."""

from typing import Any

from models.wording import count
from reports.pages.page import Files, Page
from reports.tables.tables import Results, Row
from reports.text.numbers import day_and_time, iso
from reports.text.slugs import slug

QUERIES = ("index_studies",)


def index_page(results: Results) -> Files:
    """index.html: every study with its state and leading finding."""
    page = Page("", "index.html", results)
    studies = [_study(row) for row in results["index_studies"].frame.iter_rows(named=True)]
    return page.html(
        "index.html.j2",
        trail=[],
        contents=[],
        studies=studies,
        lead=f"{count(len(studies), 'designed experiment')}, read from their logs every night.",
    )


def _study(row: Row) -> dict[str, Any]:
    state, tone = "complete", "good"
    if row["runs_present"] < row["runs_declared"]:
        state, tone = f"{row['runs_present']} of {row['runs_declared']} runs present", "warn"
    if row["folders_held"]:
        state, tone = f"{state}, {count(row['folders_held'], 'folder')} held back", "warn"
    if row["promises_broken"]:
        state, tone = f"{state}, {count(row['promises_broken'], 'promise')} broken", "warn"
    if row["folders_quarantined"]:
        state, tone = f"{state}, {count(row['folders_quarantined'], 'folder')} in quarantine", "stop"
    present = f"{row['runs_present']} runs, {row['containers_present']} containers"
    if row["folders_unfinished"]:
        present += f", {count(row['folders_unfinished'], 'folder')} unfinished"
    at = row["last_changed_at"]
    return {
        "title": row["title"] or row["study"],
        "href": f"{slug(row['study'])}/index.html",
        "design": row["design"],
        "finding": row["finding"],
        "state": state[0].upper() + state[1:],
        "tone": tone,
        "present": present,
        "changed_at": iso(at) if at else "",
        "changed": day_and_time(at),
    }
