"""The arrows between the rooms, and the conventions that are tests."""

import ast
import re
from graphlib import TopologicalSorter
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
# wing -> the wings of its room that it may import; modules at the door of a room count as its first wing, but for
# leaves, which any wing may read. No wing may lead back to itself: a test sorts them.
LEAVES = {"models/wording.py", "models/results.py", "flows/messages.py"}
WINGS = {
    "flows": {"flows/records", "flows/stages", "flows/lake", "flows/house", "flows/log_root", "flows/warehouse"},
    "flows/commands/care": {"flows/commands", "flows/backups", "flows/lake", "flows/warehouse", "flows/house"},
    "flows/commands/queries": {"flows/commands", "flows/warehouse", "flows/house"},
    "flows/commands": {
        "flows", "flows/records", "flows/rehearsal", "flows/stages", "flows/survey", "flows/discovery", "flows/house",
        "flows/log_root", "flows/warehouse",
    },
    "flows/backups": {"flows/house", "flows/warehouse"},
    "flows/lake": {"flows/warehouse", "flows/house"},
    "flows/records": {"flows/stages", "flows/house"},
    "flows/stages": {
        "flows/cluster", "flows/discovery", "flows/reading", "flows/warehouse", "flows/house", "flows/log_root",
    },
    "flows/survey": {
        "flows/survey/factors", "flows/discovery", "flows/reading", "flows/reading/cells", "flows/reading/events",
        "flows/reading/records", "flows/log_root", "flows/house",
    },
    "flows/survey/factors": set(),
    "flows/rehearsal": {
        "flows/discovery", "flows/reading", "flows/reading/cells", "flows/reading/events", "flows/reading/records",
        "flows/log_root",
    },
    "flows/cluster": {"flows/house"},
    "flows/reading": {
        "flows/reading/points", "flows/reading/events", "flows/reading/records", "flows/reading/stamps",
        "flows/reading/cells", "flows/reading/notices", "flows/cluster", "flows/discovery", "flows/warehouse",
        "flows/house", "flows/log_root",
    },
    "flows/discovery": {
        "flows/reading/records", "flows/reading/notices", "flows/warehouse", "flows/house", "flows/log_root",
    },
    "flows/reading/points": {"flows/reading/events"},
    "flows/reading/events": {"flows/log_root"},
    "flows/reading/records": {"flows/reading/cells"},
    "flows/reading/cells": set(),
    "flows/reading/stamps": {"flows/reading/notices"},
    "flows/reading/notices": set(),
    "flows/warehouse": {"flows/house"},
    "flows/house": set(),
    "flows/log_root": {"flows/house"},
    "models": {
        "models/declared", "models/design", "models/fits", "models/checks", "models/words",
    },
    "models/conformance": {"models", "models/declared", "models/design", "models/fits", "models/checks"},
    "models/words": {"models/checks", "models/fits", "models/design", "models/declared"},
    "models/checks": {"models/fits", "models/design"},
    "models/fits": {"models/design", "models/declared"},
    "models/design": {"models/declared", "models/confounding"},
    "models/declared": {"models/confounding"},
    "models/confounding": set(),
    "reports/paper": {"reports/pages", "reports/tables", "reports/charts", "reports/text"},
    "reports/pages": {"reports/tables", "reports/charts", "reports/text"},
    "reports/tables": {"reports/charts", "reports/text"},
    "reports/charts": {"reports/text"},
    "reports/text": set(),
    "expectations": set(),
}  # fmt: skip
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


def wing_of(path: Path) -> str:
    return str(path.relative_to(ROOT).parent)


def modules_imported(path: Path) -> set[Path]:
    """The modules of the rooms that a module imports, anywhere in it."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ROOMS:
            base = ROOT / node.module.replace(".", "/")
            names = [base / alias.name for alias in node.names] if base.is_dir() else [base]
            found |= {name.with_suffix(".py") for name in names if name.with_suffix(".py").is_file()}
    return found


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_a_wing_imports_only_the_wings_it_may(path: Path) -> None:
    wing = wing_of(path)
    for other in modules_imported(path):
        target = wing_of(other)
        if target != wing and label(other) not in LEAVES and target.split("/")[0] == wing.split("/")[0]:
            allowed = ", ".join(sorted(WINGS[wing])) or "none"
            assert target in WINGS[wing], (
                f"{label(path)} imports {label(other)}, but {wing} may import only {allowed}. Move what both need "
                "to a wing below."
            )


def test_no_wing_leads_back_to_itself() -> None:
    arrows = dict(WINGS)
    list(TopologicalSorter(arrows).static_order())  # raises CycleError


def test_every_wing_says_in_one_sentence_what_it_is_for_and_is_not_large() -> None:
    for wing in WINGS:
        assert (ROOT / wing / "__init__.py").is_file()
        sentence = ast.get_docstring(ast.parse((ROOT / wing / "__init__.py").read_text())) or ""
        assert re.fullmatch(r"[^\n]+[.]", sentence), (wing, sentence)
        assert "/" not in wing or " and " not in sentence, (wing, sentence)
        assert len(list((ROOT / wing).glob("*.py"))) <= 16, (
            f"{wing} has more than fifteen modules: cut a wing"
        )
    assert {wing_of(path) for path in MODULES} == set(WINGS) | {"reports"}


def test_the_plan_of_the_house_lists_every_wing_with_what_it_may_import() -> None:
    plan = (ROOT / "docs" / "house.md").read_text()
    for wing, others in WINGS.items():
        sentence = (
            ast.get_docstring(ast.parse((ROOT / wing / "__init__.py").read_text())) or ""
        ).splitlines()[0]
        arrows = ", ".join(f"`{other}/`" for other in sorted(others)) or "none"
        assert f"| `{wing}/` | {sentence} | {arrows} |" in plan, f"docs/house.md lacks the row of {wing}"
    for name in re.findall(r"`((?:flows|models|reports|sql|expectations)/[^` ]+\.(?:py|sql))`", plan):
        assert (ROOT / name).is_file(), f"docs/house.md names {name}, which is not there"


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_prefect_and_duckdb_have_one_door_each(path: Path) -> None:
    where = path.relative_to(ROOT)
    names = imported(path)
    assert "duckdb" not in names or str(where) in ("flows/warehouse/warehouse.py", "flows/lake/door.py")
    # The second door opens in an environment of its own only, with another DuckDB.
    assert not any(label(other) == "flows/lake/door.py" for other in modules_imported(path))
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


@pytest.mark.parametrize(
    "path", [path for path in SQL_FILES if path.parent.name in ("views", "macros")], ids=label
)
def test_what_a_house_keeps_of_sql_is_read_by_an_older_duckdb_too(path: Path) -> None:
    """A view with if() fails there: findings/duckdb-view-that-an-older-one-cannot-read.sh."""
    assert not re.search(r"\bif\(", path.read_text()), "say case when"
