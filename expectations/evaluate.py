"""Run the rules of a relation with Great Expectations, and read its results for what they do not say."""

import math
import os
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import polars as pl
import polars.selectors as cs

from expectations.relation import CheckError, Rule


class Outcome(NamedTuple):
    """What came of one promise: rows its rules applied to, and the positions of those that break it."""

    rows_checked: int
    failing: list[int]

    @property
    def is_kept(self) -> bool:
        # Great Expectations passes every rule on an empty table.
        return self.rows_checked > 0 and not self.failing

    @property
    def observed(self) -> str:
        if not self.rows_checked:
            return "no row to check"
        return f"{self.rows_checked - len(self.failing)} of {self.rows_checked} rows keep it"


@cache
def batches() -> Any:
    """Great Expectations (seconds to import) with a context without files, telemetry or progress bars."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types import base

    # It sets itself to INFO on import, and tells of its temporary folders.
    base.logger.setLevel("WARNING")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = base.ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("warehouse")
    return source.add_dataframe_asset("relation").add_batch_definition_whole_dataframe("all")


def evaluate(relation: str, rows: pl.DataFrame, rules: Sequence[Rule]) -> dict[str, Outcome]:
    """The outcome of each promise of a suite, by code. Raises CheckError where a rule could not run."""
    batch_definition = batches()
    from great_expectations import ExpectationSuite

    frame = rows.with_columns(
        # Great Expectations takes NaN for missing, and lets it pass where missing passes.
        cs.float().fill_nan(math.inf),
        # It drops time zones in a way that pandas warns of; all moments are UTC.
        cs.datetime(time_zone="*").dt.replace_time_zone(None),
    ).to_pandas()
    batch = batch_definition.get_batch(batch_parameters={"dataframe": frame})
    result_format = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
    results = batch.validate(
        ExpectationSuite(name=relation, expectations=list(rules)), result_format=result_format
    ).results
    if len(results) != len(rules):
        raise CheckError(
            f"{relation}: found {len(results)} results, expected one for each of {len(rules)} rules."
        )
    checked: dict[str, int] = {}
    failing: dict[str, set[int]] = {}
    for result in results:
        code = result.expectation_config.meta["code"]
        if problem := next(problems(result.exception_info), None):
            raise CheckError(f"promise {code} could not be checked: {problem}")
        found = result.result
        positions = found["unexpected_index_list"]
        if len(positions) != found["unexpected_count"] or bool(positions) == result.success:
            raise CheckError(
                f"promise {code} could not be checked: found {len(positions)} rows named, "
                f"expected {found['unexpected_count']}."
            )
        failing.setdefault(code, set()).update(positions)
        present = found["element_count"] - found.get("missing_count", 0)
        checked[code] = max(checked.get(code, 0), present)
    return {code: Outcome(checked[code], sorted(failing[code])) for code in checked}


def problems(exception_info: dict[str, Any]) -> Iterator[str]:
    """The messages of what was raised; Great Expectations nests them by metric where there are several."""
    if exception_info.get("raised_exception"):
        yield str(exception_info["exception_message"])
    for nested in exception_info.values():
        if isinstance(nested, dict):
            yield from problems(nested)
