"""A figure: panels of Altair over named data, as specs for a page."""

from math import isfinite
from typing import Any, NamedTuple

import altair as alt
import polars as pl

# Every object would be held against its schema as it is made, which takes longer than all else: a test does it once.
alt.utils.schemapi.disable_debug_mode()
# Altair types its methods so finely that chains of them cannot be checked.
Panel = Any
Spec = dict[str, Any]  # of Vega-Lite; rows come by name

# A page's script sets these in every chart: the runs that the reader picked, and their levels as "factor:level".
FOCUS = [{"name": "focus_runs", "value": []}, {"name": "focus_levels", "value": []}]
RUN_IN_FOCUS = "focus_runs.length == 0 || indexof(focus_runs, datum.run) >= 0"
LEVEL_IN_FOCUS = "focus_levels.length == 0 || indexof(focus_levels, datum.level_key) >= 0"


class Figure(NamedTuple):
    """One figure. `source` is the query behind it; `alt` says what it shows, with its numbers."""

    slug: str
    title: str
    alt: str
    note: str
    source: str
    panels: tuple[Spec, ...]
    columns: int = 1
    rows: str = ""  # what the page calls the rows behind it, where no file holds them


def marks_of(name: str) -> Panel:
    """A chart of rows that the page has under a name."""
    return alt.Chart(alt.NamedData(name))


def has_intervals(frame: pl.DataFrame) -> bool:
    """Where no interval is known there are no bars, for an axis cannot be made of nothing."""
    return frame["ci_low"].null_count() < frame.height


def interval_bars(base: Panel, width: float = 2, **encoding: Any) -> Panel:
    """Upright bars from `ci_low` to `ci_high`."""
    return base.mark_rule(strokeWidth=width).encode(y=alt.Y("ci_low:Q"), y2=alt.Y2("ci_high:Q"), **encoding)


def layered(*layers: Panel, **properties: Any) -> Spec:
    """Layers in one panel, whose `properties` are its height and title.

    Joined here, since Altair copies everything again and again: the spec is the same, and a test holds it so.
    """
    specs = [_bare(layer.to_dict(validate=False)) for layer in layers]
    if all(spec["data"] == specs[0]["data"] for spec in specs):
        data = {"data": specs[0]["data"]}
        specs = [{key: spec[key] for key in spec if key != "data"} for spec in specs]
    else:
        data = {}
    return {"layer": specs, **data, **properties}


def _bare(spec: Spec) -> Spec:
    """Without what is the site's: schema and config."""
    return {key: spec[key] for key in spec if key not in ("$schema", "config")}


def coloured_if(expression: str, then: str, otherwise: str) -> Any:
    """One of two colours for each mark."""
    return alt.ColorValue(otherwise, condition={"test": expression, "value": then})


def faded_unless(expression: str, shown: float = 1.0) -> Any:
    """Opacity that steps back where something else is in focus."""
    return alt.OpacityValue(min(shown, 0.12), condition={"test": expression, "value": shown})


def on_page(panel: Spec) -> Spec:
    """The panel as wide as its place on the page."""
    return {**panel, "width": "container", "params": FOCUS}


def json_columns(frame: pl.DataFrame) -> dict[str, Any]:
    """Rows as Vega reads them, column by column: times as milliseconds since 1970, no NaN and no infinity.

    Of texts, each once (`of`) and where it stands (`at`).
    """
    return {series.name: _plain(series) for series in frame}


def _plain(series: pl.Series) -> Any:
    # In Python: an expression costs polars more than a thousand values do here, and pages have many small frames.
    if isinstance(series.dtype, pl.Datetime):
        return series.cast(pl.Datetime("ms")).to_physical().to_list()
    values = series.to_list()
    if series.dtype == pl.Float64:
        return [value if value is not None and isfinite(value) else None for value in values]
    if series.dtype != pl.String:
        return values
    texts = sorted({text for text in values if text is not None})
    places = {text: place for place, text in enumerate(texts)}
    return {"of": texts, "at": [places.get(text) for text in values]}
