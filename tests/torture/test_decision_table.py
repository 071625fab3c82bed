"""Every line of the decision table (notes on reliability, §4), each in a folder of one whole night."""

import os
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flows.discovery.log_folders import STALE_AFTER
from flows.log_root.regular_file import EVENT_FILE_LIMIT
from flows.night import Order, Summary, night
from flows.warehouse.warehouse import open_published
from sample.write_logs import scalar
from tests.torture.conservation import check_conservation, masked
from tests.torture.folders import (
    LENIENT,
    NOW,
    STARTED,
    STUDY,
    TAG,
    container_ids,
    event_file,
    write_small_folder,
    write_small_study,
)

HEALTHY = [f"{run}_ok{place}" for run in (1, 2, 3, 4) for place in (1, 2)]


class Case(NamedTuple):
    """A line of the table: what is done to a healthy folder, and what must come of it."""

    line: int
    name: str
    spoil: Callable[[Path], None]
    code: str
    verdict: str  # accepted, unfinished or quarantined
    place: str = ""  # what the reason must name: a file, with its line or byte
    later: str = ""  # the code after two days without a change
    study: str = STUDY

    @property
    def folder(self) -> str:
        return f"1_{self.name}" if self.study == STUDY else f"{self.study}-1-{self.name}"


def edit(log: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / log
        path.write_bytes(change(path.read_bytes()))

    return spoil


def edit_events(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = event_file(folder)
        path.write_bytes(change(path.read_bytes()))

    return spoil


def second_line(content: bytes, new: bytes) -> bytes:
    return content.splitlines(keepends=True)[0] + new


def with_stamp(stamp: str) -> Callable[[bytes], bytes]:
    """The second line under another stamp."""
    return lambda content: second_line(
        content, stamp.encode() + b" " + content.splitlines()[1].split(b" ")[2] + b"\n"
    )


def with_start(time: str) -> Callable[[bytes], bytes]:
    """One more attempt of the second container."""
    return lambda content: (
        content + f"10-09-2023 {time} ".encode() + content.splitlines()[1].split(b" ")[2] + b"\n"
    )


def both_lines(*stamps: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        ids = [line.split(b" ")[2] for line in content.splitlines()]
        return b"".join(stamp.encode() + b" " + each + b"\n" for stamp, each in zip(stamps, ids, strict=True))

    return change


def record(content: bytes, length: int | None = None) -> bytes:
    head = struct.pack("<Q", len(content) if length is None else length)
    return head + masked(head) + content + masked(content)


def event(step: int = 4, value: float = 80.0, tag: str = TAG, wall_time: float | None = None) -> bytes:
    when = STARTED.timestamp() + 30 if wall_time is None else wall_time
    return record(scalar(when, step, tag, value).SerializeToString())


def both(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        for change in changes:
            change(folder)

    return spoil


def drop_events(folder: Path) -> None:
    event_file(folder).unlink()


def replace_by(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = event_file(folder)
        path.unlink()
        make(path)

    return spoil


def sparse(size: int) -> Callable[[Path], None]:
    return replace_by(lambda path: (path.touch(), os.truncate(path, size)))


def flip(content: bytes) -> bytes:
    """One bit of the second scalar's record."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


def stray_container(folder: Path) -> None:
    path = event_file(folder)
    stray = container_ids("stray", 1)[0]
    copy = folder / "train_job_0" / stray / "model" / path.name.replace(path.parts[-3], stray)
    copy.parent.mkdir(parents=True)
    copy.write_bytes(path.read_bytes())


def same_id_elsewhere(folder: Path) -> None:
    """The folder becomes a copy of a folder that is there for it."""
    write_small_folder(folder.parent, "1_twin")
    for log in ("create.log", "start.log", "stop.log"):
        (folder / log).write_bytes((folder.parent / "1_twin" / log).read_bytes())
    for place in (0, 1):
        path = event_file(folder, place)
        ours, theirs = path.parts[-3], container_ids("1_twin")[place]
        path.parents[1].rename(path.parents[2] / theirs)
        moved = path.parents[2] / theirs / "model" / path.name
        moved.rename(moved.with_name(path.name.replace(ours, theirs)))


def stop_at_start(folder: Path) -> None:
    (folder / "stop.log").write_bytes((folder / "start.log").read_bytes())


def stop_log_as_pipe(folder: Path) -> None:
    (folder / "stop.log").unlink()
    os.mkfifo(folder / "stop.log")


# fmt: off
CASES = [
    Case(1, "crlf", edit("start.log", lambda c: c.replace(b"\n", b"\r\n")), "R101", "accepted", "start.log"),
    Case(1, "bom", edit("stop.log", lambda c: b"\xef\xbb\xbf" + c), "R101", "accepted", "stop.log"),
    Case(1, "blank", edit("stop.log", lambda c: c.replace(b"\n", b" \n\n")), "R101", "accepted", "stop.log"),
    Case(1, "no_newline", edit("stop.log", lambda c: c[:-1]), "R101", "accepted", "stop.log"),
    Case(2, "half_line", edit("stop.log", lambda c: c[:-20]), "W201", "unfinished", "stop.log:2"),
    Case(3, "form", edit("start.log", lambda c: c + b"job one began\n"), "Q301", "quarantined", "start.log:3"),
    Case(3, "other_file", edit("start.log", lambda c: b"x y z\n" * 9), "Q301", "quarantined", "start.log:1"),
    Case(3, "no_day", edit("stop.log", with_stamp("02-30-2023 09:31:00")), "Q301", "quarantined", "stop.log:2"),
    Case(4, "month", edit("stop.log", with_stamp("29-10-2023 09:31:00")), "Q302", "quarantined", "stop.log:2"),
    Case(5, "year", edit("stop.log", with_stamp("10-09-0023 09:31:00")), "Q303", "quarantined", "stop.log:2"),
    Case(5, "future", edit("stop.log", with_stamp("10-29-2023 09:31:00")), "Q303", "quarantined", "stop.log:2"),
    Case(
        6,
        "twice",
        both(
            edit("create.log", both_lines("10-30-2022 02:10:00", "10-30-2022 01:50:00")),
            edit("start.log", both_lines("10-30-2022 02:20:00", "10-30-2022 02:20:00")),
            edit("stop.log", both_lines("10-30-2022 02:30:00", "10-30-2022 04:30:00")),
        ),
        "Q304",
        "quarantined",
        "start.log:1",
    ),
    Case(  # 02:50 to 02:10 only makes sense across the switch, and only so
        6,
        "told_apart",
        both(
            edit("create.log", lambda c: b""),
            edit("start.log", both_lines("10-30-2022 02:50:00", "10-30-2022 02:50:00")),
            edit("stop.log", both_lines("10-30-2022 02:10:00", "10-30-2022 02:10:00")),
        ),
        "R109",
        "accepted",
        "start.log:1",
    ),
    Case(7, "gap", edit("stop.log", with_stamp("03-26-2023 02:30:00")), "Q305", "quarantined", "stop.log:2"),
    Case(8, "instant", stop_at_start, "R102", "accepted", "stop.log:1"),
    Case(9, "backwards", edit("stop.log", with_stamp("10-09-2023 09:31:00")), "Q306", "quarantined", "stop.log:2"),
    Case(10, "running", edit("stop.log", lambda c: second_line(c, b"")), "W202", "unfinished", "start.log:1", "Q307"),
    Case(11, "no_start", edit("start.log", lambda c: second_line(c, b"")), "Q308", "quarantined", "stop.log:2"),
    Case(12, "repeat", edit("start.log", lambda c: c + c.splitlines(keepends=True)[1]), "R103", "accepted", "start.log:3"),
    Case(13, "restart", edit("start.log", with_start("11:45:00")), "Q309", "quarantined", "start.log:3"),
    Case(13, "restart_told", edit("start.log", with_start("09:20:00")), "R110", "accepted", "start.log:2", study=LENIENT),
    Case(  # the last attempt has not stopped: what stop.log says is of the one before
        13,
        "restart_runs",
        edit("start.log", with_start("11:45:00")),
        "W202",
        "unfinished",
        "start.log:3",
        "Q307",
        LENIENT,
    ),
    # Q310 of the table is the promise CON-5: it can only be judged over all folders of a study.
    Case(14, "copied", same_id_elsewhere, "CON-5", "quarantined", "1_twin"),
    Case(15, "no_events", drop_events, "W203", "unfinished", "container", "Q311"),
    Case(16, "stray", stray_container, "W206", "unfinished", container_ids("stray", 1)[0], "Q312"),
    # Any name that cannot break out of a path or a page is an id: not every testbed has uuids.
    Case(
        17,
        "odd_id",
        edit("start.log", lambda c: c + b"10-09-2023 09:31:00 <script>alert(1)</script>\n"),
        "Q313",
        "quarantined",
        "start.log:3",
    ),
    Case(
        18,
        "rsync",
        lambda f: event_file(f).rename(event_file(f).with_name("." + event_file(f).name + ".Xy12ab")),
        "W204",
        "unfinished",
        ".Xy12ab",
    ),
    Case(19, "torn", edit_events(lambda c: c[:-5]), "Q314", "quarantined", "byte 1"),
    Case(
        19,
        "torn_running",
        both(edit_events(lambda c: c[:-5]), edit("stop.log", lambda c: b"")),
        "Q314",
        "unfinished",
        "byte 1",
        "Q314",
    ),
    Case(19, "torn_allowed", edit_events(lambda c: c[:-5]), "R111", "accepted", "byte 1", study=LENIENT),
    Case(
        19,
        "torn_runs",
        both(edit_events(lambda c: c[:-5]), edit("stop.log", lambda c: b"")),
        "Q314",
        "unfinished",
        "byte 1",
        "Q314",
        LENIENT,
    ),
    Case(19, "zero_tail", edit_events(lambda c: c + bytes(64)), "Q314", "quarantined", "byte 1"),
    Case(20, "bit_flip", edit_events(flip), "Q315", "quarantined", "byte "),
    Case(20, "no_event", edit_events(lambda c: c + record(b"\xff" * 30)), "Q315", "quarantined", "byte "),
    Case(20, "length_2_60", edit_events(lambda c: c + record(b"abc", 2**60)), "Q315", "quarantined", "byte "),
    Case(21, "sparse_100_gb", sparse(100 << 30), "Q316", "quarantined", "107,374,182,400 bytes"),
    Case(21, "over_limit", sparse(EVENT_FILE_LIMIT + 1), "Q316", "quarantined", "events.out"),
    Case(21, "fifo", replace_by(os.mkfifo), "Q316", "quarantined", "events.out"),
    Case(21, "device_link", replace_by(lambda p: p.symlink_to("/dev/zero")), "Q316", "quarantined", "events.out"),
    Case(21, "loop", replace_by(lambda p: p.symlink_to(p.name)), "Q316", "quarantined", "events.out"),
    Case(21, "link_out", replace_by(lambda p: p.symlink_to("/etc/passwd")), "Q316", "quarantined", "events.out"),
    Case(21, "log_fifo", stop_log_as_pipe, "Q316", "quarantined", "stop.log"),
    Case(23, "zero_bytes", edit_events(lambda c: b""), "R104", "quarantined", "byte 0"),
    Case(23, "only_version", edit_events(lambda c: c[: whole_first(c)]), "R104", "quarantined", "byte 0"),
    Case(24, "nan_inside", edit_events(lambda c: c + event(4, float("nan")) + event(5)), "R105", "accepted", "byte "),
    Case(24, "nan_response", edit_events(lambda c: c + event(4, float("nan"))), "OBS-2", "quarantined", "Accuracy"),
    Case(24, "inf_response", edit_events(lambda c: c + event(4, float("inf"))), "OBS-2", "quarantined", "Accuracy"),
    Case(24, "out_of_range", edit_events(lambda c: c + event(4, 101.0)), "OBS-3", "quarantined", "Accuracy"),
    Case(25, "no_wall_time", edit_events(lambda c: c + event(wall_time=float("nan"))), "R106", "accepted", "byte "),
    Case(25, "wall_time_0", edit_events(lambda c: c + event(wall_time=0.0)), "R106", "accepted", "byte "),
    Case(26, "negative_step", edit_events(lambda c: c + event(step=-(2**53) - 1)), "Q319", "quarantined", "byte "),
    Case(26, "huge_step", edit_events(lambda c: c + event(step=2**53 + 1)), "Q319", "quarantined", "byte "),
    Case(27, "rewound", edit_events(lambda c: c + event(step=2)), "R107", "accepted", "byte "),
    Case(28, "long_tag", edit_events(lambda c: c + event(tag="t" * 300)), "Q320", "quarantined", "byte "),
    Case(28, "control_tag", edit_events(lambda c: c + event(tag="a\0b")), "Q320", "quarantined", "byte "),
]
# fmt: on


def whole_first(content: bytes) -> int:
    (length,) = struct.unpack_from("<Q", content)
    return int(length) + 16


class Night(NamedTuple):
    order: Order
    summary: Summary
    notes: list[dict[str, Any]]  # code, folder, reason: findings and breaches
    verdicts: dict[str, str]  # of the folders


def carry_out(order: Order, now: Any) -> Night:
    summary = night(order, now)
    with open_published(summary.house.warehouse) as warehouse:
        notes = [
            *warehouse.relation("findings").to_pylist(),
            *(dict(row, outcome="quarantined") for row in warehouse.relation("breaches").to_pylist()),
        ]
        verdicts = {row["folder"]: row["verdict"] for row in warehouse.relation("runs").to_pylist()}
    check_conservation(order.house, order.logs)
    return Night(order, summary, notes, verdicts)


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Order:
    """A log root with a folder for each case, and healthy folders of every run."""
    root = tmp_path_factory.mktemp("table")
    order = Order(root / "logs", root / "studies", root / "house")
    write_small_study(order.studies)
    write_small_study(order.studies, LENIENT, "lenient-{run}-{replicate}", restarts="last", allow_torn=True)
    for name in HEALTHY:
        write_small_folder(order.logs, name)
    for case in CASES:
        case.spoil(write_small_folder(order.logs, case.folder))
    for path in order.logs.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (NOW.timestamp() - 60, NOW.timestamp() - 60))
    return order


@pytest.fixture(scope="module")
def first(order: Order) -> Night:
    return carry_out(order, NOW)


@pytest.fixture(scope="module")
def later(first: Night) -> Iterator[Night]:
    """The night after nothing has moved for two days: whoever waits is judged."""
    yield carry_out(first.order, NOW + STALE_AFTER)


def notes_of(night: Night, case: Case, code: str) -> list[dict[str, Any]]:
    return [note for note in night.notes if note["folder"] == case.folder and note["code"] == code]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.line}-{case.name}")
def test_each_line_of_the_table_is_decided_as_it_says(first: Night, case: Case) -> None:
    notes = notes_of(first, case, case.code)
    assert notes, [note for note in first.notes if note["folder"] == case.folder]
    reason = notes[0]["reason"]
    assert case.place in " ".join(note["reason"] for note in notes)
    assert re.search(r": found .*, expected .*\. \S.*\.$", reason), "where, found, expected, what to do"
    assert first.verdicts[case.folder] == case.verdict, reason
    outcomes = {"accepted": "repaired", "unfinished": "waiting", "quarantined": "quarantined"}
    if case.code[0] != "R":
        assert notes[0]["outcome"] == outcomes[case.verdict]


@pytest.mark.parametrize("case", [case for case in CASES if case.later], ids=lambda case: case.name)
def test_what_waits_is_judged_after_two_days_without_a_change(later: Night, case: Case) -> None:
    assert notes_of(later, case, case.later)
    assert later.verdicts[case.folder] == "quarantined"


def test_the_rest_of_the_night_is_published(first: Night) -> None:
    assert first.summary.version is not None
    assert {first.verdicts[name] for name in HEALTHY} == {"accepted"}
    expected = {case.folder for case in CASES if case.verdict == "accepted"} | set(HEALTHY)
    with open_published(first.summary.house.warehouse) as warehouse:
        observed = set(warehouse.relation("observations")["folder"].to_pylist())
        assert warehouse.relation("effects").num_rows
    assert observed == expected


def test_every_folder_that_is_not_accepted_has_a_reason(first: Night, figures: dict[str, str]) -> None:
    for folder, verdict in first.verdicts.items():
        outcomes = {note["outcome"] for note in first.notes if note["folder"] == folder}
        assert verdict == "accepted" or verdict.replace("unfinished", "waiting") in outcomes, folder
    lines = {case.line for case in CASES} | {18, 22, 29, 30, 31, 32}
    assert lines == set(range(1, 33))
    figures["decision table"] = f"{len(lines)} of 32 lines as decided, {len(CASES)} cases in one night"
