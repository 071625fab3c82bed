"""Small drawings of curves that a template draws where no script runs."""

from typing import NamedTuple

import polars as pl

from reports.text.numbers import extent, number

WIDTH, HEIGHT = 400, 120
MOST_CURVES, MOST_POINTS = 48, 30


class LineSketch(NamedTuple):
    """The curves of a tag: `paths` in a box of WIDTH by HEIGHT, from the lowest value to the highest."""

    tag: str
    low: str
    high: str
    paths: list[str]
    width: int = WIDTH
    height: int = HEIGHT


def line_sketches(curves: pl.DataFrame) -> list[LineSketch]:
    """One a tag, of rows with `tag` and the lists `steps` and `values` (of finite numbers, by step)."""
    return [
        _sketch(str(tag), mine.head(MOST_CURVES))
        for (tag,), mine in curves.group_by("tag", maintain_order=True)
    ]


def _sketch(tag: str, curves: pl.DataFrame) -> LineSketch:
    thinned = []
    for steps, values in curves.select("steps", "values").iter_rows():
        every = max(1, len(steps) // MOST_POINTS)
        thinned.append(([*steps[::every], steps[-1]], [*values[::every], values[-1]]))
    first, last = extent(step for steps, _ in thinned for step in steps)
    low, high = extent(value for _, values in thinned for value in values)
    across, up = WIDTH / ((last - first) or 1), HEIGHT / ((high - low) or 1.0)
    paths = [
        "M"
        + " ".join(
            f"{(step - first) * across:.0f} {(high - value) * up:.0f}"
            for step, value in zip(steps, values, strict=True)
        )
        for steps, values in thinned
    ]
    return LineSketch(tag, number(low), number(high), paths)
