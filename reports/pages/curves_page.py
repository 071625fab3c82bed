"""The page of a study's curves: every tag, all runs over each other, by the levels of a factor."""

import json
from typing import Any

import polars as pl

from models.wording import count
from reports.charts.line_sketch import line_sketch
from reports.pages.page import Files, Link, Page
from reports.tables.tables import Column, Results, Table, table
from reports.text.factors import factor_list
from reports.text.numbers import number
from reports.text.slugs import run_href, slug

QUERIES = ("curves_points", "curves_ends")
QUANTILE_QUERIES = ("curves_quantiles",)
PLACE = "curves.html"


def curves_page(study_results: Results, results: Results, quantiles: Results) -> Files:
    """curves.html and a file of points a tag (QUERIES about the study, its study_levels and study_treatments)."""
    facts = study_results["study"].frame.row(0, named=True)
    page = Page(slug(facts["study"]), PLACE, results, is_alone=True)
    points, ends = results["curves_points"].frame, results["curves_ends"].frame
    factors = factor_list(study_results["study_levels"].frame)
    folders = points.select("folder", "run").unique(maintain_order=True).sort("folder")
    places = {folder: place for place, folder in enumerate(folders["folder"])}
    figures = []
    for place, ((tag,), mine) in enumerate(points.group_by("tag", maintain_order=True), 1):
        path = f"data/curves-{place}.js"
        page.files[f"{page.folder}/{path}"] = _script(place, mine, places)
        figures.append(_figure(place, str(tag), path, mine, ends.filter(tag=str(tag))))
    return page.html(
        "curves.html.j2",
        heading=facts["title"] or facts["study"],
        trail=[Link(facts["study"], "index.html"), Link("Curves", PLACE)],
        contents=[Link(figure["tag"], f"#{figure['id']}") for figure in figures],
        lead=f"{count(folders.height, 'folder')}, {count(len(figures), 'tag')}",
        figures=figures,
        factors=factors,
        folders=folders["folder"].to_list(),
        ends=page.table(_ends(ends)),
        told={
            "folders": [[folder, run_href(folder), run] for folder, run in folders.rows()],
            "factors": [
                {"name": factor["name"], "levels": [level["text"] for level in factor["levels"]]}
                for factor in factors
            ],
            "runs": _positions(study_results["study_treatments"].frame),
            "quantiles": quantiles["curves_quantiles"].frame["quantile"].to_list(),
        },
    )


def _positions(treatments: pl.DataFrame) -> dict[int, list[int | None]]:
    """The place of each factor's level, from 0, in each run; none where it lies between the levels."""
    places = treatments.sort("factor_position").with_columns(pl.col("level_position").cast(pl.Int64) - 1)
    return {
        int(str(run)): mine["level_position"].to_list()
        for (run,), mine in places.group_by("run", maintain_order=True)
    }


def _figure(place: int, tag: str, path: str, points: pl.DataFrame, ends: pl.DataFrame) -> dict[str, Any]:
    said = "; ".join(
        f"run {row['run']} from {number(row['first_mean'])} to {number(row['last_mean'])}"
        for row in ends.head(16).iter_rows(named=True)
    )
    logged, drawn = int(points["logged"].sum()), int(points["steps"].list.len().sum())
    note = f"{count(points.height, 'curve')}, {number(logged, 0)} values"
    if drawn < logged:
        note += (
            "; of a long curve the first, last, lowest and highest of each of equal ranges of steps are drawn. "
            "Means are of all values"
        )
    return {
        "id": f"tag-{place}",
        "place": place,
        "tag": tag,
        "path": path,
        "note": f"{note}. A mean is dashed where some folders have ended.",
        "still": line_sketch(tag, points.select("steps", "values").iter_rows()),
        "alt": f"Curves of {tag}: {said}{', …' if ends.height > 16 else ''}.",
    }


def _script(place: int, points: pl.DataFrame, places: dict[str, int]) -> bytes:
    """The curves of a tag as a call of the page's script: a page from disk may load nothing else."""
    rounded = points.with_columns(
        pl.col("values", "mean_values").list.eval(pl.element().round_sig_figs(6)),
        pl.col("began_at").dt.epoch("ms"),
    )
    steps: dict[tuple[int, ...], int] = {}
    curves = []
    for row in rounded.iter_rows(named=True):
        axis = steps.setdefault(tuple(row["steps"]), len(steps))
        means = [row["mean_steps"], row["mean_seconds"], row["mean_values"]] if row["mean_values"] else 0
        curves.append(
            [
                places[row["folder"]],
                row["container_id"],
                row["began_at"],
                axis,
                row["seconds"],
                row["values"],
                means,
            ]
        )
    told = json.dumps({"steps": list(steps), "curves": curves}, separators=(",", ":"), allow_nan=False)
    return f"curvesOf({place},{told.replace('<', chr(92) + 'u003c')});\n".encode()


def _ends(ends: pl.DataFrame) -> Table:
    columns = [
        Column("tag", "tag"),
        Column("run", "run", "count"),
        Column("folders", "folders", "count"),
        Column("containers", "containers", "count"),
        Column("logged", "values", "count"),
        Column("last_step", "last step", "count"),
        Column("first_mean", "mean of the first", "number"),
        Column("last_mean", "mean of the last", "number"),
        Column("lowest_last", "lowest last", "number"),
        Column("highest_last", "highest last", "number"),
    ]
    return table("ends", "Where the curves begin and end", ends, columns, "curves_ends")
