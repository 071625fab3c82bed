"""Every line of start.log, stop.log and create.log is a stamp, or a finding says what it is."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.reading.stamps.lines import Event
from flows.reading.stamps.pod_logs import read_pod_logs, told_by_several
from flows.reading.stamps.stamps import Heard, StampFile, read_stamps

NOW = datetime(2026, 11, 23, tzinfo=UTC)
A = "0a1b2c3d-0000-4000-8000-00000000000a"
B = "0a1b2c3d-0000-4000-8000-00000000000b"
AMSTERDAM = "Europe/Amsterdam"


def log(event: Event, content: str | bytes, folder: str = "exp_1") -> StampFile:
    data = content.encode() if isinstance(content, str) else content
    return StampFile(folder, event, f"{folder}/{event}.log", data)


def line_count(files: Sequence[StampFile]) -> int:
    return sum(
        file.content.count(b"\n") + (not file.content.endswith(b"\n") and file.content != b"")
        for file in files
    )


def read(
    files: Sequence[StampFile], zones: Mapping[str, str] | None = None, restarts: str = "quarantine"
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Reads, and holds the lines against the law: each is a stamp or counted by one finding."""
    rules = {file.folder: restarts for file in files}
    stamps, findings = read_stamps(files, zones or {}, NOW, restarts_of=rules)
    byte_order_marks = sum(file.content == b"\xef\xbb\xbf" for file in files)  # a mark alone is no line
    assert stamps.height + findings["lines"].sum() == line_count(files) - byte_order_marks
    assert findings.schema["line"] == pl.Int32
    assert set(findings["outcome"]) <= {"repaired", "waiting", "quarantined"}
    counted = stamps.filter(~pl.col("is_superseded"))
    assert not counted.select(pl.struct("folder", "container_id", "event").is_duplicated().any()).item()
    for folder, path, line, offset in findings.select("folder", "path", "line", "byte_offset").rows():
        file = next(file for file in files if (file.folder, file.path) == (folder, path))
        if offset is not None:
            assert file.content[:offset].count(b"\n") == line - 1
            assert offset == 0 or file.content[offset - 1 : offset] == b"\n"
    return stamps, findings


def codes(findings: pl.DataFrame) -> list[str]:
    return sorted(findings["code"])


def only(findings: pl.DataFrame, code: str) -> str:
    assert codes(findings) == [code]
    reason: str = findings["reason"][0]
    return reason


STARTED = f"10-21-2023 10:00:00 {A}\n"
STOPPED = f"10-21-2023 10:05:00 {A}\n"


def test_clean_logs_give_one_stamp_a_container_and_event_in_utc_without_findings() -> None:
    created = f"10-21-2023 09:59:00 {A}\n"
    files = [log("create", created), log("start", STARTED), log("stop", STOPPED)]
    stamps, findings = read(files, {"exp_1": AMSTERDAM})
    assert findings.is_empty()
    columns = ["folder", "container_id", "event", "at", "raw", "path", "line"]
    assert stamps.columns == [*columns, "is_superseded"]
    assert stamps.schema["at"] == pl.Datetime("us")
    assert not stamps["is_superseded"].any()
    assert stamps.select(columns).rows() == [
        ("exp_1", A, "create", datetime(2023, 10, 21, 7, 59), "10-21-2023 09:59:00", "exp_1/create.log", 1),
        ("exp_1", A, "start", datetime(2023, 10, 21, 8, 0), "10-21-2023 10:00:00", "exp_1/start.log", 1),
        ("exp_1", A, "stop", datetime(2023, 10, 21, 8, 5), "10-21-2023 10:05:00", "exp_1/stop.log", 1),
    ]


def test_no_files_and_empty_files_give_empty_frames() -> None:
    for files in ([], [log("start", "")], [log("start", b"\xef\xbb\xbf")]):
        stamps, findings = read(files)
        assert stamps.is_empty()
        assert set(findings["code"]) <= {"R101"}


def test_what_editors_add_is_read_over_and_counted() -> None:
    text = b"\xef\xbb\xbf10-21-2023 10:00:00 %b\r\n\r\n \t\n10-21-2023 10:00:01 %b \t" % (
        A.encode(),
        B.encode(),
    )
    stops = f"10-21-2023 10:05:00 {A}\n10-21-2023 10:05:00 {B}\n"
    stamps, findings = read([log("start", text), log("stop", stops)])
    assert stamps["line"].to_list() == [1, 4, 1, 2]
    assert only(findings, "R101") == (
        "exp_1/start.log: found 1 CRLF line end(s), 1 line(s) with trailing blanks, 2 blank line(s), "
        "1 last line without a line end, 1 byte order mark, expected plain lines. It was read over; nothing is to be done."
    )
    assert findings["outcome"].to_list() == ["repaired"]


