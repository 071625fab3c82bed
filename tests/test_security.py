"""What a look at our own text shows to be safe; the other requirements have tests in the rooms that keep them."""

import re
from pathlib import Path

import pytest

from flows.house.house import House
from flows.night import Order
from tests.commands import doehouse
from tests.houses import ROOT, spend
from tests.torture.folders import write_least_study, write_small_folder

OURS = sorted(
    path
    for room in ("flows", "models", "expectations", "reports")
    for path in (ROOT / room).rglob("*")
    if path.suffix in (".py", ".j2")
)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_is_pickled_kept_by_prefect_or_written_unescaped(path: Path) -> None:
    found = r"persist_result *= *True|to_html\(|vegalite_to_html"
    if (
        path.parent.name != "cluster"
    ):  # what goes to Dask's workers goes by pickle, from nobody but the night itself
        found += r"|import (cloud)?pickle"
    if path.name != "manual.html.j2":  # the files of docs/, which are our own
        found += r"|\| *safe\b"
    if path.name != "tables.py":  # which escapes its cells itself: the hostile names of tests/torture hold it
        found += r"|Markup\("
    assert not re.search(found, path.read_text())


@pytest.mark.parametrize("name", ["prefect.yaml", "pyproject.toml", "Makefile"])
def test_no_secret_is_written_down(name: str) -> None:
    secret = r"(?i)(password|token|secret|auth_string)\w*\s*[:=]\s*[\"']?[a-z0-9]"
    assert not re.search(secret, (ROOT / name).read_text())


def test_a_query_fetches_no_extension(tmp_path: Path) -> None:
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    write_least_study(order.studies)
    write_small_folder(order.logs, "1_a")
    spend(order)
    assert House.at(order.house).warehouse.exists()
    query = (
        "select count(*) as n from duckdb_settings() where value = 'false' "
        "and name in ('autoinstall_known_extensions', 'autoload_known_extensions')"
    )
    assert doehouse("sql", "--csv", "--house", order.house, query).stdout.split() == ["n", "2"]
