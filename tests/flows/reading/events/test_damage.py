"""Damaged event files are byte by byte accounted for: what stands around the damage is read."""

import os
import struct
import time
from pathlib import Path

import pytest
from tensorboard.compat.proto import event_pb2

from tests.event_records import VERSION, codes, event, job, read, records, rows, scalar


def test_a_torn_tail_keeps_what_stands_before_and_is_read_on_from_there(tmp_path: Path) -> None:
    whole = job()
    for cut in range(1, len(whole[-1])):
        batch = read(tmp_path, b"".join(whole)[:-cut])
        (file,) = batch.files
        assert (codes(file), file.read_bytes) == (["Q314"], sum(map(len, whole[:-1])))
        assert len(rows(batch)) == 19
        rest = read(tmp_path, b"".join(whole), start=file.read_bytes)
        assert rows(batch) + rows(rest) == rows(read(tmp_path, b"".join(whole)))


def test_the_sentence_names_file_and_byte_and_what_is_kept(tmp_path: Path) -> None:
    (file,) = read(tmp_path, b"".join(job())[:-1]).files
    assert file.faults[0].message == (
        f"events.out.tfevents.0: byte {file.read_bytes}: found the beginning of a record, cut off "
        f"({file.size - file.read_bytes} bytes), expected a whole record. What stands before is kept."
    )


@pytest.mark.parametrize("zeros", [1, 4, 11, 16, 100, 5000])
def test_a_tail_of_zeros_is_torn_wherever_it_begins(tmp_path: Path, zeros: int) -> None:
    whole = job()
    content = b"".join(whole)
    (file,) = read(tmp_path, content + bytes(zeros)).files
    assert (codes(file), file.read_bytes) == (["Q314"], len(content))
    last = len(content) - len(whole[-1])
    for kept in (last + 3, last + 11, last + 20, len(content) - 2):
        (file,) = read(tmp_path, content[:kept] + bytes(len(content) - kept)).files
        assert codes(file) == ["Q314"], kept
        assert file.read_bytes == last


def test_damage_inside_a_record_skips_exactly_that_record(tmp_path: Path) -> None:
    whole = job()
    broken = bytearray(whole[5])
    broken[20] ^= 4
    batch = read(tmp_path, b"".join([*whole[:5], bytes(broken), *whole[6:]]))
    (file,) = batch.files
    assert file.records == len(whole) - 1
    assert [(fault.code, fault.offset, fault.length) for fault in file.faults] == [
        ("Q315", sum(map(len, whole[:5])), len(whole[5]))
    ]


@pytest.mark.parametrize("window", [4 << 20, 300])
@pytest.mark.parametrize("change", [b"", b"\xff", b"inserted bytes", bytes(40), bytes(range(200))])
@pytest.mark.parametrize("at", [0, 5, 12, 30])
def test_bytes_lost_or_added_cost_only_the_records_they_hit(
    tmp_path: Path, change: bytes, at: int, window: int
) -> None:
    whole = job(100)
    cut = whole[50][:at] + change + whole[50][at + 7 :]
    batch = read(tmp_path, b"".join([*whole[:50], cut, *whole[51:]]), window=window)
    truth = rows(read(tmp_path, b"".join(whole)))
    assert rows(batch) == truth[:49] + truth[50:]
    (file,) = batch.files
    assert codes(file) == ["Q315"]
    assert file.skipped_bytes == len(cut)


@pytest.mark.parametrize("window", [4 << 20, 100])
def test_a_record_swallowed_by_the_forged_length_of_another_is_found_again(
    tmp_path: Path, window: int
) -> None:
    whole = job(100)
    truth = rows(read(tmp_path, b"".join(whole)))
    for length in (1 << 60, 1 << 40, (64 << 20) + 1, 1 << 24, 500, 3):
        header = struct.pack("<Q", length)
        forged = records([header])[0]  # the right checksum of a wrong length
        content = b"".join([*whole[:50], header + forged[-4:], whole[50][12:], *whole[51:]])
        batch = read(tmp_path, content, window=window)
        if length == 1 << 24:  # reaches beyond the end of the file, as if it were still being written
            assert (codes(batch.files[0]), rows(batch)) == (["Q314"], truth[:49])
        else:
            assert rows(batch) == truth[:49] + truth[50:], length
            assert codes(batch.files[0]) == ["Q315"]


def test_records_that_are_no_events_are_corrupt(tmp_path: Path) -> None:
    nothing = [
        b"",
        b"\xff\xff\xff",
        b"\x0a",
        event_pb2.Event(wall_time=5.0, step=3).SerializeToString(),
        bytes(30),
    ]
    for data in nothing:
        whole = records([VERSION, event(1, scalar("t", 1)), data, event(2, scalar("t", 2))])
        batch = read(tmp_path, b"".join(whole))
        (file,) = batch.files
        assert (codes(file), len(rows(batch)), file.skipped_bytes) == (["Q315"], 2, len(data) + 16)


def test_many_records_alike_that_are_no_events_are_corrupt(tmp_path: Path) -> None:
    whole = records([VERSION, *[b"\xffnot an event"] * 40, *[b"\x09\x01"] * 40])
    (file,) = read(tmp_path, b"".join(whole)).files
    assert codes(file) == ["R104", "Q315"]
    assert file.records == 1


def test_bytes_that_are_no_event_file_are_skipped_whole(tmp_path: Path) -> None:
    for content in (
        b"x" * 1000,
        os.urandom(100_000),
        b"10-21-2023 10:00:00 a\n" * 50,
        bytes(1 << 16) + b"\x01",
    ):
        (file,) = read(tmp_path, content).files
        assert codes(file) == ["Q315", "R104"]
        assert file.skipped_bytes == len(content)


def test_a_file_of_nothing_but_damage_gives_a_screen_of_faults_in_linear_time(tmp_path: Path) -> None:
    """Every other record is damaged, and every header claims 64 MiB of data."""
    whole = job(2000)
    for place in range(1, len(whole), 2):
        whole[place] = whole[place][:20] + b"\xff" + whole[place][21:]
    (file,) = read(tmp_path, b"".join(whole)).files
    assert len(file.faults) == 20
    assert "(and 1,980 more like it)" in file.faults[-1].message
    header = struct.pack("<Q", 60 << 20)
    claims = (header + records([header])[0][-4:]) * 300_000
    began = time.process_time()
    (file,) = read(tmp_path, b"".join(job()) + b"!" + claims).files
    assert time.process_time() - began < 10
    assert file.records == 21


def test_a_long_hole_of_zeros_in_the_middle_is_crossed(tmp_path: Path) -> None:
    whole = job()
    began = time.process_time()
    batch = read(tmp_path, b"".join(whole[:9]) + bytes(9 << 20) + b"".join(whole[9:]))
    assert time.process_time() - began < 5
    (file,) = batch.files
    assert (codes(file), file.skipped_bytes, len(rows(batch))) == (["Q315"], 9 << 20, 20)
