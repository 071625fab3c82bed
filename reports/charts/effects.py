"""Charts of effects: their intervals, their Pareto order, their half-normal plot, and the two scales side by side."""

from collections.abc import Sequence

import altair as alt
import polars as pl

from models.wording import joined
from reports.charts.effect_rows import SHORT, active_terms
from reports.charts.figures import Figure, Panel, layered, marks_of
from reports.text.numbers import extent, number, ratios
from reports.text.wording import SCALES, VERDICTS, share_of, titled

ROW = 46  # px a row: the name of the effect stands above its mark, so that it fits on a phone
# text on paper of its own, where lines pass behind it
RIM = {
    "stroke": "var(--paper)",
    "strokeWidth": 4,
    "strokeJoin": "round",
    "color": "var(--paper)",
    "fontWeight": 600,
}
TERM_TOOLTIP = [
    alt.Tooltip("label:N", title="effect"),
    alt.Tooltip("text:N", title="size"),
    alt.Tooltip("interval:N", title="interval"),
    alt.Tooltip("percent_of_variation:Q", title="% of variation", format=".3~g"),
    alt.Tooltip("verdict:N", title="verdict"),
]


def verdict_marks(rows: pl.DataFrame, legend: bool = True) -> dict[str, alt.Fill | alt.Stroke]:
    """Filled where every error term agrees, hollow where they differ, grey where none calls it active or can judge."""
    shown = [text for text in VERDICTS if text in rows["verdict"].to_list()]
    fills = dict(
        zip(
            VERDICTS,
            [f"var(--{name})" for name in ("active", "paper", "band", "faint", "paper")],
            strict=True,
        )
    )
    strokes = dict(zip(VERDICTS, ["var(--active)"] * 3 + ["var(--faint)"] * 2, strict=True))
    key = alt.Legend(columns=1, symbolType="circle", symbolStrokeWidth=2, labelLimit=320) if legend else None

    def scale(colours: dict[str, str]) -> alt.Scale:
        return alt.Scale(domain=shown, range=[colours[text] for text in shown])

    return {
        "fill": alt.Fill("verdict:N", title=None, scale=scale(fills), legend=key),
        "stroke": alt.Stroke("verdict:N", title=None, scale=scale(strokes), legend=key),
    }


def variation(name: str, rows: pl.DataFrame, response: str, slug: str, source: str) -> Figure:
    """Which share of the variation each term accounts for (Jain 1991, allocation of variation)."""
    base = marks_of(name).encode(y=_row())
    x = alt.X("share:Q", title=f"share of the variation of {response} (%)", axis=alt.Axis(tickCount=6))
    tooltip = [
        alt.Tooltip("label:N", title="term"),
        alt.Tooltip("text:N", title="share"),
        alt.Tooltip("verdict:N"),
    ]
    bars = base.mark_bar(height=14, strokeWidth=1.5).encode(x=x, tooltip=tooltip, **verdict_marks(rows))
    top = rows.row(0, named=True)
    shown = "; ".join(f"{row['label']} {row['text']}, {row['verdict']}" for row in rows.iter_rows(named=True))
    return Figure(
        slug,
        f"{response}: {top['label']} accounts for {top['text']} of the variation",
        f"Shares of the variation of {response}: {shown}.",
        "Sum of squares of each term over the total.",
        source,
        (layered(bars, *_names(base), height=ROW * rows.height),),
    )


def intervals(
    name: str, rows: pl.DataFrame, response: str, unit: str, slug: str, source: str, by: str, share: str
) -> Figure:
    """Effects with their intervals, `by` which error, and the band that noise between folders fills (a forest plot)."""
    top = rows.row(0, named=True)
    margin = top["folder_margin"]
    marks = verdict_marks(rows)
    base = marks_of(name).encode(y=_row())
    x_title = titled(f"effect on {response}, low to high level", unit)
    layers = [
        _whole(name).mark_rule(color="var(--muted)").encode(x=alt.XDatum(0)),
        base.mark_point(size=100, strokeWidth=2, opacity=1).encode(
            x=alt.X("effect:Q", title=x_title, axis=alt.Axis(tickCount=6)), tooltip=TERM_TOOLTIP, **marks
        ),
        *_names(base),
    ]
    if top["ci_low"] is not None:
        bars = base.mark_rule(strokeWidth=2)
        layers.insert(1, bars.encode(x=alt.X("ci_low:Q"), x2=alt.X2("ci_high:Q"), stroke=marks["stroke"]))
    if margin is not None:
        # row by row, since margins differ where data are missing
        band = base.mark_bar(color="var(--band)", height=ROW)
        layers.insert(0, band.encode(x=alt.X("negative_folder_margin:Q"), x2=alt.X2("folder_margin:Q")))
    shown = "; ".join(
        f"{row['label']} {row['text']} ({row['interval']}), {row['verdict']}"
        for row in rows.iter_rows(named=True)
    )
    note = f"Bars: {share} interval with {by}." if top["ci_low"] is not None else ""
    if margin is not None:
        note += (
            f" Shaded: as far as noise between folders reaches, {_margins(rows)}; "
            "beyond it an effect is active with folders as the unit."
        )
    return Figure(
        slug,
        f"{response}: {_headline(rows, unit, by)}",
        f"Effects on {response}, largest first: {shown}.",
        note.strip(),
        source,
        (layered(*layers, height=ROW * rows.height),),
    )


