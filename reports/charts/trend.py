"""The chart of effects night by night."""

import altair as alt
import polars as pl

from reports.charts.figures import Figure, Spec, has_intervals, interval_bars, layered, marks_of
from reports.text.numbers import decimals_of_intervals, signed
from reports.text.wording import aliased, titled

MOST_EFFECTS = 8
MOST_NIGHTS = 60


def trend_rows(trend: pl.DataFrame) -> pl.DataFrame:
    """One row an effect and night, effects in the order of the last night's sizes (query response_trend).

    Of more than MOST_EFFECTS the largest, of more than MOST_NIGHTS the last.
    """
    nights = trend["night_id"].unique().sort()
    last = trend.filter((pl.col("night_id") == nights[-1]) & pl.col("effect").is_not_null())
    largest = last.sort(pl.col("effect").abs(), descending=True)["term"].head(MOST_EFFECTS)
    place = {term: i for i, term in enumerate(largest, 1)}
    kept = trend.filter(
        pl.col("term").is_in(largest.to_list()) & pl.col("night_id").is_in(nights.tail(MOST_NIGHTS).to_list())
    )
    labels = [aliased(term, aliases) for term, aliases in kept.select("term", "aliases").rows()]
    verdicts = ["active" if is_active else "not active" for is_active in kept["is_active"]]
    return kept.select(
        "night_id", "finished_at", "arrived", "effect", "ci_low", "ci_high",
        pl.Series("label", labels, pl.String),
        pl.Series("verdict", verdicts, pl.String),
        place=pl.col("term").replace_strict(place, default=None),
    ).sort("place", "night_id")  # fmt: skip


def trend(rows: pl.DataFrame, response: str, unit: str, manner: str) -> Figure:
    """A panel an effect: its size and interval in each night; filled where it was active."""
    nights = rows["night_id"].unique().sort().to_list()
    decimals = decimals_of_intervals(rows["ci_low"], rows["ci_high"])
    said, panels, turned = [], [], 0
    for _, mine in rows.group_by("place", maintain_order=True):
        panels.append(_panel(mine, rows, titled(f"effect on {response}", unit)))
        first, last = mine.row(0, named=True), mine.row(-1, named=True)
        turned += mine["verdict"].n_unique() > 1
        sizes = [signed(one["effect"], decimals) for one in (first, last)]
        said.append(f"{last['label']} from {' to '.join(sizes)}, {last['verdict']}")
    verdicts = "no verdict changed" if not turned else f"{turned} of {len(panels)} verdicts changed"
    return Figure(
        "trend",
        f"{response} over {len(nights)} nights: {verdicts}",
        f"Effects on {response} from night {nights[0]} to {nights[-1]}: {'; '.join(said)}.",
        f"{manner}. Filled: active that night; bars: its interval. Every night is another look at data that overlap, "
        "so a verdict that comes and goes is what chance looks like; the last one counts.",
        "response_trend",
        tuple(panels),
        2,
    )


def _panel(mine: pl.DataFrame, rows: pl.DataFrame, title: str) -> Spec:
    place, label = mine.row(0, named=True)["place"], mine.row(0, named=True)["label"]
    base = marks_of("trend").transform_filter(alt.FieldEqualPredicate(field="place", equal=place))
    x = alt.X("night_id:O", title="night", axis=alt.Axis(labelAngle=0, labelOverlap=True))
    y = alt.Y("effect:Q", title=title, axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=True))
    tooltip = [
        alt.Tooltip("night_id:O", title="night"),
        alt.Tooltip("finished_at:T", title="ended", format="%Y-%m-%d %H:%M"),
        alt.Tooltip("arrived:Q", title="folders that came"),
        alt.Tooltip("effect:Q", title="effect", format=".4~g"),
        alt.Tooltip("ci_low:Q", title="interval from", format=".4~g"),
        alt.Tooltip("ci_high:Q", title="to", format=".4~g"),
        alt.Tooltip("verdict:N", title="verdict"),
    ]
    fill = alt.FillValue(
        "var(--paper)", condition={"test": "datum.verdict == 'active'", "value": "var(--active)"}
    )
    points = base.mark_point(size=70, strokeWidth=2, opacity=1, stroke="var(--active)").encode(
        x=x, y=y, fill=fill, tooltip=tooltip
    )
    zero = (
        marks_of("trend")
        .transform_filter("datum.place == 1")
        .mark_rule(color="var(--faint)")
        .encode(y=alt.YDatum(0))
    )
    line = base.mark_line(color="var(--faint)", strokeWidth=1.5).encode(x=x, y=y)
    bars = [interval_bars(base, x=x, color=alt.ColorValue("var(--active)"))] if has_intervals(mine) else []
    return layered(zero, line, *bars, points, height=170, title=label)
