"""The text of a folder against a pattern like `exp_1{run}` or `{CPU}_{Memory}/{replicate}`."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from models.declared.names import has_control

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}|\*")
_DIGITS = r"[0-9]{1,9}"
_ANY = r"[^/]*?"
_SOME = r"[^/]+?"


class Match(NamedTuple):
    """What a folder's text says: its run, its replicate, the levels of the factors named in the pattern."""

    run: int | None
    replicate: str | None
    levels: dict[str, str]


class Pattern(NamedTuple):
    """A checked pattern; `read_pattern` makes it."""

    names: tuple[str, ...]
    prefix: str  # what every folder begins with: tells most others apart at once
    declared: re.Pattern[str]
    anything: re.Pattern[str]

    def match(self, text: str) -> Match | None:
        """None if the text does not fit. Declared levels are preferred; others are given as they stand."""
        if not text.startswith(self.prefix):
            return None
        found = self.declared.fullmatch(text) or self.anything.fullmatch(text)
        if found is None:
            return None
        values = {name: found[f"p{i}"] for i, name in enumerate(self.names)}
        run = values.pop("run", None)
        replicate = values.pop("replicate", None)
        return Match(None if run is None else int(run), replicate, values)


def read_pattern(pattern: str, factors: Mapping[str, Sequence[str]], numbered: bool = True) -> Pattern:
    """`{<factor>}` is a level, `*` any text within a segment; `{run}` and `{replicate}` only if `numbered`.

    Raises ValueError with one sentence a line.
    """
    known = [*(["run", "replicate"] if numbered else []), *factors]
    tokens = list(_PLACEHOLDER.finditer(pattern))
    names = list(dict.fromkeys(token[1] for token in tokens if token[1] is not None))
    problems = list(_problems(pattern, tokens, factors, known))
    if problems:
        raise ValueError("\n".join(problems))

    def expression(declared_only: bool) -> re.Pattern[str]:
        parts: list[str] = []
        written: set[str] = set()
        end = 0
        for token in tokens:
            parts.append(re.escape(pattern[end : token.start()]))
            touches = token.start() == end and end > 0
            name = token[1]
            end = token.end()
            if name is None:
                parts.append(_ANY)
            elif name in written:
                parts.append(f"(?P=p{names.index(name)})")
            else:
                text = _SOME
                if name == "run":
                    # beside other wildcards the run is all digits that stand there
                    before = "(?<![0-9])" if touches else ""
                    after = "(?![0-9])" if pattern[end : end + 1] in ("{", "*") else ""
                    text = _DIGITS
                elif name in factors and declared_only:
                    text = "|".join(re.escape(level) for level in factors[name])
                group = f"(?P<p{names.index(name)}>{text})"
                parts.append(f"{before}{group}{after}" if name == "run" else group)
                written.add(name)
        return re.compile("".join([*parts, re.escape(pattern[end:])]))

    prefix = pattern[: tokens[0].start()] if tokens else pattern
    return Pattern(tuple(names), prefix, expression(True), expression(False))


def write_folder(pattern: str, run: int, replicate: int, levels: Mapping[str, str]) -> str | None:
    """The folder of a run yet to be made; None if the pattern leaves a part of it open."""
    if "*" in pattern:
        return None
    values = {"run": str(run), "replicate": str(replicate), **levels}
    return _PLACEHOLDER.sub(lambda token: values[token[1]], pattern)


def _problems(
    pattern: str, tokens: list[re.Match[str]], factors: Mapping[str, Sequence[str]], known: list[str]
) -> list[str]:
    problems: list[str] = []
    segments = pattern.split("/")
    if pattern.startswith(("/", "~")) or re.match(r"[A-Za-z]:", pattern) or "\\" in pattern:
        problems.append(
            f"found {pattern!r}, expected a folder below the log root, parts joined by '/'. Shorten it."
        )
    elif any(segment in ("", ".", "..") for segment in segments):
        problems.append(
            f"found {pattern!r}, expected no empty part, '.' or '..' in it. Write the plain path."
        )
    if has_control(pattern):
        problems.append(f"found control characters in {pattern!r}. Remove them.")
    literal = _PLACEHOLDER.sub("", pattern)
    if "{" in literal or "}" in literal:
        problems.append(f"found a brace without its partner in {pattern!r}, expected {{name}}. Close it.")
    for name in dict.fromkeys(token[1] for token in tokens if token[1] is not None):
        if name not in known:
            problems.append(
                f"found {{{name}}} in {pattern!r}, expected {', '.join(f'{{{one}}}' for one in known)} or *. "
                "Correct the name."
            )
        slashed = [level for level in factors.get(name, ()) if "/" in level]
        problems += [
            f"found {{{name}}} in {pattern!r}, but its level {level!r} has a '/', which no folder name "
            "can have. Use {run} instead."
            for level in slashed
        ]
    for left, right in pairwise(tokens):
        # digits end where a run ends; of two other wildcards nothing says where one ends and the next begins
        if left.end() == right.start() and (left[1] == "run") == (right[1] == "run"):
            problems.append(
                f"found {left[0]}{right[0]} in {pattern!r}, expected some text between the two, to know "
                "where one ends. Put a separator there."
            )
    return problems
