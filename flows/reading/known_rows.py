"""Ask the warehouse what it has of the rows of result tables."""

from typing import TYPE_CHECKING, Any

import polars as pl

from flows.reading.containers import STAMPS
from flows.reading.tables import MOMENT, value_columns
from models.declared.study import Study

if TYPE_CHECKING:
    from flows.warehouse.warehouse import Warehouse


def known_rows(warehouse: "Warehouse | None", table_id: int, study: Study) -> pl.DataFrame:
    """A row for each known container of a table, as `read_table` takes it."""
    values = value_columns(study)
    stamps: dict[str, Any] = {f"{stamp}_at": MOMENT for stamp in STAMPS}
    schema = pl.Schema(
        {
            "folder_id": pl.Int32,
            "folder": pl.String,
            "verdict": pl.String,
            "points": pl.Int64,
            "run": pl.Int32,
            "replicate": pl.String,
            "block": pl.String,
            **stamps,
            **dict.fromkeys(values, pl.Float64),
        }
    )
    if warehouse is None:
        return pl.DataFrame(schema=schema)
    rows = warehouse.frame("night/known_rows", table_id=table_id)
    found = warehouse.frame("night/known_row_values", table_id=table_id)
    for column, tag in values.items():
        own = found.filter(pl.col("tag") == tag).select("container_key", pl.col("value").alias(column))
        rows = rows.join(own, on="container_key", how="left", maintain_order="left")
    return rows.select(schema.names()).cast(schema)
