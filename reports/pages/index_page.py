"""The index: how far each study is, and what matters for each of its responses."""

from typing import Any

import polars as pl

from models.wording import count
from reports.charts.effect_rows import drawn_rows, leading
from reports.charts.sketch import sketch
from reports.pages.page import Files, Link, Page
from reports.tables.tables import Results, Row
from reports.text.numbers import day_and_time, iso
from reports.text.progress import progress
from reports.text.slugs import slug
from reports.text.wording import difference_unit

QUERIES = ("index_studies", "index_effects")


def index_page(results: Results) -> Files:
    """index.html."""
    page = Page("", "index.html", results)
    effects = results["index_effects"].frame.partition_by("study", as_dict=True)
    studies = [
        _study(row, effects.get((row["study"],), results["index_effects"].frame.clear()))
        for row in results["index_studies"].frame.iter_rows(named=True)
    ]
    return page.html("index.html.j2", trail=[], contents=[], studies=studies, lead=_lead(studies))


def _lead(studies: list[dict[str, Any]]) -> str:
    unfinished = sum(study["rank"] % 2 for study in studies)
    wanting = sum(bool(study["wants"]) for study in studies)
    parts = [count(len(studies), "designed experiment")]
    if unfinished:
        parts.append(f"{unfinished} in progress")
    if wanting:
        parts.append(f"{wanting} with something to look at")
    return f"{', '.join(parts)}."


def _study(row: Row, effects: pl.DataFrame) -> dict[str, Any]:
    execution = "row" if row["is_of_tables"] else "folder"
    wants = [
        f"{count(row[name], noun)} {words}"
        for name, noun, words in (
            ("folders_quarantined", execution, "in quarantine"),
            ("folders_held", execution, "held back"),
            ("promises_broken", "promise", "broken"),
        )
        if row[name]
    ]
    is_unfinished = row["folders_counted"] < row["folders_planned"]
    state = progress(
        row["runs_present"], row["runs_declared"], row["folders_counted"], row["folders_planned"]
    )
    running = f", {count(row['folders_unfinished'], 'folder')} running" if row["folders_unfinished"] else ""
    at = row["last_changed_at"]
    folder = slug(row["study"])
    return {
        "name": row["study"],
        "title": row["title"] or row["study"],
        "href": f"{folder}/index.html",
        "design": row["design"],
        "state": f"{state[0].upper()}{state[1:]}{running}",
        "is_unfinished": is_unfinished,
        "wants": wants,
        "rank": 2 * bool(wants) + is_unfinished,
        "responses": [
            _response(folder, str(name), mine)
            for (name,), mine in effects.group_by("response", maintain_order=True)
        ],
        "changed": Link(day_and_time(at), iso(at)) if at else None,
    }


def _response(folder: str, name: str, effects: pl.DataFrame) -> dict[str, Any]:
    known = effects.filter(pl.col("term").is_not_null())
    shown = {"name": name, "href": f"{folder}/{slug(name)}.html"}
    if known.is_empty():
        return {**shown, "sketch": None, "leading": "no effect estimated yet"}
    deciding = next(iter(known["error_unit"].drop_nulls()), None)
    rows = drawn_rows(known, difference_unit(known["unit"][0], known["scale"][0]))
    return {**shown, "sketch": sketch(rows), "leading": leading(rows, deciding)}
