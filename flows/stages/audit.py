"""The audit of the private copy, without which nothing is published."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from expectations.warehouse import check_warehouse
from flows.house.errors import HouseError
from flows.reading.batches import Shards
from flows.warehouse.warehouse import Warehouse


class PromiseBrokenError(HouseError):
    """A stop promise of the whole warehouse is broken: nothing is published."""


def audit(
    warehouse: Warehouse,
    published: Path | None,
    folder_ids: Sequence[int],
    shards: Sequence[Shards],
    night_id: int,
) -> None:
    """Count what was loaded against what was read and what was there; the verdicts become rows.

    `folder_ids` are the folders loaded or forgotten tonight. Raises PromiseBrokenError.
    """
    ids = list(folder_ids)
    counts = [warehouse.frame("audit/keys")]
    if shards:
        files = {
            field: [str(getattr(each, field)) for each in shards]
            for field in ("files", "stamps", "containers", "folders")
        }
        counts.append(warehouse.frame("audit/loaded", folder_ids=ids, **files))
    else:
        counts.append(warehouse.frame("audit/nothing_loaded"))
    if published:
        with warehouse.attached(published, "published"):
            counts.append(warehouse.frame("audit/kept", folder_ids=ids))
    else:
        counts.append(warehouse.frame("audit/nothing_kept"))
    checked = check_warehouse(pl.concat(counts, how="vertical_relaxed"))
    warehouse.append("verdicts", checked.verdicts.with_columns(night_id=pl.lit(night_id, pl.Int32)))
    broken = checked.breaches.filter(pl.col("severity") == "stop")
    if broken.height:
        reasons = "\n".join(f"{code} {reason}" for code, reason in broken.select("code", "reason").rows())
        raise PromiseBrokenError(f"not published: {reasons}")
