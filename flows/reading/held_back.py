"""Hold back what has come of an accepted folder, unless it goes on from what was read of it before."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flows.discovery.log_folders import LogFile, LogFolder
from flows.log_root.bucket import on_disk
from flows.log_root.regular_file import EVENT_FILE_LIMIT, LOG_LIMIT, LogRoot, RefusedError, shown

if TYPE_CHECKING:
    from flows.reading.batches import Shards
    from flows.warehouse.warehouse import Warehouse

DIGITS = 12  # of a SHA-256 that a sentence shows


class Accepted(NamedTuple):
    """What the published warehouse says of a file of an accepted folder."""

    study: str
    path: str
    kind: str
    size_bytes: int  # all were read
    sha256: str


class Objection(NamedTuple):
    """A file that does not go on from what was read of it."""

    path: str
    sentence: str
    is_read: bool


class HeldBack(NamedTuple):
    """An accepted folder whose facts stay, beside what stands in the log root."""

    folder_id: int
    study: str  # that it was accepted for
    folder: LogFolder
    objections: tuple[Objection, ...]


def accepted_files(warehouse: "Warehouse", folder_ids: Sequence[int]) -> dict[int, list[Accepted]]:
    """What was read of those of the folders that were accepted: folder_id -> its files."""
    accepted: dict[int, list[Accepted]] = {}
    for folder_id, *facts in warehouse.rows("night/accepted_files", folder_ids=list(folder_ids)):
        accepted.setdefault(folder_id, []).append(Accepted._make(facts))
    return accepted


def held_back(
    logs: Path,
    folders: Sequence[tuple[int, LogFolder]],
    accepted: Mapping[int, Sequence[Accepted]],
    shards: Sequence["Shards"],
    scratch: Path | None = None,
) -> list[HeldBack]:
    """The folders in `shards` that were accepted and do not go on from what was read of them.

    A folder goes on when every file that was read of it is still a readable file below `logs` that begins with
    the bytes which were read: nothing else may have happened to a folder that is finished.
    """
    if not (accepted and shards):
        return []
    read = digests_read(shards)
    others = {
        folder_id: [each for each in accepted.get(folder_id, ()) if read.get(each.path) != each.sha256]
        for folder_id, _ in folders
    }
    paths = {each.path for before in others.values() for each in before}
    files = [file for _, folder in folders for file in folder.files if shown(file.path) in paths]
    held = []
    with on_disk(logs, files, scratch) as there, LogRoot(there) as root:
        for folder_id, folder in folders:
            before = others[folder_id]
            if objections := tuple(objections_to(root, folder, before, read)):
                held.append(HeldBack(folder_id, before[0].study, folder, objections))
    return held


def digests_read(shards: Sequence["Shards"]) -> dict[str, str]:
    """Path -> SHA-256 of each file that was read whole."""
    import polars as pl

    files = pl.read_parquet([each.files for each in shards], columns=["path", "sha256"])
    return dict(files.drop_nulls().rows())


def objections_to(
    root: LogRoot, folder: LogFolder, before: Sequence[Accepted], read: Mapping[str, str]
) -> Iterator[Objection]:
    files = {shown(file.path): file for file in folder.files} if before else {}
    for each in before:
        file = files.get(each.path)
        found, is_read = found_instead(root, each, file, read.get(each.path))
        if found:
            sentence = (
                f"{each.path}: found {found}, expected the {each.size_bytes:,} bytes that were read before, or these "
                f"and more behind them. What was read of {folder.folder} stays; restore the file, or take what is "
                f"there now with `doehouse night --accept {folder.folder}`."
            )
            yield Objection(each.path, sentence, is_read)


def found_instead(
    root: LogRoot, before: Accepted, file: LogFile | None, sha256: str | None
) -> tuple[str | None, bool]:
    """What was found in place of a file that goes on, None if it does, and whether it could be read.

    `file` and `sha256` are what discovery saw and the night read of it.
    """
    limit = EVENT_FILE_LIMIT if before.kind == "events" else LOG_LIMIT
    try:
        beginning, whole = root.digests(file.path if file else before.path, before.size_bytes, limit)
    except RefusedError as error:
        return error.found, error.code != "Q317"
    if beginning != before.sha256:
        return f"other bytes (sha256 {before.sha256[:DIGITS]}… -> {whole[:DIGITS]}…)", True
    # A study may read another configuration file now: the one that it read before only has to be there.
    is_left = before.kind == "config" and file is None
    return (None if is_left or whole == sha256 else "a file that changes while it is read"), True


def note_held(
    warehouse: "Warehouse",
    held: Sequence[HeldBack],
    loaded: Sequence[int],
    tables: Sequence[int],
    night_id: int,
) -> None:
    """Write down what is held back tonight, and that the folders `loaded`, and other rows of `tables`, are not."""
    import polars as pl

    told = [(each.folder_id, objection) for each in held for objection in each.objections]
    warehouse.run(
        "load/held",
        told=[folder_id for folder_id, _ in told],
        paths=[objection.path for _, objection in told],
        reasons=[objection.sentence for _, objection in told],
        loaded=list(loaded),
        tables=list(tables),
        night_id=night_id,
    )
    rows = [
        (each.folder_id, shown(file.path), file.size_bytes, file.modified_ns, shown(file.path) not in unread)
        for each in held
        for unread in [{objection.path for objection in each.objections if not objection.is_read}]
        for file in each.folder.files
    ]
    schema = {
        "folder_id": pl.Int32,
        "path": pl.String,
        "size_bytes": pl.Int64,
        "modified_ns": pl.Int64,
        "is_read": pl.Boolean,
    }
    warehouse.append("held_files", pl.DataFrame(rows, schema=schema, orient="row"))
