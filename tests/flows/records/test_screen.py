"""The summary of a night on one screen: what somebody should look at first, the rest when it is asked for."""

from pathlib import Path

import pytest

from flows.messages import ROOM, effect_lines, summarise, within
from flows.night import Order
from tests.commands import doehouse, doehouse_here
from tests.houses import spend
from tests.log_folders import edit
from tests.torture.folders import write_small_folder, write_small_study

SCREEN = 24


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """Twelve studies of four runs; of each of ten studies a folder is broken."""
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    for study in range(12):
        write_small_study(order.studies, f"small_{study}", f"s{study}_{{run}}_{{replicate}}")
        for run in range(1, 5):
            folder = write_small_folder(order.logs, f"s{study}_{run}_a", (50, 60, 70 + run))
            if run == 1 and study < 10:
                edit(folder / "stop.log", lambda text: text.replace("2023", "23", 1))
    return order


def test_many_studies_fit_a_screen_and_what_was_left_out_comes_first(order: Order) -> None:
    summary = spend(order)
    lines = summarise(summary).splitlines()
    assert len(lines) <= SCREEN
    assert lines[0].startswith("Night 1: 48 folders seen") and "10 quarantined" in lines[0]
    assert lines[2].startswith("  Q301 s0_1_a/stop.log:1: ")
    assert "(and 9 more like it)" in lines[2]
    assert lines[-3].startswith("Effects: ") and lines[-1].startswith("Pages: ")
    whole = summarise(summary, is_whole=True).splitlines()
    assert len(whole) > 100
    for study in range(10):
        assert sum(f"s{study}_1_a/stop.log" in line for line in whole) >= 1
    left = sum(int(line.split("(and ")[1].split()[0]) for line in lines if "more like it" in line)
    told = sum(line.startswith("  ") for line in lines)
    effects = len(effect_lines(summary.effects))
    assert left + told == len(whole) - effects - 4, "every line is shown or counted"
    assert (order.house / "night.log").read_text().count("stop.log") >= 10


def test_more_causes_than_a_screen_holds_are_cut_short_and_counted() -> None:
    groups = [[f"  Q{number}" for number in range(30)], ["  WH"], [f"  D{number}" for number in range(15)]]
    lines = within(groups, ["  CPU  +1  active"] * 40, is_whole=False)
    assert len(lines) <= ROOM and lines[0] == "  Q0" and "  WH" in lines and "  D0" in lines
    cut = [line for line in lines if "more of these: `--verbose` names them." in line]
    left = [int(line.split("and ")[1].split()[0]) for line in cut]
    assert len(left) == 2 and sum(left) + len(lines) - len(cut) - 1 == 46, "every line is shown or counted"
    assert lines[-1] == "Effects: 40 lines of 40 active: `--verbose` lists them."


def test_quiet_says_nothing_of_a_good_night_and_verbose_everything(tmp_path: Path) -> None:
    places = ["--logs", tmp_path / "logs", "--studies", tmp_path / "studies", "--house", tmp_path / "house"]
    write_small_study(tmp_path / "studies")
    for run in range(1, 5):
        write_small_folder(tmp_path / "logs", f"{run}_a", (50, 60, 70 + run))
    ended = doehouse("night", "--quiet", *places)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    edit(
        write_small_folder(tmp_path / "logs", "1_b") / "stop.log", lambda text: text.replace("2023", "23", 1)
    )
    ended = doehouse_here("night", "--quiet", *places)
    assert (ended.returncode, ended.stderr) == (0, "") and "1_b/stop.log" in ended.stdout
    ended = doehouse_here("night", "--verbose", "--pages", *places)
    assert "Effects on Accuracy" in ended.stdout and "fitting the models" in ended.stderr
    (tmp_path / "studies" / "small.toml").write_text("nonsense")
    ended = doehouse_here("night", "--quiet", *places)
    assert ended.returncode == 1 and ended.stderr.startswith("doehouse: ") and ended.stderr.count("\n") == 1


def test_what_libraries_warn_of_stands_in_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import warnings

    from flows.commands.nights import warnings_in_log
    from flows.house.house import House

    with warnings_in_log(House.at(tmp_path)):
        warnings.warn("of a matrix", RuntimeWarning, stacklevel=1)
    assert capsys.readouterr().err == ""
    assert "RuntimeWarning: of a matrix (test_screen.py:" in (tmp_path / "night.log").read_text()
