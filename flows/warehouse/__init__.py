"""The one door to DuckDB: it opens the warehouse, applies `sql/`, hands out data frames."""
