"""Thousands of damaged event files and logs; each is read to the last byte, or what is not is named."""

import io
import random
import resource
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.text import metadata as text_metadata
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_tensor_proto

from flows.reading.events.file import FileRead, Source
from flows.reading.stamps.stamps import StampFile, read_stamps
from tests.event_batches import EventBatch, read_event_files

MOST_MEMORY = 200_000  # kB beside what was there before
LONGEST = 1.0  # seconds of CPU for one file
LOGS = 10_000  # start and stop logs that are damaged


class Edit(NamedTuple):
    """Bytes of a file that are replaced by others."""

    position: int
    removed: int
    inserted: bytes


def framed(data: bytes) -> bytes:
    file = io.BytesIO()
    RecordWriter(file).write(data)
    return file.getvalue()


def clean_records(steps: int, seed: int) -> list[bytes]:
    """A job that logs in every way: plain scalars, TF2 tensors, a histogram and a text."""
    rng = random.Random(seed)
    events = [event_pb2.Event(wall_time=1.6e9, file_version="brain.Event:2")]
    text = summary_pb2.Summary.Value(tag="note", tensor=make_tensor_proto(np.array([b"hello"], object)))
    text.metadata.CopyFrom(text_metadata.create_summary_metadata("note", ""))
    histogram = summary_pb2.HistogramProto(bucket_limit=[0.5, 1], bucket=[1, 2])
    for step in range(steps):
        values = [
            summary_pb2.Summary.Value(tag="accuracy per epoch", simple_value=100 * rng.random()),
            summary_pb2.Summary.Value(tag="loss", tensor=make_tensor_proto(np.float32(rng.random()))),
        ]
        if step == steps // 2:
            values += [text, summary_pb2.Summary.Value(tag="weights", histo=histogram)]
        events += [
            event_pb2.Event(
                step=step, wall_time=1.6e9 + step + rng.random(), summary=summary_pb2.Summary(value=[value])
            )
            for value in values
        ]
    return [framed(event.SerializeToString()) for event in events]


# Kinds of damage: each gives edits of a file whose records begin at `begins` (the last is its end).
Damage = Callable[[random.Random, list[int]], list[Edit]]


def anywhere(rng: random.Random, begins: list[int]) -> int:
    return rng.randrange(begins[-1])


def bit_flip(rng: random.Random, begins: list[int]) -> list[Edit]:
    return [Edit(anywhere(rng, begins), 1, b"flip")]


def bit_flips(rng: random.Random, begins: list[int]) -> list[Edit]:
    return [Edit(at, 1, b"flip") for at in sorted(rng.sample(range(begins[-1]), rng.randint(2, 9)))]


def overwrite(rng: random.Random, begins: list[int]) -> list[Edit]:
    at = anywhere(rng, begins)
    size = min(rng.randint(1, 200), begins[-1] - at)
    return [Edit(at, size, rng.randbytes(size))]


def insert(rng: random.Random, begins: list[int]) -> list[Edit]:
    return [Edit(anywhere(rng, begins), 0, rng.randbytes(rng.randint(1, 100)))]


def lose(rng: random.Random, begins: list[int]) -> list[Edit]:
    at = anywhere(rng, begins)
    return [Edit(at, min(rng.randint(1, 100), begins[-1] - at), b"")]


def cut(rng: random.Random, begins: list[int]) -> list[Edit]:
    at = anywhere(rng, begins)
    return [Edit(at, begins[-1] - at, b"")]


def zero_tail(rng: random.Random, begins: list[int]) -> list[Edit]:
    at = anywhere(rng, begins)
    return [Edit(at, begins[-1] - at, bytes(begins[-1] - at + rng.randint(0, 50)))]


def zero_hole(rng: random.Random, begins: list[int]) -> list[Edit]:
    at = anywhere(rng, begins)
    size = min(rng.randint(1, 300), begins[-1] - at)
    return [Edit(at, size, bytes(size))]


def garbage_tail(rng: random.Random, begins: list[int]) -> list[Edit]:
    return [Edit(begins[-1], 0, rng.randbytes(rng.randint(1, 300)))]


def wild_length(rng: random.Random, begins: list[int]) -> list[Edit]:
    return [Edit(rng.choice(begins[:-1]), 8, struct.pack("<Q", rng.getrandbits(rng.randint(1, 64))))]


def forged_length(rng: random.Random, begins: list[int]) -> list[Edit]:
    length = struct.pack("<Q", rng.getrandbits(rng.randint(1, 64)))
    return [Edit(rng.choice(begins[:-1]), 12, length + framed(length)[-4:])]


