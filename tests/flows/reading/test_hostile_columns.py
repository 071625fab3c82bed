"""Names that try to be SQL: the columns of every relation stay what they are, each name is a column of its own."""

import random
from pathlib import Path

import pytest

from flows.stages.load import load_studies_into
from flows.warehouse.warehouse import Warehouse, open_warehouse, relations
from models.declared.factors import CHAIN
from models.declared.study import Study, StudyError, load_studies, load_study
from tests.log_folders import toml, write_study

STUDIES, FACTORS, RESPONSES = 40, 3, 2  # 200 names of factors and responses
LEAST = {"factors": {"A": ["1", "2"]}, "responses": {"y": {"metric": "y"}}}
PARTS = [
    *('"', "'", '""', "\\", ";", "--", "/*", "*/", "$1", "$study", "?", "%s", "{", "}", "{run}", "(", ")", ",", ".", "*"),
    *("drop table points", "alter table folders add column x int", "select 1", "union all", "as", "from runs", "null"),
    *("main.points", "exclude (run)", "columns(*)", "read_text('/etc/passwd')", "attach 'x'", "$$", "E'\\x27'", "`", "[0]"),
    *("points", "Ä", "ß", "中", "\u202e", "\u00a0x", "e\u0301", "rowid", "order by 1", "::int", "set memory_limit='1TB'"),
]  # fmt: skip


def hostile_names(chance: random.Random, count: int) -> list[str]:
    """Different even to SQL, which tells neither cases nor compositions apart; a colon no name may hold, nor a sign
    that links aliases."""
    names: dict[str, str] = {}
    while len(names) < count:
        name = " ".join(chance.choices(PARTS, k=chance.randint(1, 5))).replace(":", "").strip()
        if name and not CHAIN.search(name):
            names[f"{name}{len(names)}".casefold()] = f"{name}{len(names)}"
    return list(names.values())


def columns(warehouse: Warehouse) -> dict[str, list[str]]:
    return {name: warehouse.columns(name) for name in sorted(relations())}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> list[Study]:
    folder = tmp_path_factory.mktemp("studies")
    chance = random.Random(6)
    for number in range(STUDIES):
        names = hostile_names(chance, FACTORS + RESPONSES)
        write_study(
            folder,
            f"hostile_{number}",
            title=names[0],
            folders=f"h{number}_{{run}}",
            factors={name: [name, f"not {name}"] for name in names[:FACTORS]},
            responses={name: {"metric": name, "unit": name} for name in names[FACTORS:]},
        )
    return load_studies(folder, relations()).studies


def test_two_hundred_names_leave_the_columns_of_every_relation_as_they_were(
    hostile: list[Study], tmp_path: Path
) -> None:
    assert len(hostile) == STUDIES
    with open_warehouse(tmp_path / "warehouse.duckdb") as warehouse:
        before = columns(warehouse)
        assert {"points", "runs", "observations", "study_views"} <= before.keys()
        for _ in range(2):  # a later night derives every view anew
            with warehouse.transaction():
                load_studies_into(warehouse, hostile)
                warehouse.apply_views()
        assert columns(warehouse) == before
        tables = {
            name for (name,) in warehouse.connection.execute("from (show tables) select name").fetchall()
        }
        assert tables == relations() | {study.name for study in hostile}
        for study in hostile:
            mine = warehouse.columns(study.name)
            assert [name for name in mine if name in study.factors] == list(study.factors)
            assert [name for name in mine if name in study.responses] == list(study.responses)
            assert len(mine) == len(set(mine)) and warehouse.relation(study.name).num_rows == 0
        told = "select distinct study, factor, level from treatments"
        assert set(warehouse.connection.execute(told).fetchall()) == {
            (study.name, factor, level)
            for study in hostile
            for factor, levels in study.factors.items()
            for level in levels
        }


@pytest.mark.parametrize("seed", range(4))
def test_a_name_that_is_no_plain_word_cannot_be_a_studys(seed: int, tmp_path: Path) -> None:
    for name in hostile_names(random.Random(seed), 50):
        if name.isascii() and name.replace("_", "").isalnum():
            continue
        path = write_study(tmp_path, "hostile", folders="h_{run}", **LEAST)
        path.write_text(path.read_text().replace('name = "hostile"', f"name = {toml(name)}", 1))
        with pytest.raises(StudyError, match=r"hostile\.toml: name: found .*Rename the study\."):
            load_study(path)


@pytest.mark.parametrize("name", sorted(relations()))
def test_no_study_takes_the_name_of_a_relation(name: str, tmp_path: Path) -> None:
    write_study(tmp_path, name, folders="h_{run}", **LEAST)
    with pytest.raises(StudyError, match="a relation of the warehouse already"):
        load_studies(tmp_path, relations())
