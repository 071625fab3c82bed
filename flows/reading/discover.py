"""Find the log folders that are new, changed or gone, by asking the warehouse what it has read."""

import gc
import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from flows.house.errors import HouseError, UsageError
from flows.log_root.regular_file import can_be_read, shown
from models.declared.study import Claim, Study, StudyError

STALE_AFTER = timedelta(hours=48)  # a folder that still waits after so long is judged as it is
LOG_NAMES = {"create.log": "create", "start.log": "start", "stop.log": "stop"}


class LogFile(NamedTuple):
    """A file below a log folder, by its path below the log root."""

    path: str  # as the file system spells it; shown() makes it text
    kind: str  # events, create, start, stop, pod, config, partial (a copy under way) or odd (no regular file)
    size_bytes: int
    modified_ns: int


class LogFolder(NamedTuple):
    """A folder that a study claims, with the files that are read of it."""

    folder: str
    study: str
    claim: Claim
    files: tuple[LogFile, ...]


class Known(NamedTuple):
    """What the published warehouse has read."""

    folders: Mapping[str, tuple[str, str, bool]]  # folder -> study, verdict-bearing state, is_gone
    files: Mapping[str, frozenset[tuple[str, int, int]]]  # folder -> path, size, modified
    studies: Mapping[str, tuple[str, str]]  # study -> digest of its definition, the definition
    unclaimed: frozenset[str]
    unreadable: frozenset[str]
    held: frozenset[str]  # folders that are held back; their `files` are those that stood in the log root
    unread: Mapping[str, Collection[str]]  # folder -> path of files that could not be read
    copies: frozenset[str]  # folders that hold what others hold
    ahead: Mapping[str, datetime]  # folder -> when its stamps that lay in the future are past

    @classmethod
    def nothing(cls) -> "Known":
        return cls({}, {}, {}, frozenset(), frozenset(), frozenset(), {}, frozenset(), {})


class News(NamedTuple):
    """What tonight differs from the published warehouse."""

    seen: int
    new: tuple[LogFolder, ...]
    changed: tuple[LogFolder, ...]
    gone: tuple[str, ...]
    gone_studies: tuple[str, ...]
    forgotten: tuple[str, ...]
    unclaimed: tuple[str, ...]
    unreadable: tuple[str, ...]  # folders above those that studies may claim, which cannot be listed
    changed_studies: tuple[str, ...]
    held: tuple[str, ...]  # held back until now
    is_same: bool  # nothing to do at all


def discover(
    logs: Path,
    studies: Sequence[Study],
    known: Known,
    now: datetime,
    again: Collection[str] = (),
    everything: bool = False,
    forget: Collection[str] = (),
) -> News:
    """Compare the log root with what is known.

    `again` names folders to load once more; `everything` loads all; `forget` names
    gone folders to remove for good. Raises StudyError when two studies claim
    one folder, HouseError when the log root is missing, and UsageError when `again` names a folder
    that no study claims.
    """
    if not logs.is_dir():
        raise HouseError(
            f"{logs}: found no folder, expected the log root. Name it with --logs, or check that it is mounted."
        )
    with without_collection():
        folders, unclaimed, unreadable = find_folders(logs, studies)
    if missing := sorted(set(again) - {folder.folder for folder in folders}):
        raise UsageError(
            f"--folder {missing[0]}: no such folder below {logs} is claimed by a study. "
            "Give its path below the log root, such as exp_11."
        )
    reread = {study.name for study in studies if is_read_otherwise(study, known)}
    new = [folder for folder in folders if folder.folder not in known.folders]
    changed = [
        folder
        for folder in folders
        if folder.folder in known.folders
        and (
            everything
            or folder.folder in again
            or folder.study in reread
            or is_changed(logs, folder, known, now)
        )
    ]
    present = {folder.folder for folder in folders}
    for name in forget:
        if name not in known.folders:
            raise UsageError(
                f'{name}: found no such folder in the warehouse. `doehouse sql "from runs"` lists them.'
            )
        if name in present or os.path.lexists(logs / name):
            raise UsageError(
                f"{logs / name}: is still there, expected it gone from the log root: its facts would be loaded again, or "
                "are lost to a study that no longer claims it. Correct the study's `folders`, or move it away first."
            )
    gone = [
        name
        for name, (_, _, is_gone) in known.folders.items()
        if name not in present
        and not is_gone
        and name not in forget
        and not name.startswith(tuple(f"{each}/" for each in unreadable))  # nobody can tell
    ]
    digests = {study.name: study.digest() for study in studies}
    digests_before = {name: digest for name, (digest, _) in known.studies.items()}
    changed_studies = {
        name
        for name in digests.keys() | digests_before.keys()
        if digests.get(name) != digests_before.get(name)
    }
    return News(
        seen=len(folders),
        new=tuple(new),
        changed=tuple(changed),
        gone=tuple(sorted(gone)),
        gone_studies=tuple(sorted({known.folders[name][0] for name in (*gone, *forget)})),
        forgotten=tuple(forget),
        unclaimed=tuple(unclaimed),
        unreadable=tuple(unreadable),
        changed_studies=tuple(sorted(changed_studies)),
        held=tuple(sorted(known.held)),
        is_same=not (
            new
            or changed
            or gone
            or forget
            or changed_studies
            or set(unclaimed) != known.unclaimed
            or set(unreadable) != known.unreadable
        ),
    )


