"""What a night and a house came to, for machines."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from flows.house.errors import HouseError
from flows.house.house import House
from flows.night import Order
from tests.commands import DOEHOUSE, doehouse_here
from tests.houses import ask, spend
from tests.log_folders import edit
from tests.made_once import copied
from tests.torture.folders import write_small_folder, write_small_study


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """Folders of each run, and no night yet."""
    return furnished(tmp_path)


@pytest.fixture
def second_night(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """The same after one night."""
    return copied(tmp_path_factory, "outcomes", first_night, tmp_path)


def first_night(place: Path) -> Order:
    order = furnished(place)
    spend(order)
    return order


def furnished(place: Path) -> Order:
    order = Order(place / "logs", place / "studies", place / "house")
    write_small_study(order.studies)
    for run in range(1, 5):
        write_small_folder(order.logs, f"{run}_a", (50, 60, 70 + run))
    return order


def places(order: Order) -> list[str]:
    return ["--logs", str(order.logs), "--studies", str(order.studies), "--house", str(order.house)]


def last_night(order: Order) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((order.house / "last-night.json").read_text())
    return found


def figures(order: Order) -> dict[str, float]:
    """The figures as Prometheus reads its text format."""
    found = {}
    for line in (order.house / "metrics.prom").read_text().splitlines():
        if not line.startswith("#"):
            match = re.fullmatch(r"(doehouse_[a-z_]+) (-?[0-9.]+)", line)
            assert match, line
            found[match[1]] = float(match[2])
    return found


def test_a_night_its_record_and_its_figures_say_the_same(order: Order) -> None:
    edit(order.logs / "2_a" / "stop.log", lambda text: text.replace("2023", "23", 1))
    ended = doehouse_here("night", "--json", *places(order))
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told == last_night(order)
    assert (told["outcome"], told["version"], told["error"], told["studies"]) == (
        "published",
        1,
        None,
        ["small"],
    )
    ((seen, quarantined),) = ask(order, "select folders_seen, runs_quarantined from nights")
    assert (
        (told["counts"]["folders_seen"], told["counts"]["runs_quarantined"]) == (seen, quarantined) == (4, 1)
    )
    assert [each["folder"] for each in told["notices"]] == ["2_a"]
    broken = {code for (code,) in ask(order, "select code from verdicts where not is_kept")}
    assert {each["code"] for each in told["broken"]} == broken != set()
    assert figures(order)["doehouse_runs_quarantined"] == 1
    assert figures(order)["doehouse_night_failed"] == 0
    assert abs(figures(order)["doehouse_last_success_timestamp_seconds"] - time.time()) < 60


def test_strict_tells_by_its_exit_code_that_something_was_left_out(order: Order) -> None:
    assert doehouse_here("night", "--strict", *places(order)).returncode == 0
    edit(write_small_folder(order.logs, "1_b") / "stop.log", lambda text: text.replace("2023", "23", 1))
    ended = doehouse_here("night", "--strict", *places(order))
    assert (ended.returncode, ended.stderr.count("Traceback")) == (1, 0)
    assert last_night(order)["outcome"] == "published"


def test_failed_and_empty_nights_are_in_the_history(second_night: Order) -> None:
    spend(second_night)
    shutil.rmtree(second_night.logs)
    with pytest.raises(HouseError):
        spend(second_night)
    nights = [json.loads(line) for line in (second_night.house / "nights.jsonl").read_text().splitlines()]
    assert [each["outcome"] for each in nights] == ["published", "nothing new", "failed"]
    assert "expected the log root" in nights[-1]["error"] and nights[-1] == last_night(second_night)
    assert nights[0]["counts"]["folders_seen"] == 4 and "notices" not in nights[0]
    assert figures(second_night)["doehouse_night_failed"] == 1
    assert "doehouse_folders_seen" not in figures(second_night)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_night_that_is_stopped_says_so_and_leaves_the_house_as_it_was(
    second_night: Order, name: str
) -> None:
    write_small_folder(second_night.logs, "1_b")
    with subprocess.Popen(
        [DOEHOUSE, "night", *places(second_night)], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr and "5 folders seen" in process.stderr.readline()
        process.send_signal(signal.Signals[name])
        told = process.stderr.read()
    assert process.returncode == 1
    assert told.splitlines()[-1] == f"doehouse: interrupted by {name}; the published version is as it was."
    assert "Traceback" not in told
    assert last_night(second_night)["outcome"] == "failed"
    assert [each.name for each in House.at(second_night.house).all_versions()] == ["000001"]
    assert spend(second_night).version is not None


def test_doctor_as_json_says_what_its_lines_say(second_night: Order) -> None:
    ended = doehouse_here("doctor", "--json", "--house", second_night.house)
    told = json.loads(ended.stdout)
    lines = doehouse_here("doctor", "--house", second_night.house).stdout.splitlines()
    assert told["is_well"] == (ended.returncode == 0)
    assert [each["name"] for each in told["checks"]] == [line[6:].split(":")[0] for line in lines]


def test_a_success_in_the_future_is_a_fault(second_night: Order) -> None:
    os.utime(second_night.house / ".last-success", (time.time() + 7200,) * 2)
    ended = doehouse_here("doctor", "--house", second_night.house)
    assert ended.returncode == 1
    assert re.search("ILL   freshness: last night ended in [12]:.*Set the clock right", ended.stdout)
