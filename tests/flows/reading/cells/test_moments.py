"""Cells of text as moments in UTC, held against Python's datetime and zoneinfo."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows.reading.cells.moments import as_moments, forms_of, forms_of_all

AMSTERDAM = "Europe/Amsterdam"


def moment(text: str, zone: str = AMSTERDAM) -> datetime | None:
    moments, is_bad = as_moments(pl.Series("at", [text, None]), zone)
    assert moments.dtype == pl.Datetime("us") and moments.name == "at"
    assert is_bad.to_list() == [moments[0] is None, False]
    return moments[0]


def utc(*parts: int) -> datetime:
    return datetime(*parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T08:00:00Z", utc(2026, 3, 2, 8)),
        ("2026-03-02 08:00:00+00:00", utc(2026, 3, 2, 8)),
        ("2026-03-02 08:00:00 UTC", utc(2026, 3, 2, 8)),
        ("2026-03-02t08:00:00z", utc(2026, 3, 2, 8)),
        ("2026-03-02T08:00:00", utc(2026, 3, 2, 7)),  # winter in Amsterdam
        ("2026-07-02 08:00:00", utc(2026, 7, 2, 6)),  # summer
        ("2026-07-02 08:00", utc(2026, 7, 2, 6)),
        ("2026-07-02T08:00+02:00", utc(2026, 7, 2, 6)),
        ("2026-03-02T08:00:00.5-0230", utc(2026, 3, 2, 10, 30, 0, 500_000)),
        ("2026-03-02T08:00:00+05", utc(2026, 3, 2, 3)),
        ("2026-03-02T08:00:00,25Z", utc(2026, 3, 2, 8, 0, 0, 250_000)),
        ("2026-03-02T08:00:00.123456789Z", utc(2026, 3, 2, 8, 0, 0, 123_457)),
        ("2026-03-02T08:00:00.9999996Z", utc(2026, 3, 2, 8, 0, 1)),
        ("03-02-2026 08:00:00", utc(2026, 3, 2, 7)),  # the testbed's: month first
        ("03-02-2026 08:00:00.250", utc(2026, 3, 2, 7, 0, 0, 250_000)),
        ("1772438400", utc(2026, 3, 2, 8)),
        ("1772438400.1234567", utc(2026, 3, 2, 8, 0, 0, 123_457)),
        ("1772438400123", utc(2026, 3, 2, 8, 0, 0, 123_000)),
        ("1772438400123.5", utc(2026, 3, 2, 8, 0, 0, 123_500)),
        ("1772438400123456", utc(2026, 3, 2, 8, 0, 0, 123_456)),
        ("1772438400123456789", utc(2026, 3, 2, 8, 0, 0, 123_457)),
        ("1.7724384e9", utc(2026, 3, 2, 8)),
        ("1.772438400123E+12", utc(2026, 3, 2, 8, 0, 0, 123_000)),
        ("946684800", utc(2000, 1, 1)),
    ],
)
def test_every_form_is_read(text: str, expected: datetime) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-25 02:30:00",  # happens twice
        "2026-03-29 02:30:00",  # never happens
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T08:00:60Z",
        "2026-03-02", "08:00:00", "13-02-2026 08:00:00", "02/03/2026 08:00:00", "1999-12-31T23:59:59Z",
        "2101-01-01T00:00:00Z", "946684799", "4133980800", "12", "0", "-1772438400", "nan", "1e300", "1e9999",
        "2026-03-02T08:00:00.1234567890Z", "2026-03-02T08:00:00+24:00", "2026-03-02T08:00:00 CET", "now",
        "99999999999999999999999",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_bad(text: str) -> None:
    assert moment(text) is None


STAMPS = st.datetimes(utc(2000, 1, 2), utc(2100, 12, 30))


@settings(deadline=None)
@given(STAMPS, st.integers(-14 * 60, 14 * 60), st.sampled_from("T "))
def test_offsets_are_those_of_python(stamp: datetime, minutes: int, between: str) -> None:
    there = stamp.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert moment(there.isoformat(between)) == there.astimezone(UTC).replace(tzinfo=None)


@settings(deadline=None)
@given(STAMPS, st.sampled_from([AMSTERDAM, "America/New_York", "Asia/Kolkata", "UTC", "Australia/Lord_Howe"]))
def test_local_times_are_those_of_python(stamp: datetime, zone: str) -> None:
    assume(stamp.year < 2100)  # as far as polars knows the rules of summer time
    here = ZoneInfo(zone)
    first, second = (stamp.replace(tzinfo=here, fold=fold).utcoffset() for fold in (0, 1))
    local = stamp.replace(tzinfo=here).astimezone(UTC).replace(tzinfo=None)
    assert moment(stamp.isoformat(" "), zone) == (local if first == second else None)


@settings(deadline=None)
@given(STAMPS)
def test_epoch_numbers_of_every_unit_are_one_moment(stamp: datetime) -> None:
    microseconds = (stamp - utc(1970, 1, 1)) // timedelta(microseconds=1)
    assume(2000 <= stamp.year <= 2100)
    whole, rest = divmod(microseconds, 1_000_000)
    for text in (
        f"{whole}.{rest:06d}", f"{microseconds // 1000}.{microseconds % 1000:03d}", f"{microseconds}", f"{microseconds}000"
    ):  # fmt: skip
        assert moment(text) == stamp


def test_forms_may_stand_mixed_in_a_column() -> None:
    texts = ["2026-03-02T08:00:00Z", "1772438400", "03-02-2026 08:00:00", "nonsense", None]
    moments, is_bad = as_moments(pl.Series(texts), "UTC")
    assert moments.to_list() == [utc(2026, 3, 2, 8)] * 3 + [None, None]
    assert is_bad.to_list() == [False, False, False, True, False]


# Python's own strptime is the other implementation.
@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("01.05.2024 12:33:10", "%d.%m.%Y %H:%M:%S"),
        ("1.5.24 7:05", "%d.%m.%y %H:%M"),
        ("05/01/2024 01:33 PM", "%m/%d/%Y %I:%M %p"),
        ("31.12.2024T10:00:01.25", "%d.%m.%YT%H:%M:%S.%f"),
        ("20240501-123310", "%Y%m%d-%H%M%S"),
        ("Mon May  4 07:00:00 2026", "%a %b %d %H:%M:%S %Y"),
        ("01.05.2024 12:00 +0200", "%d.%m.%Y %H:%M %z"),
    ],
)
def test_other_forms_are_read_as_strptime_reads_them(text: str, form: str) -> None:
    expected = datetime.strptime(text, form)
    expected = expected if expected.tzinfo else expected.replace(tzinfo=ZoneInfo(AMSTERDAM))
    moments, is_bad = as_moments(pl.Series([text, None, "no time"]), AMSTERDAM, form)
    assert moments.to_list() == [expected.astimezone(UTC).replace(tzinfo=None), None, None]
    assert is_bad.to_list() == [False, False, True]


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("01.05.2024 12:33:10", ["%d.%m.%Y %H:%M:%S"]),
        ("13/5/24", ["%d/%m/%y"]),
        ("1/5/2024 1:33 pm", ["%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M %p"]),
        ("2024-05-01", []),
        ("99.99.2024", []),
        ("1.2.3", []),
        ("2023/10/21 10:00", ["%Y/%m/%d %H:%M"]),
        ("20231021_100003", ["%Y%m%d_%H%M%S"]),
        ("21-Oct-2023 10:00:03", ["%d-%b-%Y %H:%M:%S"]),
        ("Oct 21, 2023 10:00:03 AM", ["%b %d, %Y %I:%M:%S %p"]),
        ("Sat Oct 21 10:00:03 2023", ["%a %b %d %H:%M:%S %Y"]),
        ("yesterday", []),
    ],
)
def test_the_forms_that_read_a_day(text: str, forms: list[str]) -> None:
    assert forms_of(text) == forms


def test_of_several_texts_the_forms_that_read_all_are_proposed() -> None:
    assert forms_of_all(pl.Series(["05/06/2024", "25/06/2024"])) == ["%d/%m/%Y"]
    assert forms_of_all(pl.Series(["05/06/2024", "never"])) == ["%d/%m/%Y", "%m/%d/%Y"]
