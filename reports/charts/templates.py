"""Templates of panels: Altair draws one of each kind, and the values of thousands are filled in."""

import re
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any

from reports.charts.figures import Spec

Draw = Callable[..., Spec]
# A value to come; no text of a spec has this control character.
HOLE = "\x1f{}\x1f"
HOLES = re.compile("\x1f(.*?)\x1f")


def template(draw: Draw) -> Draw:
    """A function whose arguments decide what is drawn, and whose keyword arguments only stand in it.

    These are texts, numbers or lists: the function hands them to Altair as they are, or as part of a text, and looks
    at none. Altair is asked once for each kind, the rest is filled.
    """

    @cache
    def drawn(kind: tuple[Any, ...], names: tuple[str, ...]) -> Spec:
        return draw(*kind, **{name: HOLE.format(name) for name in names})

    @wraps(draw)
    def fill(*kind: Any, **values: Any) -> Spec:
        spec: Spec = filled(drawn(kind, tuple(values)), values)
        return spec

    return fill


def filled(spec: Any, values: Mapping[str, Any]) -> Any:
    """The spec with its values; a text that is one hole becomes the value itself."""
    if isinstance(spec, dict):
        return {key: filled(each, values) for key, each in spec.items()}
    if isinstance(spec, list):
        return [filled(each, values) for each in spec]
    if not isinstance(spec, str) or "\x1f" not in spec:
        return spec
    if whole := HOLES.fullmatch(spec):
        return values[whole[1]]
    return HOLES.sub(lambda found: str(values[found[1]]), spec)
