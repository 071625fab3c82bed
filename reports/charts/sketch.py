"""Small drawings of effects that a template draws as they are, where no script runs and where there is little room."""

import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple

import polars as pl

from reports.text.numbers import extent
from reports.text.wording import VERDICTS

MOST_ROWS = 8
LONGEST = 36  # letters of a name with its effect


class Sketch(NamedTuple):
    """Where the marks of some effects lie: `zero` and those of `marks` are places across, from 0 to `width`."""

    width: int
    height: int
    zero: float
    marks: list[dict[str, Any]]
    is_labelled: bool


def sketch(rows: pl.DataFrame, is_labelled: bool = False) -> Sketch:
    """Effects largest first, each a dot on its interval about zero (`effect_rows`), or a bar (`variation_rows`)."""
    shown = rows.head(MOST_ROWS)
    width, row, left = (400, 20, 226) if is_labelled else (120, 7, 6)
    fields = [name for name in ("effect", "share", "ci_low", "ci_high") if name in shown.columns]
    low, high = extent([0.0, *(value for name in fields for value in shown[name])])
    scale = (width - 6 - left) / ((high - low) or 1.0)

    def across(value: float) -> float:
        return round(left + (value - low) * scale, 1)

    marks = [
        {**_mark(one, across), "y": row * (place + 0.5)}
        for place, one in enumerate(shown.iter_rows(named=True))
    ]
    return Sketch(width, row * shown.height, across(0.0), marks, is_labelled)


def _mark(one: dict[str, Any], across: Callable[[float], float]) -> dict[str, Any]:
    name = textwrap.shorten(one["label"], max(8, LONGEST - len(one["text"])), placeholder=" …")
    mark = {"name": f"{name} {one['text']}", "is_filled": one["verdict"] in (VERDICTS[0], VERDICTS[3])}
    mark["colour"] = "faint" if one["verdict"] in VERDICTS[3:] else "active"
    if "share" in one:
        return {**mark, "share": across(one["share"] or 0.0)}
    is_known = one["ci_low"] is not None and one["ci_high"] is not None
    interval = {"low": across(one["ci_low"]), "high": across(one["ci_high"])} if is_known else {}
    return {**mark, "at": across(one["effect"]), **interval}
