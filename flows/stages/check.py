"""The stage that holds the private copy against the promises."""

from flows.stages.plan import Plan, stamped
from flows.warehouse.warehouse import ANSWERED_MIB, open_published, open_warehouse


def check_promises(plan: Plan) -> None:
    """Hold the private copy against the promises of the studies that are affected; verdicts become rows."""
    import polars as pl

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
    studies = plan.affected()
    if not studies:
        return
    asked = [study.name for study in studies]
    # Closed before Great Expectations is imported: what DuckDB keeps of the file is let go.
    with open_published(plan.staged) as warehouse:
        warehouse.keep_little(ANSWERED_MIB)
        frames = {name: warehouse.frames_of(f"check/{name}", asked) for name in names}
        frames["freshness"] = warehouse.frames_of("check/freshness", asked, now=plan.started_at)
    data = [(study, {name: of[study.name] for name, of in frames.items()}) for study in studies]
    found = check_all(data)
    with open_warehouse(plan.staged) as warehouse, warehouse.transaction():
        warehouse.forget_rows("breaches", asked)
        for table in ("verdicts", "breaches"):
            frames_of_all = [getattr(checked, table) for checked in found]
            warehouse.append(table, stamped(pl.concat(frames_of_all), plan.night_id))
