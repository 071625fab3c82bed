"""Moments in UTC from cells of text: ISO 8601, the testbed's stamps, seconds to nanoseconds since 1970."""

import re
from datetime import datetime
from typing import TypeVar

import polars as pl

from flows.reading.cells.numbers import no_text

_ISO = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:[0-5]\d(?:[.,]\d{1,9})?(?: ?(?:[Zz]|UTC|[+-]\d\d(?::?\d\d)?))?$"
_MONTH_FIRST = r"^(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)$"
_NO_SECONDS = r"^(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d)( ?(?:[Zz]|UTC|[+-]\d\d(?::?\d\d)?))?$"
_DAY = re.compile(
    r"(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)"
    r"(?:(?P<gap>,? |T)(?P<clock>\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?)(?P<half> ?[AaPp][Mm])?)?"
)
_CLOCKS = (" %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M:%S %p", " %I:%M %p", "")
_OTHER_FORMS = (
    *(f"{day}{clock}" for day in ("%Y/%m/%d", "%Y.%m.%d") for clock in _CLOCKS),
    *(f"%Y%m%d{gap}%H%M%S" for gap in ("-", "_", "T", " ", "")),
    *(
        f"{day}{clock}"
        for day in ("%d-%b-%Y", "%d %b %Y", "%d-%b-%y", "%b %d %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y")
        for clock in _CLOCKS
    ),
    "%a %b %d %H:%M:%S %Y",
    "%a, %d %b %Y %H:%M:%S",
)
_EPOCH = r"^(\d{9,19})(?:\.(\d*))?$"
_ROUNDED_EPOCH = r"^\d(?:\.\d*)?[eE]\+?\d{1,2}$"

Numbers = TypeVar("Numbers", pl.Expr, pl.Series)

_FIRST_SECOND = 946_684_800  # 2000-01-01
_END_SECOND = 4_133_980_800  # 2101-01-01
_UNITS = (1_000_000_000, 1_000_000, 1_000, 1)  # nanoseconds of s, ms, us, ns


def as_moments(cells: pl.Series, zone: str, form: str | None = None) -> tuple[pl.Series, pl.Series]:
    """UTC as Datetime('us') without a zone, and which texts are no moment; null stays null and is not bad.

    A stamp without a zone is local time of `zone`; an hour that happens twice or never is bad there, and so
    is every year outside 2000 to 2100. Numbers are seconds, ms, us or ns since 1970, told apart by size.
    `form` is another one that cells may have, in the signs of strptime.
    """
    text = cells.cast(pl.String).str.strip_chars()
    if form:
        text = _as_iso(text, form).fill_null(text)
    is_iso = text.str.contains(_ISO)
    if not is_iso.all():
        text = text.str.replace(_MONTH_FIRST, "$3-$1-$2 $4").str.replace(_NO_SECONDS, "$1:00$2")
        is_iso = text.str.contains(_ISO)
    moments = _from_iso(text.zip_with(is_iso.fill_null(False), no_text(len(text))), zone)
    if (moments.is_null() & text.is_not_null()).any():
        others = pl.DataFrame({"text": text.zip_with(~is_iso.fill_null(False), no_text(len(text)))})
        moments = moments.fill_null(others.select(_from_epoch()).to_series())
    is_told = moments.dt.year().is_between(2000, 2100)
    moments = pl.select(pl.when(is_told).then(moments)).to_series().alias(cells.name)
    return moments, (moments.is_null() & cells.is_not_null()).alias("is_bad")


def forms_of(text: str) -> list[str]:
    """The forms in the signs of strptime by which a text that is not ISO 8601 may be a moment: day first, month first."""
    found = _DAY.fullmatch(text.strip())
    if not found:
        return [form for form in _OTHER_FORMS if _is_read(text.strip(), form)]
    mark, year = found["mark"], "%Y" if len(found["year"]) == 4 else "%y"
    clock, gap, hour = found["clock"] or "", found["gap"] or "", "%I" if found["half"] else "%H"
    seconds = f"{':%S' if clock.count(':') == 2 else ''}{'.%f' if '.' in clock else ''}"
    time = f"{gap}{hour}:%M{seconds}" if clock else ""
    half = found["half"].replace(found["half"].strip(), "%p") if found["half"] else ""
    days = [
        (f"%d{mark}%m{mark}", found["second"]),
        *([] if mark == "." else [(f"%m{mark}%d{mark}", found["first"])]),
    ]
    return [f"{day}{year}{time}{half}" for day, month in days if int(month) <= 12]


