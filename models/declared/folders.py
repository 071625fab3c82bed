"""The text of a path against a pattern like `exp_1{run}` or `{CPU}_{Memory}/{replicate}/**/events*`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from models.declared.levels import declared_level
from models.declared.names import has_control

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}|\*\*|\*")
_DIGITS = r"[0-9]{1,9}"
_ANY = r"[^/]*?"
_SOME = r"[^/]+?"
NUMBERING = ("run", "replicate")


class Token(NamedTuple):
    """A placeholder or wildcard of a pattern, where it stands, and the name of a placeholder."""

    text: str
    name: str | None
    start: int
    end: int


class Match(NamedTuple):
    """What a path says: its run, replicate and container, the levels of the factors named in the pattern, its blocks.

    `unit` is the part of the path that one execution of a run has to itself: as far as the segment with the last
    level, run or replicate. `is_clear` says whether the path can be read in one way only.
    """

    run: int | None
    replicate: str | None
    levels: dict[str, str]
    container: str | None = None
    unit: str = ""
    within: str = ""  # the folders between the unit, or its container, and the file
    is_clear: bool = True
    blocks: Mapping[str, str] = MappingProxyType({})  # placeholder -> text


class Pattern:
    """A checked pattern; `read_pattern` makes it."""

    def __init__(self, text: str, tokens: Sequence[Token], factors: Mapping[str, Sequence[str]]) -> None:
        self.text = text
        self.names = tuple(dict.fromkeys(token.name for token in tokens if token.name is not None))
        self.prefix = text[: tokens[0].start] if tokens else text  # tells most others apart at once
        self._tokens, self._factors = tokens, factors
        self._touches = any(left.end == right.start for left, right in pairwise(tokens))

    @property
    def folder(self) -> str:
        """The folder below which everything that fits lies; empty for the log root."""
        return self.prefix.rpartition("/")[0]

    def match(self, text: str) -> Match | None:
        """None if the text does not fit. Declared levels are preferred; others are given as they stand."""
        if not text.startswith(self.prefix):
            return None
        found = self._longest.fullmatch(text)
        if found is None:
            found = self._anything.fullmatch(text) if self._anything else None
            return None if found is None else self._read(found, is_clear=True)
        if not self._touches:
            return self._read(found, is_clear=True)
        other = self._shortest.fullmatch(text)
        return self._read(found, is_clear=other is None or other.groups() == found.groups())

    def nearest(self, text: str) -> str:
        """The part of the pattern that a text which does not fit comes to before it fails, for people."""
        end = 0
        for token in self._tokens:
            if self._compiled(self.text[: token.end], longest=True, declared_only=True).match(text) is None:
                return self.text[end : token.end]
            end = token.end
        return self.text[end:]

    def _read(self, found: re.Match[str], is_clear: bool) -> Match:
        values = {name: found[f"p{i}"] for i, name in enumerate(self.names)}
        run, replicate, container = (values.pop(name, None) for name in ("run", "replicate", "container"))
        blocks = {name: values.pop(name) for name in list(values) if name not in self._factors}
        levels = {name: declared_level(level, self._factors[name]) for name, level in values.items()}
        text = found.string
        ends = {name: found.end(f"p{i}") for i, name in enumerate(self.names)}
        own = [end for name, end in ends.items() if name != "container"]
        unit = _segment_end(
            text, max(own or ends.values(), default=text.rfind("/") if "/" in text else len(text))
        )
        begin = max(unit, _segment_end(text, ends["container"]) if "container" in ends else 0)
        within = text[begin + 1 :].rpartition("/")[0]
        return Match(
            None if run is None else int(run),
            replicate,
            levels,
            container,
            text[:unit],
            within,
            is_clear,
            blocks,
        )

    @property
    def is_of_files(self) -> bool:
        """Whether a file is one execution: its own name says which, not only that of its folder."""
        own = [token for token in self._tokens if token.name not in (None, "container")]
        own = own or [token for token in self._tokens if token.name]
        return any("/" not in self.text[token.end :] for token in own)

    def of_units(self) -> "Pattern":
        """The same as far as the part of a path that an execution has to itself."""
        own = [token.end for token in self._tokens if token.name not in (None, "container")]
        end = _segment_end(self.text, max(own, default=len(self.text)))
        return Pattern(self.text[:end], [token for token in self._tokens if token.end <= end], self._factors)

    @cached_property
    def _longest(self) -> re.Pattern[str]:
        return self._compiled(self.text, longest=True, declared_only=True)

    @cached_property
    def _shortest(self) -> re.Pattern[str]:
        return self._compiled(self.text, longest=False, declared_only=True)

    @cached_property
    def _anything(self) -> re.Pattern[str] | None:
        """Where nothing stands between two placeholders, only the levels tell where one ends."""
        return None if self._touches else self._compiled(self.text, longest=True, declared_only=False)

    def _compiled(self, pattern: str, longest: bool, declared_only: bool) -> re.Pattern[str]:
        parts: list[str] = []
        written: set[str] = set()
        end = 0
        for token in self._tokens:
            if token.end > len(pattern):
                break
            literal = pattern[end : token.start]
            touches = token.start == end and end > 0
            name = token.name
            end = token.end
            if token.text == "**":
                # With the slash behind it, so that no folder at all is a depth too.
                is_inner = pattern[end : end + 1] == "/"
                parts.append(re.escape(literal) + (r"(?:[^/]+/)*?" if is_inner else r".*"))
                end += is_inner
                continue
            parts.append(re.escape(literal))
            if name is None:
                parts.append(_ANY)
            elif name in written:
                parts.append(f"(?P=p{self.names.index(name)})")
            else:
                text = _SOME
                before = after = ""
                if name == "run":
                    # beside other wildcards the run is all digits that stand there
                    before = "(?<![0-9])" if touches else ""
                    after = "(?![0-9])" if pattern[end : end + 1] in ("{", "*") else ""
                    text = _DIGITS
                elif name in self._factors and declared_only:
                    levels = sorted(self._factors[name], key=len, reverse=longest)
                    text = "|".join(re.escape(level) for level in levels)
                parts.append(f"{before}(?P<p{self.names.index(name)}>{text}){after}")
                written.add(name)
        return re.compile("".join([*parts, re.escape(pattern[end:])]))


def _segment_end(text: str, position: int) -> int:
    """Where the segment ends in which a position lies."""
    end = text.find("/", position)
    return len(text) if end < 0 else end


def read_pattern(
    pattern: str,
    factors: Mapping[str, Sequence[str]],
    numbered: bool = True,
    of_files: bool = False,
    blocks: Sequence[str] = (),
) -> Pattern:
    """`{<factor>}` is a level, `*` any text within a segment; `{run}` and `{replicate}` only if `numbered`.

    `blocks` are further names, of what executions share. `of_files`: the pattern is of the path of a file, with
    `{container}` and `**` for folders of any depth.
    Raises ValueError with one sentence a line.
    """
    known = [*(NUMBERING if numbered else []), *(["container"] if of_files else []), *blocks, *factors]
    tokens = [Token(found[0], found[1], *found.span()) for found in _PLACEHOLDER.finditer(pattern)]
    problems = list(_problems(pattern, tokens, factors, known, of_files))
    if problems:
        raise ValueError("\n".join(problems))
    return Pattern(pattern, tokens, factors)


def write_folder(
    pattern: str,
    run: int,
    replicate: int,
    levels: Mapping[str, str],
    container: str | None = None,
    wild: str | None = None,
) -> str | None:
    """The folder of a run yet to be made; None if the pattern leaves a part of it open.

    `container` and `wild` are what stands for `{container}` and for each `*`; `**` then is no folder at all.
    """
    values = {"{run}": str(run), "{replicate}": str(replicate)}
    values |= {f"{{{name}}}": level for name, level in levels.items()}
    if container is not None:
        values["{container}"] = container
    if wild is not None:
        pattern = pattern.replace("**/", "").removesuffix("/**")
        values["*"] = wild
    if any(token[0] not in values for token in _PLACEHOLDER.finditer(pattern)):
        return None
    return _PLACEHOLDER.sub(lambda token: values[token[0]], pattern)


def _problems(
    pattern: str,
    tokens: Sequence[Token],
    factors: Mapping[str, Sequence[str]],
    known: Sequence[str],
    of_files: bool,
) -> Iterator[str]:
    segments = pattern.split("/")
    below = "path" if of_files else "folder"
    if pattern.startswith(("/", "~")) or re.match(r"[A-Za-z]:", pattern) or "\\" in pattern:
        yield f"found {pattern!r}, expected a {below} below the log root, parts joined by '/'. Shorten it."
    elif any(segment in ("", ".", "..") for segment in segments):
        yield f"found {pattern!r}, expected no empty part, '.' or '..' in it. Write the plain path."
    if has_control(pattern):
        yield f"found control characters in {pattern!r}. Remove them."
    if any("**" in segment and (segment != "**" or not of_files) for segment in segments):
        expected = "** as a whole part of the path" if of_files else "* within a part"
        yield f"found ** in {pattern!r}, expected {expected}. Correct it."
    literal = _PLACEHOLDER.sub("", pattern)
    if "{" in literal or "}" in literal:
        yield f"found a brace without its partner in {pattern!r}, expected {{name}}. Close it."
    for name in dict.fromkeys(token.name for token in tokens if token.name is not None):
        if name not in known:
            names = ", ".join(f"{{{one}}}" for one in known)
            yield f"found {{{name}}} in {pattern!r}, expected {names} or *. Correct the name."
        for level in factors.get(name, ()):
            if "/" in level:
                yield (
                    f"found {{{name}}} in {pattern!r}, but its level {level!r} has a '/', which no folder name "
                    "can have. Use {run} instead."
                )
    for left, right in pairwise(tokens):
        # Digits end where a run ends and levels are a closed list; of two others nothing says where one ends.
        is_told = any(token.name in factors for token in (left, right)) or (left.name == "run") != (
            right.name == "run"
        )
        if left.end == right.start and not is_told:
            yield (
                f"found {left.text}{right.text} in {pattern!r}, expected some text between the two, to know "
                "where one ends. Put a separator there."
            )
