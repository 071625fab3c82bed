"""A figure: panels of Altair over named data, as specs for a page and as one drawing that stands alone."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt
import polars as pl

from reports.charts.theme import chart_config, painted

Rows = Mapping[str, pl.DataFrame]
# Altair types its methods so finely that chains of them cannot be checked.
Panel = Any

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
    panels: tuple[Panel, ...]
    columns: int = 1
    rows: str = ""  # what the page calls the rows behind it, where no file holds them


def marks_of(name: str) -> Panel:
    """A chart of rows that the page has under a name."""
    return alt.Chart(alt.NamedData(name))


def interval_bars(base: Panel, frame: pl.DataFrame, width: float = 2, **encoding: Any) -> list[Panel]:
    """Upright bars from `ci_low` to `ci_high`; none where no interval is known, for an axis cannot be made of nothing."""
    if frame["ci_low"].null_count() == frame.height:
        return []
    return [base.mark_rule(strokeWidth=width).encode(y=alt.Y("ci_low:Q"), y2="ci_high:Q", **encoding)]


def layered(*layers: Panel, **properties: Any) -> Panel:
    """Layers in one panel; `properties` are its height and title."""
    return alt.layer(*layers).properties(**properties)


def coloured_if(expression: str, then: str, otherwise: str) -> Any:
    """One of two colours for each mark."""
    return alt.ColorValue(otherwise, condition={"test": expression, "value": then})


def faded_unless(expression: str, shown: float = 1.0) -> Any:
    """Opacity that steps back where something else is in focus."""
    return alt.OpacityValue(min(shown, 0.12), condition={"test": expression, "value": shown})


def panel_specs(figure: Figure) -> list[dict[str, Any]]:
    """One Vega-Lite spec a panel, without what is the site's: schema, config and width; rows come by name.

    A panel may be a spec already.
    """
    return [panel if isinstance(panel, dict) else panel_spec(panel) for panel in figure.panels]


def panel_spec(panel: Panel) -> dict[str, Any]:
    """Not held against the schema, which takes ten times as long as all else: the tests draw every figure."""
    spec = panel.to_dict(validate=False)
    return {key: spec[key] for key in spec if key not in ("$schema", "config")}


def on_page(panel: dict[str, Any]) -> dict[str, Any]:
    """The panel as wide as its place on the page."""
    return {**panel, "width": "container", "params": FOCUS}


def drawing(figure: Figure, panels: Sequence[dict[str, Any]], rows: Rows, width: int = 640) -> dict[str, Any]:
    """The whole figure as one spec with its rows and the light theme, for its file."""
    columns = min(figure.columns, len(panels), 2)
    each = (width - 70 * (columns - 1)) // columns
    spec: dict[str, Any] = {
        "$schema": alt.SCHEMA_URL,
        "title": {"text": textwrap.wrap(figure.title, 72), "fontSize": 16, "offset": 16},
        "concat": [{**panel, "width": each} for panel in panels],
        "columns": columns,
        "spacing": 36,
        "resolve": {"scale": {"color": "independent", "fill": "independent", "stroke": "independent"}},
        "params": FOCUS,
        "config": {**chart_config(), "background": "var(--paper)"},
        "padding": 16,
    }
    names = sorted(set(data_names(panels)))
    return {**painted(spec), "datasets": {name: json_rows(rows[name]) for name in names}}


def data_names(spec: Any) -> Iterator[str]:
    """Names of the rows that a spec, or a list of them, asks of its page."""
    if isinstance(spec, dict):
        data = spec.get("data")
        if isinstance(data, dict) and "name" in data:
            yield data["name"]
        for item in spec.values():
            yield from data_names(item)
    elif isinstance(spec, list):
        for item in spec:
            yield from data_names(item)


def json_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows as Vega reads them: times as milliseconds since 1970, no NaN and no infinity."""
    return plain(frame).to_dicts()


def json_columns(frame: pl.DataFrame) -> dict[str, Any]:
    """The same, column by column; of texts, each once (`of`) and where it stands (`at`)."""
    columns: dict[str, Any] = {}
    for series in plain(frame):
        values = series.to_list()
        if series.dtype == pl.String:
            texts = sorted({text for text in values if text is not None})
            places = {text: place for place, text in enumerate(texts)}
            columns[series.name] = {"of": texts, "at": [places.get(text) for text in values]}
        else:
            columns[series.name] = values
    return columns


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    number = pl.col(pl.Float64)
    return frame.with_columns(pl.col(times).dt.epoch("ms"), pl.when(number.is_finite()).then(number))