@pytest.mark.parametrize(
    "cut", ["10-21-2023 10:0", "1", "10-21-2023 10:05:00 ", f"10-21-2023 10:05:00 {B[:9]}"]
)
def test_a_last_line_that_breaks_off_is_waited_for(cut: str) -> None:
    starts = STARTED + STARTED.replace(A, B)
    _, findings = read([log("start", starts), log("stop", STOPPED + cut)])
    assert codes(findings) == ["W201", "W202"]
    assert set(findings["outcome"]) == {"waiting"}


@pytest.mark.parametrize(
    "line",
    [
        "10-21-23",
        f"1-2-2023 3:4:5 {A}",
        f"10-21-2023  10:00:00 {A}",
        f"10-21-2023\t10:00:00 {A}",
        f" 10-21-2023 10:00:00 {A}",
        f"10-21-2023 10:00:00 {A} more",
        f"2023-10-21 24:00:00 {A}",
        f"2023-10-21T10:00:00+0a:00 {A}",
        f"2023-10-21T10:00:00Z stdout X {A}",
        f"10-21-2023 10:00:00. {A}",
        f"10/21/2023 10:00:00 {A}",
        f"10-21-2023 24:00:00 {A}",
        f"10-21-2023 23:59:60 {A}",
        f"02-30-2023 10:00:00 {A}",
        f"00-10-2023 10:00:00 {A}",
        f"１０-21-2023 10:00:00 {A}",
        "10-21-2023 10:00:00",
        f"10-21--2023 10:00:00 {A}",
    ],
)
def test_a_line_of_another_form_is_quarantined_and_the_others_are_read(line: str) -> None:
    starts = f"10-21-2023 10:00:00 {B}\n{line}\n"
    stamps, findings = read([log("start", starts), log("stop", STOPPED.replace(A, B))])
    assert stamps["container_id"].to_list() == [B, B]
    assert only(findings, "Q301").startswith(f"exp_1/start.log:2: found {line!r}, expected ")
    assert findings.row(0, named=True)["byte_offset"] == len(STARTED)


def test_the_sentence_says_where_what_was_found_and_expected_and_what_to_do() -> None:
    _, findings = read([log("stop", STOPPED + "10-21-23\n"), log("start", STARTED)])
    assert only(findings, "Q301") == (
        "exp_1/stop.log:2: found '10-21-23', expected 'MM-DD-YYYY HH:MM:SS <container id>'. "
        "Correct the line or remove the folder."
    )


def test_a_file_with_more_than_three_odd_lines_is_another_file() -> None:
    stamps, findings = read([log("start", STARTED + "what\n" * 4)])
    assert stamps.is_empty()
    assert "found 4 of 5 lines of another form, the first 'what'" in only(findings, "Q301")
    assert findings["lines"].to_list() == [5]


def test_a_month_above_12_anywhere_takes_no_line_of_the_file() -> None:
    stamps, findings = read([log("start", STARTED + f"29-10-2023 10:00:00 {B}\n"), log("stop", STOPPED)])
    assert stamps["event"].to_list() == ["stop"]
    assert "exp_1/start.log:2: found month 29 in" in only(findings, "Q302")
    assert findings.row(0, named=True)["lines"] == 2


@pytest.mark.parametrize("day", ["10-21-1999", "10-21-0023", "10-21-2101", "11-25-2026"])
def test_years_out_of_range_and_times_ahead_are_quarantined(day: str) -> None:
    _, findings = read([log("start", f"{day} 10:00:00 {A}\n"), log("stop", STOPPED)])
    reason = only(findings.filter(pl.col("code") != "Q308"), "Q303")
    assert day in reason
    assert findings["container_id"].to_list() == [A]


def test_a_clock_that_is_some_hours_ahead_is_taken() -> None:
    _, findings = read(
        [log("start", f"11-23-2026 10:00:00 {A}\n"), log("stop", f"11-23-2026 20:00:00 {A}\n")]
    )
    assert findings.is_empty()


