"""Rows from JSON, YAML and TOML trees: elements of lists, exploded lists, a line a row."""

import itertools
import math
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import polars as pl

from flows.reading.records.choosing import chosen, missing
from flows.reading.records.documents import Document, documents
from flows.reading.records.paths import ABSENT, Path, Place, read_path, value_at, walk
from flows.reading.records.shape import PLACES, Asked, Problem, ProblemLog, RecordError, Shape, no_rows
from flows.reading.records.trees import MOST_NAMES, names_of

_CHUNK = 100_000  # rows that are Python objects at a time
_LOOKED_INTO = 1_000  # elements of which every name is listed; of later ones that differ in their keys

EVERY = "*"  # behind the path of a mapping whose values are the rows
KEY = "$key"  # the column of their keys

# what a place of a path starts from
_ELEMENT, _TOP, _PRODUCT, _FIRST_ITEM = range(4)


class _Row(NamedTuple):
    line: int
    element: int
    item: int
    sources: list[object]
    key: str | None = None  # of the mapping whose values are the rows


def read_trees(content: bytes, name: str, asked: Asked) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Rows and the flattened paths met. Raises RecordError for what is no tree."""
    paths = tuple(dict.fromkeys((*asked.wanted, *asked.shape.where)))
    reader = _Reader(paths, asked.shape, asked.log, asked.literal)
    frame = reader.frame(documents(content, name, asked.log))
    names = tuple(reader.names)
    rows = chosen(frame, asked)
    for path in reader.unmet() if not frame.is_empty() else ():
        if path in asked.shape.where or not rows.is_empty():
            asked.log.add(_nowhere(path, names))
    return rows, names


class _Reader:
    def __init__(
        self, paths: tuple[str, ...], shape: Shape, log: ProblemLog, literal: Collection[str]
    ) -> None:
        self._is_keyed = shape.rows == EVERY or shape.rows.endswith(f".{EVERY}")
        rows = shape.rows.removesuffix(EVERY).removesuffix(".") if self._is_keyed else shape.rows
        self._rows = _path(rows) if rows else None
        self._each = [_path(path) for path in shape.each]
        self._product = _path(shape.product) if shape.product else None
        asked = [path for path in paths if path != KEY or not self._is_keyed]
        self._paths = {path: [self._start(place) for place in _path(path).places] for path in asked}
        self._where = shape.where
        self._literal = literal
        self._log = log
        self._met: set[str] = set()
        self._kinds: set[tuple[str, ...]] = set()
        self.names: dict[str, None] = {}
        self.elements = 0

    def unmet(self) -> list[str]:
        """Paths that no row has, not even as null."""
        return [path for path in self._paths if path not in self._met]

    def frame(self, trees: Iterable[Document]) -> pl.DataFrame:
        """All rows, as text as it was written."""
        rows = (row for document in trees for row in self._of(document))
        frames = [no_rows((*self._paths, KEY) if self._is_keyed else tuple(self._paths))]
        while chunk := list(itertools.islice(rows, _CHUNK)):
            places = {name: [row[i] for row in chunk] for i, name in enumerate(PLACES)}
            cells = {path: [self._cell(path, row) for row in chunk] for path in self._paths}
            keys = {KEY: [row.key for row in chunk]} if self._is_keyed else {}
            frames.append(pl.DataFrame({**places, **cells, **keys}, schema=frames[0].schema))
        return pl.concat(frames)

    def _start(self, place: Place) -> tuple[int, Place]:
        """What a place starts from, with the rest of its way."""
        starts = [(_FIRST_ITEM + i, path) for i, path in enumerate(self._each)]
        starts += [(_PRODUCT, self._product)] if self._product else []
        for source, path in starts:
            for begin in path.places:
                depth = len(begin.steps)
                if place.is_from_top == begin.is_from_top and place.steps[:depth] == begin.steps:
                    return source, Place(place.steps[depth:])
        return (_TOP if place.is_from_top else _ELEMENT), place

    def _cell(self, path: str, row: _Row) -> str | None:
        for source, place in self._paths[path]:
            try:
                value = walk(row.sources[source], place.steps)
            except RecordError as error:
                self._log.add(error.problem._replace(line=row.line))
                value = None
            if value is ABSENT:
                continue
            self._met.add(path)
            if isinstance(value, str):
                return value
            if (
                isinstance(value, list)
                and path in self._literal
                and all(isinstance(each, str) for each in value)
            ):
                return f"[{', '.join(value)}]"
            if isinstance(value, list | dict):
                self._log.add(_no_scalar(path, value, row.line))
        return None

    def _of(self, document: Document) -> Iterator[_Row]:
        for key, element in self._elements(document):
            self.elements += 1
            line = self.elements if document.line is None else document.line
            if not isinstance(element, dict | list):
                found = f"{element!r} as a row"
                remedy = "State in `rows` the list whose elements are the rows."
                self._log.add(Problem(line, "Q323", found, "an object with keys", remedy))
                continue
            self._name(element, document.tree)
            if not self._each:
                yield _Row(line, self.elements, 1, [element, document.tree, []], key)
                continue
            try:
                yield from (row._replace(key=key) for row in self._items(element, document.tree, line))
            except RecordError as error:
                self._log.add(error.problem._replace(line=line))

    def _elements(self, document: Document) -> Iterable[tuple[str | None, object]]:
        value = self._listed(document)
        if self._is_keyed and isinstance(value, dict):
            return value.items()
        return ((None, each) for each in (value if isinstance(value, list) else [value]))

    def _listed(self, document: Document) -> object:
        if self._rows is None:
            is_list = document.line is None and isinstance(document.tree, list)
            return document.tree if is_list or self._is_keyed else [document.tree]
        value = value_at(document.tree, self._rows, absent=ABSENT)
        if value is ABSENT:
            self._log.add(
                missing("key", self._rows.text, list(names_of(document.tree)))._replace(line=document.line)
            )
        return value if isinstance(value, list | dict) else []

    def _items(self, element: object, top: object, line: int) -> Iterator[_Row]:
        """Rows of the parallel lists of an element. Raises RecordError where they are not parallel."""
        lists = {path.text: self._list(path, element, top) for path in self._each}
        lengths = {text: len(values) for text, values in lists.items()}
        levels = self._levels(element, top) if any(lengths.values()) else None
        if levels is not None and self._product is not None:
            lengths[self._product.text] = math.prod(map(len, levels))
        if len(set(lengths.values())) > 1:
            found = ", ".join(f"{length:,} of {text}" for text, length in lengths.items())
            raise RecordError("Q323", found, "lists of the same length", "Correct the file.")
        crossed = itertools.repeat(()) if levels is None else itertools.product(*levels)
        items = zip(zip(*lists.values(), strict=True), crossed, strict=False)
        for item, (values, level) in enumerate(items, 1):
            yield _Row(line, self.elements, item, [element, top, list(level), *values])

    def _list(self, path: Path, element: object, top: object) -> list[object]:
        value = value_at(element, path, top, ABSENT)
        if isinstance(value, list):
            return _flat(value) if path.text in self._paths else value
        # A tool's way to say that all of it failed; and an element without the list that `where` asks for is no row.
        if value is None or (value is ABSENT and self._where.get(path.text) == "*"):
            return []
        found = f"no {path.text}" if value is ABSENT else f"{_shown(value)} at {path.text}"
        raise RecordError("Q323", found, "a list", "Correct `each` in the study file, or the file.")

    def _levels(self, element: object, top: object) -> list[list[object]] | None:
        if self._product is None:
            return None
        lists = value_at(element, self._product, top, ABSENT)
        if isinstance(lists, list):
            levels = [list(map(_without_quotes, each)) for each in lists if isinstance(each, list)]
            if len(levels) == len(lists):
                return levels
        remedy = "Correct `product` in the study file, or the file."
        raise RecordError("Q323", f"{_shown(lists)} at {self._product.text}", "a list of lists", remedy)

    def _name(self, element: object, top: object) -> None:
        kind = tuple(element) if isinstance(element, dict) else ()
        if len(self.names) >= MOST_NAMES or (self.elements > _LOOKED_INTO and kind in self._kinds):
            return
        self._kinds.add(kind)
        below = names_of(element)
        beside = names_of(top, "$") if self._rows is not None and self.elements == 1 else ()
        for name in itertools.islice(itertools.chain(below, beside), MOST_NAMES - len(self.names)):
            self.names[name] = None


def _path(text: str) -> Path:
    """Raises RecordError for what is no path."""
    try:
        return read_path(text)
    except ValueError as error:
        raise RecordError("Q324", f"{text!r}", "a path", str(error)) from error


def _nowhere(path: str, names: tuple[str, ...]) -> Problem:
    problem = missing("key", path, names)
    from_top = " | ".join(f"$.{place.strip()}" for place in path.split("|"))
    if any(each in names for each in from_top.split(" | ")):
        return problem._replace(remedy=f"It stands at the top of the file: write {from_top!r}.")
    return problem


def _no_scalar(path: str, value: object, line: int) -> Problem:
    remedy = "Choose an element, [0] or [-1], or make rows of the list by `each`."
    if isinstance(value, dict):
        remedy = f"Choose a key of it: {', '.join(list(names_of(value))[:6])}."
    return Problem(line, "Q323", f"{_shown(value)} at {path}", "one value", remedy)


def _flat(values: list[object]) -> list[object]:
    """The values of lists of lists one after another: JMH keeps a list a fork."""
    while values and all(isinstance(each, list) for each in values):
        values = [each for inner in values if isinstance(inner, list) for each in inner]
    return values


def _shown(value: object) -> str:
    if isinstance(value, list):
        return f"a list of {len(value):,}"
    if isinstance(value, dict):
        return f"an object of {len(value):,} keys"
    return "nothing" if value is ABSENT else repr(value)


def _without_quotes(level: object) -> object:
    """asv writes levels as Python shows them."""
    if isinstance(level, str) and len(level) > 1 and level[0] == level[-1] and level[0] in "'\"":
        return level[1:-1]
    return level
