"""The stage that holds the private copy against the promises."""

from collections.abc import Sequence

from flows.stages.plan import Plan, affected_in_parts, stamped
from flows.warehouse.warehouse import ANSWERED_MIB, open_published, open_warehouse
from models.declared.study import Study

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
STUDIES_AT_ONCE, FOLDERS_AT_ONCE = 100, 5000


def check_promises(plan: Plan) -> None:
    """Hold the private copy against the promises of the studies that are affected; verdicts become rows."""
    for studies in affected_in_parts(plan, STUDIES_AT_ONCE, FOLDERS_AT_ONCE):
        check_studies(plan, studies)


def check_studies(plan: Plan, studies: Sequence[Study]) -> None:
    import polars as pl

    from expectations.check import check_all

    asked = [study.name for study in studies]
    # Closed before Great Expectations is imported: what DuckDB keeps of the file is let go.
    with open_published(plan.staged) as warehouse:
        warehouse.keep_little(ANSWERED_MIB)
        frames = {name: warehouse.frames_of(f"check/{name}", asked) for name in QUERIES}
        frames["freshness"] = warehouse.frames_of("check/freshness", asked, now=plan.started_at)
    found = check_all([(study, {name: of[study.name] for name, of in frames.items()}) for study in studies])
    with open_warehouse(plan.staged) as warehouse, warehouse.transaction():
        warehouse.forget_rows("breaches", asked)
        for table in ("verdicts", "breaches"):
            rows = pl.concat([getattr(checked, table) for checked in found])
            warehouse.append(table, stamped(rows, plan.night_id))
