"""Charts of factors together: interactions pair by pair, and the cube of three."""

from itertools import product
from typing import NamedTuple

import altair as alt
import polars as pl

from models.wording import is_added, joined, links
from reports.charts.figures import (
    LEVEL_IN_FOCUS,
    Figure,
    Panel,
    Spec,
    faded_unless,
    has_intervals,
    interval_bars,
    layered,
    marks_of,
)
from reports.charts.levels import interval_axis
from reports.charts.templates import template
from reports.text.numbers import number, with_unit
from reports.text.wording import aliased, deciding_error, titled

MOST_PAIRS = 15


def cell_rows(cells: pl.DataFrame) -> pl.DataFrame:
    """Cell means as the charts read them: each row lights up with the level its line stands for."""
    return cells.with_columns(level_key=pl.format("{}:{}", "position_b", "level_position_b"))


def interactions(cells: pl.DataFrame, response: str, unit: str, share: str) -> Figure:
    """One panel a pair of factors; pairs that cannot be told apart stand side by side (query response_cell_means)."""
    groups = _by_alias(cells)
    ordered = [pair for group in groups for pair in group]
    entangled = sum(len(group) > 1 for group in groups)
    note = f"Parallel lines: no interaction. Bars: {share} interval with {deciding_error(cells)}."
    if entangled:
        note += (
            " Pairs joined by = share one contrast in this design: whatever bends one bends the other, and these data "
            "cannot say which."
        )
    if len(ordered) > MOST_PAIRS:
        note += f" {len(ordered) - MOST_PAIRS} more pairs are in the table."
    return Figure(
        "interactions",
        f"{response}: {len(ordered)} pairs of factors, {entangled} alias sets that cannot be told apart"
        if entangled
        else f"{response}: {len(ordered)} pairs of factors, {_whose(ordered)}",
        f"Interaction plots of {response}: "
        + "; ".join(
            f"{row['factor_a']} {row['level_a']} with {row['factor_b']} {row['level_b']} {number(row['mean'])}"
            for row in cells.head(4 * MOST_PAIRS).iter_rows(named=True)
        )
        + ".",
        note,
        "response_cell_means",
        tuple(_pair(cells, pair, titled(f"mean {response}", unit)) for pair in ordered[:MOST_PAIRS]),
        2,
    )


def _whose(pairs: list["Pair"]) -> str:
    """Whether pairs that share no contrast are told apart: runs that are missing leave a part of one in another."""
    if any(is_added(each) for pair in pairs for each in links(pair.aliases or "")):
        return "some with a part of other effects in their contrast"
    return "each with a contrast of its own"


class Pair(NamedTuple):
    """Two factors with their positions in the study, and what their interaction cannot be told from."""

    position_a: int
    factor_a: str
    position_b: int
    factor_b: str
    aliases: str | None


def _by_alias(cells: pl.DataFrame) -> list[list[Pair]]:
    """The pairs of factors, those of one contrast together."""
    groups: dict[str, list[Pair]] = {}
    for pair in map(Pair._make, cells.select(Pair._fields).unique(maintain_order=True).rows()):
        others = [each.removeprefix("-") for each in links(pair.aliases or "") if not is_added(each)]
        names = [f"{pair.factor_a}:{pair.factor_b}", *others]
        groups.setdefault(min(names), []).append(pair)
    return list(groups.values())


def _pair(cells: pl.DataFrame, pair: Pair, title: str) -> Spec:
    """Means at the levels of one factor, a line a level of the other."""
    mine = cells.filter((pl.col("position_a") == pair.position_a) & (pl.col("position_b") == pair.position_b))
    texts_a, texts_b = (mine[f"level_{side}"].unique(maintain_order=True).to_list() for side in "ab")
    return _pair_panel(
        pair.position_a,
        pair.position_b,
        len(texts_b),
        has_intervals(mine),
        factor_a=pair.factor_a,
        texts_a=texts_a,
        factor_b=pair.factor_b,
        texts_b=texts_b,
        title=title,
        domain=list(interval_axis(cells)),
        heading=aliased(f"{pair.factor_a}:{pair.factor_b}", pair.aliases),
    )


@template
def _pair_panel(
    position_a: int,
    position_b: int,
    lines: int,
    has_bars: bool,
    *,
    factor_a: str,
    texts_a: list[str],
    factor_b: str,
    texts_b: list[str],
    title: str,
    domain: list[float],
    heading: str,
) -> Spec:
    x = alt.X("level_a:N", title=factor_a, scale=alt.Scale(domain=texts_a), axis=alt.Axis(labelAngle=0))
    y = alt.Y("mean:Q", title=title, scale=alt.Scale(domain=domain), axis=alt.Axis(tickCount=6))
    colour = alt.Color(
        "level_b:N",
        title=factor_b,
        scale=alt.Scale(domain=texts_b, range=[f"var(--level-{i % 7 + 1})" for i in range(lines)]),
        legend=alt.Legend(orient="bottom", symbolType="circle", labelLimit=140),
    )
    base = marks_of("cell_means").transform_filter(
        f"datum.position_a == {position_a} && datum.position_b == {position_b}"
    )
    lit = {"color": colour, "opacity": faded_unless(LEVEL_IN_FOCUS)}
    means = base.mark_line().encode(
        x=x, y=y, order=alt.Order("level_position_a:Q"), detail=alt.Detail("level_key:N"), **lit
    )
    bars = [interval_bars(base, 1.5, x=x, **lit)] if has_bars else []
    tooltip = [
        alt.Tooltip("level_a:N", title="level"),
        alt.Tooltip("level_b:N", title="level of the other"),
        alt.Tooltip("mean:Q", title=title, format=".6~g"),
        alt.Tooltip("n:Q", title="observations"),
    ]
    dots = base.mark_point(size=70).encode(x=x, y=y, tooltip=tooltip, **lit)
    return layered(means, *bars, dots, height=230, title=heading)


