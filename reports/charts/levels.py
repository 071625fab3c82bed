"""Charts by level: box plots with their points, main effects, interactions and the cube."""

import sys
from typing import Any

import altair as alt
import polars as pl

from models.wording import joined
from reports.charts.figures import (
    LEVEL_IN_FOCUS,
    RUN_IN_FOCUS,
    Figure,
    Panel,
    Spec,
    faded_unless,
    has_intervals,
    interval_bars,
    layered,
    marks_of,
)
from reports.charts.templates import template
from reports.text.numbers import decimals_of_intervals, extent, number, with_unit
from reports.text.wording import deciding_error, titled

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
        panels.append(
            _box_panel(
                position,
                len(texts),
                factor=factor,
                texts=texts,
                title=titled(response, unit),
                domain=[low, high],
            )
        )
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


@template
def _box_panel(
    position: int, levels: int, *, factor: str, texts: list[str], title: str, domain: list[float]
) -> Spec:
    base = with_levels(marks_of("observations"), position).transform_filter("!datum.is_center")
    x = alt.X(f"level_{position}:N", title=factor, scale=alt.Scale(domain=texts), axis=alt.Axis(labelAngle=0))
    y = alt.Y("value:Q", title=title, scale=alt.Scale(domain=domain), axis=alt.Axis(tickCount=6))
    colour = level_colour(f"position_{position}", levels)
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
            tooltip=[*CONTAINER_TOOLTIP, alt.Tooltip("value:Q", title=title, format=".6~g")],
        )
    )
    return layered(box, points, height=260)


def main_effects(means: pl.DataFrame, response: str, unit: str, share: str) -> Figure:
    """Means at each level with their interval, all factors on one axis (query response_level_means)."""
    low, high = interval_axis(means)
    decimals = decimals_of_intervals(means["ci_low"], means["ci_high"])
    panels, said, spans = [], [], []
    for (position, factor), mine in means.group_by(["factor_position", "factor"], maintain_order=True):
        texts = mine["level"].to_list()
        panels.append(
            _means_panel(
                position,
                len(texts),
                has_intervals(mine),
                factor=factor,
                texts=texts,
                title=titled(f"mean {response}", unit),
                domain=[low, high],
            )
        )
        shown = [number(value, decimals) for value in mine["mean"]]
        said.append(
            f"{factor}: " + ", ".join(f"{text} {value}" for text, value in zip(texts, shown, strict=True))
        )
        lowest, highest = extent(mine["mean"])
        spans.append((highest - lowest, factor, shown))
    span, leading, shown = max(spans, key=lambda one: one[0])
    what = f"{leading} moves the mean most, {shown[0]} to {with_unit(shown[-1], unit)}"
    return Figure(
        "main-effects",
        f"{response}: {what if span else 'no factor moves the mean'}",
        f"Mean {response} in {unit or 'its unit'} at each level. {'; '.join(said)}.",
        f"Bars: {share} interval of the mean by the error that decides, {deciding_error(means)}.",
        "response_level_means",
        tuple(panels),
        side_by_side(means),
    )


@template
def _means_panel(
    position: int,
    levels: int,
    has_bars: bool,
    *,
    factor: str,
    texts: list[str],
    title: str,
    domain: list[float],
) -> Spec:
    base = marks_of("level_means").transform_filter(
        alt.FieldEqualPredicate(field="factor_position", equal=position)
    )
    x = alt.X("level:N", title=factor, scale=alt.Scale(domain=texts), axis=alt.Axis(labelAngle=0))
    y = alt.Y("mean:Q", title=title, scale=alt.Scale(domain=domain), axis=alt.Axis(tickCount=6))
    lit = {"color": level_colour("level_position", levels), "opacity": faded_unless(LEVEL_IN_FOCUS)}
    line = base.mark_line(color="var(--faint)", strokeWidth=1.5).encode(
        x=x, y=y, order=alt.Order("level_position:Q")
    )
    bars = [interval_bars(base, x=x, **lit)] if has_bars else []
    dot = base.mark_point(size=110).encode(
        x=x,
        y=y,
        **lit,
        tooltip=[
            alt.Tooltip("factor:N"),
            alt.Tooltip("level:N"),
            alt.Tooltip("mean:Q", title=title, format=".6~g"),
            alt.Tooltip("interval:N", title="interval"),
            alt.Tooltip("n:Q", title="observations"),
        ],
    )
    return layered(line, *bars, dot, height=240)


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
    room = 0.06 * high - 0.06 * low or abs(high) * 0.1 or 1.0
    return max(low - room, -sys.float_info.max), min(high + room, sys.float_info.max)


def interval_axis(means: pl.DataFrame) -> tuple[float, float]:
    low, _ = extent(means["ci_low"].fill_null(means["mean"]))
    _, high = extent(means["ci_high"].fill_null(means["mean"]))
    return _roomy(low, high)
