"""The stages that write the pages beside the private copy, then publish both as one version."""

import platform
from collections.abc import Callable
from functools import partial
from importlib.metadata import version

from flows.house.publishing import publish
from flows.stages.plan import Plan, Summary
from flows.warehouse.carry_over import schema_number
from flows.warehouse.warehouse import (
    ANSWERED_MIB,
    PASSED_MIB,
    Warehouse,
    open_published,
    schema_digest,
    views_digest,
)


def render_pages(plan: Plan, say: Callable[[str], None] = lambda _: None) -> list[str]:
    """Write the site beside the private copy; gives the pages that were rendered."""
    from flows.stages.pages import draw_on, render_site

    before = None if plan.is_fresh else plan.house.site.resolve()
    names = [study.name for study in plan.affected()]
    cluster = plan.order.cluster
    with open_published(plan.staged) as warehouse:
        warehouse.keep_little(ANSWERED_MIB)
        return render_site(
            warehouse,
            plan.house.staging / "site",
            before,
            plan.studies,
            names,
            plan.order.pages or plan.is_anew,
            say,
            partial(draw_on, cluster, plan.staged) if cluster else None,
        )


def publish_version(plan: Plan) -> Summary:
    """Seal the private copy and make it the current version."""
    # Opened afresh: a block whose checksum does not hold, or a view that cannot be bound, is met here.
    with open_published(plan.staged) as warehouse:
        warehouse.keep_little(PASSED_MIB)
        rows = warehouse.scan()
        summary = summarise_night(plan, warehouse)
    manifest = {
        "night_id": plan.night_id,
        "published_at": plan.started_at.isoformat(timespec="seconds"),
        "rows": rows,
        "schema": schema_digest(),
        "schema_number": schema_number(),
        "views": views_digest(),
        "versions": {
            "doehouse": version("doehouse"),
            "duckdb": version("duckdb"),
            "python": platform.python_version(),
        },
    }
    return summary._replace(version=publish(plan.house, manifest))


def summarise_night(plan: Plan, warehouse: Warehouse) -> Summary:
    return Summary(
        night=warehouse.frame("night/last_night").to_dicts()[0],
        effects=warehouse.frame("models/effect_verdicts").to_dicts(),
        breaches=warehouse.frame("night/breaches").to_dicts(),
        quarantine=warehouse.frame("night/notices").to_dicts(),
        verdicts=warehouse.frame("night/verdicts", night_id=plan.night_id).to_dicts(),
        changes=[row[0] for row in warehouse.rows("night/changes", night_id=plan.night_id)],
        version=None,
        house=plan.house,
        studies=plan.names(),
        refused=tuple(each.reason for each in plan.refused),
    )
