"""The stage that audits the private copy, then writes down the night."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from flows.stages.plan import Plan
from flows.warehouse.warehouse import ANSWERED_MIB, open_warehouse

if TYPE_CHECKING:
    from flows.reading.batches import Shards


def close_night(plan: Plan, shards: Sequence["Shards"]) -> None:
    """Audit the private copy and write down the night. Raises PromiseBrokenError."""
    import polars as pl

    from flows.stages.audit import audit

    published = None if plan.is_fresh else plan.house.before
    with open_warehouse(plan.staged) as warehouse:
        warehouse.keep_little(ANSWERED_MIB)
        reloaded = [folder.folder for folder in (*plan.news.new, *plan.news.changed)]
        touched = [plan.folder_ids[folder] for folder in (*reloaded, *plan.news.forgotten)]
        touched += [*plan.rows_again, *plan.rows_forgotten]
        audit(warehouse, published, touched, shards, plan.night_id)
        row = {
            "night_id": plan.night_id,
            "started_at": plan.started_at.replace(tzinfo=None),
            "finished_at": datetime.now(UTC).replace(tzinfo=None),
            "folders_seen": plan.news.seen,
            "folders_new": len(plan.news.new),
            "folders_changed": len(plan.news.changed),
            "studies_edited": len(plan.edited),
            **warehouse.record("night/run_counts"),
            **warehouse.record("night/promise_counts"),
            "doehouse_version": version("doehouse"),
        }
        warehouse.append("nights", pl.DataFrame([row]))
