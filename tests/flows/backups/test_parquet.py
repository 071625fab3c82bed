"""What `doehouse export` wrote comes back by `doehouse import`, equal in every table; newer or damaged it is refused."""

import json
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from flows.backups.parquet import CONTENTS, read_relations, write_relations
from flows.house.errors import HouseError
from flows.house.house import DATABASE, House
from flows.house.manifest import verify
from flows.night import Order, Summary
from flows.warehouse.carry_over import CARRIED, schema_number
from tests.commands import doehouse_here
from tests.houses import NOW, ROOT, ask, contents, spend

COLUMNS = "select table_name, column_name, data_type, comment from duckdb_columns() order by all"
RELEASED = ROOT / "tests" / "released" / "0.1.0.tar.xz"


@pytest.fixture
def exported(published_house: Summary, tmp_path: Path) -> Path:
    place = tmp_path / "exported"
    list(write_relations(published_house.house, place))
    return place


def test_an_export_comes_back_equal_in_every_relation(
    published_house: Summary, exported: Path, second_night: Order, tmp_path: Path
) -> None:
    ended = doehouse_here("import", exported, "--house", tmp_path / "new")
    assert ended.stdout == f"current: {tmp_path / 'new' / 'versions'}/000001\n", ended.stderr
    new = second_night._replace(house=tmp_path / "new")
    verify(new.house / "current")
    assert contents(new, is_whole=True) == contents(second_night, is_whole=True)
    assert ask(new, COLUMNS) == ask(second_night, COLUMNS)
    for table in ("points", "files", "stamps"):  # in their order, too
        assert ask(new, f"from {table}") == ask(second_night, f"from {table}")
    # The next night finds nothing to read, derives the same and writes the pages.
    night = spend(new, NOW).night
    assert (night["night_id"], night["folders_new"], night["folders_changed"]) == (2, 0, 0)
    for name in ("observations", "effects_sql", "folders", "points"):
        assert ask(new, f"from {name} order by all") == ask(second_night, f"from {name} order by all")


def test_an_import_takes_the_place_of_nothing(exported: Path, second_night: Order) -> None:
    before = contents(second_night, is_whole=True)
    with pytest.raises(HouseError, match="found the version 000001, expected a new house"):
        read_relations(House.at(second_night.house), exported)
    assert contents(second_night, is_whole=True) == before


def flip(exported: Path) -> None:
    path = exported / "points.parquet"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)


def of_a_newer_one(exported: Path) -> None:
    contents = json.loads((exported / CONTENTS).read_text())
    contents["manifest"] |= {"schema_number": schema_number() + 1, "schema": "other"}
    contents["manifest"]["versions"]["doehouse"] = "9.9.9"
    (exported / CONTENTS).write_text(json.dumps(contents))


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        (flip, "points.parquet: is not as it was exported"),
        (lambda place: (place / "tags.parquet").unlink(), "tags.parquet: is missing"),
        (lambda place: (place / CONTENTS).unlink(), "export.json: cannot be read"),
        (of_a_newer_one, "was exported by doehouse 9.9.9, whose tables are newer"),
    ],
    ids=["damaged", "table missing", "contents missing", "newer"],
)
def test_what_is_damaged_or_newer_is_refused(exported: Path, tmp_path: Path, deed: object, told: str) -> None:
    assert callable(deed)
    deed(exported)
    house = House.at(tmp_path / "new")
    with pytest.raises(HouseError, match=told):
        read_relations(house, exported)
    assert house.current_version() is None and house.all_versions() == []


def test_the_tables_of_a_released_version_come_back_and_the_next_night_carries_them_over(
    tmp_path: Path,
) -> None:
    subprocess.run(["tar", "-C", tmp_path, "-xf", RELEASED], check=True)
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    list(write_relations(House.at(order.house), tmp_path / "exported"))
    new = order._replace(house=tmp_path / "new")
    read_relations(House.at(new.house), tmp_path / "exported")
    with (
        duckdb.connect(order.house / "current" / DATABASE, read_only=True) as one,
        duckdb.connect(new.house / "current" / DATABASE, read_only=True) as other,
    ):
        for (table,) in one.execute("select table_name from duckdb_tables() order by all").fetchall():
            assert other.sql(f"from {table}").fetchall() == one.sql(f"from {table}").fetchall(), table
    shutil.rmtree(tmp_path / "exported")
    spend(order, NOW)
    spend(new, NOW)
    for table in CARRIED:
        if table != "nights":  # it holds the times of the last one
            assert ask(new, f"from {table} order by all") == ask(order, f"from {table} order by all"), table
