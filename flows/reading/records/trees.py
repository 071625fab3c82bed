"""JSON, YAML and TOML files as nested lists and mappings of text."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from flows.reading.records.paths import quoted
from flows.reading.records.shape import RecordError
from flows.reading.records.yaml_trees import too_deep, too_many, twice, yaml_tree

__all__ = ["RecordError", "flatten", "load_tree"]

MOST_DEPTH = 100
MOST_LEAVES = 1_000_000
MOST_BYTES = 64 << 20
MOST_TOML_BYTES = 1 << 20  # settings are no larger
MOST_NAMES = 1_000
_DEEPEST_NAME = 20  # of a path that anybody writes

_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
# A hundred keys joined by dots, of which tomllib's time grows with the square.
_DEEP_KEY = re.compile(r"""(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){100}""")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)


def load_tree(content: bytes, name: str) -> object:
    """The one document of a file, every scalar as the text that was written, null as None.

    Raises RecordError for what is broken, nested deeper than 100, or of more than a million values once
    aliases are written out.
    """
    if len(content) > MOST_BYTES:
        raise RecordError("Q316", f"{len(content):,} bytes", f"at most {MOST_BYTES:,} in one tree")
    ending = name.lower().rpartition(".")[2]
    if ending in ("yaml", "yml"):
        return yaml_tree(as_text(content), MOST_LEAVES, MOST_DEPTH)
    if ending == "toml":
        return settled(_toml(content))
    return settled(parse_json(as_text(content)))


def flatten(tree: object, most: int = MOST_LEAVES) -> Iterator[tuple[str, str | None]]:
    """Path and text of every scalar, the first `most` of them, in the order of the file."""
    stack: list[tuple[str, object]] = [("", tree)]
    while stack and most:
        path, value = stack.pop()
        if isinstance(value, dict):
            under = f"{path}." if path else ""
            stack += [(f"{under}{quoted(key)}", each) for key, each in reversed(value.items())]
        elif isinstance(value, list):
            stack += [(f"{path or '$'}[{i}]", each) for i, each in reversed(list(enumerate(value)))]
        else:
            most -= 1
            yield path or "$", as_cell(value)


def names_of(tree: object, path: str = "", depth: int = 0) -> Iterator[str]:
    """Paths of scalars and of lists of scalars, in the order of the file."""
    if depth == _DEEPEST_NAME:
        return
    if isinstance(tree, dict):
        under = f"{path}." if path else ""
        for key, value in tree.items():
            yield from names_of(value, f"{under}{quoted(key)}", depth + 1)
    elif isinstance(tree, list) and tree and isinstance(tree[0], dict | list):
        yield from names_of(tree[0], f"{path}[0]", depth + 1)
    elif path:
        yield path


def as_text(content: bytes) -> str:
    """Raises RecordError for bytes that are no UTF-8 (or UTF-16 that says so), with their line."""
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{content[error.start]:02X}"
        remedy = 'Save the file as UTF-8, or say what it is: encoding = "cp1252" in [source] (Windows in western Europe).'
        raise RecordError("Q325", found, "UTF-8", remedy, line) from error


def as_cell(value: object) -> str | None:
    """A scalar of a tree as text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)  # TOML: whole numbers, dates and times, in ISO 8601


def parse_json(text: str) -> object:
    """A JSON document with its numbers as written; true and false are still bool. Raises RecordError.

    Lines before the document are skipped: fio prints its notes there.
    """
    _check_size(text)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        for start in _later_starts(text):
            try:
                return _DECODER.decode(text[start:])
            except json.JSONDecodeError:
                continue
            except RecursionError:
                break
        found = error.msg[:1].lower() + error.msg[1:]
        raise RecordError("Q325", f"{found} at column {error.colno}", "JSON", line=error.lineno) from error
    except RecursionError as error:
        raise too_deep(MOST_DEPTH) from error


def settled(tree: object, depth: int = 0, counted: list[int] | None = None) -> object:
    """The tree with every scalar as text. Raises RecordError for too much depth or too many leaves."""
    counted = [0] if counted is None else counted
    if isinstance(tree, dict | list) and tree:
        if depth >= MOST_DEPTH:
            raise too_deep(MOST_DEPTH)
        if isinstance(tree, dict):
            return {key: settled(value, depth + 1, counted) for key, value in tree.items()}
        return [settled(value, depth + 1, counted) for value in tree]
    counted[0] += 1
    if counted[0] > MOST_LEAVES:
        raise too_many(MOST_LEAVES)
    return tree if isinstance(tree, dict | list) else as_cell(tree)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        for key, value in pairs:
            if values[key] != value:
                raise twice(key)
    return values


_DECODER = json.JSONDecoder(
    parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_unique, strict=False
)


def _check_size(text: str) -> None:
    """Raises RecordError before a text is parsed that would make more values than are read."""
    marks = text.count(",") + text.count("[") + text.count("{")
    if marks > MOST_LEAVES:  # only then: the marks outside strings
        bare = _STRING.sub("", text)
        marks = bare.count(",") + bare.count("[") + bare.count("{")
        if marks > 2 * MOST_LEAVES:  # at most one container a leaf
            raise too_many(MOST_LEAVES)


def _later_starts(text: str) -> list[int]:
    """Where a document may begin after lines that are none."""
    starts = (match.start() for match in re.finditer(r"^[{\[]", text, re.MULTILINE))
    return [start for start, _ in zip((s for s in starts if s), range(5), strict=False)]


def _toml(content: bytes) -> object:
    if len(content) > MOST_TOML_BYTES:
        raise RecordError("Q316", f"{len(content):,} bytes", f"TOML of at most {MOST_TOML_BYTES:,}")
    text = as_text(content)
    if _DEEP_KEY.search(text):
        raise too_deep(MOST_DEPTH)
    try:
        return tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise RecordError("Q325", str(error)[:1].lower() + str(error)[1:], "TOML") from error
    except RecursionError as error:
        raise too_deep(MOST_DEPTH) from error
