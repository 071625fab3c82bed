"""Damaged and hostile event files in a process that gets 1 GiB beside its imports: all are read, none kills it."""

import subprocess
import sys
from pathlib import Path

from tests.torture.test_mutants import INVISIBLE, VISIBLE

ROOT = Path(__file__).parents[2]
EACH = 20  # mutants of a kind
ROOM = 1 << 30

BOUNDED = """
import random, resource, struct, sys
from itertools import accumulate
from pathlib import Path

import google_crc32c

from flows.reading.events.frames import RECORD_LIMIT
from flows.reading.events.file import Source, iterate_event_files
from tests.event_batches import read_event_files
from tests.torture.test_mutants import INVISIBLE, VISIBLE, clean_records, mutate

folder, each, room = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
records = clean_records(40, seed=1)
content = b"".join(records)
begins = [0, *accumulate(map(len, records))]

def write(name, *parts):
    # Parts are bytes, or the length of a hole.
    path = folder / name
    with path.open("wb") as stream:
        for part in parts:
            stream.write(part) if isinstance(part, bytes) else stream.truncate(stream.seek(part, 1))
    return Source(path)

read_event_files([write("clean", content)], folder)  # starts the threads, whose stacks count
pages = int(Path("/proc/self/statm").read_text().split()[0])
bound = pages * resource.getpagesize() + room
resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
try:
    bytearray(room + (64 << 20))
except MemoryError:
    print("bounded")

def checksum(data):
    # As in TensorFlow's record format; TensorBoard's own takes seconds for large records.
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff)

def length(claimed):
    # The head of a record that claims to be so long, with a checksum that fits.
    packed = struct.pack("<Q", claimed)
    return packed + checksum(packed)

def framed(data):
    return length(len(data)) + data + checksum(data)

files = []
for kind in VISIBLE | INVISIBLE:
    chance = random.Random("bounded " + kind)
    for number in range(each):
        files.append(write(f"{kind}.{number}", mutate(kind, content, begins, chance).content))
batch = read_event_files(files, folder)
assert all(file.accepted_bytes + file.skipped_bytes + file.size - file.read_bytes == file.size for file in batch.files)
print(len(batch.files), batch.scalars.height)

def event(*values):
    # An event that is well-formed: a summary with these values.
    summary = b"".join(values)
    return framed(b"\x2a" + varint(len(summary)) + summary)

def varint(number):
    return bytes([number]) if number < 128 else bytes([128 | number & 127]) + varint(number >> 7)

def field(number, content):
    return bytes([number << 3 | 2]) + varint(len(content)) + content

limit = RECORD_LIMIT - 100
many = 200_000
gibibytes = 3 << 30
for name, parts in {
    "long_hole": [content, length(gibibytes), gibibytes + 4, content],
    "longer_than_the_file": [content, length(1 << 40), gibibytes],
    "of_64_bits": [content, length((1 << 64) - 1), content],
    "empty_heads": [content, length(0) * 500_000],
    "cut_inside": [content, framed(b"\\x2a" + b"\\xff\\xff\\xff\\xff\\x07" + bytes(1 << 20)), content],
    "too_large": [content, framed(bytes(RECORD_LIMIT + 1)), content],
    "largest": [content, framed(bytes(RECORD_LIMIT)), content],
    "numbers": [content, event(field(1, field(1, b"n") + field(8, b"\\x08\\x01" + field(5, bytes(limit))))), content],
    "many_values": [content, event(field(1, field(1, b"n") + b"\\x15" + bytes(4)) * many), content],
    "empty_values": [content, event(b"\\x0a\\x00" * many), content],
    "too_many_values": [content, event(b"\\x0a\\x00" * 1_000_001), content],
    "strings": [content, event(field(1, field(1, b"n") + field(8, b"\\x08\\x07" + b"\\x42\\x00" * many))), content],
}.items():
    rows = 0
    for piece in iterate_event_files([write("hostile", *parts)], folder):
        rows += piece.scalars.height
    print(name, rows, *[fault.code for fault in piece.finished[0].faults], flush=True)
"""

# Beside each: 80 scalars of the clean file before, 80 of the one behind if it is reached, and what is said.
HOSTILE = [
    "long_hole 160 Q315",
    "longer_than_the_file 80 Q315",
    "of_64_bits 160 Q315",
    "empty_heads 80 Q315 Q314",
    "cut_inside 160 Q315",
    "too_large 160 Q315",
    "largest 160 Q315",
    "numbers 160",
    "many_values 200160 R106",
    "empty_values 160",
    "too_many_values 160 Q315",
    "strings 160",
]


def test_hostile_files_are_read_within_a_gibibyte(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", BOUNDED, tmp_path, str(EACH), str(ROOM)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    bounded, read, *hostile = ended.stdout.splitlines()
    assert bounded == "bounded"
    files, scalars = map(int, read.split())
    assert files == EACH * len(VISIBLE | INVISIBLE) and scalars > 0
    assert hostile == HOSTILE
