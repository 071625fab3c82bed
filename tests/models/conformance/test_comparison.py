"""What doehouse makes of published data sets, against every figure that was printed of them."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from models.conformance.comparison import DataSet, compare, conform, load_data_sets


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return conform()


def test_every_printed_figure_is_met_to_its_last_digit(rows: pl.DataFrame) -> None:
    assert rows["agrees"].null_count() == 0
    assert rows.filter(~pl.col("agrees")).select("data_set", "quantity", "printed", "doehouse").rows() == []


def test_there_are_sets_of_every_school_and_far_more_than_ten(rows: pl.DataFrame) -> None:
    assert rows["data_set"].n_unique() >= 25
    assert rows.height >= 500
    for author in ("Montgomery", "Box, Hunter and Hunter", "Jain", "NIST", "Box and Cox"):
        assert rows["source"].str.starts_with(author).any(), author


def test_every_set_says_how_it_was_checked() -> None:
    for name, one in load_data_sets().items():
        assert one.source and one.checked, name


def test_certified_figures_are_met_to_more_digits_than_asked_for(rows: pl.DataFrame) -> None:
    certified = rows.drop_nulls("log_relative_error")
    assert certified["data_set"].n_unique() == 5
    lowest = dict(certified.group_by("data_set").agg(pl.col("log_relative_error").min()).iter_rows())
    assert lowest["nist_sirstv"] > 13 and lowest["nist_smls01"] > 14
    assert lowest["nist_smls04"] > 10 and lowest["nist_atmwtag"] > 10
    assert lowest["nist_smls07"] > 4  # as many as exact arithmetic on the values as doubles gives


@pytest.mark.parametrize(
    ("printed", "value", "significant", "shown", "agrees"),
    [
        ("8.33", 25 / 3, None, "8.33", True),
        ("8.34", 25 / 3, None, "8.33", False),
        ("390.062", 390.0625, None, "390.063", True),  # a tie may have been rounded either way
        ("390.061", 390.0625, None, "390.063", False),
        ("0.0", -1e-15, None, "0.0", True),
        ("-0.23", -0.226, None, "-0.23", True),
        ("3.33e-07", 3.3314e-7, None, "3.33e-07", True),
        ("8", 8, 9, "8", True),
        ("2.10000E+01", 21.0001, 4, "2.10001E+01", True),
        ("2.10000E+01", 21.0001, 6, "2.10001E+01", False),
        ("yes", True, None, "yes", True),
        ("yes", False, None, "no", False),
        ("C:D", None, None, "None", False),
    ],
)
def test_a_printed_figure_agrees_with_what_rounds_to_it(
    printed: str, value: object, significant: int | None, shown: str, agrees: bool
) -> None:
    found = compare(printed, value, significant)
    assert (found["doehouse"], found["agrees"]) == (shown, agrees)


def altered(name: str, change: Callable[[dict[str, Any]], None]) -> dict[str, DataSet]:
    declared = load_data_sets()[name].model_dump()
    change(declared)
    return {name: DataSet.model_validate(declared)}


def test_a_wrong_value_among_the_data_is_seen() -> None:
    def misread(declared: dict[str, Any]) -> None:
        declared["values"] = (54, *declared["values"][1:])

    found = conform(altered("montgomery_filtration", misread))
    assert not found["agrees"].all()


def test_a_figure_of_no_row_is_refused() -> None:
    def misname(declared: dict[str, Any]) -> None:
        declared["analyses"][0]["printed"]["effects_by_scale"]["Z"] = {"effect": "1"}

    with pytest.raises(LookupError, match="effects_by_scale: found 0 rows of Z, expected one with effect"):
        conform(altered("jain_memory_cache", misname))
