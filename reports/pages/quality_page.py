"""The quality page: promises with their history, what was left out with its reason, how fresh everything is."""

from typing import Any

import polars as pl

from models.wording import count
from reports.pages.page import Files, Link, Page
from reports.tables.quality import breach_table, finding_table, freshness_table, night_table, once_a_cause
from reports.tables.tables import Results
from reports.text.numbers import day_and_time, iso
from reports.text.progress import PROGRESS_CODE
from reports.text.slugs import slug

QUERIES = (
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
CONTENTS = [
    Link("Broken promises", "#breaches"),
    Link("Folders", "#folders"),
    Link("Promises", "#promises"),
    Link("Freshness", "#freshness"),
    Link("Nights", "#nights"),
]


def quality_page(results: Results) -> Files:
    """quality.html."""
    page = Page("", "quality.html", results)
    history = page.source("quality_promises")
    breaches = results["quality_breaches"].frame
    broken, to_run = breaches.filter(pl.col("code") != PROGRESS_CODE), breaches.filter(code=PROGRESS_CODE)
    return page.html(
        "quality.html.j2",
        trail=[Link("Quality", "quality.html")],
        contents=CONTENTS,
        lead=_lead(results["quality_nights"].frame),
        freshest=_freshest(results["quality_freshness"].frame),
        freshness=page.table(freshness_table(results)),
        studies=_histories(results["quality_promises"].frame),
        history=history,
        breaches=page.table(
            breach_table(once_a_cause(broken, "severity"), "breach-table", count(broken.height, "row"))
        )
        if broken.height
        else None,
        to_run=page.table(breach_table(to_run, "to-run-table", count(to_run.height, "run")))
        if to_run.height
        else None,
        findings=_findings(page, results),
        nights=page.table(night_table(results)),
    )


def _findings(page: Page, results: Results) -> list[dict[str, Any]]:
    """What the reading noticed, an outcome at a time."""
    return [
        {
            "id": outcome,
            "title": title,
            "what": what,
            "table": page.table(finding_table(outcome, title, mine)),
        }
        for outcome, (title, what) in OUTCOMES.items()
        if (mine := results["quality_findings"].frame.filter(pl.col("outcome") == outcome)).height
    ]


def _lead(nights: pl.DataFrame) -> str:
    if nights.is_empty():
        return "No night has run yet."
    last = nights.row(0, named=True)
    return (
        f"Night {last['night_id']} ended {day_and_time(last['finished_at'])}: "
        f"{last['promises_kept']} of {count(last['promises_kept'] + last['promises_broken'], 'promise')} kept; "
        f"{count(last['folders_seen'], 'folder')} seen, {last['runs_quarantined']} in quarantine, "
        f"{last['folders_held']} held back, "
        f"{last['runs_unfinished']} unfinished, {last['folders_unclaimed']} unclaimed"
        + (
            f", {last['runs_left_out']} left out by `where` of their studies."
            if last["runs_left_out"]
            else "."
        )
    )


def _freshest(freshness: pl.DataFrame) -> dict[str, str] | None:
    """When any study last had a new folder."""
    latest = max((at for at in freshness["last_new_at"] if at is not None), default=None)
    return {"iso": iso(latest), "text": day_and_time(latest)} if latest else None


def _histories(promises: pl.DataFrame) -> list[dict[str, Any]]:
    """The promises of each study with their last 30 nights, broken ones first; folded where all are kept."""
    nights = promises["night_id"].unique().sort().to_list()[-30:]
    studies = []
    for (study,), mine in promises.group_by("study", maintain_order=True):
        name = study or "The whole warehouse"
        rows = [_history(one, nights) for _, one in mine.group_by("code", maintain_order=True)]
        broken = [row for row in rows if row["tone"] != "good"]
        wanting = [row for row in broken if row["code"] != PROGRESS_CODE]
        studies.append(
            {
                "name": name,
                "slug": slug(str(name)),
                "promises": broken + [row for row in rows if row["tone"] == "good"],
                "short": f"{len(wanting)} broken"
                if wanting
                else "in progress, all others kept"
                if broken
                else f"all {len(rows)} kept",
                "is_open": bool(wanting),
            }
        )
    return studies


def _history(one: pl.DataFrame, nights: list[int]) -> dict[str, Any]:
    """One promise about one study: its last verdict, and one mark a night."""
    verdicts = dict(one.select("night_id", "is_kept").rows())
    last = one.row(-1, named=True)
    broken = f"broken by {count(last['rows_failing'] or 0, 'row')}"
    if last["code"] == PROGRESS_CODE:
        broken = f"in progress, {count(last['rows_failing'] or 0, 'run')} to go"
    return {
        "code": last["code"],
        "sentence": last["promise"],
        "severity": last["severity"],
        "tone": "good"
        if last["is_kept"]
        else "idle"
        if last["code"] == PROGRESS_CODE
        else "stop"
        if last["severity"] == "stop"
        else "warn",
        "verdict": "kept" if last["is_kept"] else broken,
        "observed": None if last["is_kept"] else last["observed"],
        "history": [
            "none" if night not in verdicts else "kept" if verdicts[night] else "broken" for night in nights
        ],
        "history_text": f"kept in {sum(verdicts.values())} of {len(verdicts)} nights",
    }
