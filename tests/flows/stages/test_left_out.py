"""What a night leaves out: folders that wait, that no study claims, and that break a promise."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.discovery.log_folders import STALE_AFTER
from flows.house.errors import HouseError
from flows.night import Order, Summary
from tests.houses import ask, contents, reason, spend, verdicts
from tests.log_folders import edit, write_events, write_folder

# Long after every file that a test writes: nothing has moved for two days.
LATER = datetime.now(UTC) + STALE_AFTER


def first_container(folder: Path) -> Path:
    return sorted(path for path in (folder / "train_job_0").iterdir())[0]


def event_file(folder: Path) -> Path:
    return next(first_container(folder).rglob("events.out.*"))


def without(container: str) -> Callable[[str], str]:
    return lambda text: "".join(line for line in text.splitlines(keepends=True) if container not in line)


def line_of(log: Path, container: str) -> int:
    return 1 + next(i for i, line in enumerate(log.read_text().splitlines()) if container in line)


def assert_left_out(order: Order, folder: str, verdict: str = "quarantined") -> None:
    """This folder and no other is left out, of the observations and the fits too; its facts are there."""
    found = verdicts(order)
    assert found.pop(folder) == verdict
    assert set(found.values()) == {"accepted"}
    observed = f"select count(*) filter (where folder = '{folder}'), count(*) from observations"  # noqa: S608
    assert ask(order, observed) == [(0, 56)]
    assert ask(order, "select distinct n from fits") == [(28,)]
    ((points,),) = ask(order, f"select count(*) from metrics where folder = '{folder}'")  # noqa: S608
    assert points > 0


@pytest.mark.parametrize("awaited", ["stop stamp", "event file"])
def test_an_unfinished_folder_waits_and_counts_when_it_is_whole(
    order: Order, published_house: Summary, awaited: str
) -> None:
    folder = order.logs / "exp_14"
    away = order.logs.parent / "away"
    path = folder / "stop.log" if awaited == "stop stamp" else event_file(folder)
    shutil.copy2(path, away)
    if awaited == "stop stamp":
        edit(path, without(first_container(folder).name))
    else:
        path.unlink()
    counts = spend(order).night
    assert (counts["runs_unfinished"], counts["runs_quarantined"]) == (1, 0)
    assert_left_out(order, "exp_14", "unfinished")
    told = reason(order, "exp_14")
    assert first_container(folder).name in told and "expected" in told
    assert spend(order).version is None
    shutil.copy2(away, path)
    assert spend(order).night["runs_accepted"] == 8
    assert contents(order) == contents(order._replace(house=published_house.house.root))


@pytest.mark.parametrize("awaited", ["stop stamp", "event file"])
def test_who_waits_for_two_days_is_judged(order: Order, awaited: str) -> None:
    folder = order.logs / "exp_14"
    if awaited == "stop stamp":
        edit(folder / "stop.log", without(first_container(folder).name))
    else:
        event_file(folder).unlink()
    spend(order)
    assert spend(order, LATER).night["runs_quarantined"] == 1
    assert_left_out(order, "exp_14")
    assert spend(order, LATER).version is None


def test_an_empty_folder_waits(order: Order) -> None:
    for path in sorted((order.logs / "exp_14").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    spend(order)
    assert verdicts(order)["exp_14"] == "unfinished"
    assert "expected start.log, stop.log and an event file" in reason(order, "exp_14")


def test_a_folder_that_no_study_claims_is_listed(order: Order) -> None:
    write_folder(order.logs, "holiday_photos", {"a": {"accuracy per epoch": [1.0]}})
    assert spend(order).night["folders_unclaimed"] == 1
    listed = "select folder, outcome, reason from findings where code = 'W208'"
    ((folder, outcome, told),) = ask(order, listed)
    assert (folder, outcome) == ("holiday_photos", "waiting")
    assert told.startswith("holiday_photos: claimed by no study") and "Declare a study" in told
    assert ask(order, "select count(*) from metrics where folder = 'holiday_photos'") == [(0,)]
    assert spend(order).version is None
    shutil.rmtree(order.logs / "holiday_photos")
    assert spend(order).night["folders_unclaimed"] == 0
    assert ask(order, listed) == []


def test_a_folder_claimed_by_two_studies_is_refused(second_night: Order) -> None:
    text = (second_night.studies / "fltk_2_4_1.toml").read_text()
    (second_night.studies / "other.toml").write_text(text.replace('"fltk_2_4_1"', '"other"'))
    before = contents(second_night, is_whole=True)
    with pytest.raises(
        HouseError, match=r"exp_11: claimed by fltk_2_4_1 and other, expected one study\. Narrow"
    ):
        spend(second_night)
    assert contents(second_night, is_whole=True) == before


def test_a_stop_before_its_start_quarantines_the_folder_by_file_line_and_remedy(order: Order) -> None:
    log = order.logs / "exp_14" / "stop.log"
    container = first_container(log.parent).name
    line = line_of(log, container)
    edit(log, lambda text: re.sub(rf"\S+ \S+ {container}", f"10-09-2023 00:00:01 {container}", text))
    summary = spend(order)
    assert_left_out(order, "exp_14")
    told = reason(order, "exp_14")
    assert told.startswith(f"exp_14/stop.log:{line}: found ")
    assert "expected" in told and told.endswith("Correct the line or remove the folder.")
    assert told in [each["reason"] for each in summary.quarantine]
    assert (told,) in ask(order, "select reason from quarantine")


def test_a_line_of_another_form_quarantines_the_folder_by_file_line_and_remedy(order: Order) -> None:
    log = order.logs / "exp_14" / "stop.log"
    edit(log, lambda text: text.replace("10-09-2023", "10-09-23", 1))
    spend(order)
    assert_left_out(order, "exp_14")
    told = reason(order, "exp_14")
    assert told.startswith("exp_14/stop.log:1: found '10-09-23")
    assert "'MM-DD-YYYY HH:MM:SS <container id>'" in told and "Correct the line" in told


def test_a_missing_container_quarantines_the_folder(order: Order) -> None:
    folder = order.logs / "exp_14"
    container = first_container(folder)
    for log in ("create.log", "start.log", "stop.log"):
        edit(folder / log, without(container.name))
    shutil.rmtree(container)
    spend(order)
    assert_left_out(order, "exp_14")
    assert ask(order, "select code from quarantine") == [("RUN-2",)]
    told = reason(order, "exp_14")
    assert told.startswith("exp_14") and "found 3" in told and "expected 4" in told
    assert "Bring the missing container's logs" in told


def rewritten(values: list[float]) -> Callable[[Path], None]:
    """Replace the accuracies of a container of a folder."""

    def spoil(folder: Path) -> None:
        path = event_file(folder)
        path.unlink()
        write_events(path.parent, first_container(folder).name, {"accuracy per epoch": values})

    return spoil


def of_another_network(folder: Path) -> None:
    segment = event_file(folder).parent
    segment.rename(segment.with_name("FashionMNISTResNet_fashion-mnist"))


def copied_id(folder: Path) -> None:
    """One container of the folder carries the id of one of the folder beside it."""
    own, other = first_container(folder), first_container(folder.parent / "exp_13")
    for log in ("create.log", "start.log", "stop.log"):
        edit(folder / log, lambda text: text.replace(own.name, other.name))
    path = event_file(folder)
    path.rename(path.with_name(path.name.replace(own.name, other.name)))
    own.rename(own.with_name(other.name))


@pytest.mark.parametrize(
    ("code", "spoil", "told"),
    [
        ("STP-1", rewritten([80.0] * 9), ["found 9 points", "expected 10"]),
        ("LEV-1", of_another_network, ["FashionMNISTResNet", "FashionMNISTCNN"]),
        ("OBS-1", rewritten([]), ["Accuracy", "no value"]),
        ("OBS-2", rewritten([80.0] * 9 + [float("nan")]), ["Accuracy = nan", "a finite number"]),
        ("OBS-2", rewritten([80.0] * 9 + [float("inf")]), ["Accuracy = inf", "a finite number"]),
        ("OBS-3", rewritten([80.0] * 9 + [100.5]), ["Accuracy = 100.5", "expected 0 to 100"]),
    ],
)
def test_a_broken_stop_promise_quarantines_its_folder_alone(
    order: Order, code: str, spoil: Callable[[Path], None], told: list[str]
) -> None:
    spoil(order.logs / "exp_13")
    summary = spend(order)
    assert_left_out(order, "exp_13")
    (breach,) = [each for each in summary.breaches if each["code"] == code]
    container = first_container(order.logs / "exp_13").name
    assert (breach["folder"], breach["container_id"], breach["severity"]) == ("exp_13", container, "stop")
    assert all(part in breach["reason"] for part in told), breach["reason"]
    ((is_kept, failing),) = ask(
        order,
        f"select is_kept, rows_failing from verdicts where code = '{code}' and night_id = 1",  # noqa: S608
    )
    assert (is_kept, failing) == (False, 1)


def test_an_id_in_two_folders_quarantines_both(order: Order) -> None:
    copied_id(order.logs / "exp_14")
    spend(order)
    assert {each for each, verdict in verdicts(order).items() if verdict != "accepted"} == {
        "exp_13",
        "exp_14",
    }
    assert ask(order, "select distinct code from breaches where severity = 'stop'") == [("CON-5",)]


def test_a_mended_folder_counts_again(order: Order, published_house: Summary) -> None:
    log = order.logs / "exp_14" / "stop.log"
    whole = log.read_text()
    edit(log, lambda text: text.replace("10-09-2023", "10-09-23", 1))
    spend(order)
    edit(log, lambda _: whole)
    edit(log, lambda text: text)
    assert spend(order).night["runs_quarantined"] == 0
    mended, whole_from_the_start = contents(order), contents(order._replace(house=published_house.house.root))
    assert mended.pop("files") != whole_from_the_start.pop("files")  # the time of stop.log
    assert mended == whole_from_the_start