def cube_rows(corners: pl.DataFrame, decimals: int | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Corners and edges of the cube in the plane (oblique projection)."""

    def place(x: int, y: int, z: int) -> tuple[float, float]:
        return x + 0.42 * z, y + 0.36 * z

    points, where = [], {}
    for row in corners.iter_rows(named=True):
        at = tuple(row[f"level_position_{axis}"] - 1 for axis in "xyz")
        where[at] = place(*at)
        points.append(
            {
                "x": where[at][0],
                "y": where[at][1],
                "mean": row["mean"],
                "text": number(row["mean"], decimals) if row["n"] else "no data",
                "levels": " · ".join(f"{row[f'factor_{axis}']} {row[f'level_{axis}']}" for axis in "xyz"),
                "n": row["n"],
            }
        )
    edges = [
        {"x": where[one][0], "y": where[one][1], "to_x": where[other][0], "to_y": where[other][1]}
        for one, other in product(sorted(where), repeat=2)
        if one < other and sum(a != b for a, b in zip(one, other, strict=True)) == 1
    ]
    return pl.DataFrame(points), pl.DataFrame(edges)


def cube(corners: pl.DataFrame, response: str, unit: str, decimals: int | None) -> Figure:
    """Means at the eight corners of the three largest factors (query response_corners)."""
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.35, 1.75], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.3, 1.55], nice=False))
    first = corners.row(0, named=True)
    factors = [first[f"factor_{axis}"] for axis in "xyz"]
    texts = {
        axis: corners.sort(f"level_position_{axis}")[f"level_{axis}"].unique(maintain_order=True).to_list()
        for axis in "xyz"
    }
    edges = (
        marks_of("cube_edges")
        .mark_rule(color="var(--faint)")
        .encode(x=x, y=y, x2=alt.X2("to_x:Q"), y2=alt.Y2("to_y:Q"))
    )
    base = marks_of("cube_corners").encode(x=x, y=y)
    dots = base.mark_point(size=120, color="var(--active)", opacity=1).encode(
        tooltip=[
            alt.Tooltip("levels:N"),
            alt.Tooltip("text:N", title=titled(f"mean {response}", unit)),
            alt.Tooltip("n:Q", title="observations"),
        ]
    )
    values = [
        base.mark_text(dy=-14, fontWeight=600, fontSize=13, stroke="var(--paper)", strokeWidth=5).encode(
            text=alt.Text("text:N")
        ),
        base.mark_text(dy=-14, fontWeight=600, fontSize=13).encode(text=alt.Text("text:N")),
    ]
    labels = [
        _label(f"{factors[0]} {texts['x'][0]}", 0, -0.16),
        _label(texts["x"][-1], 1, -0.16),
        _label(f"{factors[1]} {texts['y'][0]}", -0.06, 0.12, "right"),
        _label(texts["y"][-1], -0.06, 1, "right"),
        _label(f"{factors[2]} {texts['z'][0]}", 1.08, 0, "left"),
        _label(texts["z"][-1], 1.5, 0.33, "left"),
    ]
    best = max(
        corners.iter_rows(named=True),
        key=lambda row: row["mean"] if row["mean"] is not None else float("-inf"),
    )
    corner = ", ".join(f"{best[f'factor_{axis}']} {best[f'level_{axis}']}" for axis in "xyz")
    return Figure(
        "cube",
        f"{response}: highest, {with_unit(number(best['mean'], decimals), unit)}, at {corner}",
        f"Mean {response} at the corners of {joined(factors)}: "
        + "; ".join(
            f"{', '.join(row[f'level_{axis}'] for axis in 'xyz')} {number(row['mean'], decimals)}"
            for row in corners.iter_rows(named=True)
        )
        + ".",
        "The three factors with the largest main effects; each corner is the mean of its observations.",
        "response_corners",
        (layered(edges, dots, *values, *labels, height=360),),
    )


def _label(text: str, x: float, y: float, align: str = "center") -> Panel:
    return (
        marks_of("cube_edges")
        .transform_window(place="row_number()")
        .transform_filter("datum.place == 1")
        .mark_text(align=align, color="var(--muted)", limit=220)
        .encode(x=alt.XDatum(x), y=alt.YDatum(y), text=alt.TextValue(text))
    )
