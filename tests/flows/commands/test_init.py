"""`doehouse init` and `doehouse check`, as people run them on folders of their own."""

from pathlib import Path

import pytest

from models.declared.study import load_study
from tests.commands import doehouse_here
from tests.layouts import key_value


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
