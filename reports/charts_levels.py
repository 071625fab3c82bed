"""Charts by level: box plots with their points, main effects, interactions and the cube."""

from itertools import product
from typing import Any

import altair as alt
import polars as pl

from models.wording import joined
from reports.figures import (
    LEVEL_IN_FOCUS,
    RUN_IN_FOCUS,
    Figure,
    Panel,
    faded_unless,
    interval_bars,
    layered,
    marks_of,
)
from reports.numbers import decimals_of_intervals, extent, number, with_unit
from reports.wording import aliased, titled

MOST_PAIRS = 15
CONTAINER_TOOLTIP = [
    alt.Tooltip("container_id:N", title="container"),
    alt.Tooltip("folder:N", title="folder"),
    alt.Tooltip("run:Q", title="run"),
    alt.Tooltip("levels:N", title="levels"),
]


def with_levels(chart: Panel, factor: int | None = None) -> Panel:
    """Look up what a mark's run stands for: the text of its levels, and the level of one factor."""
    fields = ["levels"] if factor is None else ["levels", f"level_{factor}", f"position_{factor}"]
    treatments = alt.LookupData(data=alt.NamedData("treatments"), key="run", fields=fields)
    return chart.transform_lookup(lookup="run", from_=treatments)


def treatment_rows(treatments: pl.DataFrame) -> pl.DataFrame:
    """One row a run: `levels` in words, and `level_<i>`, `position_<i>` of the i-th factor (query study_treatments)."""
    rows = []
    for (run,), mine in treatments.group_by("run", maintain_order=True):
        row: dict[str, Any] = {"run": run, "is_center": bool(mine["is_center"][0])}
        row["levels"] = " · ".join(
            f"{factor} {level}" for factor, level in mine.select("factor", "level").rows()
        )
        for i, level, position in mine.select("factor_position", "level", "level_position").rows():
            row |= {f"level_{i}": level, f"position_{i}": position}
        rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)


def box_plots(levels: pl.DataFrame, observations: pl.DataFrame, response: str, unit: str) -> Figure:
    """The response at each level of each factor, every observation shown (queries study_levels, response_observations)."""
    lowest, highest = extent(observations["value"])
    low, high = _roomy(lowest, highest)
    panels, said = [], []
    for (position, factor), mine in levels.group_by(["factor_position", "factor"], maintain_order=True):
        texts = mine["level"].to_list()
        base = with_levels(marks_of("observations"), int(str(position))).transform_filter("!datum.is_center")
        x = alt.X(
            f"level_{position}:N", title=factor, scale=alt.Scale(domain=texts), axis=alt.Axis(labelAngle=0)
        )
        y = alt.Y(
            "value:Q",
            title=titled(response, unit),
            scale=alt.Scale(domain=[low, high]),
            axis=alt.Axis(tickCount=6),
        )
        colour = level_colour(f"position_{position}", len(texts))
        box = base.mark_boxplot(
            size=44,
            outliers=False,
            box={"fillOpacity": 0.14, "strokeWidth": 1.5, "stroke": "var(--muted)"},
            median={"color": "var(--ink)", "strokeWidth": 2},
            rule={"color": "var(--muted)"},
        ).encode(x=x, y=y, color=colour)
        points = (
            base.transform_window(place="row_number()", groupby=[f"level_{position}"])
            # the golden ratio spreads neighbours without chance
            .transform_calculate(spread="(datum.place * 0.618034) % 1")
            .mark_point(size=40, opacity=0.9)
            .encode(
                x=x,
                xOffset=alt.XOffset("spread:Q", scale=alt.Scale(domain=[-1, 2])),
                y=y,
                color=colour,
                opacity=faded_unless(RUN_IN_FOCUS, 0.9),
                tooltip=[
                    *CONTAINER_TOOLTIP,
                    alt.Tooltip("value:Q", title=titled(response, unit), format=".6~g"),
                ],
            )
        )
        panels.append(layered(box, points, height=260))
        said.append(f"{factor} at {joined(texts)}")
    return Figure(
        "box-plots",
        f"{response}: all {observations.height} observations at each level",
        f"Box plots of {response} from {number(lowest)} to {number(highest)}"
        f" {unit} with every observation, for {joined(said)}.",
        "Box: quartiles and median; whiskers: the last observation within 1.5 times the box; each point a container.",
        "response_observations",
        tuple(panels),
        2,
    )


