"""What a night would claim for a study, what is left over, what is measured."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from flows.discovery.find_folders import Found, find_folders
from flows.discovery.find_units import find_units, walk
from flows.discovery.log_folders import LogFolder, kind_of_source
from flows.log_root.regular_file import shown
from flows.log_root.tree import Disk
from flows.messages import count
from flows.rehearsal.cells import grid, levels, odd_runs
from flows.rehearsal.claims import claims
from flows.rehearsal.rows import Rows, faults
from flows.rehearsal.values import responses
from models.declared.source import ending_of
from models.declared.study import Study

NAMED = 8


class Rehearsal(NamedTuple):
    claimed: int
    lines: list[str]


def rehearse(logs: Path, study: Study, others: Sequence[Study] = ()) -> Rehearsal:
    """Reads names, level files and the values of a few files; what `others` claim is not left over.

    Raises StudyError where two patterns clash.
    """
    found = find_units(Disk(logs), [study], find_folders(Disk(logs), [study]))
    files = sum(len(folder.files) for folder in found.folders)
    what = "table" if study.source and study.source.is_table else "folder"
    lines = [f"{study.name}: {count(len(found.folders), what)} claimed, with {count(files, 'file')}."]
    if found.folders:
        rows = Rows(logs, study)
        runs = list(claims(logs, study, found.folders, rows))
        lines += [*grid(study, runs), *odd_runs(study, runs), *notes(found.folders)]
        lines += levels(study, runs)
        lines += responses(logs, study, found.folders, rows)
        lines += faults(rows)
    lines += left_over(logs, study, others, found)
    lines += [f"Cannot be listed: {each}" for each in found.unreadable[:NAMED]]
    return Rehearsal(len(found.folders), lines)


def notes(folders: Sequence[LogFolder]) -> Iterator[str]:
    """What looking for the folders noticed, each kind once."""
    found = [note for folder in folders for note in folder.notes]
    for code, number in Counter(note.code for note in found).most_common(NAMED):
        yield f"{code}, {number} times: {next(note.reason for note in found if note.code == code)}"


def left_over(logs: Path, study: Study, others: Sequence[Study], found: Found) -> Iterator[str]:
    """Files that hold values and fit nothing, by the part of the pattern that they do not fit."""
    if study.source is None:
        tops = {path.partition("/")[0] for path, _ in walk(Disk(logs), [""]) if is_of_any(path, others)}
        yield from told(study, [each for each in found.unclaimed if each not in tops], "folder")
        return
    taken = {file.path for folder in found.folders for file in folder.files}
    paths = [
        shown(path)
        for path, _ in walk(Disk(logs), [""])
        if path not in taken
        and kind_of_source(path, study)
        and is_likely(path, study)
        and not is_of_any(path, others)
    ]
    yield from told(study, paths, "file")


def told(study: Study, paths: Sequence[str], noun: str) -> Iterator[str]:
    if paths:
        yield f"Left over: {count(len(paths), noun)}:"
    for token, names in grouped(study, paths).items():
        yield f"  {len(names)} that do not fit {token!r} in {study.pattern.text!r}, such as {names[0]}"


def is_of_any(path: str, studies: Sequence[Study]) -> bool:
    return any(is_of(shown(path), path, study) for study in studies)


def is_of(text: str, path: str, study: Study) -> bool:
    """Whether a study claims a file by its path or by that of the folder in which it lies, or finds levels in it."""
    if study.source is None:
        parts = text.split("/")
        return study.pattern.match("/".join(parts[: study.pattern.text.count("/") + 1])) is not None
    levels = study.source.levels
    if levels and (text == levels.table or any(f"/{text}".endswith(f"/{each}") for each in levels.files)):
        return True
    return kind_of_source(path, study) is not None and study.pattern.match(text) is not None


def is_likely(path: str, study: Study) -> bool:
    """Whether a file looks as if it held values: where a separator is declared, any file could."""
    return bool(ending_of(path) or "tfevents" in path or not (study.source and study.source.separator))


def grouped(study: Study, paths: Sequence[str]) -> dict[str, list[str]]:
    """Paths by the part of the pattern at which they fail, the most frequent first."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(study.pattern.nearest(path), []).append(path)
    return dict(sorted(groups.items(), key=lambda each: -len(each[1]))[:NAMED])