def _headline(rows: pl.DataFrame, unit: str, by: str) -> str:
    """The largest effect; that none is active, where none is by the error that decides."""
    top = rows.row(0, named=True)
    if rows["verdict"].is_in([VERDICTS[0], VERDICTS[2 if by.startswith("folder") else 1]]).any():
        return f"{top['label']} has the largest effect, {_in_full(top['text'], unit)}"
    return f"no effect is active; the largest is {top['label']}, {_in_full(top['text'], unit)}"


def _margins(rows: pl.DataFrame) -> str:
    """The margin of folders; from the smallest to the largest where data are missing."""
    margins = rows["folder_margin"].drop_nulls().sort()
    if rows["text"][0].startswith("×"):
        return ratios(-margins[-1], margins[-1])
    shown = [f"±{number(each, digits=3)}" for each in (margins[0], margins[-1])]
    return shown[0] if shown[0] == shown[1] else " to ".join(shown)


def _in_full(text: str, unit: str) -> str:
    return text if len(unit) <= SHORT or text.startswith("×") else f"{text} {unit}"


def pareto(name: str, rows: pl.DataFrame, response: str, unit: str, units: Sequence[str]) -> Figure:
    """Sizes of the effects, largest first, with the margin of each unit in force (folder, container) as a line."""
    base = marks_of(name).encode(y=_row())
    bars = base.mark_bar(height=14, strokeWidth=1.5).encode(
        x=alt.X(
            "size:Q", title=titled(f"size of the effect on {response}", unit), axis=alt.Axis(tickCount=6)
        ),
        tooltip=TERM_TOOLTIP,
        **verdict_marks(rows),
    )
    layers: list[Panel] = [bars]
    labels: list[Panel] = []
    lines = [(f"{one}s", f"{one}_margin") for one in units if rows[f"{one}_margin"].is_not_null().any()]
    longest = max(extent(rows[field])[1] for field in ("size", *(field for _, field in lines)))
    for i, (label, field) in enumerate(lines):
        at = extent(rows[field])[1]
        # row by row, since margins differ where data are missing
        tick = base.mark_tick(
            orient="vertical", size=ROW, thickness=1.5, color="var(--ink)", opacity=1 - 0.5 * i
        )
        layers.append(tick.encode(x=alt.X(f"{field}:Q")))
        is_far = at > 0.6 * longest
        place = {"align": "right" if is_far else "left", "dx": -6 if is_far else 6, "baseline": "bottom"}
        encoding = {
            "x": alt.XDatum(at),
            "y": alt.YValue(ROW * (rows.height - i)),  # type: ignore[no-untyped-call]
            "text": alt.TextValue(label),
        }
        labels += [_whole(name).mark_text(**place, **style).encode(**encoding) for style in (RIM, {})]
    layers += [*_names(base), *labels]
    beyond = [
        f"{rows.filter(pl.col('size') > pl.col(field)).height} of {rows.height} beyond the margin of {label}"
        for label, field in lines
    ]
    return Figure(
        "pareto",
        f"{response}: {joined(beyond)}" if beyond else f"{response}: sizes of {rows.height} effects",
        f"Sizes of the effects on {response}: "
        + "; ".join(f"{row['label']} {number(row['size'], digits=3)}" for row in rows.iter_rows(named=True))
        + "".join(f". Margin of {label} {number(extent(rows[field])[1], digits=3)}" for label, field in lines)
        + ".",
        "An effect beyond a line is active with that unit.",
        "response_effects",
        (layered(*layers, height=ROW * rows.height),),
    )


