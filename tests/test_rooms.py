"""The arrows between the rooms, and the conventions that are tests."""

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from flows.warehouse.warehouse import MACROS, VIEWS, tables

ROOT = Path(__file__).parents[1]
ROOMS = ("flows", "models", "expectations", "reports")
MAY_IMPORT = {
    "flows": set(ROOMS),
    "models": {"models"},
    "expectations": {"expectations", "models"},
    "reports": {"reports", "models"},
}
MODULES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
SQL_FILES = sorted((ROOT / "sql").rglob("*.sql"))


def imported(path: Path) -> set[str]:
    """Top-level names that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_a_room_imports_only_the_rooms_it_may(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    assert imported(path) & set(ROOMS) <= MAY_IMPORT[room]


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_prefect_and_duckdb_have_one_door_each(path: Path) -> None:
    where = path.relative_to(ROOT)
    names = imported(path)
    assert "duckdb" not in names or str(where) == "flows/warehouse/warehouse.py"
    assert "prefect" not in names or where.parts[0] == "flows"


def test_no_module_of_flows_shadows_a_room_or_a_dependency() -> None:
    stems = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}
    assert not stems & (set(ROOMS) | {"sql", "sample", "tests"} | set(packages_distributions()))


def test_the_lists_of_relations_are_the_files_on_disk() -> None:
    assert sorted(VIEWS) == sorted(path.stem for path in (ROOT / "sql" / "views").glob("*.sql"))
    assert sorted(MACROS) == sorted(path.stem for path in (ROOT / "sql" / "macros").glob("*.sql"))
    assert not set(tables()) & set(VIEWS)


@pytest.mark.parametrize("path", SQL_FILES, ids=label)
def test_an_sql_file_says_what_it_holds_its_grain_and_what_it_reads(path: Path) -> None:
    first, grain, reads = path.read_text().splitlines()[:3]
    assert first.startswith("-- ") and first.endswith(".")
    assert re.fullmatch(r"-- grain: .+", grain)
    assert re.fullmatch(r"-- reads: .+", reads)


@pytest.mark.parametrize("path", SQL_FILES, ids=label)
def test_sql_is_lower_case_and_has_no_tabs(path: Path) -> None:
    body = "\n".join(line for line in path.read_text().splitlines() if not line.lstrip().startswith("--"))
    without_strings = re.sub(r"'[^']*'|\"[^\"]*\"", "", body)
    assert not re.search(r"\b(SELECT|FROM|WHERE|JOIN|GROUP|ORDER|CREATE|INSERT|DELETE)\b", without_strings)
    assert "\t" not in body