def main_effects(means: pl.DataFrame, response: str, unit: str) -> Figure:
    """Means at each level with their interval, all factors on one axis (query response_level_means)."""
    low, high = _interval_axis(means)
    decimals = decimals_of_intervals(means["ci_low"], means["ci_high"])
    panels, said, spans = [], [], []
    for (position, factor), mine in means.group_by(["factor_position", "factor"], maintain_order=True):
        texts = mine["level"].to_list()
        base = marks_of("level_means").transform_filter(
            alt.FieldEqualPredicate(field="factor_position", equal=int(str(position)))
        )
        x = alt.X("level:N", title=factor, scale=alt.Scale(domain=texts), axis=alt.Axis(labelAngle=0))
        y = alt.Y(
            "mean:Q",
            title=titled(f"mean {response}", unit),
            scale=alt.Scale(domain=[low, high]),
            axis=alt.Axis(tickCount=6),
        )
        colour = level_colour("level_position", len(texts))
        line = base.mark_line(color="var(--faint)", strokeWidth=1.5).encode(
            x=x, y=y, order="level_position:Q"
        )
        bars = interval_bars(base, mine, x=x, color=colour, opacity=faded_unless(LEVEL_IN_FOCUS))
        dot = base.mark_point(size=110).encode(
            x=x,
            y=y,
            color=colour,
            opacity=faded_unless(LEVEL_IN_FOCUS),
            tooltip=[
                alt.Tooltip("factor:N"),
                alt.Tooltip("level:N"),
                alt.Tooltip("mean:Q", title=titled(f"mean {response}", unit), format=".6~g"),
                alt.Tooltip("interval:N", title="95 % interval"),
                alt.Tooltip("n:Q", title="observations"),
            ],
        )
        panels.append(layered(line, *bars, dot, height=240))
        shown = [number(value, decimals) for value in mine["mean"]]
        said.append(
            f"{factor}: " + ", ".join(f"{text} {value}" for text, value in zip(texts, shown, strict=True))
        )
        lowest, highest = extent(mine["mean"])
        spans.append((highest - lowest, factor, shown))
    _, leading, shown = max(spans, key=lambda span: span[0])
    return Figure(
        "main-effects",
        f"{response}: {leading} moves the mean most, {shown[0]} to {with_unit(shown[-1], unit)}",
        f"Mean {response} in {unit or 'its unit'} at each level. {'; '.join(said)}.",
        "Bars: 95 % interval of the mean by the error of the fitted model, containers as the unit.",
        "response_level_means",
        tuple(panels),
        side_by_side(means),
    )


def mean_rows(means: pl.DataFrame) -> pl.DataFrame:
    """Level means as the charts read them: with their key for the focus and their interval in words."""
    decimals = decimals_of_intervals(means["ci_low"], means["ci_high"])
    return means.with_columns(
        level_key=pl.format("{}:{}", "factor_position", "level_position"),
        interval=pl.Series(
            [
                f"{number(low, decimals)} to {number(high, decimals)}"
                for low, high in means.select("ci_low", "ci_high").rows()
            ],
            dtype=pl.String,
        ),
    )


def cell_rows(cells: pl.DataFrame) -> pl.DataFrame:
    """Cell means as the charts read them: each row lights up with the level its line stands for."""
    return cells.with_columns(level_key=pl.format("{}:{}", "position_b", "level_position_b"))


