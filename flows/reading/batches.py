"""Batches of log folders, with the keys they are given, and the Parquet files each is read into."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from flows.discovery.log_folders import LogFile, LogFolder
from flows.reading.read_on import Before

BATCH_BYTES = 16 * 2**20  # of files in a batch: some 300,000 scalars


class Batch(NamedTuple):
    """Folders that are read together, with the keys they are given; file ids count up from `first_file_id`.

    `before` is what is known of event files that may be read on: folder_id -> path -> Before.
    """

    number: int
    folders: tuple[tuple[int, LogFolder], ...]
    first_file_id: int
    before: Mapping[int, Mapping[str, Before]]

    def files(self) -> Iterator[tuple[int, int, LogFolder, LogFile]]:
        """file_id, folder_id, folder and file of everything in the batch, in order."""
        each = ((folder_id, folder, file) for folder_id, folder in self.folders for file in folder.files)
        for place, (folder_id, folder, file) in enumerate(each):
            yield self.first_file_id + place, folder_id, folder, file


class Shards(NamedTuple):
    """The Parquet files of a batch; points and summaries come in as many as they were read in pieces."""

    points: tuple[Path, ...]
    summaries: tuple[Path, ...]
    tags: Path
    containers: Path
    stamps: Path
    files: Path
    levels_seen: Path
    findings: Path
    folders: Path

    @classmethod
    def below(cls, folder: Path) -> "Shards":
        """Where a batch is written to, without any piece."""
        return cls((), (), *(folder / f"{name}.parquet" for name in cls._fields[2:]))

    def paths(self, name: str) -> list[str]:
        """The files of one kind."""
        found = getattr(self, name)
        return [str(path) for path in (found if isinstance(found, tuple) else (found,))]


def batches(
    folders: Sequence[tuple[int, LogFolder]],
    first_file_id: int,
    before: Mapping[int, Mapping[str, Before]],
) -> list[Batch]:
    """Cut folders into batches of about BATCH_BYTES."""
    made: list[Batch] = []
    pending: list[tuple[int, LogFolder]] = []
    size = 0
    for folder_id, folder in folders:
        pending.append((folder_id, folder))
        size += sum(min(file.size_bytes, BATCH_BYTES) for file in folder.files)
        if size >= BATCH_BYTES or folder is folders[-1][1]:
            known = {folder_id: before[folder_id] for folder_id, _ in pending if folder_id in before}
            made.append(Batch(len(made), tuple(pending), first_file_id, known))
            first_file_id += sum(len(folder.files) for _, folder in pending)
            pending, size = [], 0
    return made
