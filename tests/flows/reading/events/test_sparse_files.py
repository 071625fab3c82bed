"""Holes of sparse event files cost next to nothing, and every record beside them is read."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from flows.reading.events.file import Source
from tests.event_batches import read_event_files
from tests.torture.folders import event_file, write_small_folder

HOLE = 3 << 20
Parts = Sequence[bytes | int]  # bytes, or the length of a hole


def write(path: Path, parts: Parts, *, is_sparse: bool) -> Path:
    with path.open("wb") as stream:
        for part in parts:
            if isinstance(part, bytes):
                stream.write(part)
            elif is_sparse:
                stream.truncate(stream.seek(part, os.SEEK_CUR))
            else:
                stream.write(bytes(part))
    return path


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    return event_file(write_small_folder(tmp_path / "logs", "1_a")).read_bytes()


@pytest.mark.parametrize("window", [1 << 12, 4 << 20])
def test_a_file_with_holes_is_read_as_one_with_as_many_zeros(
    tmp_path: Path, whole: bytes, window: int
) -> None:
    layouts: list[Parts] = [
        [HOLE],
        [whole, HOLE],
        [whole, HOLE, whole],
        [whole[:-9], HOLE, whole, HOLE, b"x" * 40, HOLE, whole],
        [whole, b"x" * 5, 2 * HOLE, whole[:-3]],
        [whole, bytes(4000), HOLE, b"x"],
    ]
    for parts in layouts:
        plain = write(tmp_path / "events.tfevents", parts, is_sparse=False)
        dense = read_event_files([Source(plain)], tmp_path, window)
        sparse = read_event_files([Source(write(plain, parts, is_sparse=True))], tmp_path, window)
        nothing = {"sha256": "", "modified_ns": 0}
        assert sparse.files[0]._replace(**nothing) == dense.files[0]._replace(**nothing)
        assert sparse.scalars.equals(dense.scalars)
        assert sparse.files[0].sha256 in ("", dense.files[0].sha256)


def test_four_gigabytes_of_holes_take_no_time(tmp_path: Path, whole: bytes) -> None:
    parts = [whole, (2 << 30) - 1000, whole, (2 << 30) - 1000, whole]
    path = write(tmp_path / "events.tfevents", parts, is_sparse=True)
    if path.stat().st_blocks * 512 > 1 << 30:
        pytest.skip("this file system keeps no holes")
    begun = time.process_time()
    (file,) = read_event_files([Source(path)], tmp_path).files
    assert time.process_time() - begun < 2
    assert (
        file.records
        == 3 * read_event_files([Source(write(path, [whole], is_sparse=False))], tmp_path).files[0].records
    )
    assert [(fault.code, fault.offset, fault.length) for fault in file.faults if fault.length] == [
        ("Q315", len(whole), (2 << 30) - 1000),
        ("Q315", 2 * len(whole) + (2 << 30) - 1000, (2 << 30) - 1000),
    ]
