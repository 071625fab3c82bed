"""The stage that holds the private copy against the promises."""

from flows.stages.plan import Plan, stamped
from flows.warehouse.warehouse import ANSWERED_MIB, open_published, open_warehouse


def check_promises(plan: Plan) -> None:
    """Hold the private copy against the promises of the studies that are affected; verdicts become rows."""
    from expectations.check import check_all

    names = (
        "runs",
        "design_runs",
        "containers",
        "observations",
        "step_counts",
        "curve_lengths",
        "levels_seen",
    )
    # Closed before Great Expectations is imported: what DuckDB keeps of the file is let go.
    with open_published(plan.staged) as warehouse:
        warehouse.keep_little(ANSWERED_MIB)
        data = []
        for study in plan.affected():
            frames = {name: warehouse.frame(f"check/{name}", study=study.name) for name in names}
            frames["freshness"] = warehouse.frame("check/freshness", study=study.name, now=plan.started_at)
            data.append((study, frames))
    found = check_all(data)
    with open_warehouse(plan.staged) as warehouse, warehouse.transaction():
        for (study, _), checked in zip(data, found, strict=True):
            warehouse.forget_rows("breaches", study.name)
            for table, frame in (("verdicts", checked.verdicts), ("breaches", checked.breaches)):
                warehouse.append(table, stamped(frame, plan.night_id))
