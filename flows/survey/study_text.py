"""A guess as the text of a study file, with what it rests on as comments."""

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from flows.survey.factors.design import Design
from flows.survey.factors.roles import Factor, order_of
from flows.survey.measures import Measure

HEAD = """\
# Written by `doehouse init`, which guessed from the names and values below the log root. Nothing in it was asked for.
# Lines with `# ?` hold what the files do not tell: read those first. Then `doehouse check` shows what a night would do."""


class Guess(NamedTuple):
    """What is put into a study file."""

    name: str
    title: str
    design: Design
    factors: Sequence[Factor]
    place: Mapping[str, object]  # `folders` at the top, or the keys of [source]
    measures: Sequence[Measure]
    notes: Sequence[str]  # of the source: what was found and what it was taken for
    other_measures: Sequence[str]
    is_numbered: bool = False  # nothing but the number of the run is known
    center: Mapping[str, str] = MappingProxyType({})  # of a design with runs at its centre


def study_text(guess: Guess) -> str:
    """TOML that a study is loaded from."""
    lines = [HEAD, "", f"name = {value(guess.name)}", f"title = {value(guess.title)}  # ? what was asked", ""]
    lines.append(comment(f"Design: {guess.design.sentence}."))
    if guess.design.generators:
        lines.append(f"generators = {value(guess.design.generators)}")
    if guess.design.replicates:
        lines.append(
            f"replicates = {guess.design.replicates}  # ? more if more are to come: firm are conclusions of all"
        )
    if guess.center:
        lines.append(f"center = {value(guess.center)}  # the middle levels come together only")
    if "folders" in guess.place:
        lines += [comment(each) for each in guess.notes]
        lines.append(f"folders = {value(guess.place['folders'])}")
    lines += ["", "[factors]  # low, high"]
    lines += [factor_line(factor, guess.is_numbered) for factor in guess.factors]
    if "folders" not in guess.place:
        lines += ["", "[source]", *(comment(each) for each in guess.notes)]
        lines += [f"{key} = {value(each)}" for key, each in guess.place.items()]
    for measure in guess.measures:
        lines += ["", f"[responses.{key_text(measure.name)}]"]
        if measure.said:
            lines.append(comment(measure.said))
        lines += [response_line(key, each) for key, each in measure.fields.items()]
        if "unit" not in measure.fields:
            lines.append('unit = ""  # ? such as "%"')
        if "goal" not in measure.fields:
            lines.append('# goal = "maximize"  # ? or "minimize"')
    if guess.other_measures:
        lines += ["", "# Other values that could be responses:"]
        lines += [comment(f"  {each}") for each in guess.other_measures[:40]]
    return "\n".join(lines) + "\n"


def factor_line(factor: Factor, is_numbered: bool) -> str:
    line = f"{key_text(factor.name)} = {value(list(factor.levels))}"
    if is_numbered:
        return f"{line}  # ? name and levels: only the numbers of the runs are known; the first factor changes fastest"
    asked = []
    if not factor.variable.name:
        asked.append("name")
    if order_of(factor.levels) is None:
        asked.append("which level is low")
    found = "from the path" if factor.variable.place.startswith("part ") else f"from {factor.variable.place}"
    return f"{line}  # ? {' and '.join(asked)}; {found}" if asked else f"{line}  # {found}"


def response_line(key: str, each: object) -> str:
    asked = "  # ? by its name" if key == "goal" else ""
    other = '  # or "max", "min", "first", "mean"' if key == "reduce" else ""
    return f"{key} = {value(each)}{asked}{other}"


def comment(text: str) -> str:
    """One line that TOML does not read, whatever the text holds."""
    return "# " + "".join(each if each.isprintable() else "?" for each in text)


def value(each: object) -> str:
    """A TOML value: text, truth value, whole number, list or inline table."""
    if isinstance(each, bool):
        return "true" if each else "false"
    if isinstance(each, int):
        return str(each)
    if isinstance(each, Mapping):
        return "{ " + ", ".join(f"{key_text(key)} = {value(one)}" for key, one in each.items()) + " }"
    if isinstance(each, list | tuple):
        return "[" + ", ".join(map(value, each)) + "]"
    return json.dumps(str(each), ensure_ascii=False).replace("\x7f", "\\u007f")


def key_text(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else value(key)