@pytest.mark.parametrize(
    "odd",
    [
        "../x",
        "a/b",
        "a\\b",
        "..",
        ".",
        "a\x07b",
        "a\x00b",
        "x" * 129,
        "<script>",
        "a'b",
        'a"b',
        "a\u200bb",
        "\u202ex",
    ],
)
def test_an_id_that_could_lead_elsewhere_is_quarantined(odd: str) -> None:
    stamps, findings = read([log("start", f"10-21-2023 10:00:00 {odd}\n")])
    assert stamps.is_empty()
    assert only(findings, "Q313").startswith("exp_1/start.log:1: found the container id ")


def test_ids_need_not_be_uuids_and_bytes_that_are_not_utf_8_are_shown_escaped() -> None:
    for name in ("job-1", "node.example:22", "é", "x" * 128):
        stamps, _ = read([log("start", f"10-21-2023 10:00:00 {name}\n")])
        assert stamps["container_id"].to_list() == [name]
    _, findings = read([log("start", b"10-21-2023 10:00:00 bad\xff\n")])
    assert r"bad\\xff" in only(findings, "Q313")


def test_a_stop_before_the_start_is_named_with_both_lines_and_never_swapped() -> None:
    stamps, findings = read([log("start", STOPPED), log("stop", "\n" + STARTED)])
    reason = findings.filter(pl.col("code") == "Q306")["reason"].item()
    assert reason.startswith(
        f"exp_1/stop.log:2: found container {A} stopped 0:05:00 before it started (exp_1/start.log:1)"
    )
    assert stamps["at"].to_list() == [datetime(2023, 10, 21, 10, 5), datetime(2023, 10, 21, 10)]


def test_a_start_before_the_creation_is_named_too() -> None:
    _, findings = read([log("create", STOPPED), log("start", STARTED), log("stop", STOPPED)])
    assert f"container {A} started 0:05:00 before it created" in only(findings, "Q306")


def test_a_stop_in_the_second_of_the_start_is_a_duration_of_0() -> None:
    _, findings = read([log("start", STARTED), log("stop", STARTED)])
    only(findings, "R102")
    assert findings["outcome"].to_list() == ["repaired"]


@pytest.mark.parametrize(
    ("events", "code", "outcome"),
    [
        (["start"], "W202", "waiting"),
        (["create"], "W202", "waiting"),
        (["create", "start"], "W202", "waiting"),
        (["stop"], "Q308", "quarantined"),
        (["create", "stop"], "Q308", "quarantined"),
    ],
)
def test_a_missing_stamp_is_waited_for_or_quarantined(events: list[Event], code: str, outcome: str) -> None:
    stamps, findings = read([log(event, STARTED) for event in events])
    only(findings, code)
    assert findings["outcome"].to_list() == [outcome]
    assert findings["container_id"].to_list() == [A]
    assert stamps.height == len(events)


def test_a_line_that_stands_twice_counts_once_and_different_ones_not_at_all() -> None:
    stamps, findings = read([log("start", STARTED * 2), log("stop", STOPPED)])
    assert only(findings, "R103").startswith("exp_1/start.log:2: ")
    assert stamps.height == 2
    stamps, findings = read([log("start", STARTED + STOPPED + STARTED), log("stop", STOPPED)])
    assert codes(findings) == ["Q309", "R103"]
    assert "(exp_1/start.log:1), '10-21-2023 10:05:00' (exp_1/start.log:2)" in findings["reason"][1]
    assert stamps["event"].to_list() == ["stop"]
    assert 'restarts = "last"' in findings["reason"][1]


def counted_of(stamps: pl.DataFrame) -> list[tuple[str, str]]:
    """Event and time of day of the stamps that count."""
    return stamps.filter(~pl.col("is_superseded")).select("event", pl.col("raw").str.slice(11, 5)).rows()


@pytest.mark.parametrize(("rule", "start", "stop"), [("first", "10:00", "10:20"), ("last", "10:10", "10:30")])
def test_the_study_says_which_attempt_of_a_restarted_container_counts(
    rule: str, start: str, stop: str
) -> None:
    logs = [
        log("start", f"10-21-2023 10:00:00 {A}\n10-21-2023 10:10:00 {A}\n10-21-2023 10:05:00 {A}\n"),
        log("stop", f"10-21-2023 10:30:00 {A}\n10-21-2023 10:20:00 {A}\n"),
    ]
    stamps, findings = read(logs, restarts=rule)
    assert codes(findings) == ["R110", "R110"]
    assert set(findings["outcome"]) == {"repaired"}
    assert f"The {rule} counts" in findings["reason"][0]
    assert stamps.height == 5, "every attempt stays"
    assert counted_of(stamps) == [("start", start), ("stop", stop)]


