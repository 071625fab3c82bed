"""A guess as the text of a study file, with what it rests on as comments."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote
from types import MappingProxyType
from typing import NamedTuple

from flows.survey.factors.design import Design
from flows.survey.factors.roles import Factor, order_of
from flows.survey.measures import Measure

HEAD = """\
# Written by `doehouse init`, which guessed from the names and values below the log root. Nothing in it was asked for.
# Lines with `# ?` hold what the files do not tell: read those first. Then `doehouse check` shows what a night would do."""
PATHS = ("folders", "files", "table")  # keys of a place that hold a pattern


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
    has_folds: bool = False  # replicates are folds of the same data
    files: Sequence[str] = ()  # the file or folder of each run, where it has one of its own

    @property
    def runs(self) -> int:
        return len(self.factors[0].variable.values)

    @property
    def level_table(self) -> str | None:
        """The table beside the runs that tells their levels."""
        levels = self.place.get("levels")
        return levels.get("table") if isinstance(levels, Mapping) else None

    def is_run(self, folder: str) -> bool:
        """Whether what lies in a folder belongs to one run."""
        return sum(f"{each}/".startswith(f"{folder}/") for each in self.files) == 1

    def is_within(self, other: "Guess") -> bool:
        """Whether every factor is one of the other's: by its name or, where nothing names it, by a level."""
        named = {each.name for each in other.factors if each.variable.name}
        levels = {level for each in other.factors for level in each.levels}
        return all(
            each.name in named if each.variable.name else not levels.isdisjoint(each.levels)
            for each in self.factors
        )

    def is_apart(self, other: "Guess") -> bool:
        """Whether each has a factor that the other lacks, so that both are no runs of one experiment."""
        return not self.is_within(other) and not other.is_within(self)

    @property
    def path(self) -> str:
        return next(str(self.place[key]) for key in PATHS if key in self.place)

    def fixed_to(self, folder: str) -> "Guess":
        """The same with the folder in which all lies as it is called, where the pattern takes any moment."""
        own = plain(folder).split("/") if folder else []
        path = "/".join([*own, *self.path.split("/")[len(own) :]])
        return self._replace(place={key: path if key in PATHS else each for key, each in self.place.items()})

    def seen_from(self, folder: str) -> "Guess":
        """The same with paths that begin above, where the log root is that many folders higher."""
        if not folder:
            return self
        place = {key: f"{plain(folder)}/{each}" if key in PATHS else each for key, each in self.place.items()}
        if self.level_table:
            place["levels"] = {**dict(self.place["levels"]), "table": f"{folder}/{self.level_table}"}  # type: ignore[call-overload]
        return self._replace(place=place)


def plain(folder: str) -> str:
    """A folder as a pattern says it: what would be a placeholder there is any text."""
    return re.sub(r"[{}*\\\x00-\x1f\x7f-\x9f\u2028\u2029]+", "*", folder)


def study_text(guess: Guess, logs: Path) -> str:
    """TOML that a study is loaded from; its paths begin at the log root."""
    root = comment(f"Its paths are those below the log root of `--logs {quote(str(logs))}`.")
    lines = [
        HEAD,
        root,
        "",
        f"name = {value(guess.name)}",
        f"title = {value(guess.title)}  # ? what was asked",
        "",
    ]
    lines.append(comment(f"Design: {guess.design.sentence}."))
    if guess.design.generators:
        lines.append(f"generators = {value(guess.design.generators)}")
    if guess.design.replicates:
        lines.append(
            f"replicates = {guess.design.replicates}  # ? more if more are to come: firm are conclusions of all"
        )
    if guess.has_folds:
        lines.append('block = ["replicate"]  # ? folds are the same data in every cell')
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
        guessed = {"goal", "unit"} if measure.is_unit_guessed else {"goal"}
        lines += [response_line(key, each, key in guessed) for key, each in measure.fields.items()]
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


def response_line(key: str, each: object, is_guessed: bool) -> str:
    asked = "  # ? by its name" if is_guessed else ""
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
