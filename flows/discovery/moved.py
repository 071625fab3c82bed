"""Folders that were renamed or copied, told by what is in them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from flows.discovery.discover import Known, News
from flows.discovery.log_folders import LogFolder
from flows.house.house import House
from flows.log_root.bucket import on_disk
from flows.log_root.regular_file import EVENT_FILE_LIMIT, LogRoot, RefusedError, shown
from flows.warehouse.warehouse import open_published

Files = frozenset[tuple[str, int]]  # path below the folder, size
UNREADABLE = "nothing that can be read"


class Moved(NamedTuple):
    """New folders that hold what another one holds, byte for byte."""

    renamed: Mapping[str, str]  # new name -> the name before, which is gone
    copies: Mapping[str, str]  # copy -> the folder that is there too


def find_moved(house: House, logs: Path, known: Known, news: News) -> Moved:
    """Compares the new folders with those that are known; only event files make a folder one of its kind.

    They hold the times at which they were written; results that are computed may well be equal.
    """
    new = {
        folder.folder: folder
        for folder in news.new
        if any(file.kind == "events" and file.size_bytes for file in folder.files)
    }
    if not new:
        return Moved({}, {})
    alike: dict[Files, list[str]] = {}
    for read, files in known.files.items():
        alike.setdefault(frozenset((path[len(read) + 1 :], size) for path, size, _ in files), []).append(read)
    gone = {folder for folder, (_, _, is_gone) in known.folders.items() if is_gone} | set(news.gone)
    renamed: dict[str, str] = {}
    copies: dict[str, str] = {}
    asked = [file for folder in new.values() if files_of(folder) in alike for file in folder.files]
    with on_disk(logs, asked) as there, LogRoot(there) as root:
        for name, folder in new.items():
            for other in alike.get(files_of(folder), ()):
                if other in renamed.values() or not holds(root, folder, digests(house, other)):
                    continue
                (renamed if other in gone else copies)[name] = other
                break
        copies |= copies_among(root, [new[name] for name in sorted(new) if name not in {*renamed, *copies}])
    return Moved(renamed, copies)


def copies_among(root: LogRoot, folders: Sequence[LogFolder]) -> dict[str, str]:
    """New folders that hold the same, byte for byte, by the first of them, which counts."""
    alike: dict[Files, list[LogFolder]] = {}
    for folder in folders:
        alike.setdefault(files_of(folder), []).append(folder)
    copies = {}
    for same_sizes in alike.values():
        first: dict[tuple[str, ...], str] = {}
        for folder in same_sizes if len(same_sizes) > 1 else ():
            held = tuple(contents(root, folder))
            if UNREADABLE not in held and first.setdefault(held, folder.folder) != folder.folder:
                copies[folder.folder] = first[held]
    return copies


def files_of(folder: LogFolder) -> Files:
    return frozenset((shown(file.path)[len(folder.folder) + 1 :], file.size_bytes) for file in folder.files)


def digests(house: House, folder: str) -> dict[str, str | None]:
    """Path below the folder -> SHA-256 of each file that was read of it."""
    with open_published(house.before) as warehouse:
        return {
            path[len(folder) + 1 :]: sha256 for path, sha256 in warehouse.rows("night/digests", folder=folder)
        }


def holds(root: LogRoot, folder: LogFolder, expected: Mapping[str, str | None]) -> bool:
    """Whether every file of a folder has the expected content."""
    return all(
        expected.get(shown(file.path)[len(folder.folder) + 1 :]) == content
        for file, content in zip(folder.files, contents(root, folder), strict=True)
    )


def contents(root: LogRoot, folder: LogFolder) -> Iterator[str]:
    for file in folder.files:
        try:
            yield root.digests(file.path, 0, EVENT_FILE_LIMIT)[1]
        except RefusedError:
            yield UNREADABLE


def without_moved(news: News, known: Known, moved: Moved) -> News:
    """The news, in which a renamed folder is a known one to be read again, and a copy is none."""
    new = tuple(
        folder
        for folder in news.new
        if folder.folder not in moved.renamed and folder.folder not in moved.copies
    )
    renamed = [folder for folder in news.new if folder.folder in moved.renamed]
    before = {moved.renamed[folder.folder] for folder in renamed}
    return news._replace(
        new=new,
        changed=(*news.changed, *renamed),
        gone=tuple(folder for folder in news.gone if folder not in before),
        gone_studies=tuple(sorted({*news.gone_studies, *(known.folders[folder][0] for folder in before)})),
        is_same=moved.copies.keys() == known.copies
        and (
            news.is_same
            or not (
                new
                or renamed
                or news.changed
                or news.gone
                or news.forgotten
                or news.changed_studies
                or set(news.unclaimed) != known.unclaimed
                or set(news.unreadable) != known.unreadable
            )
        ),
    )
