"""The page of a study's runs: it shows the folder that its address names, from files that hold some folders each."""

from functools import cache

import polars as pl

from reports.charts.figures import Figure
from reports.charts.study import PLACE, TAG, curves_panel
from reports.pages.page import Files, Link, Page
from reports.tables.tables import Column, Results, Table
from reports.text.factors import colour
from reports.text.numbers import MISSING
from reports.text.slugs import RUNS, slug

POINTS, PROMISES = "run_points", "run_promises"
QUERIES = (
    "run",
    "run_containers",
    "run_values",
    POINTS,
    "run_files",
    PROMISES,
    "run_findings",
)
# What the page says of all runs of its study.
OF_STUDY = ("study", "study_treatments", "study_promises", "study_runs")


def runs_page(study_results: Results, results: Results, files: dict[str, int]) -> Files:
    """runs.html: the shell that its script fills (OF_STUDY; of QUERIES the statements).

    `files` tells, for each folder, the number of the file that holds it.
    """
    facts = study_results["study"].frame.row(0, named=True)
    page = Page(slug(facts["study"]), RUNS, results, is_alone=True)
    tables = {each.slug: each for each in tables_of_run()}
    contents = {
        "containers": "Containers",
        "curves": "Learning curves",
        "files": "Files",
        "promises": "Promises",
    }
    return page.html(
        "runs.html.j2",
        heading=facts["title"] or facts["study"],
        trail=[Link(facts["study"], "index.html"), Link("Runs", RUNS)],
        contents=[Link(text, f"#{place}") for place, text in contents.items()],
        query=study_results["study_runs"].sql,
        tables={name: page.table(each) for name, each in tables.items()},
        curves=page.figure(_curves()),
        told={
            "heading": facts["title"] or facts["study"],
            "folders": sorted(files),
            "files": [files[folder] for folder in sorted(files)],
            "levels": _levels(study_results["study_treatments"].frame),
            "promises": study_results["study_promises"]
            .frame.select("code", "severity", "promise")
            .sort("code")
            .rows(),
            "holes": {"place": PLACE, "tag": TAG},
            "tables": {
                name: {
                    "caption": each.caption,
                    "columns": [[one.name, one.header, one.kind, one.is_optional] for one in each.columns],
                }
                for name, each in tables.items()
            },
        },
    )


def broken(promises: pl.DataFrame) -> pl.DataFrame:
    """Of promises and what breaks them (query run_promises) what a file holds: the page has those that are kept."""
    return promises.filter(~pl.col("is_kept"))


def by_curve(points: pl.DataFrame) -> pl.DataFrame:
    """A row a curve (query run_points): its steps, values, milliseconds since its first, places of what was replaced."""
    at = pl.col("logged_at").dt.epoch("ms")
    return points.group_by("folder", "tag", "container_id", "logged", maintain_order=True).agg(
        "step",
        at.min(),
        (at - at.min()).alias("logged_after"),
        pl.when(pl.col("value").is_finite()).then("value"),
        pl.col("is_superseded").arg_true().alias("replaced"),
    )


def data_file(study: str, number: int, texts: dict[str, str]) -> Files:
    """Some folders, with the rows of each query as JSON: a call of the page's script, for pages from disk load no more."""
    told = ",".join(f'"{name}":{text}' for name, text in texts.items()).replace("<", "\\u003c")
    return {f"{slug(study)}/data/runs-{number:03}.js": f"runsOf({number},{{{told}}});\n".encode()}


def _levels(treatments: pl.DataFrame) -> dict[int, list[tuple[str, str, int]]]:
    """Factor, level and colour of each, by run."""
    levels: dict[int, list[tuple[str, str, int]]] = {}
    for row in treatments.iter_rows(named=True):
        position = row["level_position"]
        levels.setdefault(row["run"], []).append(
            (row["factor"], row["level"] or MISSING, colour(position) if position else 0)
        )
    return levels


@cache
def _curves() -> Figure:
    """Of the figure what is the same of every folder: the panel of a tag."""
    return Figure("learning-curves", "", "", "", POINTS, (curves_panel(PLACE, TAG),), 2, "points")


@cache
def tables_of_run() -> list[Table]:
    """Which there are, with their columns; the script fills them."""

    def of(slug: str, caption: str, source: str, *columns: Column) -> Table:
        return Table(slug, caption, columns, [], source)

    return [
        of(
            "container-stamps",
            "Containers and their stamps",
            "run_containers",
            Column("container_id", "container", "code"),
            Column("created_at", "created", "time"),
            Column("started_at", "started", "time"),
            Column("stopped_at", "stopped", "time"),
            Column("queue_seconds", "waited (s)", "number"),
            Column("duration_seconds", "worked (s)", "number"),
            Column("event_files", "event files", "count"),
        ),
        of(
            "values",
            "What each container came to",
            "run_values",
            Column("response", "response"),
            Column("container_id", "container", "code"),
            Column("value", "value", "number"),
            Column("unit", "unit"),
        ),
        of(
            "read-files",
            "Files and what was read of them",
            "run_files",
            Column("path", "file", "path"),
            Column("kind", "kind"),
            Column("size_bytes", "size", "bytes"),
            Column("read_bytes", "read", "bytes"),
            Column("skipped_bytes", "damaged, skipped", "bytes"),
            Column("records", "records or lines", "count"),
            Column("scalars", "scalars", "count"),
            Column("sha256", "SHA-256", "code"),
        ),
        of(
            "kept",
            "Promises: this folder keeps all",
            PROMISES,
            Column("code", "code", "code"),
            Column("is_kept", "verdict"),
            Column("promise", "promise", "prose"),
            Column("severity", "severity"),
            Column("container_id", "container", "code", is_optional=True),
            Column("response", "response", is_optional=True),
            Column("found", "found", is_optional=True),
            Column("reason", "what to do", "prose", is_optional=True),
        ),
        of(
            "findings",
            "What the reading noticed",
            "run_findings",
            Column("code", "code", "code"),
            Column("outcome", "outcome"),
            Column("path", "file", "path", is_optional=True),
            Column("line", "line", "count", is_optional=True),
            Column("byte_offset", "byte", "count", is_optional=True),
            Column("reason", "what was found and what to do", "prose"),
        ),
    ]
