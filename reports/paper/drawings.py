"""Figures as drawings of their own: SVG and PDF as wide as a column or both, in the colours of paper."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from reports.charts.figures import Figure, Spec
from reports.charts.theme import LIGHT, chart_config
from reports.pages.vega import VEGA_LITE

# Of the large publishers' pages: a column of two is 84 to 90 mm wide, both together 174 to 190.
PX_PER_MM = 96 / 25.4
COLUMN, PAGE = round(88 * PX_PER_MM), round(180 * PX_PER_MM)
PT_PER_PX = 72 / 96
GAP = 20  # px between panels
FEW, LOW = 4, 150  # more panels than these are so many px high, that a page holds them
SIZE = re.compile(r'(?<=class="marks" )width="([0-9.]+)" height="([0-9.]+)"')


class Drawing(NamedTuple):
    svg: str
    pdf: bytes


def drawing(figure: Figure, rows: Mapping[str, pl.DataFrame]) -> Drawing:
    """A figure with its rows by name, `width_of(figure)` px wide: two panels beside each other where it has several."""
    across, wanted = min(2, figure.columns, len(figure.panels)), width_of(figure)
    narrow = wanted / across - GAP
    made = svg(_spec(figure, rows, across, narrow))
    # Axes and legends take their room first. What is left depends on it a little, so that the rest is scaled.
    made = svg(_spec(figure, rows, across, narrow - (_size(made)[0] - wanted) / across))
    width, height = _size(made)
    return drawn(sized(made, wanted, height * wanted / width))


def width_of(figure: Figure) -> int:
    """A column; the whole page where panels stand beside each other."""
    return COLUMN if min(figure.columns, len(figure.panels)) == 1 else PAGE


def drawn(svg: str) -> Drawing:
    """The same as PDF, in which a pixel is 1/96 of an inch too: vl-convert makes a point of it."""
    import vl_convert

    width, height = _size(svg)
    return Drawing(svg, vl_convert.svg_to_pdf(sized(svg, width * PT_PER_PX, height * PT_PER_PX)))


def sized(svg: str, width: float, height: float) -> str:
    """The same drawing at another size."""
    return SIZE.sub(f'width="{width:.2f}" height="{height:.2f}"', svg, count=1)


def _spec(figure: Figure, rows: Mapping[str, pl.DataFrame], across: int, width: float) -> Spec:
    """As the page's script draws a figure to save it, without a title: a paper has its caption below."""
    panels = [{**panel, "width": width} for panel in figure.panels]
    if len(panels) > FEW:
        panels = [{**panel, "height": LOW} for panel in panels]
    return {
        "concat": panels,
        "columns": across,
        "spacing": GAP,
        "padding": 4,  # letters reach below their line
        "resolve": {"scale": {"color": "independent", "fill": "independent", "stroke": "independent"}},
        "params": [{"name": "focus_runs", "value": []}, {"name": "focus_levels", "value": []}],
        "config": {**chart_config(), "background": LIGHT["paper"]},
        "datasets": {name: _records(rows[name]) for name in _names(figure.panels)},
    }


def _names(spec: Any) -> set[str]:
    """The rows that a spec asks for."""
    if isinstance(spec, (list, tuple)):
        return set().union(*(_names(each) for each in spec))
    if not isinstance(spec, dict):
        return set()
    own = {spec["data"]["name"]} if "name" in (spec.get("data") or {}) else set()
    return own.union(*(_names(each) for each in spec.values()))


def _records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows as Vega reads them: times as milliseconds since 1970, no NaN and no infinity."""
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    number = pl.col(pl.Float64)
    return frame.with_columns(
        pl.col(times).dt.epoch("ms"), pl.when(number.is_finite()).then(number)
    ).to_dicts()


def svg(spec: Spec) -> str:
    """A spec drawn in the colours of paper."""
    import vl_convert

    painted = re.sub(r"var\(--([a-z0-9-]+)\)", lambda found: LIGHT[found[1]], json.dumps(spec))
    made: str = vl_convert.vegalite_to_svg(painted, vl_version=VEGA_LITE)
    return made


def _size(svg: str) -> tuple[float, float]:
    """Width and height of the drawing in px."""
    found = SIZE.search(svg)
    assert found
    return float(found[1]), float(found[2])
