"""Whether runs have what each response asks for."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from flows.discovery.log_folders import LogFile, LogFolder
from flows.log_root.regular_file import shown
from flows.messages import count
from flows.reading.containers import container_of, within_of
from flows.reading.events.file import Source, iterate_event_files
from flows.rehearsal.rows import Rows
from models.declared.responses import Response
from models.declared.study import Study

SAMPLED = 3  # runs whose values are looked at


def responses(logs: Path, study: Study, folders: Sequence[LogFolder], rows: Rows) -> Iterator[str]:
    """Whether the first few runs have what each response asks for."""
    sample = folders[:SAMPLED]
    tags = tags_of(logs, sample)
    columns: set[str] = set()
    values: dict[str, list[str]] = {}
    for folder in sample:
        for file in folder.files:
            if file.kind in ("table", "result") and (read := rows.of(file.path)):
                columns |= set(read.records.columns)
                for name in read.records.frame.columns[3:]:
                    values.setdefault(name, []).extend(read.records.frame[name].drop_nulls().head(SAMPLED))
    for name, response in study.responses.items():
        if response.between:
            yield f"Response {name}: {response.between[1]} minus {response.between[0]}"
        elif (tag := response.tag) in values and values[tag]:
            yield f"Response {name}: {tag}, such as {', '.join(values[tag][:SAMPLED])}{lacking(tag, rows)}"
        elif tag in tags:
            yield f"Response {name}: tag {tag!r}{place_of(response, sorted(tags[tag]))}"
        elif tag in columns:
            yield f"Response {name}: {tag}, NO VALUE in the first {count(len(sample), 'run')}"
        else:
            there = ", ".join(sorted(tags) or sorted(columns)) or "nothing"
            yield f"Response {name}: NOT FOUND in the first {count(len(sample), 'run')}: {tag!r}; there is {there[:500]}"


def lacking(tag: str, rows: Rows) -> str:
    """How many rows, or files of one run each, have no value, where some have."""
    frames = [each.records.frame for each in rows.read.values() if each and tag in each.records.frame.columns]
    if rows.is_of_tables:
        empty, all_of = (
            sum(frame[tag].null_count() for frame in frames),
            sum(frame.height for frame in frames),
        )
    else:
        empty, all_of = sum(not frame[tag].count() for frame in frames if frame.height), len(frames)
    return f"; none in {empty} of {count(all_of, 'row' if rows.is_of_tables else 'file')}" if empty else ""


def place_of(response: Response, withins: Sequence[str]) -> str:
    """Below which folders of a run the tag stands that a response means."""
    meant = response.within_pattern
    if meant is None:
        also = f" below {', '.join(each or '.' for each in withins)}" if list(withins) != [""] else ""
        return f"{also}; say which by within" if len(withins) > 1 else also
    places = [each for each in withins if re.fullmatch(meant, each)]
    there = ", ".join(each or "." for each in places or withins)
    return f" below {there}" if places else f"; NOT below {response.within}, but below {there}"


def tags_of(logs: Path, folders: Sequence[LogFolder]) -> dict[str, set[str]]:
    """Tag -> the sub-runs that have it."""
    files = [(folder, file) for folder in folders for file in folder.files if file.kind == "events"]
    withins = [within(folder.folder, file) for folder, file in files]
    tags: dict[str, set[str]] = {}
    for piece in iterate_event_files([Source(file.path) for _, file in files], logs):
        for place, tag in set(piece.scalars.select("file", "tag").unique().rows()):
            tags.setdefault(piece.tags[tag], set()).add(withins[place])
    return tags


def within(folder: str, file: LogFile) -> str:
    """The folders between a container and its event file."""
    if file.container:
        return file.within
    path = shown(file.path)
    return within_of(path, folder, container_of(path, ()) or "")
