"""`doehouse init` and `doehouse check`, as people run them on folders of their own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.house.house import House
from flows.night import Order
from flows.warehouse.warehouse import open_published
from models.declared.study import load_studies, load_study
from tests.commands import doehouse_here
from tests.houses import ask, spend
from tests.layouts import LAYOUTS, key_value

NOW = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    key_value(tmp_path / "mine" / "logs")
    return tmp_path / "mine" / "logs"


def test_a_study_is_written_then_checked(logs: Path, tmp_path: Path) -> None:
    before = sorted(logs.rglob("*"))
    study = tmp_path / "studies" / "mine.toml"
    ended = doehouse_here("init", logs, "--study", study)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "2^2 full factorial, 3 replicates in each of 4 cells" in ended.stdout
    assert load_study(study).name == "mine"
    checked = doehouse_here("check", study, "--logs", logs)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "12 folders claimed, with 12 files." in checked.stdout
    assert "  0.01      3       3\n  0.1       3       3\n" in checked.stdout
    assert sorted(logs.rglob("*")) == before


def test_a_study_file_named_as_a_relation_gives_a_study_of_another_name(tmp_path: Path) -> None:
    key_value(tmp_path / "logs")
    ended = doehouse_here("init", tmp_path / "logs", "--study", tmp_path / "metrics.toml")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert load_study(tmp_path / "metrics.toml").name == "study_metrics"


def test_nothing_is_overwritten(logs: Path, tmp_path: Path) -> None:
    study = tmp_path / "mine.toml"
    study.write_text("mine")
    ended = doehouse_here("init", logs, "--study", study)
    assert (ended.returncode, ended.stdout, study.read_text()) == (2, "", "mine")
    assert "overwrites nothing" in ended.stderr


def test_a_log_root_that_is_not_there(tmp_path: Path) -> None:
    ended = doehouse_here("init", tmp_path / "nowhere", "--study", tmp_path / "x.toml")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "found no folder" in ended.stderr and not (tmp_path / "x.toml").exists()


def test_a_study_that_claims_nothing_says_where_its_pattern_fails(logs: Path, tmp_path: Path) -> None:
    study = tmp_path / "mine.toml"
    doehouse_here("init", logs, "--study", study)
    study.write_text(study.read_text().replace("_bs={bs}_seed", "_bs={bs}-seed"))
    ended = doehouse_here("check", study, "--logs", logs)
    assert ended.returncode == 1
    assert "0 folders claimed" in ended.stdout
    assert "12 that do not fit '-seed{replicate}'" in ended.stdout


def test_a_level_that_the_study_lacks(logs: Path, tmp_path: Path) -> None:
    study = tmp_path / "mine.toml"
    doehouse_here("init", logs, "--study", study)
    study.write_text(study.read_text().replace('bs = ["32", "128"]', 'bs = ["32", "64"]'))
    told = doehouse_here("check", study, "--logs", logs).stdout
    assert "Runs: 6 in 2 of 4 cells, 2 empty." in told
    assert "No run of the design: 6, undeclared bs=128, such as " in told
    assert "Factor bs: 32 (6), 64 (0); undeclared: 128" in told


def test_a_tag_that_is_not_there(logs: Path, tmp_path: Path) -> None:
    study = tmp_path / "mine.toml"
    doehouse_here("init", logs, "--study", study)
    study.write_text(study.read_text().replace('"val/acc"', '"val/accuracy"'))
    told = doehouse_here("check", study, "--logs", logs).stdout
    assert "Response Accuracy: NOT FOUND in the first 3 runs: 'val/accuracy'; there is val/acc" in told


def test_a_study_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("name = 3")
    ended = doehouse_here("check", tmp_path / "x.toml", "--logs", tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "name: found 3" in ended.stderr


def test_every_experiment_of_a_log_root_gets_a_study_in_one_command(tmp_path: Path) -> None:
    """Nine layouts side by side; a night on what was written observes every value of each."""
    # Those of `file_names` would be byte for byte what `flat_with_table` logs.
    rows = {name: make(tmp_path / "logs" / name) for name, make in LAYOUTS.items() if name != "file_names"}
    study = tmp_path / "studies" / "all.toml"
    ended = doehouse_here("init", tmp_path / "logs", "--study", study)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Found 9 experiments; each has a study file of its own." in ended.stdout
    assert f"  doehouse check {study.parent} --logs {tmp_path / 'logs'}\n" in ended.stdout
    checked = doehouse_here("check", study.parent, "--logs", tmp_path / "logs")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "Left over" not in checked.stdout and checked.stdout.count(" claimed, with ") == 9
    order = Order(tmp_path / "logs", study.parent, tmp_path / "house")
    assert spend(order, NOW).night["runs_quarantined"] == 0
    found = ask(order, "select study, value from observations where response = 'Accuracy'")
    studies = {each.pattern.text.partition("/")[0]: each.name for each in load_studies(study.parent).studies}
    expected = [(studies[name], each.accuracy) for name, runs in rows.items() for each in runs]
    assert sorted(found) == sorted(expected)
    with open_published(House.at(order.house).warehouse) as warehouse:
        words = warehouse.frame("pages/study", studies=list(studies.values())).select(
            "study", "execution_word"
        )
    # What pages say is what sentences say: levels in the names of files make a file an execution.
    assert dict(words.rows()) == {
        each.name: each.execution_word for each in load_studies(study.parent).studies
    }
    assert {name: dict(words.rows())[studies[name]] for name in ("key_value", "json_files", "table")} == {
        "key_value": "folder", "json_files": "file", "table": "row"
    }  # fmt: skip


def test_tables_of_other_factors_beside_each_other_are_other_experiments(tmp_path: Path) -> None:
    key_value(tmp_path / "logs")
    cells = [(p, g, p + n + i / 7) for p in (100, 200) for g, n in (("Ar", 1), ("N2", 9)) for i in (3, 4)]
    rows = "".join(f"{power},{gas},{rate}\n" for power, gas, rate in cells)
    (tmp_path / "logs" / "etching.csv").write_text(f"power,gas,rate_nm\n{rows}")
    (tmp_path / "logs" / "notes.csv").write_text("who,what\nana,began\nbo,ended\n")
    ended = doehouse_here("init", tmp_path / "logs", "--study", tmp_path / "s" / "mine.toml")
    assert "Found 2 experiments" in ended.stdout
    assert load_study(tmp_path / "s" / "mine.toml").pattern.text == "lr={lr}_bs={bs}_seed{replicate}/events.*"
    other = load_study(tmp_path / "s" / "mine_etching.toml")
    assert (other.name, list(other.factors)) == ("mine_etching", ["power", "gas"])


def test_of_several_files_none_is_written_where_one_exists(tmp_path: Path) -> None:
    for name in ("key_value", "table"):
        LAYOUTS[name](tmp_path / "logs" / name)
    (tmp_path / "mine_key_value.toml").write_text("mine")
    ended = doehouse_here("init", tmp_path / "logs", "--study", tmp_path / "mine.toml")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "mine_key_value.toml: exists" in ended.stderr and not (tmp_path / "mine.toml").exists()


@pytest.mark.parametrize("name", ["key_value", "flat_with_table"])
def test_a_folder_below_the_log_root_is_described_from_there(name: str, tmp_path: Path) -> None:
    """The log root of the nights is `logs` where nothing else is said, as for every command."""
    LAYOUTS[name](tmp_path / "logs" / "tb 1")
    ended = doehouse_here("init", "logs/tb 1", "--study", "s/mine.toml", cwd=tmp_path)
    assert "  doehouse night --logs logs --studies s\n" in ended.stdout
    assert "--logs logs`" in (tmp_path / "s" / "mine.toml").read_text()
    checked = doehouse_here("check", "s/mine.toml", cwd=tmp_path)
    assert checked.returncode == 0 and "0 empty." in checked.stdout


def test_a_folder_elsewhere_is_the_log_root_itself(logs: Path, tmp_path: Path) -> None:
    ended = doehouse_here("init", logs, "--study", tmp_path / "s.toml", "--logs", tmp_path / "other")
    assert f"--logs {logs} --studies {tmp_path}" in ended.stdout
    assert load_study(tmp_path / "s.toml").pattern.text.startswith("lr={lr}")


def test_sweeps_of_other_factors_below_the_moments_of_one_tool_are_kept_apart(tmp_path: Path) -> None:
    """Hydra's multirun/<day>/<time>/<job>: the pattern of each names its own day."""
    for day, names in (("2026-11-27/10-00-00", ("lr", "bs")), ("2026-11-28/11-30-00", ("width", "drop"))):
        for number, (a, b, seed) in enumerate((a, b, s) for a in (1, 2) for b in (3, 4) for s in (1, 2)):
            job = tmp_path / "logs" / "multirun" / day / str(number)
            (job / ".hydra").mkdir(parents=True)
            (job / ".hydra" / "config.yaml").write_text(f"{names[0]}: {a}\n{names[1]}: {b}\nseed: {seed}\n")
            (job / "result.json").write_text(f'{{"accuracy": {60 + number}.5}}')
    ended = doehouse_here("init", tmp_path / "logs", "--study", tmp_path / "s" / "mine.toml")
    assert "Found 2 experiments" in ended.stdout
    checked = doehouse_here("check", tmp_path / "s", "--logs", tmp_path / "logs")
    assert (
        checked.stdout.count("Runs: 8 in 4 of 4 cells, 0 empty.") == 2 and "Left over" not in checked.stdout
    )