def interactions(cells: pl.DataFrame, response: str, unit: str) -> Figure:
    """One panel a pair of factors; pairs that cannot be told apart stand side by side (query response_cell_means)."""
    low, high = _interval_axis(cells)
    pairs = (
        cells.select("position_a", "factor_a", "position_b", "factor_b", "aliases")
        .unique(maintain_order=True)
        .rows()
    )
    by_alias: dict[str, list[Any]] = {}
    for pair in pairs:
        names = [f"{pair[1]}:{pair[3]}", *(pair[4].split(" = ") if pair[4] else [])]
        by_alias.setdefault(min(names), []).append(pair)
    ordered = [pair for group in by_alias.values() for pair in group]
    panels = []
    for position_a, factor_a, position_b, factor_b, aliases in ordered[:MOST_PAIRS]:
        mine = cells.filter((pl.col("position_a") == position_a) & (pl.col("position_b") == position_b))
        texts_a, texts_b = (mine[f"level_{side}"].unique(maintain_order=True).to_list() for side in "ab")
        base = marks_of("cell_means").transform_filter(
            f"datum.position_a == {position_a} && datum.position_b == {position_b}"
        )
        x = alt.X("level_a:N", title=factor_a, scale=alt.Scale(domain=texts_a), axis=alt.Axis(labelAngle=0))
        y = alt.Y(
            "mean:Q",
            title=titled(f"mean {response}", unit),
            scale=alt.Scale(domain=[low, high]),
            axis=alt.Axis(tickCount=6),
        )
        colour = alt.Color(
            "level_b:N",
            title=factor_b,
            scale=alt.Scale(domain=texts_b, range=[f"var(--level-{i % 7 + 1})" for i in range(len(texts_b))]),
            legend=alt.Legend(orient="bottom", symbolType="circle", labelLimit=140),
        )
        lit = faded_unless(LEVEL_IN_FOCUS)
        lines = base.mark_line().encode(
            x=x, y=y, color=colour, order="level_position_a:Q", detail="level_key:N", opacity=lit
        )
        bars = interval_bars(base, mine, 1.5, x=x, color=colour, opacity=lit)
        dots = base.mark_point(size=70).encode(
            x=x,
            y=y,
            color=colour,
            opacity=lit,
            tooltip=[
                alt.Tooltip("level_a:N", title="level"),
                alt.Tooltip("level_b:N", title="level of the other"),
                alt.Tooltip("mean:Q", title=titled(f"mean {response}", unit), format=".6~g"),
                alt.Tooltip("n:Q", title="observations"),
            ],
        )
        name = aliased(f"{factor_a}:{factor_b}", aliases)
        panels.append(layered(lines, *bars, dots, height=230, title=name))
    entangled = sum(len(group) > 1 for group in by_alias.values())
    left_out = len(ordered) - len(panels)
    note = "Parallel lines: no interaction. Bars: 95 % interval by the error of the fitted model."
    if entangled:
        note += (
            " Pairs joined by = share one contrast in this design: whatever bends one bends the other, and these data "
            "cannot say which."
        )
    if left_out:
        note += f" {left_out} more pairs are in the table."
    return Figure(
        "interactions",
        f"{response}: {len(pairs)} pairs of factors, {entangled} alias sets that cannot be told apart"
        if entangled
        else f"{response}: {len(pairs)} pairs of factors, each with a contrast of its own",
        f"Interaction plots of {response}: "
        + "; ".join(
            f"{row['factor_a']} {row['level_a']} with {row['factor_b']} {row['level_b']} {number(row['mean'])}"
            for row in cells.head(4 * MOST_PAIRS).iter_rows(named=True)
        )
        + ".",
        note,
        "response_cell_means",
        tuple(panels),
        2,
    )


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
    edges = marks_of("cube_edges").mark_rule(color="var(--faint)").encode(x=x, y=y, x2="to_x:Q", y2="to_y:Q")
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
            text="text:N"
        ),
        base.mark_text(dy=-14, fontWeight=600, fontSize=13).encode(text="text:N"),
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


def level_colour(field: str, count: int) -> alt.Color:
    """Low is blue and high is vermilion on every page."""
    domain = list(range(1, count + 1))
    return alt.Color(
        f"{field}:O",
        legend=None,
        scale=alt.Scale(domain=domain, range=[f"var(--level-{(i - 1) % 7 + 1})" for i in domain]),
    )


def side_by_side(levels: pl.DataFrame) -> int:
    """Four small panels in a row, or two where the names of levels need room."""
    return 4 if all(len(level) <= 9 for level in levels["level"]) else 2


def _roomy(low: float, high: float) -> tuple[float, float]:
    """One axis for all panels, with a little room."""
    room = 0.06 * (high - low) or abs(high) * 0.1 or 1.0
    return low - room, high + room


def _interval_axis(means: pl.DataFrame) -> tuple[float, float]:
    low, _ = extent(means["ci_low"].fill_null(means["mean"]))
    _, high = extent(means["ci_high"].fill_null(means["mean"]))
    return _roomy(low, high)
