"""Check the promises about the warehouse as a whole: a broken one stops the night."""

from typing import Any

import polars as pl

from expectations.check import BREACHES_SCHEMA, VERDICTS_SCHEMA, Checked, breach, verdicts
from expectations.evaluate import Outcome, evaluate
from expectations.promises import CATALOGUE
from expectations.relation import CheckError, Found, rule

SCHEMA = pl.Schema({"code": pl.String, "expected": pl.Int64, "found": pl.Int64})


def check_warehouse(counts: pl.DataFrame) -> Checked:
    """Compare what was found with what was expected; a promise that no row of `counts` speaks of is not kept.

    A promise may have several rows, such as one for each table. Raises CheckError for counts that are none.
    """
    try:
        counts = counts.select(SCHEMA.names()).cast(SCHEMA)
    except pl.exceptions.PolarsError as error:
        raise CheckError(f"the counts of the warehouse could not be read: {error}") from error
    promises = [promise for promise in CATALOGUE if promise.relation == "warehouse"]
    if unknown := set(counts["code"]) - {promise.code for promise in promises}:
        raise CheckError(f"found counts of {unknown}, expected {', '.join(each.code for each in promises)}.")
    outcomes: dict[str, Outcome] = {}
    breaches: list[dict[str, Any]] = []
    # They all have the same rule, and Great Expectations costs by the call: all are one call of the first one's.
    same = promises[0].code
    equal = rule(
        same,
        "expect_column_pair_values_to_be_equal",
        column_A="found",
        column_B="expected",
        ignore_row_if="neither",
    )
    rows_of = [counts.filter(pl.col("code") == promise.code) for promise in promises]
    for promise, rows, found in zip(promises, rows_of, evaluate("warehouse", rows_of, [equal]), strict=True):
        where = f"the warehouse, {promise.code}"
        outcome = found[same]
        outcomes[promise.code] = outcome
        for row in rows[outcome.failing].iter_rows(named=True):
            words = Found(where, str(row["found"]), str(row["expected"]))
            breaches.append(breach(None, promise, words, row))
        if not outcome.rows_checked:
            words = Found(where, "no count", "one")
            breaches.append(breach(None, promise, words, {}))
    return Checked(
        pl.DataFrame(list(verdicts(None, outcomes)), VERDICTS_SCHEMA, orient="row"),
        pl.DataFrame(breaches, BREACHES_SCHEMA, orient="row"),
    )
