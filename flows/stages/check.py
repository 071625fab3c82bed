"""The stage that holds the private copy against the promises."""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from flows.stages.plan import Plan, affected_in_parts, stamped
from flows.warehouse.in_parts import frames_in_parts
from flows.warehouse.warehouse import open_tables
from models.declared.study import Study

if TYPE_CHECKING:
    from expectations.check import Checked
    from flows.warehouse.in_parts import Frames

QUERIES = (
    "runs",
    "design_runs",
    "containers",
    "observations",
    "step_counts",
    "curve_lengths",
    "levels_seen",
)
# Whose rows are checked together: what Great Expectations costs is a suite more than its rows, which are in memory.
STUDIES_AT_ONCE, FOLDERS_AT_ONCE = 100, 1000


def check_promises(plan: Plan) -> None:
    """Hold the private copy against the promises of the studies that are affected; verdicts become rows."""
    parts = affected_in_parts(plan, STUDIES_AT_ONCE, FOLDERS_AT_ONCE)
    selects = {**{f"check/{name}": {} for name in QUERIES}, "check/freshness": {"now": plan.started_at}}
    names = [[study.name for study in studies] for studies in parts]
    found: list[Checked] = []
    for studies, frames in zip(parts, frames_in_parts(plan.staged, selects, names), strict=True):
        found += check_studies(studies, frames)
    if found:
        write_verdicts(plan, list(chain.from_iterable(names)), found)


def check_studies(studies: Sequence[Study], frames: "Frames") -> "list[Checked]":
    from expectations.check import check_all

    return check_all(
        [
            (study, {name.removeprefix("check/"): of[study.name] for name, of in frames.items()})
            for study in studies
        ]
    )


def write_verdicts(plan: Plan, studies: Sequence[str], found: "Sequence[Checked]") -> None:
    import polars as pl

    with open_tables(plan.staged) as warehouse, warehouse.transaction():
        warehouse.forget_rows("breaches", studies)
        for table in ("verdicts", "breaches"):
            rows = pl.concat([getattr(checked, table) for checked in found])
            warehouse.append(table, stamped(rows, plan.night_id))