def is_read_otherwise(study: Study, known: Known) -> bool:
    """Whether the study now says otherwise how its folders are read: their time zone, say, or their runs."""
    if study.name not in known.studies:
        return False
    digest, definition = known.studies[study.name]
    return digest != study.digest() and Study.reading(definition) != Study.reading(study.model_dump_json())


def is_changed(logs: Path, folder: LogFolder, known: Known, now: datetime) -> bool:
    study, state, is_gone = known.folders[folder.folder]
    if is_gone or (study != folder.study and folder.folder not in known.held):
        return True
    if known.files.get(folder.folder, frozenset()) != {
        (shown(f.path), f.size_bytes, f.modified_ns) for f in folder.files
    }:
        return True
    # A clock that was behind is set right without one, too.
    if folder.folder in known.ahead and now.replace(tzinfo=None) > known.ahead[folder.folder]:
        return True
    # Rights and disks are mended without a trace in size and time.
    unread = known.unread.get(folder.folder, ())
    if unread and any(shown(f.path) in unread and can_be_read(logs, f.path) for f in folder.files):
        return True
    return state == "unfinished" and is_stale(folder, now)


def is_stale(folder: LogFolder, now: datetime) -> bool:
    """Whether nothing in the folder has moved for so long that waiting makes no sense any more."""
    if not folder.files:
        return False  # just made, for all that can be seen: its files are still to come
    newest = max(file.modified_ns for file in folder.files)
    return now.timestamp() - newest / 1e9 > STALE_AFTER.total_seconds()


@contextmanager
def without_collection() -> Iterator[None]:
    """Python's search for garbage goes over everything again and again while much is made and nothing let go."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def find_folders(logs: Path, studies: Sequence[Study]) -> tuple[list[LogFolder], list[str], list[str]]:
    """Folders claimed by exactly one study, top-level folders that lead to none, and those that cannot be listed.

    All are sorted by name. Raises HouseError where the log root itself cannot be listed.
    """
    depth = max((study.folders.count("/") + 1 for study in studies), default=1)
    configs = {study.name: study.promises.config.file if study.promises.config else None for study in studies}
    found: list[LogFolder] = []
    unclaimed: list[str] = []
    unreadable: list[str] = []
    try:
        tops = sorted_folders(logs, "")
    except OSError as error:
        raise HouseError(
            f"{logs}: cannot be listed ({error.strerror}), expected a log root that this user may read. "
            "Check its rights, or that it is mounted."
        ) from error
    for top in tops:
        claimed = list(claim_below(logs, top, depth, studies, unreadable))
        if not claimed and shown(top) not in unreadable:
            unclaimed.append(shown(top))
        for name, study, claim in claimed:
            files = tuple(sorted(find_files(logs, name, configs[study.name])))
            found.append(LogFolder(shown(name), study.name, claim, files))
    return found, unclaimed, unreadable


def claim_below(
    logs: Path, folder: str, depth: int, studies: Sequence[Study], unreadable: list[str]
) -> Iterator[tuple[str, Study, Claim]]:
    claims = [(study, claim) for study in studies if (claim := study.claim(shown(folder))) is not None]
    if len(claims) > 1:
        names = " and ".join(study.name for study, _ in claims)
        raise StudyError(
            f"{logs / shown(folder)}: claimed by {names}, expected one study. "
            "Narrow the `folders` pattern of one of them."
        )
    if claims:
        yield folder, *claims[0]
    elif folder.count("/") + 1 < depth:
        try:
            children = sorted_folders(logs, folder)
        except OSError:
            unreadable.append(shown(folder))
            return
        for child in children:
            yield from claim_below(logs, child, depth, studies, unreadable)


def sorted_folders(logs: Path, below: str) -> list[str]:
    """Real sub-folders (no links, nothing hidden), as paths below the log root."""
    with os.scandir(f"{logs}/{below}") as entries:
        names = [
            entry.name
            for entry in entries
            if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
        ]
    return [f"{below}/{name}" if below else name for name in sorted(names)]


def find_files(logs: Path, folder: str, config: str | None) -> Iterator[LogFile]:
    """The files of a folder that are read, whatever kind of file they really are."""
    stack = [folder]
    while stack:
        below = stack.pop()
        try:
            entries = list(os.scandir(f"{logs}/{below}"))
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


def kind_of(name: str, is_top: bool, config: str | None) -> str | None:
    if name.startswith("."):
        # rsync writes `.name.Xy12ab` and renames it when it is whole.
        return "partial" if "tfevents" in name or name[1:].startswith(tuple(LOG_NAMES)) else None
    if "tfevents" in name:
        return "events"
    if is_top and name in LOG_NAMES:
        return LOG_NAMES[name]
    if name == config:
        return "config"
    if name == "fl-server.log" or (name.startswith("node") and name.endswith(".txt")):
        return "pod"
    if name.startswith("trainjob-") and name.endswith(".log"):
        return "pod"
    return None