def test_a_last_attempt_that_has_not_stopped_is_waited_for() -> None:
    again = log("start", f"{STARTED}10-21-2023 11:00:00 {A}\n")
    stamps, findings = read([again, log("stop", STOPPED)], restarts="last")
    assert codes(findings) == ["R110", "W202"]
    assert counted_of(stamps) == [("start", "11:00")]
    stamps, findings = read([again, log("stop", STOPPED)], restarts="first")
    assert codes(findings) == ["R110"]
    assert counted_of(stamps) == [("start", "10:00"), ("stop", "10:05")]


def test_attempts_in_an_hour_that_happened_twice_count_only_if_their_order_is_clear() -> None:
    zones = {"exp_1": AMSTERDAM}
    hidden = log("start", f"10-29-2023 02:50:00 {A}\n10-29-2023 02:10:00 {A}\n")
    stop = log("stop", f"10-29-2023 04:00:00 {A}\n")
    _, findings = read([hidden, stop], zones, "last")
    assert codes(findings) == ["Q309"]
    clear = log("start", f"10-29-2023 02:50:00 {A}\n10-29-2023 03:10:00 {A}\n")
    stamps, findings = read([clear, stop], zones, "last")
    assert codes(findings) == ["R110"]
    assert stamps["at"].null_count() == 1, "nobody knows which 02:50 it was"
    assert counted_of(stamps) == [("start", "03:10"), ("stop", "04:00")]
    _, findings = read([clear, stop], zones, "first")
    assert codes(findings) == ["Q304", "R110"]


def test_folders_do_not_mix() -> None:
    files = [log("start", STARTED, "exp_1"), log("stop", STOPPED, "exp_2")]
    stamps, findings = read(files)
    assert stamps.height == 2
    assert findings.select("folder", "code").rows() == [
        ("exp_2", "Q308"),
        ("exp_1", "W202"),
    ] or findings.select("folder", "code").rows() == [("exp_1", "W202"), ("exp_2", "Q308")]


def test_a_skipped_hour_is_quarantined_and_more_than_one_asks_for_the_zone() -> None:
    start = f"03-26-2023 02:30:00 {A}\n"
    _, findings = read([log("start", start)], {"exp_1": AMSTERDAM})
    assert "skipped in Europe/Amsterdam" in only(findings, "Q305")
    _, findings = read([log("start", start), log("stop", start)], {"exp_1": AMSTERDAM})
    assert codes(findings) == ["Q305", "Q305"]
    assert "Is Europe/Amsterdam the time zone of the study?" in findings["reason"][0]


def test_a_repeated_hour_is_told_by_the_partner_only_if_one_reading_makes_sense() -> None:
    zones = {"exp_1": AMSTERDAM}
    start, stop = log("start", f"10-29-2023 02:50:00 {A}\n"), log("stop", f"10-29-2023 02:10:00 {A}\n")
    stamps, findings = read([start, stop], zones)
    assert stamps["at"].to_list() == [datetime(2023, 10, 29, 0, 50), datetime(2023, 10, 29, 1, 10)]
    assert codes(findings) == ["R109", "R109"]
    late = log("stop", f"10-29-2023 03:10:00 {A}\n")  # 20 minutes or 1 h 20
    stamps, findings = read([start, late], zones)
    assert stamps["event"].to_list() == ["stop"]
    assert "happened twice in Europe/Amsterdam" in only(findings, "Q304")
    _, findings = read([start], zones)
    only(findings, "Q304")
    stamps, findings = read_stamps([start, late], zones, NOW, {"exp_1": timedelta(hours=1)})
    assert stamps["at"].to_list() == [datetime(2023, 10, 29, 1, 50), datetime(2023, 10, 29, 2, 10)]
    assert codes(findings) == ["R109"]


