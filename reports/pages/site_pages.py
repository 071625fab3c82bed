"""The pages about all studies: the index, and quality."""

from typing import Any

import polars as pl

from models.wording import count
from reports.pages.page import Files, Link, Page, Results
from reports.tables.tables import Cell, Column, Row, table
from reports.text.numbers import day_and_time, iso
from reports.text.slugs import slug

INDEX_QUERIES = ("index_studies",)
QUALITY_QUERIES = (
    "quality_nights",
    "quality_promises",
    "quality_breaches",
    "quality_findings",
    "quality_freshness",
)
OUTCOMES = {
    "quarantined": ("Quarantined", "Left out, each with its reason; everything else went on."),
    "held": (
        "Held back",
        "Accepted, then changed: what was read before stays and counts, what is there now was not taken.",
    ),
    "waiting": ("Waiting", "Not finished or not claimed by a study; looked at again every night."),
    "repaired": ("Read all the same", "Odd, but with only one meaning."),
}


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


def quality_page(results: Results) -> Files:
    """quality.html: promises with their history, what was left out and why, and how fresh everything is."""
    page = Page("", "quality.html", results)
    nights = results["quality_nights"].frame
    promises = results["quality_promises"].frame
    findings = results["quality_findings"].frame
    history = page.source("quality_promises")
    return page.html(
        "quality.html.j2",
        trail=[Link("Quality", "quality.html")],
        contents=[
            Link(text, f"#{place}")
            for text, place in (
                ("Freshness", "freshness"),
                ("Promises", "promises"),
                ("Broken promises", "breaches"),
                ("Folders", "folders"),
                ("Nights", "nights"),
            )
        ],
        lead=_quality_lead(nights),
        freshest=_freshest(results["quality_freshness"].frame),
        freshness=page.table(
            table(
                "freshness-table",
                "When each study last had news",
                results["quality_freshness"].frame,
                [
                    Column(
                        "study",
                        "study",
                        cell=lambda row: Cell(row["study"], href=f"{slug(row['study'])}/index.html"),
                    ),
                    Column("last_new_at", "last new folder", "time"),
                    Column("last_changed_at", "last change", "time"),
                    Column("folders", "folders", "count"),
                    Column("folders_unfinished", "unfinished", "count"),
                    Column("folders_gone", "gone", "count"),
                ],
                "quality_freshness",
            )
        ),
        studies=_histories(promises),
        history=history,
        breaches=page.table(
            table(
                "breach-table",
                "Rows that break a promise",
                results["quality_breaches"].frame,
                [
                    Column("code", "code", "code"),
                    Column("study", "study"),
                    Column("severity", "severity"),
                    Column("folder", "folder"),
                    Column("container_id", "container", "code", is_optional=True),
                    Column("response", "response", is_optional=True),
                    Column("found", "found"),
                    Column("reason", "reason and remedy", "prose"),
                ],
                "quality_breaches",
            )
        ),
        findings=[
            {
                "id": outcome,
                "title": title,
                "what": what,
                "table": page.table(
                    table(
                        f"{outcome}-table",
                        f"{title}: {count(mine.height, 'notice')}",
                        mine,
                        [
                            Column("folder", "folder"),
                            Column("study", "study", cell=lambda row: Cell(row["study"] or "unclaimed")),
                            Column("code", "code", "code"),
                            Column("reason", "what was found and what to do", "prose"),
                            Column("first_night_id", "since night", "count"),
                        ],
                        "quality_findings",
                    )
                ),
            }
            for outcome, (title, what) in OUTCOMES.items()
            if (mine := findings.filter(pl.col("outcome") == outcome)).height
        ],
        nights=page.table(
            table(
                "night-table",
                "The last nights, newest first",
                nights,
                [
                    Column("night_id", "night", "count"),
                    Column("started_at", "began", "time"),
                    Column("finished_at", "ended", "time"),
                    *(
                        Column(name, name.split("_")[-1], "count")
                        for name in (
                            "folders_seen",
                            "folders_new",
                            "folders_changed",
                            "folders_gone",
                            "folders_held",
                        )
                    ),
                    *(
                        Column(name, name.split("_")[-1], "count")
                        for name in (
                            "runs_accepted",
                            "runs_unfinished",
                            "runs_quarantined",
                            "folders_unclaimed",
                        )
                    ),
                    Column("promises_kept", "kept", "count"),
                    Column("promises_broken", "broken", "count"),
                    Column("doehouse_version", "version"),
                ],
                "quality_nights",
            )
        ),
    )


def _quality_lead(nights: pl.DataFrame) -> str:
    if nights.is_empty():
        return "No night has run yet."
    last = nights.row(0, named=True)
    return (
        f"Night {last['night_id']} ended {day_and_time(last['finished_at'])}: "
        f"{count(last['promises_kept'], 'promise')} kept, {last['promises_broken']} broken; "
        f"{count(last['folders_seen'], 'folder')} seen, {last['runs_quarantined']} in quarantine, "
        f"{last['folders_held']} held back, "
        f"{last['runs_unfinished']} unfinished, {last['folders_unclaimed']} unclaimed."
    )


def _freshest(freshness: pl.DataFrame) -> dict[str, str] | None:
    """When any study last had a new folder."""
    latest = max((at for at in freshness["last_new_at"] if at is not None), default=None)
    return {"iso": iso(latest), "text": day_and_time(latest)} if latest else None


def _histories(promises: pl.DataFrame) -> list[dict[str, Any]]:
    nights = promises["night_id"].unique().sort().to_list()[-30:]
    studies = []
    for (study,), mine in promises.group_by("study", maintain_order=True):
        rows = []
        for (code,), one in mine.group_by("code", maintain_order=True):
            verdicts = dict(one.select("night_id", "is_kept").rows())
            last = one.row(-1, named=True)
            kept = sum(verdicts.values())
            rows.append(
                {
                    "code": code,
                    "sentence": last["promise"],
                    "severity": last["severity"],
                    "tone": "good" if last["is_kept"] else "stop" if last["severity"] == "stop" else "warn",
                    "verdict": "kept"
                    if last["is_kept"]
                    else f"broken by {count(last['rows_failing'] or 0, 'row')}",
                    "observed": None if last["is_kept"] else last["observed"],
                    "history": [
                        "none" if night not in verdicts else "kept" if verdicts[night] else "broken"
                        for night in nights
                    ],
                    "history_text": f"kept in {kept} of {len(verdicts)} nights",
                }
            )
        name = study or "The whole warehouse"
        studies.append({"name": name, "slug": slug(str(name)), "promises": rows})
    return studies