def forms_of_all(texts: pl.Series) -> list[str]:
    """The forms that read all of some texts: of `05/06/2024` and `25/06/2024` the day comes first."""
    forms = forms_of(str(texts[0]))
    return [each for each in forms if not as_moments(texts, "UTC", each)[1].any()] or forms


def _is_read(text: str, form: str) -> bool:
    """Whether both Python and polars read a moment: each takes some texts that the other does not."""
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return not as_moments(pl.Series([text]), "UTC", form)[1].any()


def _as_iso(text: pl.Series, form: str) -> pl.Series:
    """ISO 8601 of the cells of a form, null for others."""
    # Python's fraction has its point outside the sign, chrono's within.
    found = text.str.to_datetime(form.replace(".%f", "%.f"), time_unit="us", strict=False, ambiguous="null")
    zone = "%z" if "%z" in form else ""
    return found.dt.strftime(f"%Y-%m-%dT%H:%M:%S%.6f{zone}")


def _from_iso(text: pl.Series, zone: str) -> pl.Series:
    clock = text.str.head(19).str.replace("[Tt]", " ")
    local = clock.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    rest = text.str.slice(19)
    if (rest.str.len_bytes() > 0).any():
        digits = rest.str.extract(r"^[.,](\d+)").str.pad_end(9, "0").cast(pl.Int64).fill_null(0)
        local += _rounded(digits).cast(pl.Duration("us"))
    zoneless = (
        local.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
    )
    has_zone = rest.str.contains(r"[Zz+C-]").fill_null(False)
    return zoneless.zip_with(~has_zone, local - _offset(rest)) if has_zone.any() else zoneless


def _offset(rest: pl.Series) -> pl.Series:
    """From UTC, of `Z`, `UTC`, `+01`, `+0100` or `+01:00`; null beyond a day."""
    signed = rest.str.extract(r"([+-]\d\d(?::?\d\d)?)$").str.replace(":", "", literal=True)
    signed = signed.fill_null("+00").str.pad_end(5, "0")
    minutes = signed.str.slice(1, 2).cast(pl.Int64) * 60 + signed.str.slice(3, 2).cast(pl.Int64)
    minutes = minutes.zip_with(signed.str.starts_with("+"), -minutes)
    minutes = minutes.zip_with(
        minutes.abs() < 24 * 60, pl.Series([None], dtype=pl.Int64).new_from_index(0, len(rest))
    )
    return (minutes * 60_000_000).cast(pl.Duration("us"))


def _from_epoch() -> pl.Expr:
    text = pl.col("text")
    whole = text.str.extract(_EPOCH).cast(pl.Int64, strict=False)
    fraction = text.str.extract(_EPOCH, 2).fill_null("").str.head(9).str.pad_end(9, "0").cast(pl.Int64)
    rounded = pl.when(text.str.contains(_ROUNDED_EPOCH)).then(text.cast(pl.Float64, strict=False))
    exact = [
        pl.when(_is_in(whole, unit)).then(_rounded(whole * unit + fraction // (1_000_000_000 // unit)))
        for unit in _UNITS
    ]
    about = [
        pl.when(_is_in(rounded, unit)).then((rounded * (unit / 1_000)).round().cast(pl.Int64))
        for unit in _UNITS
    ]
    return pl.from_epoch(pl.coalesce(*exact, *about), time_unit="us")


def _is_in(number: pl.Expr, unit: int) -> pl.Expr:
    a_second = 1_000_000_000 // unit
    return (number >= _FIRST_SECOND * a_second) & (number < _END_SECOND * a_second)


def _rounded(nanoseconds: Numbers) -> Numbers:
    return (nanoseconds + 500) // 1_000
