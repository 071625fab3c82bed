"""Every relation, column and macro says what it is."""

import pytest

from flows.warehouse.warehouse import MACROS, VIEWS, Warehouse, tables

OWN = "not internal and schema_name = 'main'"


@pytest.mark.parametrize("kind", ["tables", "views", "columns"])
def test_everything_has_a_comment(warehouse: Warehouse, kind: str) -> None:
    names = {"tables": "table_name", "views": "view_name", "columns": "table_name || '.' || column_name"}[
        kind
    ]
    rows = warehouse.connection.execute(
        f"select {names}, comment from duckdb_{kind}() where {OWN}"  # noqa: S608
    ).fetchall()
    assert len(rows) >= {"tables": len(tables()), "views": len(VIEWS) + 1, "columns": 200}[kind]
    assert [name for name, comment in rows if not comment or not comment.strip().endswith(".")] == []


def test_every_macro_has_a_comment(warehouse: Warehouse) -> None:
    rows = warehouse.connection.execute(
        f"select distinct function_name, comment from duckdb_functions() where {OWN}"  # noqa: S608
    ).fetchall()
    assert {name for name, comment in rows if comment} == set(MACROS)
