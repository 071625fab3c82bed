"""Macros and views against outside computations, and comments on everything."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from flows.warehouse.warehouse import QueryError, Warehouse, text

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "published.json").read_text())


def test_a_query_that_little_memory_does_not_do_for_is_answered_all_the_same(warehouse: Warehouse) -> None:
    name, asked = "pages/curves_points", {"studies": ["fltk_2_4_1"]}
    in_full = warehouse.frame(name, **asked)
    assert in_full.height
    warehouse.connection.execute("set memory_limit = '4 MiB'")
    with pytest.raises(QueryError, match="Out of Memory"):
        warehouse.connection.execute(text(name), asked)
    assert warehouse.frame(name, **asked).equals(in_full)
    (limit,) = warehouse.connection.execute("select current_setting('memory_limit')").fetchall()
    assert limit == ("4.0 MiB",)  # what one query needed is not kept for the next
    warehouse.connection.execute("reset memory_limit")


@pytest.mark.parametrize("df", [1, 2, 7, 24, 119, 120, 121, 200, 5000])
def test_the_quantile_of_t_is_scipys(warehouse: Warehouse, df: int) -> None:
    ((found,),) = warehouse.connection.execute("select t975($df)", {"df": df}).fetchall()
    assert found == pytest.approx(stats.t.ppf(0.975, df), rel=1e-9)


def test_intervals_of_means_are_those_of_student(warehouse: Warehouse) -> None:
    rows = warehouse.connection.execute(
        "select list(value), any_value(m.mean), any_value(m.se), any_value(m.ci_low), any_value(m.ci_high) "
        "from observations as o inner join treatment_means as m using (study, response, run) "
        "group by study, response, run"
    ).fetchall()
    assert len(rows) == 16
    for values, mean, se, low, high in rows:
        expected = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
        assert (mean, se) == pytest.approx((np.mean(values), stats.sem(values)), rel=1e-12)
        assert (low, high) == pytest.approx(expected, rel=1e-12)


def test_the_sign_table_is_the_published_one(warehouse: Warehouse) -> None:
    rows = warehouse.connection.execute(
        "select list(sign order by factor_position) from treatments group by run order by run"
    ).fetchall()
    assert [signs for (signs,) in rows] == REFERENCE["design"]["sign_table"]


def test_effects_in_sql_are_those_of_statsmodels(warehouse: Warehouse) -> None:
    rows = warehouse.connection.execute(
        "select s.effect, e.effect, s.sum_sq, e.sum_sq, s.percent_of_variation, e.percent_of_variation "
        "from effects_sql as s inner join effects_by_scale as e using (study, response, scale, term)"
    ).fetchall()
    assert len(rows) == 28
    for sql_effect, effect, sql_sum, sum_sq, sql_percent, percent in rows:
        assert (sql_effect, sql_sum, sql_percent) == pytest.approx((effect, sum_sq, percent), rel=1e-9)


def test_every_relation_and_column_says_what_it_holds(warehouse: Warehouse) -> None:
    silent = warehouse.connection.execute(
        "select table_name, column_name from duckdb_columns() where not internal and comment is null"
    ).fetchall()
    assert silent == []
    unnamed = warehouse.connection.execute(
        "select view_name from duckdb_views() where not internal and comment is null union all "
        "select table_name from duckdb_tables() where comment is null"
    ).fetchall()
    assert unnamed == []


def test_quoting_survives_quotes(warehouse: Warehouse) -> None:
    name = 'a"; drop table "points\''
    ((quoted, text),) = warehouse.connection.execute(
        "select quoted_name($name), quoted_text($name)", {"name": name}
    ).fetchall()
    ((back,),) = warehouse.connection.execute(f"select {text} as {quoted}").fetchall()
    assert back == name
