"""Charts of a whole study and of one run: the trade-off of two responses, and learning curves."""

import altair as alt
import polars as pl

from models.wording import joined
from reports.charts.figures import (
    RUN_IN_FOCUS,
    Figure,
    Spec,
    coloured_if,
    faded_unless,
    layered,
    marks_of,
)
from reports.charts.levels import with_levels
from reports.charts.templates import HOLE
from reports.text.numbers import extent, number
from reports.text.wording import titled

# What a page's script fills in, for the panels of a folder that it shows.
PLACE, TAG = HOLE.format("place"), HOLE.format("tag")


def oriented(rows: pl.DataFrame) -> pl.DataFrame:
    """What is to be kept small lies on the x axis, what is to be large on the y axis."""
    first = rows.row(0, named=True)
    if first["goal_x"] == "maximize" and first["goal_y"] != "maximize":
        names = {
            name: name[:-1] + ("y" if name.endswith("_x") else "x")
            for name in rows.columns
            if name.endswith(("_x", "_y"))
        }
        return rows.rename(names)
    return rows


def trade_off(name: str, rows: pl.DataFrame, slug: str) -> Figure:
    """Treatments by two responses with intervals; those that no other beats are joined (query study_trade_offs)."""
    first = rows.row(0, named=True)
    x_title, y_title = (
        titled(first["response_x"], first["unit_x"]),
        titled(first["response_y"], first["unit_y"]),
    )
    lowest, highest = extent(rows["mean_x"])
    is_log = highest > 20 * lowest and extent([lowest, *rows["low_x"]])[0] > 0
    x = alt.X(
        "mean_x:Q",
        title=f"{x_title}, log axis" if is_log else x_title,
        scale=alt.Scale(type="log") if is_log else alt.Scale(zero=False),
        axis=alt.Axis(tickCount=6, format="~s" if is_log else ""),
    )
    y = alt.Y("mean_y:Q", title=y_title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6))
    base = with_levels(marks_of(name))
    lit = faded_unless(RUN_IN_FOCUS)
    colour = coloured_if("datum.is_dominated", "var(--faint)", "var(--active)")
    front = base.transform_filter("!datum.is_dominated").mark_line(
        color="var(--active)", strokeDash=[4, 4], strokeWidth=1.2
    )
    layers = [
        front.encode(x=x, y=y, order=alt.Order("mean_x:Q")),
        base.mark_rule().encode(x=x, y=alt.Y("low_y:Q"), y2=alt.Y2("high_y:Q"), color=colour, opacity=lit),
        base.mark_rule().encode(x=alt.X("low_x:Q"), x2=alt.X2("high_x:Q"), y=y, color=colour, opacity=lit),
        base.mark_point(size=110).encode(
            x=x,
            y=y,
            color=colour,
            opacity=lit,
            tooltip=[
                alt.Tooltip("run:Q", title="run"),
                alt.Tooltip("levels:N", title="levels"),
                alt.Tooltip("mean_x:Q", title=x_title, format=".5~g"),
                alt.Tooltip("mean_y:Q", title=y_title, format=".5~g"),
            ],
        ),
        # neighbours often have odd and even numbers: one above, one below
        *(
            base.transform_filter(f"datum.run % 2 == {odd}")
            .mark_text(dx=9, dy=-9 if odd else 12, align="left", fontWeight=600)
            .encode(x=x, y=y, text=alt.Text("run:Q"), opacity=lit)
            for odd in (0, 1)
        ),
    ]
    names = "Run" if rows.height - rows["is_dominated"].sum() == 1 else "Runs"
    best = [str(run) for run in rows.filter(~pl.col("is_dominated"))["run"]]
    return Figure(
        slug,
        f"{names} {joined(best)}: no other run is better in both {first['response_y']} and {first['response_x']}",
        f"{y_title} against {x_title}, a point a run: "
        + "; ".join(
            f"run {row['run']} {number(row['mean_x'])}, {number(row['mean_y'])}"
            + ("" if row["is_dominated"] else ", not dominated")
            for row in rows.iter_rows(named=True)
        )
        + ".",
        "Numbers: runs. Bars: 95 % interval of each mean. Grey: another run is at least as good in both and better in one.",
        "study_trade_offs",
        (layered(*layers, height=380),),
    )


def curves_panel(place: int | str, tag: str) -> Spec:
    """The values of one tag by step, a line a container (query run_points).

    It is known by its place among the tags of its folder, so that no name stands in a filter.
    """
    base = marks_of("points").transform_filter(alt.FieldEqualPredicate(field="tag_number", equal=place))
    encoding = {
        "x": alt.X("step:Q", title="step", axis=alt.Axis(format="d", tickMinStep=1)),
        "y": alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6)),
    }
    kept = base.transform_filter("!datum.is_superseded")
    lines = kept.mark_line(strokeWidth=1.5, opacity=0.65, color="var(--level-1)").encode(
        **encoding, detail=alt.Detail("container_id:N")
    )
    dots = base.mark_point(size=30).encode(
        **encoding,
        color=coloured_if("datum.is_superseded", "var(--faint)", "var(--level-1)"),
        tooltip=[
            alt.Tooltip("container_id:N", title="container"),
            alt.Tooltip("step:Q"),
            alt.Tooltip("value:Q", format=".6~g"),
            alt.Tooltip("logged_at:T", title="logged at", format="%Y-%m-%d %H:%M:%S"),
        ],
    )
    return layered(lines, dots, height=260, title=tag)
