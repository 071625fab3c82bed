"""Find the executions of runs that studies claim by the path of a file: units, of one file or many."""

import stat
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from flows.discovery.find_folders import Found
from flows.discovery.log_folders import (
    LOG_NAMES,
    LogFile,
    LogFolder,
    Told,
    ToldStamp,
    is_pod_log,
    kind_of_source,
)
from flows.log_root.regular_file import shown
from flows.log_root.tree import Entry, Tree
from flows.reading.notices.finding import Finding
from models.declared.folders import Match
from models.declared.source import FILE_NAME
from models.declared.study import Claim, Study, StudyError

if TYPE_CHECKING:
    from flows.discovery.level_tables import LevelTable


class Fit(NamedTuple):
    """A file whose path fits the pattern of a study, and what the path says."""

    file: LogFile
    match: Match


def find_units(tree: Tree, studies: Sequence[Study], folders: Found) -> Found:
    """The same with the units of the studies that have a source, and without the folders that lead to some.

    Raises StudyError where two studies claim one file.
    """
    sources = [study for study in studies if study.source]
    if not sources:
        return folders
    owners = {file.path: (folder.folder, folder.study) for folder in folders.folders for file in folder.files}
    fits: dict[str, dict[tuple[str, ...], list[Fit]]] = {study.name: {} for study in sources}
    tops: set[str] = set()
    for path, entry in walk(tree, begins(sources)):
        text = shown(path)
        for study in sources:
            kind = kind_of_source(path, study)
            match = study.pattern.match(_without_dot(text, kind)) if kind else None
            if kind is None or match is None or is_levels(study, text):
                continue
            if path in owners:
                one, other = owners[path][1], study.name
                raise StudyError(
                    f"{tree.logs / text}: claimed by {one} and {other}, expected one study. Narrow the pattern "
                    "of one of them."
                )
            if kind == "table":
                match = match._replace(
                    unit=text
                )  # each by itself, though nothing in its path tells it from the next
            if kind == "result":
                match = as_one_result(study, text, match)
            owners[path] = text, study.name
            tops.add(text.partition("/")[0])
            fits[study.name].setdefault(unit_of(text, match), []).append(
                Fit(log_file(path, kind, entry, match), match)
            )
    found = list(folders.folders)
    for study in sources:
        found += units(tree, study, fits[study.name])
    found.sort(key=lambda folder: folder.folder)
    return folders._replace(folders=found, unclaimed=[each for each in folders.unclaimed if each not in tops])


def is_levels(study: Study, path: str) -> bool:
    """Whether a file is the study's table of levels, which the pattern of its results may fit too."""
    levels = study.source.levels if study.source else None
    return levels is not None and levels.table == path


def begins(sources: Sequence[Study]) -> list[str]:
    """The folders below which the files of the studies lie, none within another."""
    wanted = sorted({study.pattern.folder for study in sources})
    return [each for each in wanted if not any(each != other and _is_below(each, other) for other in wanted)]


def _is_below(folder: str, other: str) -> bool:
    return not other or folder.startswith(f"{other}/")


def walk(tree: Tree, folders: Sequence[str]) -> Iterator[tuple[str, Entry]]:
    """Every file below the folders that is not in a hidden one, as a path below the log root; links lead nowhere."""
    stack = [folder for folder in reversed(folders) if not is_link(tree, folder)]
    while stack:
        below = stack.pop()
        try:
            entries = sorted(tree.scandir(below), key=lambda entry: entry.name)
        except OSError:
            continue  # what was read below it before is not called gone: see discover
        inner = []
        for entry in entries:
            path = f"{below}/{entry.name}" if below else entry.name
            if not entry.is_dir(follow_symlinks=False):
                yield path, entry
            elif not entry.name.startswith("."):
                inner.append(path)
        stack += reversed(inner)


def is_link(tree: Tree, folder: str) -> bool:
    """Whether a folder is a link; the log root itself may be one."""
    try:
        return bool(folder) and stat.S_ISLNK(tree.lstat(folder).st_mode)
    except OSError:
        return False


def _without_dot(text: str, kind: str | None) -> str:
    """The path that a file under copy will have, as far as can be told: rsync writes `.name.Xy12ab`."""
    if kind != "partial":
        return text
    folder, _, name = text.rpartition("/")
    return f"{folder}/{name[1:].rpartition('.')[0]}".removeprefix("/")


def as_one_result(study: Study, text: str, match: Match) -> Match:
    """A result file is one run: what a `*` below the last level stands for tells it apart too."""
    source = study.source
    assert source
    segments = source.path.split("/")
    is_of_names = source.names == FILE_NAME  # then the names of files are those of values
    wild = [i for i, each in enumerate(reversed(segments)) if "*" in each and not (is_of_names and i == 0)]
    if not wild or match.container is not None:
        return match
    unit = "/".join(text.split("/")[: text.count("/") + 1 - wild[0]])
    if len(unit) <= len(match.unit):
        return match
    return match._replace(unit=unit, within=text[len(unit) + 1 :].rpartition("/")[0])


def unit_of(text: str, match: Match) -> tuple[str, ...]:
    """What the files of one unit share: its path, or, of files that tell their container, all that the names tell."""
    if match.unit != text or match.container is None:
        return (match.unit,)
    told = (f"{name}={level}" for name, level in sorted(match.levels.items()))
    return (text.rpartition("/")[0], match.container, str(match.run), str(match.replicate), *told)


