"""`doehouse sql`: tables, CSV, JSON and Parquet of the published warehouse, from a locked room."""

import csv
import io
import json
import math
import re
import subprocess
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from flows.night import Summary
from flows.warehouse.warehouse import examples
from tests.commands import DOEHOUSE, doehouse, doehouse_here, modules_of
from tests.houses import ROOT

TWO_ROWS = "select * from (values (1, 'ü, \"x\"', 0.1), (2, null, 1e-9)) as t(a, b, c)"
HEAVY = {
    "prefect",
    "great_expectations",
    "statsmodels",
    "altair",
    "pandas",
    "scipy",
    "tbparse",
    "numpy",
    "polars",
}


@pytest.fixture(scope="module")
def house(published_house: Summary) -> Path:
    return published_house.house.root


def test_a_result_is_drawn_as_a_table(house: Path) -> None:
    ended = doehouse_here("sql", TWO_ROWS, "--house", house)
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert len(lines) == 4 + 2 + 1
    assert [each.strip() for each in lines[4].strip("│").split("│")] == ["1", 'ü, "x"', "0.1"]
    assert [each.strip() for each in lines[5].strip("│").split("│")] == ["2", "null", "1e-09"]


def test_a_table_on_screen_shows_every_row_of_the_wide_view(house: Path) -> None:
    shown = doehouse_here("sql", "select * from fltk_2_4_1", "--house", house).stdout
    assert shown.count("FashionMNIST") == 32
    assert "shown)" not in shown


def test_a_table_on_screen_shows_floats_as_they_were_logged(house: Path) -> None:
    of_the_run = "from metrics where folder = 'exp_11' and tag = 'accuracy per epoch'"
    exact = [
        float(line)
        for line in doehouse_here(
            "sql", f"select value {of_the_run}", "--csv", "--house", house
        ).stdout.split()[1:]
    ]
    shown = doehouse_here("sql", f"select value {of_the_run}", "--house", house).stdout
    values = [float(found) for found in re.findall(r"│ +([0-9.]+) +│", shown)]
    assert values == [float(str(np.float32(value))) for value in exact]
    assert values != exact


def test_several_statements_are_answered_one_after_another(house: Path) -> None:
    ended = doehouse_here("sql", "select 1 as a; select ';' as b;", "--house", house)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.findall(r"│ +([ab]) +│", ended.stdout) == ["a", "b"]
    for form in ("--csv", "--json"):
        ended = doehouse_here("sql", "select 1; select 2", form, "--house", house)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "found 2 statements, expected one" in ended.stderr


@pytest.mark.parametrize("comment", ["-- a comment\n", "--\n", "--\ta\n/* and another */ "])
def test_a_query_may_begin_with_a_comment(house: Path, comment: str) -> None:
    """As the files of sql/examples do."""
    ended = doehouse_here("sql", f"{comment}select 41 + 1 as x", "--csv", "--house", house)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "x\n42\n", "")


def test_a_query_without_a_statement_is_wrong_usage(house: Path) -> None:
    ended = doehouse_here("sql", " ; ", "--house", house)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "without a statement" in ended.stderr


@pytest.mark.parametrize("words", [("sql", "select 1", "--parquet", "/proc/x"), ("export", "/proc/x")])
def test_a_place_that_cannot_be_written_is_told(house: Path, words: tuple[str, ...]) -> None:
    ended = doehouse_here(*words, "--house", house)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("doehouse: /proc/x: cannot be ") and "Name another." in ended.stderr


def test_levels_that_are_numbers_are_numbers_in_the_wide_view(house: Path) -> None:
    kinds = (
        "select column_name from duckdb_columns() where table_name = 'fltk_2_4_1' and data_type = 'BIGINT'"
    )
    assert doehouse_here("sql", kinds, "--csv", "--house", house).stdout.split() == ["column_name", "Epochs"]
    ordered = "select distinct Epochs from fltk_2_4_1 order by all"
    assert doehouse_here("sql", ordered, "--csv", "--house", house).stdout.split() == ["Epochs", "5", "10"]


def test_csv_holds_every_digit(house: Path) -> None:
    ended = doehouse_here("sql", TWO_ROWS, "--csv", "--house", house)
    assert list(csv.reader(io.StringIO(ended.stdout))) == [
        ["a", "b", "c"],
        ["1", 'ü, "x"', "0.1"],
        ["2", "", "1e-09"],
    ]


def test_json_is_an_object_a_row(house: Path) -> None:
    ended = doehouse_here("sql", TWO_ROWS, "--json", "--house", house)
    assert [json.loads(line) for line in ended.stdout.splitlines()] == [
        {"a": 1, "b": 'ü, "x"', "c": 0.1},
        {"a": 2, "b": None, "c": 1e-9},
    ]


def test_parquet_is_written_and_nothing_printed(house: Path, tmp_path: Path) -> None:
    target = tmp_path / "rows.parquet"
    ended = doehouse_here("sql", "select * from fltk_2_4_1", "--parquet", target, "--house", house)
    assert (ended.returncode, ended.stdout) == (0, "")
    frame = pl.read_parquet(target)
    assert frame.columns == [
        *("run", "replicate", "folder", "container_id", "CPU", "Memory", "Network", "Epochs"),
        *("Accuracy", "Time", "started_at", "stopped_at"),
    ]
    assert frame.height == 32


