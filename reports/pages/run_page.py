"""The page of one execution of a run: its containers, learning curves, files and promises."""

from math import isfinite
from statistics import fmean
from typing import Any

import polars as pl

from reports.charts.line_sketch import LineSketch, line_sketch
from reports.charts.study import learning_curves
from reports.pages.page import Files, Link, Page
from reports.tables.study import promise_cell
from reports.tables.tables import Cell, Column, Results, Row, Table, code_cell, table
from reports.text.factors import colour
from reports.text.numbers import MISSING, number, with_unit
from reports.text.slugs import slug

POINTS = "run_points"
QUERIES = (
    "run",
    "run_containers",
    "run_values",
    POINTS,
    "run_files",
    "run_promises",
    "run_findings",
)

Beside = tuple[str | None, str | None]


def run_page(study_results: Results, results: Results, folder: str, beside: Beside = (None, None)) -> Files:
    """The page of one folder, one file (QUERIES about this folder, and study_treatments of its study).

    `beside` are the folders before and after it in the study.
    """
    facts = results["run"].frame.row(0, named=True)
    page = Page(f"{slug(facts['study'])}/runs", f"{slug(folder)}.html", results, is_alone=True)
    points = results[POINTS].frame
    curves, stills = None, []
    if points["step"].n_unique() > 1:  # of one value nothing is drawn
        rows = page.rows["points"] = points.clone()
        for name in ("folder", "logged"):
            rows.drop_in_place(name)
        curves = page.figure(learning_curves(points, folder))
        stills = _stills(points)
    objections = [{"kind": "broken", "sentence": facts["reason"]}] if facts["reason"] else []
    noticed = results["run_findings"].frame
    held = [
        reason
        for outcome, reason in zip(noticed["outcome"], noticed["reason"], strict=True)
        if outcome == "held"
    ]
    objections += [{"kind": "doubt", "sentence": sentence} for sentence in held[:1]]
    contents = ["containers", *(["curves"] if curves else []), "files", "promises"]
    names = {"curves": "Learning curves"}
    return page.html(
        "run.html.j2",
        heading=facts["title"] or facts["study"],
        folder=folder,
        trail=[Link(facts["study"], "../index.html"), Link(folder, f"{slug(folder)}.html")],
        contents=[Link(names.get(place, place.capitalize()), f"#{place}") for place in contents],
        place=_place(facts),
        beside=[
            Link(f"{words} run: {name}", f"{slug(name)}.html")
            for words, name in zip(("Previous", "Next"), beside, strict=True)
            if name
        ],
        levels=_levels(study_results["study_treatments"].frame, facts["run"]),
        objections=objections,
        containers=page.table(_containers(results)),
        values=page.table(_values(results)),
        curves=curves,
        stills=stills,
        files=page.table(_files(results)),
        promises=page.table(_promises(results)),
        findings=page.table(_findings(results)),
    )


def _stills(points: pl.DataFrame) -> list[LineSketch]:
    """The values that count of each container, tag by tag."""
    # In Python: an expression costs polars more than the values of a folder do here.
    tags: dict[str, dict[str, tuple[list[int], list[float]]]] = {}
    columns = (points[name].to_list() for name in ("tag", "container_id", "step", "value", "is_superseded"))
    for tag, container, step, value, is_superseded in zip(*columns, strict=True):
        if not is_superseded and isfinite(value):
            steps, values = tags.setdefault(tag, {}).setdefault(container, ([], []))
            steps.append(step)
            values.append(value)
    return [line_sketch(tag, curves.values()) for tag, curves in tags.items()]


def _place(facts: dict[str, Any]) -> str:
    run = "matches no run of the design" if facts["run"] is None else f"run {facts['run']} of the design"
    replicate = f", replicate {facts['replicate']}" if facts["replicate"] else ""
    gone = "; gone from the log root, its facts stay" if facts["is_gone"] else ""
    return (
        f"{run[0].upper()}{run[1:]}{replicate}; {facts['verdict']}; {facts['containers']} containers{gone}."
    )


def _levels(treatments: pl.DataFrame, run: int | None) -> list[dict[str, Any]]:
    return [
        {
            "factor": row["factor"],
            "text": row["level"],
            "color": colour(row["level_position"]) if row["level_position"] else 0,
        }
        for row in treatments.iter_rows(named=True)
        if row["run"] == run and run is not None
    ]


def _containers(results: Results) -> Table:
    columns = [
        Column("container_id", "container", "code"),
        Column("created_at", "created", "time"),
        Column("started_at", "started", "time"),
        Column("stopped_at", "stopped", "time"),
        Column("queue_seconds", "waited (s)", "number"),
        Column("duration_seconds", "worked (s)", "number"),
        Column("event_files", "event files", "count"),
    ]
    return table(
        "container-stamps",
        "Containers and their stamps",
        results["run_containers"].frame,
        columns,
        "run_containers",
    )


def _values(results: Results) -> Table:
    frame = results["run_values"].frame
    columns = [
        Column("response", "response"),
        Column("container_id", "container", "code"),
        Column("value", "value", "number"),
        Column("unit", "unit"),
    ]
    values: dict[tuple[str, str], list[float]] = {}
    for response, unit, value in zip(frame["response"], frame["unit"], frame["value"], strict=True):
        if value is not None:
            values.setdefault((response, unit), []).append(value)
    means = [with_unit(f"{name} {number(fmean(mine))}", unit) for (name, unit), mine in values.items()]
    note = f"Means: {', '.join(means)}." if means else ""
    return table("values", "What each container came to", frame, columns, "run_values", note)


def _files(results: Results) -> Table:
    columns = [
        Column("path", "file", "path"),
        Column("kind", "kind"),
        Column("size_bytes", "size", "bytes"),
        Column("read_bytes", "read", "bytes"),
        Column("skipped_bytes", "damaged, skipped", "bytes"),
        Column("records", "records or lines", "count"),
        Column("scalars", "scalars", "count"),
        Column("sha256", "SHA-256", "code", cell=_digest),
    ]
    return table(
        "read-files", "Files and what was read of them", results["run_files"].frame, columns, "run_files"
    )


def _digest(row: Row) -> Cell:
    """As many digits as tell files apart; all of them behind the button."""
    return Cell(f"{row['sha256'][:12]}…", row["sha256"]) if row["sha256"] else Cell(MISSING)


def _promises(results: Results) -> Table:
    columns = [
        Column("code", "code", "code", cell=code_cell),
        Column("is_kept", "verdict", cell=promise_cell),
        Column("promise", "promise", "prose"),
        Column("severity", "severity"),
        Column("container_id", "container", "code", is_optional=True),
        Column("response", "response", is_optional=True),
        Column("found", "found", is_optional=True),
        Column("reason", "what to do", "prose", is_optional=True),
    ]
    frame = results["run_promises"].frame
    broken = frame["is_kept"].to_list().count(False)
    caption = (
        f"Promises: {broken} rows of this folder break one" if broken else "Promises: this folder keeps all"
    )
    return table("kept", caption, frame, columns, "run_promises")


def _findings(results: Results) -> Table:
    columns = [
        Column("code", "code", "code", cell=code_cell),
        Column("outcome", "outcome"),
        Column("path", "file", "path", is_optional=True),
        Column("line", "line", "count", is_optional=True),
        Column("byte_offset", "byte", "count", is_optional=True),
        Column("reason", "what was found and what to do", "prose"),
    ]
    return table(
        "findings", "What the reading noticed", results["run_findings"].frame, columns, "run_findings"
    )
