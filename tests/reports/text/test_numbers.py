"""Numbers read as a statistician prints them."""

import pytest

from reports.text.numbers import decimals_of, number, p_phrase, p_value, share, signed, size


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (-1.07625, 2, "−1.08"),
        (2306.1875, None, "2306"),
        (24971240.0, None, "24\u202f971\u202f240"),
        (0.000012345, None, "1.234×10⁻⁵"),
        (-0.0001, 1, "0.0"),
        (-0.0047, 2, "−0.005"),
        (None, 2, "–"),
        (float("nan"), 2, "–"),
        (float("-inf"), 2, "−∞"),
        (0.0, None, "0"),
    ],
)
def test_a_number_has_the_digits_that_its_error_bears(
    value: float | None, decimals: int | None, text: str
) -> None:
    assert number(value, decimals) == text


def test_differences_carry_their_sign() -> None:
    assert [signed(value, 1) for value in (1.25, -1.25, 0.0)] == ["+1.2", "−1.2", "0.0"]


@pytest.mark.parametrize(
    ("error", "decimals"), [(0.107, 2), (6.29, 1), (465.2, 0), (0.0, None), (None, None)]
)
def test_two_digits_of_the_standard_error_are_shown(error: float | None, decimals: int | None) -> None:
    assert decimals_of(error) == decimals


def test_tiny_p_values_are_not_printed_as_zero() -> None:
    assert (p_value(4.7e-10), p_value(0.0458), p_value(0.9999)) == ("< 0.001", "0.046", "> 0.999")
    assert p_phrase(1e-9) == "p < 0.001"


def test_sizes_are_short() -> None:
    counts = (228, 1342, 999_600, 5_300_000, 12 * 10**15)
    assert [size(count) for count in counts] == ["228 B", "1.34 kB", "1000 kB", "5.3 MB", "12\u202f000 TB"]


@pytest.mark.parametrize("scale", [1.7e308, 1.0, 1e-300])
def test_places_between_two_ends_are_shares_however_far_they_are_apart(scale: float) -> None:
    assert [share(each * scale, -scale, scale) for each in (-1, 0, 0.5, 1)] == pytest.approx(
        [0, 0.5, 0.75, 1]
    )
    assert share(scale, scale, scale) == 0
