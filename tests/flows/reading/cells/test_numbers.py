"""Cells of text as numbers: the double that Python reads, or a bad cell; what is missing, what diverged."""

import math
import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.reading.cells.numbers import as_numbers, meant

PLAIN = re.compile(
    r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE
)


def python_reads(text: str) -> float | None:
    """Python's own reading, without underscores and other scripts' digits."""
    return float(text) if PLAIN.fullmatch(text.strip()) else None


def agree(texts: list[str]) -> None:
    numbers, is_bad = as_numbers(pl.Series("x", texts, dtype=pl.String))
    for text, number, bad in zip(texts, numbers, is_bad, strict=True):
        expected = python_reads(text)
        assert bad == (expected is None), text
        if expected is not None:
            same = number == expected or (math.isnan(number) and math.isnan(expected))
            assert (same and math.copysign(1, number) == math.copysign(1, expected)) or math.isnan(
                expected
            ), text


@settings(deadline=None)
@given(
    st.lists(st.floats().flatmap(lambda x: st.sampled_from([repr(x), f"{x:.17g}", f"{x:.25e}", f"{x:+}"])))
)
def test_floats_are_read_to_the_last_bit(texts: list[str]) -> None:
    agree(texts)


@settings(deadline=None)
@given(st.lists(st.text("0123456789.eE+-_ ,xinfaNI", max_size=9)))
def test_other_texts_are_read_as_python_does(texts: list[str]) -> None:
    agree([text for text in texts if text.strip()])


def test_the_hard_ones() -> None:
    agree(["+1", "-1", "5.", ".5", "1e999", "-1e999", "1e-999", "4.9e-324", "2.2250738585072011e-308"])
    agree(["9007199254740993", "1.7976931348623159e308", "-inf", "0x10", "1_000", "1,5", "1.234,5", "10:30"])
    agree(["1d5", "\u0663", "12 %", "--1"])


def test_null_is_not_bad() -> None:
    numbers, is_bad = as_numbers(pl.Series("x", [None, "2", "two"], dtype=pl.String))
    assert numbers.to_list() == [None, 2.0, None]
    assert is_bad.to_list() == [False, False, True]
    assert (numbers.name, numbers.dtype) == ("x", pl.Float64())


def test_a_decimal_comma_is_read_where_it_is_stated_and_a_point_is_then_bad() -> None:
    numbers, is_bad = as_numbers(pl.Series(["64,25", "1.234,5", "1.234", "7", "1,2,3", "-1,5e-3"]), ",")
    assert numbers.to_list() == [64.25, None, None, 7.0, None, -0.0015]
    assert is_bad.to_list() == [False, True, True, False, True, False]


@pytest.mark.parametrize(
    "text", ["", "  ", "NA", "N/A", "n/a", "null", "None", "<not supported>", "<not counted>", "-", " NA "]
)
def test_spellings_of_missing_are_null(text: str) -> None:
    assert meant(pl.Series([text])).to_list() == [None]


def test_a_level_may_be_spelled_as_missing_is() -> None:
    cells = meant(pl.Series(["None", "NA", "-", "", " NaN "]), is_literal=True)
    assert cells.to_list() == ["None", "NA", "-", None, "NaN"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [("NaN", "nan"), ("-nan", "nan"), (".nan", "nan"), ("Infinity", "inf"), ("-Infinity", "-inf"),
     ("+inf", "inf"), ("-.inf", "-inf")],
)  # fmt: skip
def test_a_run_that_diverged_stays_one(text: str, kept: str) -> None:
    cells = meant(pl.Series([text, "0.5"]))
    assert cells.to_list() == [kept, "0.5"]
    numbers, is_bad = as_numbers(cells)
    assert not is_bad.any() and (math.isnan(numbers[0]) or math.isinf(numbers[0]))
