"""A house of every released version is carried over: what it knew is there after the next night, and nothing is lost."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.house.errors import HouseError
from flows.house.house import House
from flows.night import Order, is_anything_new
from flows.warehouse.carry_over import CARRIED, schema_number
from tests.commands import doehouse_here
from tests.houses import ROOT, ask, contents, spend

RELEASED = sorted((ROOT / "tests" / "released").glob("*.tar.xz"))
NEXT = datetime(2023, 10, 25, 2, 30, tzinfo=UTC)  # after the five nights of tests/released/write_house.py
OF_THE_NIGHT = {"night_id"}  # of a finding: the night that noticed it last


@pytest.fixture(params=RELEASED, ids=lambda path: path.name.removesuffix(".tar.xz"))
def order(request: pytest.FixtureRequest, tmp_path: Path) -> Order:
    """The stored log folders, study and house of a released version."""
    # Python's tarfile rounds the times of files, by which a night knows them.
    subprocess.run(["tar", "-C", tmp_path, "-xf", request.param], check=True)
    return Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")


def stored(house: Path) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    """Columns and rows of the tables that are carried, as the released version wrote them."""
    found = {}
    with duckdb.connect(House.at(house).warehouse, read_only=True) as connection:
        for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            if table in CARRIED:
                columns = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
                names = [column for column in columns if table != "findings" or column not in OF_THE_NIGHT]
                query = f"select {', '.join(names)} from {table}"  # noqa: S608
                found[table] = names, connection.execute(query).fetchall()
    return found


def test_every_fact_and_every_night_is_there_after_the_next_night(order: Order) -> None:
    before = stored(order.house)
    assert {"points", "summaries", "held_files", "verdicts", "conclusions"} <= before.keys()
    assert all(rows or table == "levels_seen" for table, (_, rows) in before.items())
    assert is_anything_new(order, NEXT) is None
    counts = spend(order, NEXT).night
    assert (
        counts["folders_new"],
        counts["folders_changed"],
        counts["folders_gone"],
        counts["folders_held"],
    ) == (*(0, 0, 1, 1),)
    for table, (columns, rows) in before.items():
        if table not in ("studies", "breaches"):  # declared and checked anew
            after = ask(order, f"select {', '.join(columns)} from {table}")  # noqa: S608
            assert not (lost := set(map(repr, rows)) - set(map(repr, after))), (table, sorted(lost)[:3])
    night_id = counts["night_id"]
    ((concluded,),) = ask(order, f"select count(*) from conclusions where night_id = {night_id}")  # noqa: S608
    assert concluded == sum(row[0] == night_id - 1 for row in before["conclusions"][1])
    assert spend(order, NEXT).version is None


def test_what_is_carried_over_has_the_tables_of_a_new_house(order: Order, tmp_path: Path) -> None:
    spend(order, NEXT)
    fresh = order._replace(house=tmp_path / "fresh")
    spend(fresh, NEXT)
    columns = (
        "select table_name, column_index, column_name, data_type, comment from duckdb_columns() order by all"
    )
    assert ask(order, columns) == ask(fresh, columns)
    # Of the folders that are as they were, both hold the same.
    there = set(contents(fresh)["observations"])
    here = set(contents(order)["observations"])
    assert {row for row in there if "'2_a'" not in row} <= here


def test_a_night_that_fails_leaves_the_old_house_as_it_was(order: Order) -> None:
    (order.studies / "small.toml").write_text("nonsense")
    before = stored(order.house)
    with pytest.raises(HouseError):
        spend(order, NEXT)
    assert stored(order.house) == before


def test_a_house_of_a_newer_version_is_refused_untouched(order: Order) -> None:
    spend(order, NEXT)
    version = House.at(order.house).current_version()
    assert version
    manifest = json.loads((version / "manifest.json").read_text())
    assert manifest["schema_number"] == schema_number()
    manifest |= {"schema_number": schema_number() + 1, "schema": "other"}
    manifest["versions"]["doehouse"] = "9.9.9"
    (version / "manifest.json").chmod(0o644)
    (version / "manifest.json").write_text(json.dumps(manifest))
    before = files_of(order.house)
    ended = doehouse_here(
        *("night", "--logs", order.logs, "--studies", order.studies, "--house", order.house)
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "were made by doehouse 9.9.9, which is newer than this one" in ended.stderr
    assert files_of(order.house) == before


def files_of(house: Path) -> list[Path]:
    """What is in a house but for its log and the remains of its nights."""
    found = (path.relative_to(house) for path in house.rglob("*"))
    return sorted(path for path in found if path.parts[0] not in ("staging", "night.log"))
