"""Charts of residuals: against normal quantiles, fitted values, run, start and every factor."""

import altair as alt
import polars as pl

from models.wording import joined
from reports.charts.figures import (
    RUN_IN_FOCUS,
    Figure,
    Panel,
    Spec,
    coloured_if,
    faded_unless,
    layered,
    marks_of,
)
from reports.charts.levels import CONTAINER_TOOLTIP, level_colour, side_by_side, with_levels
from reports.charts.templates import template
from reports.text.numbers import extent, number
from reports.text.wording import titled

RESIDUAL_TOOLTIP = [
    *CONTAINER_TOOLTIP,
    alt.Tooltip("observed:Q", title="observed", format=".6~g"),
    alt.Tooltip("fitted:Q", title="fitted", format=".6~g"),
    alt.Tooltip("residual:Q", title="residual", format=".4~g"),
    alt.Tooltip("reason:N", title="unusual"),
]
UNUSUAL = coloured_if("datum.is_unusual", "var(--stop)", "var(--level-1)")


def normal_quantiles(
    residuals: pl.DataFrame, sd: float | None, response: str, unit: str, reading: str
) -> Figure:
    """Q-Q plot: residuals against the normal quantiles of their ranks."""
    return Figure(
        "q-q",
        f"{response}: {reading}" if reading else f"{response}: residuals against normal quantiles",
        f"Q-Q plot of {residuals.height} residuals of {response}, {_extent(residuals, unit)}.",
        "Normal residuals follow the line; its slope is the residual standard deviation.",
        "response_residuals",
        (_quantile_panel(bool(sd), sd=sd, title=titled("residual", unit)),),
    )


@template
def _quantile_panel(has_line: bool, *, sd: float, title: str) -> Spec:
    x = alt.X("normal_quantile:Q", title="normal quantile", axis=alt.Axis(tickCount=6))
    layers = [_points(x, _residual(title))]
    if has_line:
        line = marks_of("residuals").transform_calculate(line=f"datum.normal_quantile * {sd}")
        layers.insert(0, line.mark_line(color="var(--faint)", strokeWidth=1.5).encode(x=x, y=alt.Y("line:Q")))
    return layered(*layers, height=300)


def against(residuals: pl.DataFrame, response: str, unit: str, by: str, reading: str = "") -> Figure:
    """Residuals against `fitted`, `run` or `start`."""
    title = {
        "fitted": titled(f"predicted {response}", unit),
        "run": "run (row of the design)",
        "start": "start of the container (UTC)",
    }[by]
    words = {"fitted": "predicted values", "run": "run", "start": "actual start time"}[by]
    unusual = residuals.filter("is_unusual").height
    default = (
        f"{unusual} of {residuals.height} residuals unusual"
        if unusual
        else f"residuals against {words}, none unusual"
    )
    return Figure(
        f"residuals-{by}",
        f"{response}: {reading or default}",
        f"Residuals of {response} against {words}: "
        f"{residuals.height} points, {_extent(residuals, unit)}, {unusual} unusual.",
        {
            "fitted": "An even band about zero is what the model assumes; a funnel asks for another scale.",
            "run": "Each run's containers about their own mean.",
            "start": "A trend here is drift of the testbed while the experiment ran.",
        }[by],
        "response_residuals",
        (_against_panel(by, title=title, residual=titled("residual", unit)),),
    )


@template
def _against_panel(by: str, *, title: str, residual: str) -> Spec:
    x = {
        "fitted": alt.X("fitted:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6)),
        "run": alt.X(
            "run:Q",
            title=title,
            scale=alt.Scale(zero=False, nice=False, padding=16),
            axis=alt.Axis(format="d", tickMinStep=1),
        ),
        "start": alt.X(
            "started_at:T",
            title=title,
            scale=alt.Scale(type="utc", nice=False, padding=12),
            axis=alt.Axis(tickCount=6, labelOverlap=True),
        ),
    }[by]
    return layered(_zero(), _points(x, _residual(residual)), height=300)


def by_factor(levels: pl.DataFrame, residuals: pl.DataFrame, response: str, unit: str) -> Figure:
    """Residuals at each level of each factor: is the spread the same?"""
    panels, factors = [], []
    for (position, factor), mine in levels.group_by(["factor_position", "factor"], maintain_order=True):
        texts = mine["level"].to_list()
        panels.append(
            _factor_panel(position, len(texts), factor=factor, texts=texts, title=titled("residual", unit))
        )
        factors.append(str(factor))
    return Figure(
        "residuals-factors",
        f"{response}: residuals at each level of {joined(factors)}",
        f"Residuals of {response} at each level of {joined(factors)}, {_extent(residuals, unit)}.",
        "The spread should be alike at all levels of a factor.",
        "response_residuals",
        tuple(panels),
        side_by_side(levels),
    )


@template
def _factor_panel(position: int, levels: int, *, factor: str, texts: list[str], title: str) -> Spec:
    points = (
        with_levels(marks_of("residuals"), position)
        .transform_window(place="row_number()", groupby=[f"level_{position}"])
        .transform_calculate(spread="(datum.place * 0.618034) % 1")
        .mark_point(size=40)
        .encode(
            x=alt.X(
                f"level_{position}:N",
                title=factor,
                scale=alt.Scale(domain=texts),
                axis=alt.Axis(labelAngle=0),
            ),
            xOffset=alt.XOffset("spread:Q", scale=alt.Scale(domain=[-1, 2])),
            y=_residual(title),
            color=level_colour(f"position_{position}", levels),
            opacity=faded_unless(RUN_IN_FOCUS, 0.85),
            tooltip=RESIDUAL_TOOLTIP,
        )
    )
    return layered(_zero(), points, height=220)


def _points(x: alt.X, y: alt.Y) -> Panel:
    return (
        with_levels(marks_of("residuals"))
        .mark_point(size=50)
        .encode(x=x, y=y, color=UNUSUAL, opacity=faded_unless(RUN_IN_FOCUS, 0.85), tooltip=RESIDUAL_TOOLTIP)
    )


def _zero() -> Panel:
    return marks_of("residuals").mark_rule(color="var(--muted)").encode(y=alt.YDatum(0))


def _residual(title: str) -> alt.Y:
    return alt.Y("residual:Q", title=title, axis=alt.Axis(tickCount=6))


def _extent(residuals: pl.DataFrame, unit: str) -> str:
    low, high = extent(residuals["residual"])
    return f"{number(low, digits=3)} to {number(high, digits=3)} {unit}".strip()
