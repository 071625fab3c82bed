"""The promises about the warehouse as a whole: counts that agree, counts that do not, counts that are missing."""

import polars as pl
import pytest

from expectations.promises import CATALOGUE
from expectations.relation import CheckError
from expectations.warehouse import check_warehouse

CODES = [promise.code for promise in CATALOGUE if promise.relation == "warehouse"]


@pytest.fixture
def counts() -> pl.DataFrame:
    return pl.DataFrame({"code": CODES, "expected": range(len(CODES)), "found": range(len(CODES))})


def test_counts_that_agree_keep_every_promise(counts: pl.DataFrame) -> None:
    checked = check_warehouse(counts)
    assert checked.verdicts["is_kept"].all()
    assert checked.verdicts["code"].to_list() == CODES
    assert checked.breaches.is_empty()


@pytest.mark.parametrize("code", CODES)
def test_a_count_that_differs_breaks_its_own_promise_and_no_other(counts: pl.DataFrame, code: str) -> None:
    off = (pl.col("found") + (pl.col("code") == code).cast(pl.Int64)).alias("found")
    checked = check_warehouse(counts.with_columns(off))
    assert checked.verdicts.filter(~pl.col("is_kept"))["code"].to_list() == [code]
    (breach,) = checked.breaches.iter_rows(named=True)
    place = CODES.index(code)
    expected = f"the warehouse, {code}: found {place + 1}, expected {place}. Read all again with doehouse night --all"
    assert breach["reason"].startswith(expected)
    assert (breach["study"], breach["folder"], breach["severity"]) == (None, None, "stop")


def test_one_of_several_tables_is_enough_to_break_a_promise(counts: pl.DataFrame) -> None:
    more = pl.DataFrame({"code": ["WH-5", "WH-5"], "expected": [0, 0], "found": [0, 2]})
    verdicts = check_warehouse(pl.concat([counts, more])).verdicts
    (verdict,) = verdicts.filter(~pl.col("is_kept")).iter_rows(named=True)
    assert (verdict["code"], verdict["rows_checked"], verdict["rows_failing"]) == ("WH-5", 3, 1)


def test_a_promise_without_a_count_is_not_kept(counts: pl.DataFrame) -> None:
    checked = check_warehouse(counts.filter(pl.col("code") != "WH-4"))
    assert checked.verdicts.filter(~pl.col("is_kept"))["code"].to_list() == ["WH-4"]
    assert "found no count, expected one" in checked.breaches["reason"][0]
    assert not check_warehouse(counts.clear()).verdicts["is_kept"].any()


def test_a_count_that_is_null_is_not_kept(counts: pl.DataFrame) -> None:
    for column in ("found", "expected"):
        missing = counts.with_columns(pl.when(pl.col("code") != "WH-2").then(column).alias(column))
        assert check_warehouse(missing).verdicts.filter(~pl.col("is_kept"))["code"].to_list() == ["WH-2"]


def test_counts_of_another_kind_are_refused(counts: pl.DataFrame) -> None:
    with pytest.raises(CheckError, match=r"found counts of .*'CON-1'"):
        check_warehouse(counts.with_columns(code=pl.lit("CON-1")))
    with pytest.raises(CheckError, match="could not be read"):
        check_warehouse(counts.drop("found"))
