"""Find what is new, changed or gone below a log root, by asking the warehouse what it has read."""

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from flows.discovery.find_folders import Found, find_folders
from flows.discovery.find_units import find_units
from flows.discovery.log_folders import LogFile, LogFolder, is_stale, seconds_at_rest
from flows.house.errors import HouseError, UsageError
from flows.log_root.bucket import etag_of, is_bucket, on_disk
from flows.log_root.regular_file import can_be_read, shown
from flows.log_root.tree import Tree, is_there, tree_of
from models.declared.study import Study


class Known(NamedTuple):
    """What the published warehouse has read."""

    folders: Mapping[str, tuple[str, str, bool]]  # folder -> study, verdict-bearing state, is_gone
    files: Mapping[str, frozenset[tuple[str, int, int]]]  # folder -> path, size, modified
    studies: Mapping[str, tuple[str, str]]  # study -> digest of its definition, the definition
    unclaimed: frozenset[str]
    unreadable: frozenset[str]
    # Folders that are held back -> because of which paths; their `files` are those that stood in the log root.
    held: Mapping[str, Collection[str]]
    unread: Mapping[str, Collection[str]]  # folder -> path of files that could not be read
    claims: Mapping[str, tuple[int | None, str | None]]  # folder -> run and replicate that were told of it
    # Folder -> container, event and text of the stamps that a table beside the runs told.
    stamps: Mapping[str, frozenset[tuple[str, str, str]]]
    copies: frozenset[str]  # folders that hold what others hold
    ahead: Mapping[str, datetime]  # folder -> when its stamps that lay in the future are past
    refused: frozenset[str]  # what was said of study files that were refused
    fresh: Mapping[str, bool]  # study -> whether its data were as fresh as it declares

    @classmethod
    def nothing(cls) -> "Known":
        none: frozenset[str] = frozenset()
        return cls({}, {}, {}, none, none, {}, {}, {}, {}, none, {}, none, {})


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
    turned: tuple[str, ...] = ()  # studies whose data are no longer as fresh as declared, or are again


def discover(
    logs: Path,
    studies: Sequence[Study],
    known: Known,
    now: datetime,
    again: Collection[str] = (),
    everything: bool = False,
    forget: Collection[str] = (),
    resting: Collection[str] = (),
) -> News:
    """Compare the log root with what is known.

    `again` names folders to load once more; `everything` loads all; `forget` names gone folders to remove for good;
    of `resting` studies nothing is read and nothing called gone. Raises StudyError when two studies claim one folder,
    HouseError when the log root is missing, and UsageError when `again` names a folder that no study claims.
    """
    if not is_bucket(logs) and not logs.is_dir():
        raise HouseError(
            f"{logs}: found no folder, expected the log root. Name it with --logs, or check that it is mounted."
        )
    tree = tree_of(logs)
    found = find_units(tree, studies, find_folders(tree, studies))
    present = {folder.folder for folder in found.folders}
    check_named(tree, present, known, again, forget)
    refuse_resting([folder for folder in found.folders if folder.study in resting], again)
    reread = {study.name for study in studies if is_read_otherwise(study, known)}
    by_name = {study.name: study for study in studies}
    # Copies among them are judged once more, as they are no facts.
    new = [
        folder
        for folder in found.folders
        if folder.folder not in known.folders
        and (folder.study not in resting or folder.folder in known.copies)
    ]
    changed = [
        folder
        for folder in found.folders
        if folder.folder in known.folders
        and folder.study not in resting
        and (
            everything
            or folder.folder in again
            or folder.study in reread
            or is_changed(logs, folder, known, now, by_name[folder.study])
        )
    ]
    gone = [
        name for name in gone_folders(known, present, found, forget) if known.folders[name][0] not in resting
    ]
    changed_studies = studies_that_changed(studies, known) - set(resting)
    return News(
        seen=len(found.folders),
        new=tuple(new),
        changed=tuple(changed),
        gone=tuple(sorted(gone)),
        gone_studies=tuple(sorted({known.folders[name][0] for name in (*gone, *forget)})),
        forgotten=tuple(forget),
        unclaimed=tuple(found.unclaimed),
        unreadable=tuple(found.unreadable),
        changed_studies=tuple(sorted(changed_studies)),
        held=tuple(sorted(known.held)),
        is_same=not (
            new
            or changed
            or gone
            or forget
            or changed_studies
            or set(found.unclaimed) != known.unclaimed
            or set(found.unreadable) != known.unreadable
        ),
    )


