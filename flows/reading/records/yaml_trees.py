"""A YAML document as nested lists and mappings of its scalars as written; nothing is resolved or constructed."""

from typing import Any, NamedTuple

import yaml  # type: ignore[import-untyped]

from flows.reading.records.shape import RecordError

_NULLS = ("", "~", "null", "Null", "NULL")
# libyaml's parser is ten times faster; of the loaders only the parser is used.
_PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _Built(NamedTuple):
    """A node with what it costs once its aliases are written out."""

    value: object
    leaves: int
    depth: int


def yaml_tree(text: str, most_leaves: int, most_depth: int) -> object:
    """Raises RecordError for what is no YAML, holds several documents, or is too large or too deep."""
    try:
        return _Document(_PARSER(text), most_leaves, most_depth).tree()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        found = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise RecordError("Q325", found, "YAML", line=mark.line + 1 if mark else None) from error


class _Document:
    def __init__(self, parser: Any, most_leaves: int, most_depth: int) -> None:
        self._parser = parser
        self._most_leaves = most_leaves
        self._most_depth = most_depth
        self._leaves = 0
        self._anchors: dict[str, _Built | None] = {}  # null while the anchor's own node is being read

    def tree(self) -> object:
        self._take(yaml.StreamStartEvent)
        if self._parser.check_event(yaml.StreamEndEvent):
            return None
        self._take(yaml.DocumentStartEvent)
        tree = self._node(0).value
        self._take(yaml.DocumentEndEvent)
        if not self._parser.check_event(yaml.StreamEndEvent):
            line = self._parser.peek_event().start_mark.line + 1
            raise RecordError("Q325", "a second document", "one", "Write a file for each document.", line)
        return tree

    def _take(self, kind: type[yaml.Event]) -> None:
        assert self._parser.check_event(kind)
        self._parser.get_event()

    def _node(self, depth: int) -> _Built:
        event = self._parser.get_event()
        line = event.start_mark.line + 1
        if depth > self._most_depth:
            raise too_deep(self._most_depth, line)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, depth, line)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            self._count(1, line)
            is_null = event.implicit[0] and not event.style and event.value in _NULLS
            built = _Built(None if is_null else event.value, 1, 0)
        elif isinstance(event, yaml.SequenceStartEvent):
            built = self._sequence(depth)
        else:
            built = self._mapping(depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = built
        return built

    def _alias(self, anchor: str, depth: int, line: int) -> _Built:
        built = self._anchors.get(anchor)
        if built is None:
            raise RecordError("Q325", f"the alias *{anchor} of nothing before it", "an anchor", line=line)
        if depth + built.depth > self._most_depth:
            raise too_deep(self._most_depth, line)
        self._count(built.leaves, line)
        return built

    def _count(self, leaves: int, line: int) -> None:
        self._leaves += leaves
        if self._leaves > self._most_leaves:
            raise too_many(self._most_leaves, line)

    def _sequence(self, depth: int) -> _Built:
        values: list[object] = []
        leaves = deepest = 0
        while not self._parser.check_event(yaml.SequenceEndEvent):
            built = self._node(depth + 1)
            values.append(built.value)
            leaves += built.leaves
            deepest = max(deepest, built.depth)
        line = self._parser.get_event().start_mark.line + 1
        if not values:
            self._count(1, line)
        return _Built(values, max(leaves, 1), deepest + 1)

    def _mapping(self, depth: int) -> _Built:
        values: dict[str, object] = {}
        merged: list[object] = []
        leaves = deepest = 0
        while not self._parser.check_event(yaml.MappingEndEvent):
            line = self._parser.peek_event().start_mark.line + 1
            is_merge = self._is_merge()
            name = self._node(depth + 1).value
            built = self._node(depth + 1)
            leaves += built.leaves
            deepest = max(deepest, built.depth)
            if is_merge:
                merged += built.value if isinstance(built.value, list) else [built.value]
            elif isinstance(name, list | dict):
                raise RecordError("Q325", "a list or mapping as a key", "a text", line=line)
            else:
                key = "null" if name is None else str(name)
                if key in values and values[key] != built.value:
                    raise twice(key, line)
                values[key] = built.value
        line = self._parser.get_event().start_mark.line + 1
        for each in merged:  # what stands here itself wins, then the first that is merged
            values |= {k: v for k, v in each.items() if k not in values} if isinstance(each, dict) else {}
        if not values:
            self._count(1, line)
        return _Built(values, max(leaves, 1), deepest + 1)

    def _is_merge(self) -> bool:
        event = self._parser.peek_event()
        return isinstance(event, yaml.ScalarEvent) and not event.style and event.value == "<<"


def too_deep(most: int, line: int | None = None) -> RecordError:
    return RecordError("Q325", f"values nested deeper than {most}", f"at most {most} levels", line=line)


def too_many(most: int, line: int | None = None) -> RecordError:
    remedy = "Write such a table as CSV, JSON lines or Parquet."
    return RecordError("Q325", f"more than {most:,} values", f"at most {most:,} in one tree", remedy, line)


def twice(key: str, line: int | None = None) -> RecordError:
    return RecordError("Q325", f"the key {key!r} twice with different values", "each key once", line=line)
