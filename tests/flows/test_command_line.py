"""The command as a user types it: what it prints, where, and with which exit code."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.ad_hoc import examples
from flows.house import House, hold
from flows.night import Order, Summary

ROOT = Path(__file__).parents[2]
DOEHOUSE = Path(sys.executable).parent / "doehouse"


def doehouse(
    *words: str | Path, house: Path | None = None, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    places = ["--house", str(house)] if house else []
    return subprocess.run(
        [DOEHOUSE, *map(str, words), *places],
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "COLUMNS": "100"},
    )


@pytest.fixture(scope="module")
def house(published_house: Summary) -> Path:
    return published_house.house.root


def test_wrong_usage_is_exit_code_two() -> None:
    done = doehouse("night", "--bogus")
    assert done.returncode == 2 and "--bogus" in done.stderr + done.stdout


def test_help_names_the_exit_codes_and_every_command() -> None:
    told = doehouse("--help").stdout
    assert "Exit codes" in told
    for command in ("night", "sql", "design", "doctor", "rollback", "forget", "export", "open"):
        assert command in told


def test_a_missing_log_root_fails_with_a_sentence(tmp_path: Path) -> None:
    done = doehouse("night", "--logs", tmp_path / "none", house=tmp_path / "house")
    assert done.returncode == 1
    assert "found no folder, expected the log root" in done.stderr
    assert "Traceback" not in done.stderr.rsplit("doehouse:", 1)[-1]
    assert not (tmp_path / "house" / "current").exists()


def test_a_held_house_is_exit_code_three_and_says_who_holds_it(second_night: Order) -> None:
    with hold(House.at(second_night.house)):
        done = doehouse(
            "night", "--logs", second_night.logs, "--studies", second_night.studies, house=second_night.house
        )
    assert done.returncode == 3
    assert f"held by process {os.getpid()}" in done.stderr


def test_nothing_new_is_told_without_importing_anything_heavy(second_night: Order) -> None:
    script = (
        "import sys\n"
        "from flows.command_line import app\n"
        f"code = app(['night', '--logs', {str(second_night.logs)!r}, '--studies', {str(second_night.studies)!r},"
        f" '--house', {str(second_night.house)!r}], result_action='return_value')\n"
        "heavy = {'prefect', 'great_expectations', 'statsmodels', 'altair', 'pandas', 'tbparse', 'polars', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)), code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert "Nothing new: 8 folders seen, no row changed." in done.stdout
    assert done.stdout.rstrip().endswith("[] 0")


def test_a_query_prints_a_table_and_imports_only_duckdb(house: Path) -> None:
    done = doehouse("sql", "select 40 + 2 as answer", house=house)
    assert done.returncode == 0 and "answer" in done.stdout and "42" in done.stdout


def test_the_wide_view_has_the_columns_of_the_notebook(house: Path) -> None:
    done = doehouse("sql", "select * from fltk_2_4_1", "--csv", house=house)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == 32
    wanted = {"run", "folder", "container_id", "CPU", "Memory", "Network", "Epochs", "Accuracy", "Time"}
    assert wanted <= rows[0].keys()


def test_json_has_an_object_a_row_and_parquet_reads_back(house: Path, tmp_path: Path) -> None:
    query = "select folder, run from runs order by run"
    lines = doehouse("sql", query, "--json", house=house).stdout.splitlines()
    assert json.loads(lines[0]) == {"folder": "exp_11", "run": 1}
    import polars as pl

    target = tmp_path / "runs.parquet"
    assert doehouse("sql", query, "--parquet", target, house=house).returncode == 0
    assert pl.read_parquet(target)["folder"].to_list() == [f"exp_1{run}" for run in range(1, 9)]


def test_data_goes_to_stdout_and_messages_to_stderr(house: Path) -> None:
    done = doehouse("sql", "select nonsense", house=house)
    assert done.returncode == 1 and done.stdout == "" and "nonsense" in done.stderr


@pytest.mark.parametrize(
    "attack",
    [
        "select * from read_text('/etc/passwd')",
        "copy (select 1) to 'stolen.csv'",
        "set memory_limit = '1TB'",
        "install httpfs",
        "attach 'other.duckdb'",
        "drop view runs",
        "insert into tags values (99, 'x')",
    ],
)
def test_a_query_reaches_no_file_no_network_and_no_setting(house: Path, attack: str) -> None:
    done = doehouse("sql", attack, house=house)
    assert done.returncode == 1 and done.stderr
    assert not Path("stolen.csv").exists()


def test_the_prompt_lists_relations_and_answers(house: Path) -> None:
    done = doehouse("sql", house=house, typed=".describe tags\nselect count(*)\nfrom runs;\n.help\n.quit\n")
    assert done.returncode == 0
    assert "fltk_2_4_1" in done.stdout and "Name of the tag." in done.stdout
    assert "count_star()" in done.stdout
    for what, _ in examples():
        assert what in done.stdout


@pytest.mark.parametrize(("what", "query"), examples())
def test_the_queries_of_the_readme_run(house: Path, what: str, query: str) -> None:
    readme = (ROOT / "README.md").read_text()
    assert what in readme and query in readme
    done = doehouse("sql", query, "--csv", house=house)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 1


def test_export_writes_every_relation(house: Path, tmp_path: Path) -> None:
    import polars as pl

    done = doehouse("export", tmp_path / "out", house=house)
    assert done.returncode == 0, done.stderr
    names = {path.stem for path in (tmp_path / "out").glob("*.parquet")}
    assert {"runs", "observations", "points", "fltk_2_4_1", "effects"} <= names
    assert pl.read_parquet(tmp_path / "out" / "points.parquet").height == 480


def test_doctor_finds_a_published_house_well_and_a_written_one_ill(second_night: Order) -> None:
    well = doehouse("doctor", house=second_night.house)
    assert well.returncode == 0, well.stdout
    published = second_night.house / "current" / "warehouse.duckdb"
    published.chmod(0o644)
    with published.open("ab") as file:
        file.write(b"x")
    ill = doehouse("doctor", house=second_night.house)
    assert ill.returncode == 1 and "somebody wrote to the published file" in ill.stdout


def test_rollback_without_an_older_version_says_so(second_night: Order) -> None:
    done = doehouse("rollback", house=second_night.house)
    assert done.returncode == 2 and "found no older version" in done.stderr


def test_design_prints_signs_aliases_and_power_and_writes_a_sheet(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    done = doehouse("design", ROOT / "models" / "studies" / "fltk_2_4_1.toml", "--sheet", sheet)
    assert done.returncode == 0, done.stderr
    assert (
        "I = ABCD" in done.stdout and "CPU:Memory = Network:Epochs" in done.stdout and "0.775" in done.stdout
    )
    assert len(sheet.read_text().splitlines()) == 9


def test_a_full_fold_over_of_even_words_is_refused(house: Path) -> None:
    study = ROOT / "models" / "studies" / "fltk_2_4_1.toml"
    done = doehouse("design", study, "--next", "--active", "CPU:Memory", house=house)
    assert "full fold-over: refused" in done.stdout and "fold on CPU" in done.stdout
