"""The path of a value in a tree: keys, elements of lists, a second place to look."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from flows.reading.records.shape import RecordError
from models.declared.levels import same_level

ABSENT = object()  # no such place, which is not the same as a place that holds null

_BARE = re.compile(r'[^.\[\]|"]+')
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_INDEX = re.compile(r"\[\s*(-?[0-9]{1,9})\s*\]")
_CHOICE = re.compile(r'\[\s*((?:"(?:[^"]|"")*"|[^\[\]"|=])+?)\s*=\s*(?:"((?:[^"]|"")*)"|([^\[\]"]*?))\s*\]')
_PLAIN = re.compile(r'[^.\[\]|"=\s$][^.\[\]|"=\s]*')


class Key(NamedTuple):
    name: str


class Index(NamedTuple):
    number: int  # from 0; -1 is the last


class Choice(NamedTuple):
    """The one element of a list whose value at `place` is `value`."""

    place: "Place"
    value: str


Step = Key | Index | Choice


class Place(NamedTuple):
    """Steps from a row, or from the top of the file (`$`)."""

    steps: tuple[Step, ...]
    is_from_top: bool = False


class Path(NamedTuple):
    """Places to look, in this order; `text` is the path as written."""

    text: str
    places: tuple[Place, ...]


def read_path(text: str) -> Path:
    """`optim.name`, `"job options".bs | $."global options".bs`, `env[name=LR].value`, `percentile."99.000000"`.

    Raises ValueError, one sentence, for what is no path.
    """
    places: list[Place] = []
    at = 0
    while True:
        place, at = _place(text, at)
        places.append(place)
        if at == len(text):
            return Path(text, tuple(places))
        at += 1  # the |


def value_at(tree: object, path: Path, top: object = ABSENT, absent: object = None) -> object:
    """What stands at a path below `tree` (or below `top` for `$`): text, null, a list or a mapping.

    A place that is missing or null sends on to the next; `absent` is the answer where no place exists.
    Raises RecordError where several elements answer to a choice.
    """
    answer = absent
    for place in path.places:
        value = walk(tree if not place.is_from_top or top is ABSENT else top, place.steps)
        if value is not ABSENT:
            answer = value
            if value is not None:
                break
    return answer


def walk(tree: object, steps: tuple[Step, ...]) -> object:
    """What stands at the end of some steps, or ABSENT."""
    for step in steps:
        if isinstance(step, Key):
            # Below null is null: a run that failed has no `final`, so no `final.loss`.
            tree = tree.get(step.name, ABSENT) if isinstance(tree, dict) else None if tree is None else ABSENT
        elif not isinstance(tree, list):
            return ABSENT
        elif isinstance(step, Index):
            tree = tree[step.number] if -len(tree) <= step.number < len(tree) else ABSENT
        else:
            tree = _chosen(tree, step)
        if tree is ABSENT:
            return ABSENT
    return tree


def quoted(key: str) -> str:
    """A key as a path holds it."""
    return key if _PLAIN.fullmatch(key) else '"' + key.replace('"', '""') + '"'


def _chosen(elements: list[object], choice: Choice) -> object:
    chosen = [each for each in elements if _is_chosen(each, choice)]
    if len(chosen) > 1:
        where = f"[{written(choice.place.steps)}={choice.value}]"
        raise RecordError(
            "Q323", f"{len(chosen)} elements with {where}", "one", "Choose by a value that is its own."
        )
    return chosen[0] if chosen else ABSENT


def _is_chosen(element: object, choice: Choice) -> bool:
    value = walk(element, choice.place.steps)
    return isinstance(value, str) and same_level(value, choice.value)


def written(steps: tuple[Step, ...]) -> str:
    """Steps as a path holds them."""
    return "".join(_written(steps)).removeprefix(".")


def _written(steps: tuple[Step, ...]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Key):
            yield f".{quoted(step.name)}"
        elif isinstance(step, Index):
            yield f"[{step.number}]"
        else:
            yield f"[{written(step.place.steps)}={quoted(step.value)}]"


def _place(text: str, at: int) -> tuple[Place, int]:
    """One place of a path from `at` on, and where it ends: at a `|` or at the end of the text."""
    steps: list[Step] = []
    at = _after_blanks(text, at)
    is_from_top = text[at : at + 1] == "$" and text[at + 1 : at + 2] in (".", "[")
    at += is_from_top
    while True:
        step: Step
        if text[at : at + 1] == "[":
            step, at = _element(text, at)
        elif steps or is_from_top:
            if text[at : at + 1] != ".":
                raise _refused(text, at, "a dot before a key")
            step, at = _key(text, at + 1)
        else:
            step, at = _key(text, at)
        steps.append(step)
        after = _after_blanks(text, at)
        if after == len(text) or text[after] == "|":
            return Place(tuple(steps), is_from_top), after


def _key(text: str, at: int) -> tuple[Key, int]:
    at = _after_blanks(text, at)
    if match := _QUOTED.match(text, at):
        return Key(match[1].replace('""', '"')), match.end()
    match = _BARE.match(text, at)
    if match is None or not match[0].strip():
        raise _refused(text, at, 'a key; a key with dots or brackets stands in double quotes, "a.b"')
    return Key(match[0].strip()), match.end()


def _element(text: str, at: int) -> tuple[Index | Choice, int]:
    if match := _INDEX.match(text, at):
        return Index(int(match[1])), match.end()
    if match := _CHOICE.match(text, at):
        place = read_path(match[1]).places[0]
        value = match[3] if match[2] is None else match[2].replace('""', '"')
        return Choice(place, value), match.end()
    raise _refused(
        text, at, "the number of an element, [0] or [-1], or a choice by a value, [name=LR]; "
        "lists become rows by `rows` and `each`"
    )  # fmt: skip


def _after_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _refused(text: str, at: int, expected: str) -> ValueError:
    found = repr(text[at : at + 20]) if text[at:].strip() else "the end"
    return ValueError(
        f"found {found} at character {at + 1} of the path {text!r}, expected {expected}. Correct it."
    )