def log_file(path: str, kind: str, entry: Entry, match: Match) -> LogFile:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return LogFile(path, kind, 0, 0, match.container, match.within)  # opening it will tell why
    kind = kind if stat.S_ISREG(status.st_mode) else "odd"
    return LogFile(path, kind, status.st_size, status.st_mtime_ns, match.container, match.within)


def units(tree: Tree, study: Study, fits: Mapping[tuple[str, ...], Sequence[Fit]]) -> Iterator[LogFolder]:
    source = study.source
    assert source
    table: LevelTable | None = None
    if source.levels and source.levels.table and not source.is_table:
        from flows.discovery.level_tables import read_level_table

        table = read_level_table(
            tree.logs, study, {name for each in fits.values() for name in names_of(each)}
        )
    for each in fits.values():
        unit = each[0].match.unit
        default = unit.rpartition("/")[2]
        files = [fit.file if fit.file.container else fit.file._replace(container=default) for fit in each]
        claim = study.claim_of(each[0].match)
        folder = LogFolder(
            unit, study.name, claim, tuple(files), notes=tuple(unclear(study, unit, each[0].match))
        )
        if source.is_table:
            levels = source.levels.table if source.levels and source.levels.table else ""
            yield folder._replace(files=(*files, *present(tree, {levels: "config"} if levels else {})))
            continue
        if table:
            folder = with_levels(folder, study, table)
        yield folder._replace(files=tuple(sorted([*files, *beside(tree, study, folder)])))


def names_of(fits: Sequence[Fit]) -> set[str]:
    return {fit.match.container for fit in fits if fit.match.container}


def unclear(study: Study, unit: str, match: Match) -> Iterator[Finding]:
    if not match.is_clear:
        reason = (
            f"{unit}: found a path that {study.pattern.text!r} reads in more than one way, expected one. Put some text "
            "between the placeholders that touch each other, or rename the levels."
        )
        yield Finding(unit, "Q326", "quarantined", reason, path=unit)


def with_levels(folder: LogFolder, study: Study, table: "LevelTable") -> LogFolder:
    """The folder with what a table beside the runs says of its containers."""
    source = study.source
    assert source and source.levels
    name = source.levels.table or ""
    for container in dict.fromkeys(file.container for file in folder.files if file.container):
        if lines := table.doubled.get(container):
            places = ", ".join(map(str, lines))
            reason = (
                f"{folder.folder}: found different levels of {container} on the lines {places} of {name}, "
                "expected one row. Remove the wrong ones."
            )
            return folder._replace(
                notes=(*folder.notes, Finding(folder.folder, "Q327", "quarantined", reason, path=name))
            )
        row = table.rows.get(container)
        if row is None:
            found = (
                table.trouble
                or f"{name}: found no row whose {source.levels.key} holds {container}, expected one."
            )
            reason = f"{folder.folder}: {found} Add the row; the folder waits for it."
            return folder._replace(
                notes=(*folder.notes, Finding(folder.folder, "W210", "waiting", reason, path=name))
            )
        told = [Told(factor, level, f"{name}:{row.line}") for factor, level in row.levels.items()]
        levels = {**row.levels, **folder.claim.levels}
        replicate = folder.claim.replicate or row.replicate
        run = study.run_of(levels, replicate) if folder.claim.run is None else folder.claim.run
        claim = Claim(run, replicate, levels)
        stamps = [ToldStamp(container, event, text, name, row.line) for event, text in row.stamps.items()]
        folder = folder._replace(claim=claim, told=(*folder.told, *told), stamps=(*folder.stamps, *stamps))
    return folder


def beside(tree: Tree, study: Study, folder: LogFolder) -> Iterator[LogFile]:
    """Files that are read beside those of the pattern: of levels, of stamps, and the one that says all is over."""
    source = study.source
    assert source
    is_file = folder.folder in {shown(file.path) for file in folder.files}
    home = _parent(folder.folder) if is_file else folder.folder
    wanted: dict[str, str] = {}
    for path in source.levels.files if source.levels else ():
        wanted[_joined(home, path)] = "config"
    if source.levels and source.levels.folder:
        wanted |= {path: "config" for path, _ in walk(tree, [_joined(home, source.levels.folder)])}
    if source.done_file:
        wanted[_joined(home, source.done_file)] = "marker"
    has_columns = source.columns.keys() & set(LOG_NAMES.values()) or study.stamps_beside
    if study.asks_for_stamps and not has_columns:
        wanted |= {_joined(home, name): kind for name, kind in LOG_NAMES.items()}
        wanted |= dict.fromkeys(_pod_logs(tree, home), "pod")
    taken = {file.path for file in folder.files}
    yield from present(tree, {path: kind for path, kind in wanted.items() if path not in taken})


def present(tree: Tree, wanted: Mapping[str, str]) -> Iterator[LogFile]:
    """Those of some files that are there, each with its kind."""
    for path, kind in wanted.items():
        try:
            status = tree.lstat(path)
        except OSError:
            continue
        else:
            kind = kind if stat.S_ISREG(status.st_mode) else "odd"
            yield LogFile(path, kind, status.st_size, status.st_mtime_ns)


def _pod_logs(tree: Tree, home: str) -> list[str]:
    try:
        return [
            _joined(home, name)
            for name in sorted(each.name for each in tree.scandir(home))
            if is_pod_log(name)
        ]
    except OSError:
        return []


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _joined(home: str, name: str) -> str:
    while name.startswith("../"):
        home, name = _parent(home), name.removeprefix("../")
    return f"{home}/{name}" if home else name
