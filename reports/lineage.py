"""Lineage from log file to figure, read off the heads of the SQL files."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import altair as alt
import polars as pl

from reports.figures import Figure

LAYERS = ("tables", "views", "pages")
TITLES = {"tables": "Tables (facts and results)", "views": "Views", "pages": "Queries of pages"}


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
            reads = tuple(re.findall(r"[a-z_]+", re.sub(r"\(.*\)", "", said.get("reads", ""))))
            first = text.splitlines()[0].removeprefix("-- ")
            heads[path] = Head(first, said.get("grain", ""), reads)
    return heads


def lineage(heads: Mapping[str, Head]) -> tuple[Figure, dict[str, pl.DataFrame]]:
    """The drawing of which relation reads which, with its rows."""
    place: dict[str, tuple[int, float]] = {}
    nodes, edges = [], []
    tallest = max(sum(path.startswith(layer) for path in heads) for layer in LAYERS)
    for column, layer in enumerate(LAYERS):
        mine = [path for path in heads if path.startswith(f"{layer}/")]
        for i, path in enumerate(mine):
            name = path.split("/", 1)[1]
            height = (i + 0.5) * tallest / len(mine)
            place[path] = (column, height)
            nodes.append(
                {"x": column, "y": height, "name": name, "what": heads[path].what, "layer": TITLES[layer]}
            )
    by_name = {path.split("/", 1)[1]: path for path in heads if not path.startswith("pages/")}
    for path, head in heads.items():
        for name in head.reads:
            if name in by_name and by_name[name] != path:
                start, end = place[by_name[name]], place[path]
                edges.append(
                    {
                        "x": start[0] + 0.02,
                        "y": start[1],
                        "to_x": end[0] - 0.02,
                        "to_y": end[1],
                        "from": name,
                        "to": path.split("/", 1)[1],
                    }
                )
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.55, 2.6], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[tallest, -1.5], nice=False))
    lines = (
        alt.Chart(alt.NamedData("edges"))
        .mark_rule(color="var(--faint)", opacity=0.45)
        .encode(x=x, y=y, x2="to_x:Q", y2="to_y:Q")
    )
    base = alt.Chart(alt.NamedData("nodes")).encode(
        x=x, y=y, tooltip=[alt.Tooltip("name:N"), alt.Tooltip("what:N")]
    )
    dots = base.mark_point(size=36, color="var(--active)", opacity=1)
    left = base.transform_filter("datum.x == 0").mark_text(align="right", dx=-9).encode(text="name:N")
    middle = [
        base.transform_filter("datum.x == 1").mark_text(dy=-10, **style).encode(text="name:N")
        for style in ({"stroke": "var(--paper)", "strokeWidth": 4, "color": "var(--paper)"}, {})
    ]
    right = base.transform_filter("datum.x == 2").mark_text(align="left", dx=9).encode(text="name:N")
    titles = (
        alt.Chart(alt.NamedData("layers"))
        .mark_text(fontWeight=600, align="center")
        .encode(x=x, y=y, text="title:N")
    )
    layers = pl.DataFrame([{"x": i, "y": -1.0, "title": TITLES[layer]} for i, layer in enumerate(LAYERS)])
    figure = Figure(
        "lineage-figure",
        "Files become tables, tables become views, views become figures",
        "Lineage: "
        + "; ".join(
            f"{path.split('/', 1)[1]} reads {', '.join(head.reads)}"
            for path, head in heads.items()
            if head.reads and head.reads[0] != "nothing"
        )
        + ".",
        "Lines: what reads what. Tables are loaded from log files or written by the models.",
        "dictionary_relations",
        (alt.layer(lines, dots, left, *middle, right, titles).properties(height=18 * tallest),),
    )
    return figure, {"nodes": pl.DataFrame(nodes), "edges": pl.DataFrame(edges), "layers": layers}
