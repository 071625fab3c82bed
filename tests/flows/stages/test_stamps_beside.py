"""Start and stop of event files in columns of the table that tells their levels, night after night."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.night import Order
from flows.rehearsal.rehearse import rehearse
from models.declared.study import load_study
from tests.houses import ask, spend
from tests.layouts import Observed, job_file, observed
from tests.made_once import copied

NOW = datetime(2026, 9, 1, tzinfo=UTC)
STUDY = """
name = "pods"
timezone = "Europe/Amsterdam"
[factors]
cores = ["1000m", "1250m"]
batch = ["128", "512"]
[source]
files = "results/*trainjob-{container}-master*"
levels = { table = "experiments.csv", key = "pod", columns = { cores = "c", start = "began", stop = "ended" } }
[responses.Seconds]
between = ["start", "stop"]
unit = "s"
"""
HEAD = ["pod", "c", "batch", "began", "ended"]
VALUES = "select container_id, value from observations order by all"


def row(each: Observed) -> list[str]:
    stamps = [at.isoformat(timespec="milliseconds") for at in (each.begun, each.ended)]
    return [f"trainjob-{each.job}-master-0   1/1", *each.levels.values(), *stamps]


def write(order: Order, rows: list[list[str]]) -> None:
    with (order.logs / "experiments.csv").open("w", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """A log root of eight runs, the rows of which are still to come."""
    return ordered(tmp_path)


@pytest.fixture
def accepted(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """The same after a night on all rows."""
    return copied(tmp_path_factory, "pods", first_night, tmp_path)


def first_night(place: Path) -> Order:
    order = ordered(place)
    write(order, [row(each) for each in runs()])
    spend(order, NOW)
    return order


def ordered(place: Path) -> Order:
    order = Order(place / "logs", place / "studies", place / "house")
    for each in runs():
        each.events(order.logs / "results" / job_file(each, each.job), "accuracy per epoch")
    order.studies.mkdir()
    (order.studies / "pods.toml").write_text(STUDY)
    return order


def runs() -> list[Observed]:
    return observed({"cores": ["1000m", "1250m"], "batch": ["128", "512"]}, 2)


def told(order: Order) -> list[tuple[str, str]]:
    return [
        (code, outcome) for code, outcome in ask(order, "select code, outcome from findings order by all")
    ]


def test_seconds_are_those_of_the_table(accepted: Order) -> None:
    order = accepted
    lines = rehearse(order.logs, load_study(order.studies / "pods.toml")).lines
    assert "Response Seconds: stop minus start" in lines
    assert ask(order, VALUES) == sorted((each.job, each.seconds) for each in runs())
    assert told(order) == []
    stamps = ask(order, "select line, raw from stamps where event = 'stop' and file_id is null order by line")
    assert stamps == [(place, row(each)[-1]) for place, each in enumerate(runs(), 2)]
    assert spend(order, NOW).version is None


def test_a_run_waits_for_its_stop_and_counts_when_it_is_written(order: Order) -> None:
    rows = [row(each) for each in runs()]
    write(order, [*rows[:7], [*rows[7][:-1], ""]])
    night = spend(order, NOW).night
    assert (night["runs_accepted"], told(order)) == (7, [("W202", "waiting")])
    ((reason,),) = ask(order, "select reason from findings")
    assert f"found no stop of {runs()[7].job} in 'ended' of experiments.csv" in reason
    assert spend(order, NOW).version is None
    write(order, rows)
    assert spend(order, NOW).night["runs_accepted"] == 8
    assert ask(order, VALUES) == sorted((each.job, each.seconds) for each in runs())


@pytest.mark.parametrize("written", ["2026-05-04T19:00:00.000+00:00", ""], ids=["another", "none"])
def test_a_stamp_of_an_accepted_run_that_changes_is_held_back_until_it_is_accepted(
    accepted: Order, written: str
) -> None:
    order, rows = accepted, [row(each) for each in runs()]
    before = ask(order, VALUES)
    write(order, [[*rows[0][:-1], written], *rows[1:]])
    spend(order, NOW)
    assert (ask(order, VALUES), told(order)) == (before, [("Q321", "held")])
    ((reason,),) = ask(order, "select reason from findings")
    found = repr(written) if written else "nothing"
    assert f"experiments.csv: found {found} as the stop of {runs()[0].job} of results/" in reason
    assert f"expected {rows[0][-1]!r}, as its row said before" in reason
    write(order, rows)
    spend(order, NOW)
    assert (ask(order, VALUES), told(order)) == (before, [])


def test_a_text_that_is_no_time_leaves_its_run_out_alone(order: Order) -> None:
    rows = [row(each) for each in runs()]
    write(order, [[*rows[0][:-1], "04/05/2026 9:05"], *rows[1:]])
    night = spend(order, NOW).night
    assert (night["runs_accepted"], night["runs_quarantined"]) == (7, 1)
    ((code, reason),) = ask(order, "select code, reason from findings")
    assert code == "Q323" and "experiments.csv:2: found '04/05/2026 9:05' in ended" in reason
    assert spend(order, NOW).version is None


def test_a_stop_before_its_start_is_told_with_the_line_of_the_table(order: Order) -> None:
    rows = [row(each) for each in runs()]
    write(order, [[*rows[0][:-1], "2026-05-03T00:00:00Z"], *rows[1:]])
    assert spend(order, NOW).night["runs_quarantined"] == 1
    ((reason,),) = ask(order, "select reason from breaches where code = 'CON-2'")
    assert reason.startswith("experiments.csv:2: found ")


def test_rows_of_a_result_table_take_them_too(order: Order) -> None:
    write(order, [row(each) for each in runs()])
    lines = "".join(f"{each.job},{each.accuracy}\n" for each in runs())
    (order.logs / "accuracy.csv").write_text(f"job,acc\n{lines}")
    files = 'files = "results/*trainjob-{container}-master*"'
    text = STUDY.replace(files, 'table = "accuracy.csv"\ncolumns = { container = "job" }')
    (order.studies / "pods.toml").write_text(f'{text}[responses.Accuracy]\ncolumn = "acc"\n')
    spend(order, NOW)
    found = ask(order, "select response, value from observations")
    expected = [pair for each in runs() for pair in (("Accuracy", each.accuracy), ("Seconds", each.seconds))]
    assert sorted(found) == sorted(expected)
