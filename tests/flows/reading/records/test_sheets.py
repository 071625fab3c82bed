"""Sheets of Excel as text, each trap of the table in notes/formats.md; hostile workbooks refused before they are read."""

import io
import random
import re
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.reading.cells.moments import as_moments
from flows.reading.records.rows import Records, Shape, read_records

WORKBOOK = Path(__file__).with_name("openpyxl.xlsx").read_bytes()
Change = Callable[[bytes], bytes]


def read(content: bytes, *wanted: str, **shape: object) -> Records:
    return read_records(content, "x.xlsx", wanted, Shape(**shape))  # type: ignore[arg-type]


def changed(change: Change, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The workbook with one part rewritten."""
    packed, copy = zipfile.ZipFile(io.BytesIO(WORKBOOK)), io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as written:
        for info in packed.infolist():
            content = packed.read(info)
            written.writestr(info.filename, change(content) if info.filename == part else content)
    return copy.getvalue()


def test_every_cell_is_text_with_all_its_digits() -> None:
    records = read(WORKBOOK, "", "lr", "bs", "acc", "ok", "f", sheet="runs")
    assert records.problems == ()
    assert records.columns == ("", "lr", "bs", "start", "acc", "ok", "dur", "f")
    assert records.frame.rows() == [
        # merged cells hold their text once; a formula that was never calculated has no value
        (2, 1, 1, "merged", "0.1", "64", "0.8123456789012345", "true", None),
        (3, 2, 1, None, "0.0000001", "64.5", None, "false", None),
        # the blank row 4 is left out; a number as text and text among numbers stay what they are
        (5, 3, 1, "x", "1e-3", "007", ">1000", None, None),
        (6, 4, 1, "x", str(int(1e300)), "123456789012345696", None, None, "blank"),
    ]  # fmt: skip
    assert float(records.frame["lr"][3]) == 1e300


def test_dates_are_moments_and_durations_are_not() -> None:
    starts, is_bad = as_moments(read(WORKBOOK, "start", sheet="runs").frame["start"], "UTC")
    assert starts.dt.to_string("iso").to_list() == [
        "2026-03-02 08:00:00.123000", "2026-03-02 08:00:00.000000", "2026-03-02 00:00:00.000000",
        "2026-03-02 08:00:00.000000",
    ]  # fmt: skip
    assert not is_bad.any()
    _, is_bad = as_moments(read(WORKBOOK, "dur", sheet="runs").frame["dur"], "UTC")
    assert is_bad.all()


def test_a_table_that_does_not_begin_in_the_corner_keeps_the_numbers_of_its_rows() -> None:
    records = read(WORKBOOK, "lr", "acc", sheet="moved", header=5)
    assert records.frame.rows() == [(6, 1, 1, "0.1", "3"), (8, 2, 1, "4", None)]
    assert read(WORKBOOK, "lr", sheet="moved").frame["lr"].to_list() == [None] * 3
    assert read(WORKBOOK, "1", "2", sheet="moved", header=0).frame.row(0) == (5, 1, 1, "lr", "acc")


def test_the_sheet_is_asked_for_where_several_hold_something() -> None:
    [problem] = read(WORKBOOK, "lr").problems
    assert (problem.code, problem.found) == ("Q325", "the sheets 'runs', 'moved'")
    [problem] = read(WORKBOOK, "lr", sheet="results").problems
    assert (problem.code, problem.found) == ("Q324", "the sheets 'runs', 'notes', 'moved'")
    only = changed(
        lambda text: re.sub(b"<sheetData>.*</sheetData>", b"<sheetData/>", text), "xl/worksheets/sheet3.xml"
    )
    assert read(only, "lr").frame.height == 4


def with_last_row(row: bytes) -> bytes:
    return changed(lambda text: re.sub(rb'<row r="6".*</row>', row, text, flags=re.DOTALL))


def stated(size: int) -> bytes:
    """The workbook with another size of its sheet in the archive's directory."""
    content = changed(lambda text: text + b" " * 10_000_000)
    [real] = [
        info.file_size
        for info in zipfile.ZipFile(io.BytesIO(content)).infolist()
        if info.file_size > 10_000_000
    ]
    assert content.count(real.to_bytes(4, "little")) == 2
    return content.replace(real.to_bytes(4, "little"), size.to_bytes(4, "little"))


def with_shared_text(text: bytes, cells: int) -> bytes:
    """The workbook with one text in very many cells."""
    row = b'<row r="6">' + b'<c t="s"><v>0</v></c>' * cells + b"</row>"
    file = io.BytesIO(with_last_row(row))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as written:
        written.writestr("xl/sharedStrings.xml", b"<sst><si><t>" + text + b"</t></si></sst>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        # two cells at opposite corners: the reader would ask for half a terabyte and end the process
        (with_last_row(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "1,048,576 rows and 16,384 columns"),
        (with_last_row(b"<row/>" * 100_000 + b"<row>" + b"<c><v>1</v></c>" * 16_000 + b"</row>"), "16,000 columns"),
        (changed(lambda text: text + b" " * 100_000_000), "100,020,523 bytes once unpacked"),
        (stated(600 << 20), "629,"),
        (with_shared_text(b"x" * 1_000_000, 20_000), "up to"),
    ],
    ids=range(5),
)  # fmt: skip
def test_a_sheet_that_unpacks_to_gigabytes_is_refused_unread(content: bytes, found: str) -> None:
    begin = time.process_time()
    records = read(content, "lr", sheet="runs")
    assert time.process_time() - begin < 20
    assert [problem.code for problem in records.problems] == ["Q316"]
    assert found in records.problems[0].found


def test_what_a_directory_hides_is_not_unpacked() -> None:
    [problem] = read(stated(100), "lr", sheet="runs").problems
    assert problem.code == "Q325"


@pytest.mark.parametrize("content", [b"", b"PK", b"x" * 500, WORKBOOK[:2_000], WORKBOOK[:-50]], ids=range(5))
def test_what_is_no_workbook_is_told(content: bytes) -> None:
    assert [problem.code for problem in read(content, "lr").problems] == ["Q325"]


def test_no_damage_raises() -> None:
    dice = random.Random(15)
    parts = [info.filename for info in zipfile.ZipFile(io.BytesIO(WORKBOOK)).infolist()]

    def damage(text: bytes) -> bytes:
        at = dice.randrange(len(text))
        return text[:at] + bytes([dice.randrange(256)]) + text[at + dice.randrange(1, 20) :]

    for _ in range(300):
        read(changed(damage, dice.choice(parts)), "lr", sheet="runs")
        flipped = bytearray(WORKBOOK)
        flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
        read(bytes(flipped), "lr", sheet="runs")


def test_without_fastexcel_a_workbook_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastexcel", None)
    [problem] = read(WORKBOOK, "lr", sheet="runs").problems
    assert problem.found == "a workbook, and no fastexcel"