def no_event(rng: random.Random, begins: list[int]) -> list[Edit]:
    at, end = rng.choice(list(pairwise(begins)))
    return [Edit(at, end - at, framed(b"\xff" + rng.randbytes(rng.randint(0, 60))))]


def lost_record(rng: random.Random, begins: list[int]) -> list[Edit]:
    at, end = rng.choice(list(pairwise(begins)))
    return [Edit(at, end - at, b"")]


def doubled_record(rng: random.Random, begins: list[int]) -> list[Edit]:
    at, end = rng.choice(list(pairwise(begins)))
    return [Edit(end, 0, b"copy:%d:%d" % (at, end))]


def spliced(rng: random.Random, begins: list[int]) -> list[Edit]:
    """A piece of the same file, cut anywhere, in place of another."""
    at, source = anywhere(rng, begins), anywhere(rng, begins)
    end = min(begins[-1], source + rng.randint(1, 400))
    return [Edit(at, min(rng.randint(0, 400), begins[-1] - at), b"copy:%d:%d" % (source, end))]


VISIBLE: dict[str, Damage] = {
    damage.__name__: damage
    for damage in (
        bit_flip, bit_flips, overwrite, insert, lose, zero_tail, zero_hole, garbage_tail, wild_length,
        forged_length, no_event,
    )
}  # fmt: skip
INVISIBLE: dict[str, Damage] = {
    damage.__name__: damage for damage in (cut, lost_record, doubled_record, spliced)
}


class Mutant(NamedTuple):
    kind: str
    content: bytes
    intact: list[int]  # the records that no edit touches
    intact_bytes: int
    first_hit: int  # the first record at or after an edit


def mutate(kind: str, content: bytes, begins: list[int], rng: random.Random) -> Mutant:
    edits = []
    for edit in (VISIBLE | INVISIBLE)[kind](rng, begins):
        inserted = edit.inserted
        if inserted == b"flip":
            inserted = bytes([content[edit.position] ^ 1 << rng.randrange(8)])
        elif inserted.startswith(b"copy:"):
            first, last = map(int, inserted[5:].split(b":"))
            inserted = content[first:last]
        edits.append(edit._replace(inserted=inserted))
    mutant, end = b"", 0
    for edit in edits:
        mutant += content[end : edit.position] + edit.inserted
        end = edit.position + edit.removed
    mutant += content[end:]
    intact = [
        place
        for place, (begin, stop) in enumerate(pairwise(begins))
        if all(
            edit.position + edit.removed <= begin or edit.position >= stop
            for edit in edits
            if edit.removed or begin < edit.position < stop
        )
    ]
    first_hit = sum(stop <= edits[0].position for stop in begins[1:])
    intact_bytes = sum(begins[place + 1] - begins[place] for place in intact)
    return Mutant(kind, mutant, intact, intact_bytes, first_hit)


Row = tuple[object, ...]


@pytest.fixture
def mutants(is_full: bool) -> int:
    """How many event files are damaged."""
    return 10_000 if is_full else 5_000


@pytest.fixture(scope="module")
def tally(figures: dict[str, str]) -> Iterator[Counter[str]]:
    """What was damaged; a figure when all tests have counted."""
    counts = Counter[str]()
    yield counts
    figures["mutants"] = (
        f"{counts['files']:,} event files damaged in {counts['kinds']} ways, {counts['logs']:,} start and stop logs: "
        f"every undamaged record before the damage read, every lost byte named, {counts['megabytes']} MB more memory "
        "at most"
    )


def rows_of(batch: EventBatch) -> dict[int, list[Row]]:
    """What was read of each file, scalars and others, each with its tag by name."""
    found: dict[int, list[Row]] = {place: [] for place in range(len(batch.files))}
    for frame, rest in ((batch.scalars, ("value",)), (batch.summaries, ("kind", "content"))):
        for file, tag, *row in frame.select("file", "tag", "step", "wall_time", *rest).rows():
            found[file].append((batch.tags[tag], *row))
    return found


def rows_by_record(records: list[bytes], folder: Path) -> list[list[Row]]:
    """What each record alone says: the truth to hold mutants against."""
    paths = [folder / f"truth.{place}" for place in range(len(records))]
    for path, record in zip(paths, records, strict=True):
        path.write_bytes(record)
    found = rows_of(read_event_files([Source(path) for path in paths], folder))
    return [found[place] for place in range(len(records))]


