"""Where factors stand: in the pattern of a path, or in a place beside it."""

import re
from collections.abc import Sequence

from flows.survey.factors.paths import Column, Item
from flows.survey.factors.roles import Roles, Variable, sort_out
from flows.survey.settings import Settings
from flows.survey.study_text import plain

# A day, with or without a time, or a time: another sweep has another one.
_MOMENT = re.compile(
    r"(?<![0-9])20[0-9]{2}-[0-9]{2}-[0-9]{2}(?:[_T ][0-9]{2}-[0-9]{2}-[0-9]{2})?(?![0-9])"
    r"|(?<=/)[0-9]{2}-[0-9]{2}-[0-9]{2}(?=/)"
)


def place_of(number: int) -> str:
    return f"part {number} of the path"


def path_variables(items: Sequence[Item]) -> list[Variable]:
    return [
        Variable(item.key, item.values, place_of(number), item.is_marked)
        for number, item in enumerate(items)
        if isinstance(item, Column)
    ]


def with_settings(
    path: Sequence[Variable], choices: Sequence[Settings | None]
) -> tuple[Roles, Settings | None]:
    """The roles by the path, with the place beside it that adds most factors, if one adds any."""
    best, chosen = sort_out(path), None
    least = len(best.factors)
    # What the path names stays the path's; a word in a file wins over a text that nothing names.
    strong = [each for each in path if each.name]
    weak = [each for each in path if not each.name]
    for settings in choices:
        if settings is None or not settings.variables:
            continue
        roles = sort_out([*strong, *settings.variables, *weak])
        inside = [factor for factor in roles.factors if factor.variable in settings.variables]
        is_more = len(roles.factors) > len(best.factors) if chosen else len(roles.factors) >= max(least, 1)
        if inside and is_more:
            best, chosen = roles, settings
    return best, chosen


def placeholders(roles: Roles) -> dict[str, str]:
    """Place -> what stands for it in a pattern."""
    places = {factor.variable.place: f"{{{factor.name}}}" for factor in roles.factors}
    if roles.replicate:
        places[roles.replicate.place] = "{replicate}"
    return places


def levels_of(settings: Settings, roles: Roles) -> dict[str, object]:
    """What `levels` of a source says: which column or key is which factor, where the names differ."""
    told: dict[str, object] = dict(settings.source)
    names = {
        factor.name: factor.variable.name
        for factor in roles.factors
        if factor.variable in settings.variables and factor.name != factor.variable.name
    }
    if names:
        told[settings.names] = names
    if roles.replicate in settings.variables and roles.replicate:
        told["replicate"] = roles.replicate.name
    return told


def dropped_notes(roles: Roles) -> list[str]:
    """Why what varies is no factor, for whoever knows better."""
    return [
        f"No factor: {each.name or 'in the path'} ({each.values[0]}, ...), {reason}."
        for each, reason in roles.dropped[:20]
        if each.name != "tfevents"  # the second in the name of an event file
    ]


def pattern_of(items: Sequence[Item], places: dict[str, str], is_event_file: bool) -> str:
    """The pattern: placeholders for what has a role, `*` for the rest that varies."""
    parts = [
        plain(_MOMENT.sub("*", item)) if isinstance(item, str) else places.get(place_of(number), "*")
        for number, item in enumerate(items)
    ]
    text = re.sub(r"\*{2,}", "*", "".join(parts))
    if not is_event_file:
        return text
    folder, _, name = text.rpartition("/")
    ends = [match.end() for match in re.finditer(r"\{[^{}]*\}", name)]
    if not ends:
        name = "events.*" if name.startswith("events.") else "*tfevents*"
    elif name[ends[-1] :]:
        name = name[: ends[-1] + 1] + "*"  # what a writer puts behind may be another number next time
    return f"{folder}/{name}" if folder else name


def title_of(name: str, roles: Roles) -> str:
    return f"{name}: {', '.join(factor.name for factor in roles.factors)}"