def check_named(
    tree: Tree, present: Collection[str], known: Known, again: Collection[str], forget: Collection[str]
) -> None:
    """Raises UsageError for a folder that was named and cannot be loaded again, or forgotten."""
    if missing := sorted(set(again) - set(present)):
        raise UsageError(
            f"--folder {missing[0]}: no such folder below {tree.logs} is claimed by a study. "
            "Give its path below the log root, such as exp_11."
        )
    for name in forget:
        if name not in known.folders:
            raise UsageError(
                f'{name}: found no such folder in the warehouse. `doehouse sql "from runs"` lists them.'
            )
        if name in present or is_there(tree, name):
            raise UsageError(
                f"{tree.logs / name}: is still there, expected it gone from the log root: its facts would be loaded "
                "again, or are lost to a study that no longer claims it. Correct the study's `folders`, or move it "
                "away first."
            )


def refuse_resting(folders: Sequence[LogFolder], again: Collection[str]) -> None:
    """Raises UsageError for a folder that was named and whose study is not read tonight."""
    for folder in folders:
        if folder.folder in again:
            raise UsageError(
                f"--folder {folder.folder}: the file of its study {folder.study} is refused, expected a study that "
                "says how it is read. Correct the file first."
            )


def gone_folders(known: Known, present: Collection[str], found: Found, forget: Collection[str]) -> list[str]:
    return [
        name
        for name, (_, _, is_gone) in known.folders.items()
        if name not in present
        and not is_gone
        and name not in forget
        and not name.startswith(tuple(f"{each}/" for each in found.unreadable))  # nobody can tell
    ]


def studies_that_changed(studies: Sequence[Study], known: Known) -> set[str]:
    digests = {study.name: study.digest() for study in studies}
    before = {name: digest for name, (digest, _) in known.studies.items()}
    return {name for name in digests.keys() | before.keys() if digests.get(name) != before.get(name)}


def is_read_otherwise(study: Study, known: Known) -> bool:
    """Whether the study now says otherwise how its folders are read: their time zone, say, or their runs."""
    if study.name not in known.studies:
        return False
    digest, definition = known.studies[study.name]
    return digest != study.digest() and Study.reading(definition) != Study.reading(study.model_dump_json())


def is_changed(logs: Path, folder: LogFolder, known: Known, now: datetime, of: Study) -> bool:
    study, state, is_gone = known.folders[folder.folder]
    if is_gone or (study != folder.study and folder.folder not in known.held):
        return True
    if are_others(logs, folder, known):
        return True
    if is_claimed_otherwise(folder, known):
        return True
    # A clock that was behind is set right without one, too.
    if folder.folder in known.ahead and now.replace(tzinfo=None) > known.ahead[folder.folder]:
        return True
    # Rights and disks are mended without a trace in size and time.
    unread = known.unread.get(folder.folder, ())
    if unread and can_any_be_read(logs, [file for file in folder.files if shown(file.path) in unread]):
        return True
    if state != "unfinished":
        return False
    quiet = of.source.quiet_seconds if of.source else None
    return is_stale(folder, now) or (quiet is not None and seconds_at_rest(folder, now) >= quiet)


def are_others(logs: Path, folder: LogFolder, known: Known) -> bool:
    """Whether other files lie in a folder, or others of the same names."""
    before = known.files.get(folder.folder, frozenset())
    now = {(shown(path), size, modified) for path, _, size, modified, *_ in folder.files}
    return before != now and not (is_bucket(logs) and by_etag(before) == by_etag(now))


def by_etag(files: Collection[tuple[str, int, int]]) -> set[tuple[str, int, int]]:
    return {(path, size, etag_of(modified)) for path, size, modified in files}


def can_any_be_read(logs: Path, files: Sequence[LogFile]) -> bool:
    with on_disk(logs, files) as there:
        return any(can_be_read(there, file.path) for file in files)


def is_claimed_otherwise(folder: LogFolder, known: Known) -> bool:
    """Whether a table beside the runs now tells another run, replicate or stamp than it did, or the same again."""
    if not folder.told:
        return False
    is_other = known.stamps.get(folder.folder, frozenset()) != folder.told_stamps or known.claims[
        folder.folder
    ] != (folder.claim.run, folder.claim.replicate)
    if folder.folder in known.held:
        return not is_other and folder.told[0].source.rpartition(":")[0] in known.held[folder.folder]
    return is_other


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