def judge(mutant: Mutant, file: FileRead, found: list[Row], truth: list[list[Row]], content: bytes) -> None:
    """Holds what was read of a mutant against what its undamaged records say."""
    lost = [fault for fault in file.faults if fault.code in ("Q314", "Q315")]
    torn = file.size - file.read_bytes
    assert file.size == len(mutant.content)
    assert file.accepted_bytes + file.skipped_bytes + torn == file.size
    assert sum(fault.length for fault in lost) == file.skipped_bytes + torn
    all_true = Counter(row for rows in truth for row in rows)
    if mutant.kind not in ("doubled_record", "spliced"):
        assert not Counter(found) - all_true, "a row that was never written"
    else:
        assert set(found) <= set(all_true)
    # A cut that falls exactly between records cannot be seen.
    is_made_of_records = len(mutant.content) == mutant.intact_bytes
    if mutant.content != content and mutant.kind in VISIBLE and not is_made_of_records:
        assert lost, "damage that nobody named"
    # What stands before the first damage is there, and what stands after it too, unless a record that is still
    # being written, or seems to be, hides it.
    before = Counter(row for place in mutant.intact if place < mutant.first_hit for row in truth[place])
    assert not before - Counter(found), "an undamaged record before the damage is missing"
    if not torn and mutant.kind != "forged_length":
        intact = Counter(row for place in mutant.intact for row in truth[place])
        assert not intact - Counter(found), "an undamaged record after the damage is missing"


@pytest.mark.parametrize("kind", [*VISIBLE, *INVISIBLE])
def test_a_damaged_event_file_is_read_around_its_damage(
    kind: str, tmp_path: Path, mutants: int, tally: Counter[str]
) -> None:
    records = clean_records(40, seed=1)
    content = b"".join(records)
    begins = [0, *accumulate(map(len, records))]
    truth = rows_by_record(records, tmp_path)
    rng = random.Random(kind)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = mutants // len(VISIBLE | INVISIBLE) + 1
    for begin in range(0, count, 50):
        some = [mutate(kind, content, begins, rng) for _ in range(begin, min(begin + 50, count))]
        sources = []
        for place, mutant in enumerate(some):
            (tmp_path / f"mutant.{place}").write_bytes(mutant.content)
            sources.append(Source(tmp_path / f"mutant.{place}"))
        began = time.process_time()
        batch = read_event_files(sources, tmp_path)
        assert time.process_time() - began < LONGEST * len(some)
        found = rows_of(batch)
        for place, (mutant, file) in enumerate(zip(some, batch.files, strict=True)):
            judge(mutant, file, found[place], truth, content)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    assert grown < MOST_MEMORY
    tally["files"] += count
    tally["kinds"] += 1
    tally["megabytes"] = max(tally["megabytes"], grown // 1000)


def mutated_logs(rng: random.Random) -> Iterator[tuple[bytes, bytes]]:
    """start.log and stop.log of eight containers, with some bytes changed, lost, added or cut off."""
    ids = [f"{rng.getrandbits(32):08x}-0000-4000-8000-{rng.getrandbits(48):012x}" for _ in range(8)]
    logs = [
        b"".join(b"10-21-2023 1%d:00:0%d %s\n" % (hour, i, name.encode()) for i, name in enumerate(ids))
        for hour in (0, 1)
    ]
    while True:
        mutants = []
        for log in logs:
            mutant = bytearray(log)
            for _ in range(rng.randint(0, 3)):
                at = rng.randrange(len(mutant))
                change = rng.choice(
                    [b"", rng.randbytes(1), b"\r", b"\n", b"\xef\xbb\xbf", b" ", b"29", b"\0"]
                )
                mutant[at : at + rng.randint(0, 3)] = change
            mutants.append(bytes(mutant[: rng.choice([len(mutant), rng.randrange(len(mutant))])]))
        yield mutants[0], mutants[1]


def test_every_line_of_a_damaged_log_is_a_stamp_or_named(tally: Counter[str]) -> None:
    logs = mutated_logs(random.Random(1))
    files = []
    for place in range(LOGS // 2):
        for event, content in zip(("start", "stop"), next(logs), strict=True):
            files.append(StampFile(f"exp_{place}", event, f"exp_{place}/{event}.log", content))
    stamps, findings = read_stamps(files, {}, datetime(2026, 1, 1, tzinfo=UTC))
    read = (
        stamps.group_by("folder").len().rows() + findings.group_by("folder").agg(pl.col("lines").sum()).rows()
    )
    accounted = Counter[str]()
    for folder, lines in read:
        accounted[folder] += lines
    written = Counter[str]()
    lines_of = {}
    for file in files:
        text = file.content.removeprefix(b"\xef\xbb\xbf")
        lines_of[file.path] = text.split(b"\n")
        written[file.folder] += len(lines_of[file.path]) - (lines_of[file.path][-1] == b"")
    assert +accounted == +written
    for path, line, raw, container_id in stamps.select("path", "line", "raw", "container_id").rows():
        assert lines_of[path][line - 1].rstrip(b" \t\r") == f"{raw} {container_id}".encode()
    tally["logs"] = len(files)
