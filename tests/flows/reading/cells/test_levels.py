"""Texts that are the same level, and texts that are not."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.reading.cells.numbers import level_key, same_level


@pytest.mark.parametrize(
    "texts",
    [
        ("64", "64.0", "6.4e1", "+64", "064", "64.", " 64 ", "640e-1"),
        ("0.010", "1e-2", ".01", "0.01", "1E-02", "+.01"),
        ("0", "-0", "0.0", "0e5", ".0"),
        ("-1", "-1.0", "-01"),
        ("7", "007"),
        ("true", "True", "TRUE"),
        ("false", "False"),
        ("0.1", "0.10000000000000001"),  # the same double, printed by %.17g
        ("1e400", "10e399", "+1e400"),
        ("1e20", "100000000000000000000"),
    ],
)
def test_spellings_of_one_level_are_equal(texts: tuple[str, ...]) -> None:
    assert all(same_level(texts[0], other) for other in texts)
    assert len({level_key(text) for text in texts}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1:2:1", "1"), ("10:30", "10.30"), ("0x10", "16"), ("1_000", "1000"), ("1,000", "1000"), ("1,5", "1.5"),
        ("nan", "NaN"), ("inf", "Infinity"), ("1e400", "1e401"), ("1e-400", "1e-401"), ("1e-400", "0"),
        ("12345678901234567890", "12345678901234567891"), ("1", "true"), ("64k", "64"), ("1.5Gi", "1.50Gi"),
        ("\uff11", "1"), ("on", "true"), ("-1", "1"), ("-.5", ".5"), ("CNN", "cnn"), ("1e99999", "1e99998"), (".", "0"),
    ],
)  # fmt: skip
def test_other_texts_are_other_levels(one: str, other: str) -> None:
    assert not same_level(one, other)


@settings(deadline=None)
@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal("-1e12"), max_value=Decimal("1e12"), places=6),
    st.sampled_from(["{:f}", "{:e}", "{:E}", "{:+f}", "0{:f}"]),
)  # fmt: skip
def test_a_number_is_one_level_in_every_spelling(number: Decimal, form: str) -> None:
    text = form.format(abs(number))
    assert level_key(text) == level_key(str(abs(number)))
    exact = Fraction(text)
    assert level_key(text) == (int(exact) if exact.denominator == 1 else float(exact))


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_is_the_level_that_python_prints(number: float) -> None:
    assert same_level(repr(number), f"{number:.17g}")
    assert same_level(repr(number), f"{number:.16e}")