@pytest.mark.parametrize(("place", "rows"), [*enumerate([32, 14, 4, 240, 0], 1)])
def test_a_query_of_the_readme_answers(house: Path, place: int, rows: int) -> None:
    question, query = examples()[place - 1]
    assert question.endswith(".")
    ended = doehouse_here("sql", query, "--csv", "--house", house)
    assert (ended.returncode, ended.stderr) == (0, "")
    found = list(csv.DictReader(io.StringIO(ended.stdout)))
    assert len(found) == rows
    if place == 1:
        assert sum(float(row["Time"]) for row in found) == 32 * 2306.1875
    if place == 2:
        assert {row["effect_name"] for row in found if row["effect"] == "-1.076"} == {
            "Network = CPU:Memory:Epochs"
        }
    if place == 3:
        for row in found:
            assert float(row["se"]) == pytest.approx(float(row["sd"]) / math.sqrt(float(row["n"])))


def test_the_queries_of_the_readme_are_the_examples() -> None:
    shown = re.findall(r"```sql\n(.*?)\n```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert [one.strip() for one in shown] == [query for _, query in examples()]


FORBIDDEN = [
    "select content from read_text('/etc/passwd')",
    "select * from read_csv('/etc/passwd')",
    "from glob('/*')",
    "from '{house}/current/manifest.json'",
    "copy (select 1) to '{target}'",
    "export database '{target}'",
    "attach '{target}'",
    "install httpfs",
    "load httpfs",
    "set memory_limit = '1GB'",
    "set threads = 1",
    "set enable_external_access = true",
    "reset lock_configuration",
    "create table mine as select 1",
    "delete from points",
    "drop view runs",
    "update folders set is_gone = true",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_query_reads_and_changes_nothing_but_the_warehouse(
    house: Path, tmp_path: Path, statement: str
) -> None:
    target = tmp_path / "target"
    ended = doehouse_here("sql", statement.format(house=house, target=target), "--house", house)
    assert (ended.returncode, ended.stdout) == (1, "")
    told = ("disabled", "locked", "read-only")
    assert ended.stderr.startswith("doehouse: ") and any(word in ended.stderr for word in told)
    assert not target.exists()


def test_bad_sql_is_told_and_fails(house: Path) -> None:
    ended = doehouse_here("sql", "select nonsense from runs", "--house", house)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("doehouse: Binder Error") and "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "words", [("select 1", "--csv", "--json"), ("select 1", "--json", "--parquet", "x"), ("--csv",)]
)
def test_options_that_contradict_each_other_are_wrong_usage(house: Path, words: tuple[str, ...]) -> None:
    ended = doehouse_here("sql", *words, "--house", house)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "expected one" in ended.stderr


def test_a_house_without_a_night_is_told(tmp_path: Path) -> None:
    ended = doehouse_here("sql", "select 1", "--house", tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "found no published warehouse" in ended.stderr and "Run `doehouse night` first" in ended.stderr


def test_the_prompt_lists_relations_and_answers_until_it_is_left(house: Path) -> None:
    commands, query = (
        ".describe nights\n.describe fltk_2_4_1\n.nonsense\n",
        "select\n  40 +\n  2 as answer;\n",
    )
    given = commands + query + "select nonsense;\nhelp\nexit\nselect 'unheard';\n"
    ended = doehouse("sql", "--house", house, given=given)
    assert ended.returncode == 0
    assert str(house) in ended.stdout.splitlines()[0]
    assert "  fltk_2_4_1 " in ended.stdout.splitlines()[1]
    for shown in (
        "observations",
        "One row per container and response",
        "promises_kept",
        "Factor with the levels 750m, 1500m.",
        "Response in %, to maximize: the last value of accuracy per epoch.",
        "│     42 │",
        "-- The learning curve",
    ):
        assert shown in ended.stdout
    assert "found .nonsense, expected .tables, .describe NAME, .help or .quit" in ended.stdout
    assert ended.stderr.startswith("Binder Error")
    assert "unheard" not in ended.stdout


def test_the_prompt_lists_every_relation_with_its_comment(house: Path) -> None:
    first, second = doehouse("sql", "--house", house, given=".tables").stdout.split(".help for help\n")
    assert second.splitlines() == first.splitlines()[1:]
    relations = [line for line in second.splitlines() if line[2] != " "]
    assert all(re.fullmatch(r"  \w+ +[A-Z].+\. A row: [a-z, _]+\.", line) for line in relations)
    columns = "".join(second.partition("  container_times ")[2].partition("  effects ")[0].splitlines()[1:])
    assert "container_id," in columns and "duration_seconds" in columns
    assert doehouse("sql", "--house", house, ".tables").stdout == second


def test_what_the_prompt_takes_is_taken_as_a_query_too(house: Path) -> None:
    described = doehouse("sql", "--house", house, ".describe effects").stdout
    assert "  error_unit               VARCHAR" in described
    assert (
        "expected one of those that .tables lists" in doehouse("sql", "--house", house, ".describe x").stdout
    )


@pytest.mark.parametrize("form", [[], ["--csv"], ["--json"]])
def test_a_reader_that_stops_reading_leaves_no_traceback(house: Path, form: list[str]) -> None:
    command = [DOEHOUSE, "sql", "from range(100000)", *form, "--house", house]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == ("", 0)


def test_a_query_loads_nothing_heavy(house: Path) -> None:
    assert not modules_of("sql", "select 1", "--house", house) & HEAVY
