"""Levels that stand in a table beside the runs, found by a key that stands in the path."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from flows.discovery.log_folders import LogFile
from flows.log_root.bucket import on_disk
from flows.log_root.regular_file import TABLE_LIMIT, RefusedError, read_regular
from flows.reading.records.rows import Shape, read_records
from models.declared.source import Source
from models.declared.study import Study

NAMED = 3  # keys in a sentence


class Row(NamedTuple):
    """What a table says of one container: its levels, its replicate, the line it stands on, its stamps as written."""

    levels: Mapping[str, str]
    replicate: str | None
    line: int
    stamps: Mapping[str, str]


class LevelTable(NamedTuple):
    """The rows of a table by the containers that were asked for, and what keeps others from having one."""

    rows: Mapping[str, Row]
    doubled: Mapping[str, tuple[int, ...]]  # container -> the lines of rows that say different things
    trouble: str | None  # why the whole table cannot be read


def read_level_table(logs: Path, study: Study, containers: Iterable[str]) -> LevelTable:
    """The row of each container: the one whose key is its name, or a longer text that holds it as a word."""
    source = study.source
    assert source and source.levels and source.levels.table and source.levels.key
    levels = source.levels
    try:
        with on_disk(logs, [LogFile(levels.table or "", "levels", 0, 0)]) as place:
            content = read_regular(place, levels.table or "", TABLE_LIMIT).content
    except (RefusedError, OSError) as error:
        return LevelTable({}, {}, str(error))
    columns = levels.named([name for name in study.factors if name not in study.pattern.names])
    wanted = [levels.key or "", *columns.values(), *([levels.replicate] if levels.replicate else [])]
    literal = [name for name in wanted if name != levels.key]
    stamps = study.stamps_beside
    wanted += stamps.values()
    read = read_records(content, levels.table or "", list(dict.fromkeys(wanted)), shape_of(source), literal)
    if read.frame.is_empty():
        told = "; ".join(f"found {each.found}, expected {each.expected}" for each in read.problems[:NAMED])
        return LevelTable(
            {}, {}, f"{levels.table}: {told or 'found no rows, expected one for each container'}."
        )
    rows: dict[str, list[Row]] = {}
    words = Words(containers)
    for cells in read.frame.iter_rows(named=True):
        for container in words.within(cells[levels.key or ""] or ""):
            told_levels = {
                factor: cells[column] for factor, column in columns.items() if cells[column] is not None
            }
            replicate = cells[levels.replicate] if levels.replicate else None
            told_stamps = {
                name: cells[column] for name, column in stamps.items() if cells[column] is not None
            }
            rows.setdefault(container, []).append(Row(told_levels, replicate, cells["line"], told_stamps))
    distinct = {
        name: {(tuple(each.levels.items()), each.replicate, tuple(each.stamps.items())) for each in found}
        for name, found in rows.items()
    }
    doubled = {
        name: tuple(each.line for each in rows[name]) for name, said in distinct.items() if len(said) > 1
    }
    return LevelTable({name: found[0] for name, found in rows.items() if name not in doubled}, doubled, None)


def shape_of(source: Source) -> Shape:
    """How a table of levels is read: a table of its own, so only what concerns any table is taken from the source."""
    return Shape(header=source.header, separator=source.separator)


class Words:
    """Names that are looked for in longer texts, as whole words."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)
        self._lengths = sorted(Counter(map(len, self._names)), reverse=True)

    def within(self, text: str) -> Sequence[str]:
        """The names in a text: itself, or those that no letter or digit touches; the longest where some overlap."""
        if text in self._names:
            return (text,)
        found: list[tuple[int, int]] = []
        for length in self._lengths:
            for start in range(len(text) - length + 1):
                stop = start + length
                if text[start:stop] not in self._names or any(start < b and a < stop for a, b in found):
                    continue
                if not _touches(text, start - 1) and not _touches(text, stop):
                    found.append((start, stop))
        return tuple(dict.fromkeys(text[a:b] for a, b in sorted(found)))


def _touches(text: str, place: int) -> bool:
    return 0 <= place < len(text) and re.match(r"[0-9A-Za-z]", text[place]) is not None
