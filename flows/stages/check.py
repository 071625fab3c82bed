"""The stage that holds the private copy against the promises."""

from flows.stages.plan import Plan, stamped
from flows.warehouse.warehouse import open_warehouse


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
    with open_warehouse(plan.staged) as warehouse:
        data = []
        for study in plan.affected():
            frames = {name: warehouse.frame(f"check/{name}", study=study.name) for name in names}
            frames["freshness"] = warehouse.frame("check/freshness", study=study.name, now=plan.started_at)
            data.append((study, frames))
        with warehouse.transaction():
            for (study, _), checked in zip(data, check_all(data), strict=True):
                warehouse.forget_rows("breaches", study.name)
                for table, frame in (("verdicts", checked.verdicts), ("breaches", checked.breaches)):
                    warehouse.append(table, stamped(frame, plan.night_id))
