"""Moments in UTC from cells of text: ISO 8601, the testbed's stamps, seconds to nanoseconds since 1970."""

import polars as pl

_ISO = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:[0-5]\d(?:[.,]\d{1,9})?(?: ?(?:[Zz]|UTC|[+-]\d\d(?::?\d\d)?))?$"
_MONTH_FIRST = r"^(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)$"
_NO_SECONDS = r"^(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d)( ?(?:[Zz]|UTC|[+-]\d\d(?::?\d\d)?))?$"
_EPOCH = r"^(\d{9,19})(?:\.(\d*))?$"
_ROUNDED_EPOCH = r"^\d(?:\.\d*)?[eE]\+?\d{1,2}$"

_FIRST_SECOND = 946_684_800  # 2000-01-01
_END_SECOND = 4_133_980_800  # 2101-01-01
_UNITS = (1_000_000_000, 1_000_000, 1_000, 1)  # nanoseconds of s, ms, us, ns


def as_moments(cells: pl.Series, zone: str) -> tuple[pl.Series, pl.Series]:
    """UTC as Datetime('us') without a zone, and which texts are no moment; null stays null and is not bad.

    A stamp without a zone is local time of `zone`; an hour that happens twice or never is bad there, and so
    is every year outside 2000 to 2100. Numbers are seconds, ms, us or ns since 1970, told apart by size.
    """
    text = pl.col("text")
    frame = (
        pl.DataFrame({"text": cells.cast(pl.String).str.strip_chars()})
        .with_columns(text.str.replace(_MONTH_FIRST, "$3-$1-$2 $4"))
        .with_columns(text.str.replace(_NO_SECONDS, "$1:00$2"))
    )
    is_iso = text.str.contains(_ISO)
    moments = frame.select(pl.when(is_iso).then(text).alias("text")).select(_from_iso(zone)).to_series()
    if (moments.is_null() & frame["text"].is_not_null()).any():
        moments = moments.fill_null(frame.select(pl.when(~is_iso).then(_from_epoch())).to_series())
    is_told = moments.dt.year().is_between(2000, 2100)
    moments = pl.select(pl.when(is_told).then(moments)).to_series().alias(cells.name)
    return moments, (moments.is_null() & cells.is_not_null()).alias("is_bad")


def _from_iso(zone: str) -> pl.Expr:
    text = pl.col("text")
    seconds = text.str.head(19).str.replace("[Tt]", " ").str.to_datetime(
        "%Y-%m-%d %H:%M:%S", time_unit="us", strict=False
    )  # fmt: skip
    rest = text.str.slice(19)
    digits = rest.str.extract(r"^[.,](\d+)").fill_null("0")
    local = seconds + pl.duration(microseconds=_rounded(digits.str.pad_end(9, "0").cast(pl.Int64)))
    offset = rest.str.extract(r"([+-]\d\d(?::?\d\d)?)$")
    minutes = offset.str.slice(1, 2).cast(pl.Int64) * 60 + offset.str.extract(r"(\d\d)$").cast(pl.Int64) * (
        offset.str.len_bytes() > 3
    ).cast(pl.Int64)
    shift = pl.when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes)
    return (
        pl.when(offset.is_not_null())
        .then(pl.when(minutes < 24 * 60).then(local - pl.duration(minutes=shift)))
        .when(rest.str.contains(r"[Zz]|UTC"))
        .then(local)
        .otherwise(
            local.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
            .dt.convert_time_zone("UTC")
            .dt.replace_time_zone(None)
        )
    )


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


def _rounded(nanoseconds: pl.Expr) -> pl.Expr:
    return (nanoseconds + 500) // 1_000
