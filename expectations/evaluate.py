"""Run the rules of a relation with Great Expectations, and read its results for what they do not say."""

import gc
import math
import os
import sys
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

import polars as pl
import polars.selectors as cs
import pyarrow

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


@contextmanager
def without(module: str) -> Iterator[None]:
    """Import as where an optional module is not installed, unless it is loaded already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


@cache
def batches() -> Any:
    """Great Expectations (seconds to import) with a context without files, telemetry or progress bars."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    # Two million objects are made and hardly one is thrown away: to look for garbage among them, then and ever after,
    # takes a fifth of the import. SQLAlchemy, a tenth of it, is for data in other databases.
    gc.disable()
    with without("sqlalchemy"):
        import great_expectations as gx
        from great_expectations.data_context.types import base
    gc.freeze()
    gc.enable()
    # Arrow, through which it is given its rows, would keep what they took.
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())

    # It sets itself to INFO on import, and tells of its temporary folders.
    base.logger.setLevel("WARNING")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = base.ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("warehouse")
    return source.add_dataframe_asset("relation").add_batch_definition_whole_dataframe("all")


def evaluate(
    relation: str, frames: Sequence[pl.DataFrame], rules: Sequence[Rule]
) -> list[dict[str, Outcome]]:
    """The outcome of each promise of a suite, by code, for each of some frames with the same columns.

    They are validated as one: what Great Expectations costs is a suite more than its rows. Raises CheckError where a
    rule could not run.
    """
    batch_definition = batches()
    from great_expectations import ExpectationSuite

    frame = (
        pl.concat(frames)
        .with_columns(
            # Great Expectations takes NaN for missing, and lets it pass where missing passes.
            cs.float().fill_nan(math.inf),
            # It drops time zones in a way that pandas warns of; all moments are UTC.
            cs.datetime(time_zone="*").dt.replace_time_zone(None),
        )
        .to_pandas()
    )
    batch = batch_definition.get_batch(batch_parameters={"dataframe": frame})
    result_format = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
    results = batch.validate(
        ExpectationSuite(name=relation, expectations=list(rules)), result_format=result_format
    ).results
    if len(results) != len(rules):
        raise CheckError(
            f"{relation}: found {len(results)} results, expected one for each of {len(rules)} rules."
        )
    starts = [0, *accumulate(each.height for each in frames)]
    checked: list[dict[str, int]] = [{} for _ in frames]
    failing: list[dict[str, set[int]]] = [{} for _ in frames]
    for result in results:
        config, found = result.expectation_config, result.result
        code = config.meta["code"]
        if problem := next(problems(result.exception_info), None):
            raise CheckError(f"promise {code} could not be checked: {problem}")
        positions = found["unexpected_index_list"]
        if len(positions) != found["unexpected_count"] or bool(positions) == result.success:
            raise CheckError(
                f"promise {code} could not be checked: found {len(positions)} rows named, "
                f"expected {found['unexpected_count']}."
            )
        present = [judged(each, config.type, config.kwargs) for each in frames]
        total = found["element_count"] - found.get("missing_count", 0)
        if sum(present) != total:
            raise CheckError(
                f"promise {code} could not be checked: found {total} rows judged, expected {sum(present)}."
            )
        for place, count in enumerate(present):
            checked[place][code] = max(checked[place].get(code, 0), count)
            failing[place].setdefault(code, set())
        for position in positions:
            place = bisect_right(starts, position) - 1
            failing[place][code].add(position - starts[place])
    return [
        {code: Outcome(count, sorted(failing[place][code])) for code, count in counts.items()}
        for place, counts in enumerate(checked)
    ]


def judged(rows: pl.DataFrame, expectation: str, arguments: Mapping[str, Any]) -> int:
    """How many rows a rule applies to: most rules ignore those in which their column is null."""
    if expectation == "expect_column_values_to_not_be_null" or arguments.get("ignore_row_if") == "neither":
        return rows.height
    columns = [arguments[each] for each in ("column", "column_A", "column_B") if each in arguments]
    return rows.drop_nulls(columns).height


def problems(exception_info: dict[str, Any]) -> Iterator[str]:
    """The messages of what was raised; Great Expectations nests them by metric where there are several."""
    if exception_info.get("raised_exception"):
        yield str(exception_info["exception_message"])
    for nested in exception_info.values():
        if isinstance(nested, dict):
            yield from problems(nested)