def half_normal(
    name: str, rows: pl.DataFrame, response: str, unit: str, error: float | None, margin: float | None
) -> Figure:
    """Sizes of the effects against half-normal scores; the line is noise alone (Daniel 1959, Lenth 1989)."""
    base = marks_of(name)
    # scores are spread evenly, so that names beside the points never lie on each other
    x = alt.X("size:Q", title=titled("size of the effect", unit), axis=alt.Axis(tickCount=6))
    y = alt.Y("score:Q", title="half-normal score", axis=alt.Axis(tickCount=6), scale=alt.Scale(domainMin=0))
    layers: list[Panel] = []
    largest = extent(rows["size"])[1]
    if error:
        line = base.transform_calculate(line=f"datum.score * {error!r}").transform_filter(
            f"datum.line <= {max(largest, margin or 0.0)!r}"
        )
        layers.append(line.mark_line(color="var(--faint)", strokeWidth=1.5).encode(x=alt.X("line:Q"), y=y))
    if margin:
        layers.append(
            _whole(name).mark_rule(strokeDash=[6, 4], color="var(--muted)").encode(x=alt.XDatum(margin))
        )
    points = base.mark_point(size=90, strokeWidth=2, opacity=1).encode(
        x=x, y=y, tooltip=TERM_TOOLTIP, **verdict_marks(rows)
    )
    named = base.transform_filter(alt.FieldOneOfPredicate(field="verdict", oneOf=list(VERDICTS[:3])))
    half = max(largest, margin or 0.0) / 2
    is_named = pl.col("verdict").is_in(VERDICTS[:3])
    sides = (
        ("<=", "left", 11, rows.filter(is_named & (pl.col("size") <= half))),
        (">", "right", -11, rows.filter(is_named & (pl.col("size") > half))),
    )
    names = [
        named.transform_filter(f"datum.size {side} {half!r}")
        .mark_text(align=align, dx=shift, limit=230, **style)
        .encode(x=x, y=y, text=alt.Text("label:N"))
        for side, align, shift, mine in sides
        if mine.height  # an axis cannot be made of nothing
        for style in (RIM, {"fontWeight": 600})
    ]
    active = active_terms(rows)
    return Figure(
        "half-normal",
        f"{response}: {joined(active)} {'stands' if len(active) == 1 else 'stand'} out from the noise"
        if active
        else f"{response}: no effect stands out under every error term",
        f"Half-normal plot of the effects on {response}: "
        + "; ".join(
            f"{row['label']} {number(row['size'], digits=3)}, {row['verdict']}"
            for row in rows.iter_rows(named=True)
        )
        + ".",
        "Noise alone follows the grey line (slope: Lenth's pseudo standard error); named effects are active under at "
        "least one error term" + ("; dashed: margin with folders as the unit." if margin else "."),
        "response_effects",
        (layered(*layers, points, *names, height=340),),
    )


def scales(name: str, rows: pl.DataFrame, response: str, unit: str) -> Figure:
    """The same effects as measured and in log10, each in margins of its own error."""
    panels, said = [], []
    marks = verdict_marks(rows, legend=False)
    highest = max(1.2, extent(rows["ratio"])[1] * 1.05)
    for scale in ("identity", "log10"):
        mine = rows.filter(pl.col("scale") == scale)
        if not mine.height:
            continue
        active = mine.filter(pl.col("verdict") == VERDICTS[0]).height
        said.append(f"{share_of(active, mine.height)} active {SCALES[scale]}")
        base = (
            marks_of(name)
            .transform_filter(alt.FieldEqualPredicate(field="scale", equal=scale))
            .encode(y=_row())
        )
        x = alt.X(
            "ratio:Q", title="size in margins of error", scale=alt.Scale(domain=[0, highest], nice=False)
        )
        stem = base.mark_bar(height=3, strokeWidth=0).encode(x=x, fill=marks["fill"])
        dot = base.mark_point(size=90, strokeWidth=2, opacity=1).encode(
            x=x,
            **marks,
            tooltip=[
                alt.Tooltip("label:N", title="effect"),
                alt.Tooltip("effect:Q", title="size", format=".4~g"),
                alt.Tooltip("ratio:Q", title="in margins", format=".3~g"),
                alt.Tooltip("verdict:N", title="verdict"),
            ],
        )
        one = _whole(name).mark_rule(strokeDash=[6, 4], color="var(--ink)").encode(x=alt.XDatum(1))
        panels.append(
            layered(
                one, stem, dot, *_names(base), height=ROW * mine.height, title=titled(SCALES[scale], unit)
            )
        )
    return Figure(
        "scales",
        f"{response}: {joined(said)}",
        f"Effects on {response} in margins of error: "
        + "; ".join(
            f"{row['label']} {number(row['ratio'], digits=3)} {SCALES[row['scale']]}"
            for row in rows.iter_rows(named=True)
        )
        + ". Beyond 1 is active.",
        "Each effect over the margin of its error term (folders as the unit where that can be judged); beyond the "
        "dashed line it is active. An interaction that is active only as measured is the shadow of a ratio.",
        "response_effects",
        tuple(panels),
        2,
    )


def _row() -> alt.Y:
    return alt.Y("rank:O", axis=None, scale=alt.Scale(padding=0))


def _whole(name: str) -> Panel:
    """One mark for the whole panel."""
    return marks_of(name).transform_filter("datum.rank == 1")


def _names(base: Panel) -> list[Panel]:
    """The name of each effect above its mark, with a rim of paper where lines pass behind it."""
    left = alt.XValue(0)  # type: ignore[no-untyped-call]
    both = "datum.text ? datum.label + '   ' + datum.text : datum.label"
    named = base.transform_calculate(name=both).encode(x=left, text=alt.Text("name:N"))
    place = {
        "align": "left",
        "baseline": "bottom",
        "dy": -11,
        "limit": alt.ExprRef("width"),
        "fontWeight": 600,
    }
    return [named.mark_text(**{**place, **RIM}), named.mark_text(**place)]
