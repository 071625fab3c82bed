"""Small drawings of curves that a template draws where no script runs."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from reports.text.numbers import extent, number, share

WIDTH, HEIGHT = 400, 120
MOST_CURVES, MOST_POINTS = 48, 30

Curve = tuple[Sequence[int], Sequence[float]]


class LineSketch(NamedTuple):
    """The curves of a tag: `paths` in a box of WIDTH by HEIGHT, from the lowest value to the highest."""

    tag: str
    low: str
    high: str
    paths: list[str]
    width: int = WIDTH
    height: int = HEIGHT


def line_sketch(tag: str, curves: Iterable[Curve]) -> LineSketch:
    """The first curves of a tag: steps in order, and a finite value of each."""
    thinned = []
    for steps, values in islice(curves, MOST_CURVES):
        every = max(1, len(steps) // MOST_POINTS)
        thinned.append(([*steps[::every], steps[-1]], [*values[::every], values[-1]]))
    first, last = extent(step for steps, _ in thinned for step in steps)
    low, high = extent(value for _, values in thinned for value in values)
    paths = [
        "M"
        + " ".join(
            f"{WIDTH * share(step, first, last):.0f} {HEIGHT * share(-value, -high, -low):.0f}"
            for step, value in zip(steps, values, strict=True)
        )
        for steps, values in thinned
    ]
    return LineSketch(tag, number(low), number(high), paths)
