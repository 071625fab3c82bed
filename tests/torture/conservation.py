"""The law every night must keep: no byte and no line of the log folders is without an account in the warehouse."""

import os
import struct
from collections import defaultdict
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import google_crc32c

from flows.log_root.regular_file import LOG_LIMIT, shown
from flows.warehouse.warehouse import Warehouse, open_published

STAMP_LOGS = ("create.log", "start.log", "stop.log")
REFUSED = {"Q316", "Q317"}


def check_conservation(house: Path, logs: Path) -> int:
    """Holds a published warehouse against the log root it was made from; gives the bytes that were accounted for.

    Every event file: its size is what was read, with the skipped bytes named, and a waiting tail that is named.
    Every stamp log: each line that is not blank is a stamp or stands in a finding. Every folder: claimed or named.
    Every folder that is held back: its files as they were seen, and each named that does not go on from what was read.
    """
    with open_published(house / "warehouse.duckdb") as warehouse:
        files = {row["path"]: row for row in warehouse.relation("files").to_pylist()}
        claimed = {
            row["folder"]: row for row in warehouse.relation("folders").to_pylist() if not row["is_gone"]
        }
        findings = defaultdict(list)
        for row in warehouse.relation("findings").to_pylist():
            findings[row["path"] or row["folder"]].append(row)
        held = {row["folder"] for rows in findings.values() for row in rows if row["outcome"] == "held"}
        seen = {row["path"]: row["size_bytes"] for row in warehouse.relation("held_files").to_pylist()}
        stamped = defaultdict(set)
        for row in warehouse.relation("stamps").to_pylist():
            stamped[row["file_id"]].add(row["line"])
        points = points_of(warehouse)
    for text, row in files.items():
        if any(text.startswith(f"{folder}/") for folder in held):
            named = any(note["code"] == "Q321" for note in findings[text])
            assert goes_on(logs / text, row) or named, f"{text}: held back without a word"
    accounted = 0
    for path, status in files_below(logs):
        text = shown(path)
        if not any(text.startswith(f"{folder}/") for folder in claimed):
            top = text.split("/", 1)[0]
            assert any(row["code"] == "W208" for row in findings[top]), f"{text}: lost with its folder"
            continue
        name = text.rsplit("/", 1)[1]
        is_stamp_log = name in STAMP_LOGS and text.count("/") == 1
        if name.startswith(".") or not ("tfevents" in name or is_stamp_log):
            assert not name.startswith(".") or "tfevents" not in name or findings[text], f"{text}: not named"
            continue
        if any(text.startswith(f"{folder}/") for folder in held):
            assert seen[text] == status.st_size, text
            accounted += status.st_size
            continue
        assert text in files, f"{text}: neither read nor named"
        row, notes = files[text], findings[text]
        codes = {note["code"] for note in notes}
        assert row["size_bytes"] == status.st_size, text
        if codes & REFUSED:
            assert row["read_bytes"] == row["scalars"] == 0, text
        elif is_stamp_log:
            check_lines(logs / path, text, stamped[row["file_id"]], [note["reason"] for note in notes])
        else:
            check_bytes(logs / path, text, row, notes)
            owned = points.get(row["file_id"], 0)
            assert owned == row["scalars"] or (owned == 0 and "Q312" in codes), f"{text}: scalars lost"
        accounted += status.st_size
    return accounted


def goes_on(path: Path, row: Mapping[str, Any]) -> bool:
    """Whether a regular file begins with the bytes that were read of it."""
    if path.is_symlink() or not path.is_file():
        return False
    return sha256(path.read_bytes()[: row["size_bytes"]]).hexdigest() == row["sha256"]


def check_bytes(path: Path, text: str, row: dict[str, int], notes: list[dict[str, object]]) -> None:
    tail = row["size_bytes"] - row["read_bytes"]
    torn = [note for note in notes if note["code"] in ("Q314", "R111")]
    assert tail >= 0 and row["skipped_bytes"] >= 0, text
    assert bool(tail) == bool(torn), f"{text}: {tail} bytes wait, named by {torn}"
    assert all(note["byte_offset"] == row["read_bytes"] for note in torn), text
    named = {note["code"] for note in notes} & {"Q315", "Q319", "Q320"}
    assert not row["skipped_bytes"] or named, f"{text}: {row['skipped_bytes']} bytes skipped without a word"
    if not named:
        whole, end = whole_records(path)
        assert (row["records"], row["read_bytes"]) == (whole, end), f"{text}: undamaged records lost"


def check_lines(path: Path, text: str, stamped: set[int], reasons: list[str]) -> None:
    if any("None of its " in reason for reason in reasons):
        return
    said = " ".join(reasons) + " "
    for number, line in enumerate(path.read_bytes()[:LOG_LIMIT].split(b"\n"), 1):
        is_blank = not line.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r")
        is_named = any(f"{text}:{number}{end}" in said for end in ": )")
        assert is_blank or number in stamped or is_named, f"{text}:{number}: {line!r} lost"


def whole_records(path: Path) -> tuple[int, int]:
    """Records with right checksums from the beginning on and where they end: a second reader of the format."""
    count = place = 0
    content = path.read_bytes()
    while place + 12 <= len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        end = place + 16 + length
        if end > len(content) or masked(content[place : place + 8]) != content[place + 8 : place + 12]:
            break
        if masked(content[place + 12 : end - 4]) != content[end - 4 : end]:
            break
        count, place = count + 1, end
    return count, place


def masked(content: bytes) -> bytes:
    checksum = google_crc32c.value(content)
    return struct.pack("<I", ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def files_below(logs: Path) -> list[tuple[str, os.stat_result]]:
    found = []
    for folder, _, names in os.walk(logs):
        for name in names:
            path = Path(folder, name)
            found.append((str(path.relative_to(logs)), path.lstat()))
    return found


def points_of(warehouse: Warehouse) -> dict[int, int]:
    return {
        row["values"]: row["counts"]
        for row in warehouse.relation("points")["file_id"].value_counts().to_pylist()
    }
