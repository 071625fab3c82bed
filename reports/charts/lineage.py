"""Lineage from log file to figure, read off the heads of the SQL files."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import altair as alt
import polars as pl

from reports.charts.figures import Figure, Spec, layered, marks_of

LAYERS = ("origins", "tables", "views", "pages")
TITLES = {
    "origins": "Where it comes from",
    "tables": "Tables",
    "views": "Views",
    "pages": "Queries behind figures and tables",
}
# What the head of a table that reads nothing says in brackets -> where its rows come from.
ORIGINS = {
    "loaded by the night": "log files",
    "loaded from the study files": "study files",
    "made from the study files": "study files",
    "written by the night": "the night",
    "written by the check": "promises",
    "written by the models": "models",
    "made by the models": "models",
}
ROW = 17


class Head(NamedTuple):
    """What the first lines of an SQL file say."""

    what: str
    grain: str
    reads: tuple[str, ...]


def headers(sources: Mapping[str, str]) -> dict[str, Head]:
    """The head of each file of `tables/`, `views/` and `pages/`, by its path without ending."""
    heads = {}
    for path, text in sorted(sources.items()):
        if path.split("/")[0] in LAYERS:
            said = dict(re.findall(r"^-- (grain|reads): (.*)$", text, re.MULTILINE))
            from_outside = re.search(r"nothing \((.*)\)", said.get("reads", ""))
            if from_outside:
                reads: tuple[str, ...] = (ORIGINS.get(from_outside[1], "log files"),)
            else:
                plain = re.sub(r"\(.*?\)", "", said.get("reads", ""))
                reads = tuple(name.strip() for name in plain.split(",") if name.strip())
            heads[path] = Head(text.splitlines()[0].removeprefix("-- "), said.get("grain", ""), reads)
    return heads


def lineage(heads: Mapping[str, Head]) -> tuple[Figure, dict[str, pl.DataFrame]]:
    """The drawing of which relation reads which, with its rows."""
    reads = {
        path: [target for name in head.reads if (target := _path(name, heads))]
        for path, head in heads.items()
    }
    columns: dict[str, list[str]] = {layer: [] for layer in LAYERS}
    for path in sorted({target for targets in reads.values() for target in targets} | set(reads)):
        columns[path.split("/")[0]].append(path)
    tallest = max(len(paths) for paths in columns.values())
    height = _heights(columns, reads, tallest)
    nodes = [
        {
            "x": x,
            "y": height[path],
            "name": path.split("/", 1)[1],
            "what": heads[path].what if path in heads else "",
        }
        for x, layer in enumerate(LAYERS)
        for path in columns[layer]
    ]
    edges = [
        {
            "x": LAYERS.index(target.split("/")[0]),
            "y": height[target],
            "to_x": LAYERS.index(path.split("/")[0]),
            "to_y": height[path],
        }
        for path, targets in reads.items()
        for target in targets
    ]
    layers = [{"x": i, "y": -1.2, "title": TITLES[layer]} for i, layer in enumerate(LAYERS)]
    figure = Figure(
        "lineage-figure",
        "Files become tables, tables become views, views become figures",
        "Lineage: "
        + "; ".join(f"{path.split('/', 1)[1]} reads {', '.join(head.reads)}" for path, head in heads.items())
        + ".",
        "A line leads from what is read to what reads it.",
        "dictionary_relations",
        (_drawing(tallest),),
    )
    return figure, {
        "nodes": pl.DataFrame(nodes),
        "edges": pl.DataFrame(edges),
        "layers": pl.DataFrame(layers),
    }


def _path(name: str, heads: Mapping[str, Head]) -> str | None:
    if name in ORIGINS.values():
        return f"origins/{name}"
    return next((path for path in (f"tables/{name}", f"views/{name}") if path in heads), None)


def _heights(
    columns: Mapping[str, list[str]], reads: Mapping[str, list[str]], tallest: int
) -> dict[str, float]:
    """Each column in the order of what it reads (the mean height of that), which untangles most lines."""
    height: dict[str, float] = {}
    for layer in LAYERS:
        known = {
            path: [height[target] for target in reads.get(path, []) if target in height]
            for path in columns[layer]
        }
        ordered = sorted(
            columns[layer],
            key=lambda path: (sum(known[path]) / len(known[path]) if known[path] else 0.0, path),
        )
        for i, path in enumerate(ordered):
            height[path] = (i + 0.5) * tallest / len(ordered)
    return height


def _drawing(tallest: int) -> Spec:
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.35, 3.75], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[tallest, -2], nice=False))
    lines = (
        marks_of("edges")
        .mark_rule(color="var(--faint)", opacity=0.5)
        .encode(x=x, y=y, x2=alt.X2("to_x:Q"), y2=alt.Y2("to_y:Q"))
    )
    base = marks_of("nodes").encode(x=x, y=y, tooltip=[alt.Tooltip("name:N"), alt.Tooltip("what:N")])
    dots = base.mark_point(size=30, color="var(--active)", opacity=1)
    names = [
        base.mark_text(align="left", dx=8, stroke="var(--paper)", strokeWidth=4, color="var(--paper)"),
        base.mark_text(align="left", dx=8),
    ]
    titles = (
        marks_of("layers")
        .mark_text(fontWeight=600, align="left", dx=8)
        .encode(x=x, y=y, text=alt.Text("title:N"))
    )
    return layered(
        lines, dots, *(text.encode(text=alt.Text("name:N")) for text in names), titles, height=ROW * tallest
    )