@pytest.mark.parametrize("zone", ["UTC", AMSTERDAM, "Australia/Lord_Howe", "Asia/Kolkata"])
def test_around_every_switch_of_2020_to_2030_durations_are_true_or_quarantined(zone: str) -> None:
    there, now = ZoneInfo(zone), datetime(2031, 6, 1, tzinfo=UTC)
    hours = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(11 * 8766)]
    switches = [
        after
        for before, after in pairwise(hours)
        if before.astimezone(there).utcoffset() != after.astimezone(there).utcoffset()
    ]
    assert len(switches) == (0 if zone in ("UTC", "Asia/Kolkata") else 22)
    files, truth = [], {}
    for place, switch in enumerate(switches or hours[::8766]):
        folder = f"exp_{place}"
        lines: dict[Event, str] = {"start": "", "stop": ""}
        for quarter in range(-12, 12):
            for minutes in (0, 15, 40, 70, 200):
                start = switch + timedelta(minutes=15 * quarter)
                job = f"job{quarter}.{minutes}"
                truth[folder, job] = start, start + timedelta(minutes=minutes)
                for event, time in zip(("start", "stop"), truth[folder, job], strict=True):
                    lines[event] += f"{time.astimezone(there):%m-%d-%Y %H:%M:%S} {job}\n"
        files += [log(event, text, folder) for event, text in lines.items()]
    stamps, findings = read_stamps(files, {file.folder: zone for file in files}, now)
    assert stamps.height + findings["lines"].sum() == line_count(files)
    assert set(findings["code"]) <= {"Q304", "R109", "R102"}
    for folder, job, event, at in stamps.select("folder", "container_id", "event", "at").rows():
        assert at.replace(tzinfo=UTC) == truth[folder, job][event == "stop"], (folder, job, event)
    told = stamps.group_by("folder", "container_id").len().filter(pl.col("len") == 2).height
    assert told >= 0.75 * len(truth)


line = st.one_of(
    st.builds(
        lambda time, name, end: f"{time:%m-%d-%Y %H:%M:%S} {name}{end}".encode(),
        st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)),
        st.sampled_from([A, B, "job", "a b", "../x", "", "é", "\x00"]),
        st.sampled_from(["", "", "", "\r", " ", "\t \r", "x"]),
    ),
    st.binary(max_size=40),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.from_regex(rb"[0-9]{2}-[0-9]{2}-[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} [a-c]", fullmatch=True),
)
content = st.builds(
    lambda mark, lines, end: mark + b"\n".join(lines) + end,
    st.sampled_from([b"", b"", b"\xef\xbb\xbf"]),
    st.lists(line, max_size=8),
    st.sampled_from([b"", b"\n"]),
)


@settings(max_examples=300, deadline=None)
@given(start=content, stop=content, zone=st.sampled_from(["UTC", AMSTERDAM, "Australia/Lord_Howe"]))
def test_any_bytes_are_accounted_for_line_by_line(start: bytes, stop: bytes, zone: str) -> None:
    stamps, _ = read([log("start", start), log("stop", stop)], {"exp_1": zone})
    for row in stamps.iter_rows(named=True):
        written = (start if row["event"] == "start" else stop).removeprefix(b"\xef\xbb\xbf").split(b"\n")
        assert written[row["line"] - 1].rstrip(b" \t\r") == f"{row['raw']} {row['container_id']}".encode()
        assert re.fullmatch(r"\d\d-\d\d-20\d\d \d\d:\d\d:\d\d", row["raw"], re.ASCII)


POD = """\
10-21-2023 09:59:58 root INFO Starting
10-21-2023 10:00:00 root INFO Preparing learner model on cpu
  File "client.py", line 3, in run
10-21-2023 10:05:00 fltk.client INFO Stopping client
"""


def test_the_log_of_a_pod_gives_start_and_stop_with_its_own_lines() -> None:
    path = f"exp_1/trainjob-{A}-master-0.log"
    stamps, findings = read_stamps(read_pod_logs("exp_1", path, POD.encode()), {}, NOW)
    assert findings.is_empty()
    assert stamps.drop("is_superseded").rows() == [
        ("exp_1", A, "start", datetime(2023, 10, 21, 10, 0), "10-21-2023 10:00:00", path, 2),
        ("exp_1", A, "stop", datetime(2023, 10, 21, 10, 5), "10-21-2023 10:05:00", path, 4),
    ]


def test_the_logs_of_nodes_and_server_name_the_container_in_the_line() -> None:
    node = f"10-21-2023 10:00:00 {A} INFO Preparing learner model\r\n10-21-2023 10:05:00 x INFO Stopping client {A}"
    server = (
        "10-21-2023 09:58:00 root INFO Namespace has been created\n"
        f"10-21-2023 09:59:00 root INFO trainjob-{A} has been created by {B}\n"
    )
    files = read_pod_logs("exp_1", "exp_1/node1.txt", node.encode())
    files += read_pod_logs("exp_1", "exp_1/fl-server.log", server.encode())
    stamps, findings = read_stamps(files, {}, NOW)
    assert findings.is_empty()
    assert sorted(stamps.select("event", "container_id", "line").rows()) == [
        ("create", A, 2),
        ("start", A, 1),
        ("stop", A, 2),
    ]


