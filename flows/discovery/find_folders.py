"""Find the log folders that studies claim by the path of a folder."""

import stat
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flows.discovery.log_folders import LogFile, LogFolder, kind_of
from flows.house.errors import HouseError
from flows.log_root.regular_file import shown
from flows.log_root.tree import Tree
from models.declared.study import Claim, Study, StudyError


class Found(NamedTuple):
    """Folders that a study claims, folders at the top that lead to none, and folders that cannot be listed."""

    folders: list[LogFolder]
    unclaimed: list[str]
    unreadable: list[str]


def find_folders(tree: Tree, studies: Sequence[Study]) -> "Found":
    """Folders claimed by exactly one study, top-level folders that lead to none, and those that cannot be listed.

    All are sorted by name. Raises HouseError where the log root itself cannot be listed.
    """
    depth = max((study.folders.count("/") + 1 for study in studies), default=1)
    configs = {study.name: study.promises.config.file if study.promises.config else None for study in studies}
    found: list[LogFolder] = []
    unclaimed: list[str] = []
    unreadable: list[str] = []
    try:
        tops = sorted_folders(tree, "")
    except OSError as error:
        raise HouseError(
            f"{tree.logs}: cannot be listed ({error.strerror}), expected a log root that this user may read. "
            "Check its rights, or that it is mounted."
        ) from error
    for top in tops:
        claimed = list(claim_below(tree, top, depth, studies, unreadable))
        if not claimed and shown(top) not in unreadable:
            unclaimed.append(shown(top))
        for name, study, claim in claimed:
            files = tuple(sorted(find_files(tree, name, configs[study.name])))
            found.append(LogFolder(shown(name), study.name, claim, files))
    return Found(found, unclaimed, unreadable)


def claim_below(
    tree: Tree, folder: str, depth: int, studies: Sequence[Study], unreadable: list[str]
) -> Iterator[tuple[str, Study, Claim]]:
    text = shown(folder)
    claims = [
        (study, claim)
        for study in studies
        if text.startswith(study.pattern.prefix) and (claim := study.claim(text)) is not None
    ]
    if len(claims) > 1:
        names = " and ".join(study.name for study, _ in claims)
        raise StudyError(
            f"{tree.logs / text}: claimed by {names}, expected one study. "
            "Narrow the `folders` pattern of one of them."
        )
    if claims:
        yield folder, *claims[0]
    elif folder.count("/") + 1 < depth:
        try:
            children = sorted_folders(tree, folder)
        except OSError:
            unreadable.append(text)
            return
        for child in children:
            yield from claim_below(tree, child, depth, studies, unreadable)


def sorted_folders(tree: Tree, below: str) -> list[str]:
    """Real sub-folders (no links, nothing hidden), as paths below the log root."""
    names = [
        entry.name
        for entry in tree.scandir(below)
        if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
    ]
    return [f"{below}/{name}" if below else name for name in sorted(names)]


def find_files(tree: Tree, folder: str, config: str | None) -> Iterator[LogFile]:
    """The files of a folder that are read, whatever kind of file they really are."""
    stack = [folder]
    while stack:
        below = stack.pop()
        try:
            entries = tree.scandir(below)
        except OSError:
            yield LogFile(below, "odd", 0, 0)
            continue
        for entry in entries:
            path = f"{below}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                stack.append(path)
            elif kind := kind_of(entry.name, below == folder, config):
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # renamed or removed a moment ago
                except OSError:
                    yield LogFile(path, kind, 0, 0)  # opening it will tell why
                    continue
                if not stat.S_ISREG(status.st_mode):
                    kind = "odd"
                yield LogFile(path, kind, status.st_size, status.st_mtime_ns)
