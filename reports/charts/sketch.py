"""Small drawings of effects that stand in a page as they are: no script draws them."""

import textwrap
from collections.abc import Iterator
from typing import Any

import polars as pl
from markupsafe import Markup, escape

from reports.text.numbers import extent
from reports.text.wording import VERDICTS

MOST_ROWS = 8
LONGEST = 36  # letters of a name with its effect
FILLS = dict(zip(VERDICTS, ["var(--active)", "var(--paper)", "var(--paper)", "var(--faint)"], strict=True))
STROKES = dict(zip(VERDICTS, ["var(--active)"] * 3 + ["var(--faint)"], strict=True))


def sketch(rows: pl.DataFrame, is_labelled: bool = False) -> Markup:
    """Effects largest first, each a dot on its interval about zero (`effect_rows`), or a bar (`variation_rows`).

    Filled: active under every error term; hollow: under one; grey: under none.
    """
    shown = rows.head(MOST_ROWS)
    width, row = (400, 20) if is_labelled else (120, 7)
    left = 226 if is_labelled else 6
    fields = [name for name in ("effect", "share", "ci_low", "ci_high") if name in shown.columns]
    low, high = extent([0.0, *(value for name in fields for value in shown[name])])
    scale = (width - 6 - left) / ((high - low) or 1.0)

    def at(value: float) -> str:
        return f"{left + (value - low) * scale:.1f}"

    height = row * shown.height
    marks = [f'<path d="M{at(0.0)} 0V{height}" stroke="var(--muted)" stroke-width="1"/>']
    for place, one in enumerate(shown.iter_rows(named=True)):
        y = row * (place + 0.5)
        marks += _mark(one, y, at, is_labelled)
    return Markup(
        f'<svg class="sketch" width="{width}" height="{height}" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f"{''.join(marks)}</svg>"
    )


def _mark(one: dict[str, Any], y: float, at: Any, is_labelled: bool) -> Iterator[str]:
    fill, stroke = FILLS[one["verdict"]], STROKES[one["verdict"]]
    size = 4.5 if is_labelled else 2.2
    thin = f'stroke="{stroke}" stroke-width="{size / 3:.1f}"'
    if is_labelled:
        value = one["text"]
        name = textwrap.shorten(one["label"], max(8, LONGEST - len(value)), placeholder=" …")
        yield f'<text y="{y + 4:g}" font-size="12" fill="var(--ink)">{escape(name)} {escape(value)}</text>'
    if "share" in one:
        yield f'<path d="M{at(0.0)} {y:g}H{at(one["share"] or 0.0)}" stroke="{stroke}" stroke-width="{size:g}"/>'
        return
    if one["ci_low"] is not None and one["ci_high"] is not None:
        yield f'<path d="M{at(one["ci_low"])} {y:g}H{at(one["ci_high"])}" {thin}/>'
    yield f'<circle cx="{at(one["effect"])}" cy="{y:g}" r="{size:g}" fill="{fill}" {thin}/>'