def test_a_pod_that_started_at_a_time_of_another_form_is_named() -> None:
    text = POD.replace("10-21-2023 10:00:00", "21.10.2023 10:00:00")
    files = read_pod_logs("exp_1", f"exp_1/trainjob-{A}-master-0.log", text.encode())
    stamps, findings = read_stamps(files, {}, NOW)
    assert stamps["event"].to_list() == ["stop"]
    assert "master-0.log:2: found '21.10.2023 10:00:00 root INFO" in only(findings, "Q301")


def test_other_files_and_other_lines_give_nothing() -> None:
    assert read_pod_logs("exp_1", "exp_1/other.log", POD.encode()) == []
    assert read_pod_logs("exp_1", "exp_1/node1.txt", b"nothing of interest\n\xff") == []


FORMS = [
    ("10-21-2023 12:00:00.5", "10:00:00.500"),
    ("2023-10-21 12:00:00.123456", "10:00:00.123456"),
    ("2023-10-21T12:00:00,25", "10:00:00.250"),
    ("2023-10-21T10:00:00Z", "10:00:00"),
    ("2023-10-21T12:00:00.125+02:00", "10:00:00.125"),
    ("2023-10-21 04:30:00 -0530", "10:00:00"),
    # `kubectl logs --timestamps`, and the files that the container runtime keeps
    ("2023-10-21T10:00:00.123456789Z", "10:00:00.123456"),
    ("2023-10-21T10:00:00.123456789Z stdout F", "10:00:00.123456"),
    ("2023-10-21T11:11:11.000000001Z stdout F 10-21-2023 12:00:00", "10:00:00"),
]


@pytest.mark.parametrize(("written", "expected"), FORMS)
def test_stamps_in_iso_8601_are_read_with_their_fraction_and_zone(written: str, expected: str) -> None:
    file = StampFile("exp_1", "start", "exp_1/start.log", f"{written} {A}\n".encode())
    stamps, findings = read_stamps([file], {"exp_1": "Europe/Amsterdam"}, NOW)
    assert stamps["at"].to_list() == [datetime.fromisoformat(f"2023-10-21 {expected}")]
    assert stamps["container_id"].to_list() == [A]
    assert set(findings["code"]) <= {"W202"}


def test_a_job_that_ends_without_its_id_and_one_told_by_two_nodes_is_one_container() -> None:
    node = (
        f"10-21-2023 10:00:0{{second}} root INFO Preparing learner model trainjob-{A}\n"
        "10-21-2023 10:05:0{second} root INFO Stopping client\n"
    )
    files = [
        each
        for second in (3, 1, 2)
        for each in read_pod_logs("exp_1", f"exp_1/node{second}.txt", node.format(second=second).encode())
    ]
    stamps, findings = read_stamps(told_by_several(files), {}, NOW)
    assert findings.is_empty()
    assert sorted(stamps.select("event", "container_id", "raw").rows()) == [
        ("start", A, "10-21-2023 10:00:01"),
        ("stop", A, "10-21-2023 10:05:03"),
    ]


@pytest.mark.parametrize(("last_event", "utc"), [("00:25", "00:30"), ("01:28", "01:30")])
def test_the_events_of_a_container_tell_which_of_two_hours_is_meant(last_event: str, utc: str) -> None:
    """29 October 2023, when 02:30 came twice in Amsterdam: at 00:30 and at 01:30 UTC."""
    files = [
        StampFile("exp_1", event, f"exp_1/{event}.log", f"10-29-2023 {time} {A}\n".encode())
        for event, time in (("start", "01:00:00"), ("stop", "02:30:00"))
    ]
    zones = {"exp_1": "Europe/Amsterdam"}
    now = datetime(2023, 11, 1, tzinfo=UTC)
    _, findings = read_stamps(files, zones, now)
    assert findings["code"].to_list() == ["Q304"]
    heard = {
        ("exp_1", A): Heard(datetime(2023, 10, 28, 23), datetime.fromisoformat(f"2023-10-29 {last_event}"))
    }
    stamps, findings = read_stamps(files, zones, now, heard_of=heard)
    assert findings["code"].to_list() == ["R109"]
    stopped = stamps.filter(pl.col("event") == "stop")["at"].to_list()
    assert stopped == [datetime.fromisoformat(f"2023-10-29 {utc}")]
