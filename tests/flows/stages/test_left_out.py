"""What a night leaves out: folders that wait, that no study claims, and that break a promise."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.discovery.log_folders import STALE_AFTER
from flows.house.errors import HouseError
from flows.night import Order, Summary
from tests.houses import SAMPLE, STUDIES, ask, contents, reason, spend, verdicts
from tests.log_folders import edit, write_events, write_folder

# Long after every file that a test writes: nothing has moved for two days.
LATER = datetime.now(UTC) + timedelta(hours=1) + STALE_AFTER


def first_container(folder: Path) -> Path:
    return sorted(path for path in (folder / "train_job_0").iterdir())[0]


def event_file(folder: Path) -> Path:
    return next(first_container(folder).rglob("events.out.*"))


def without(container: str) -> Callable[[str], str]:
    return lambda text: "".join(line for line in text.splitlines(keepends=True) if container not in line)


def line_of(log: Path, container: str) -> int:
    return 1 + next(i for i, line in enumerate(log.read_text().splitlines()) if container in line)


def assert_left_out(
    order: Order, folder: str, verdict: str = "quarantined", study: str = "fltk_2_4_1"
) -> None:
    """This folder of the study and no other is left out, of the observations and the fits too; its facts are there."""
    mine = f"study = '{study}'"
    found = dict(ask(order, f"select folder, verdict from runs where {mine}"))  # noqa: S608
    assert len(found) == 8 and found.pop(folder) == verdict
    assert set(found.values()) == {"accepted"}
    observed = f"select count(*) filter (where folder = '{folder}'), count(*) from observations where {mine}"  # noqa: S608
    assert ask(order, observed) == [(0, 56)]
    assert ask(order, f"select distinct n from fits where {mine}") == [(28,)]  # noqa: S608
    ((points,),) = ask(order, f"select count(*) from metrics where folder = '{folder}'")  # noqa: S608
    assert points > 0


def without_stop(folder: Path) -> None:
    edit(folder / "stop.log", without(first_container(folder).name))


def without_events(folder: Path) -> None:
    event_file(folder).unlink()


def in_another_form(folder: Path) -> None:
    edit(folder / "stop.log", lambda text: text.replace("10-09-2023", "10-09-23", 1))


def test_what_waits_and_what_is_mended_counts_when_it_is_whole(
    order: Order, published_house: Summary
) -> None:
    spoils = {"exp_12": without_stop, "exp_13": without_events, "exp_14": in_another_form}
    for folder, spoil in spoils.items():
        shutil.copytree(order.logs / folder, order.logs.parent / folder)
        spoil(order.logs / folder)
    counts = spend(order).night
    assert (counts["runs_unfinished"], counts["runs_quarantined"], counts["runs_accepted"]) == (2, 1, 5)
    left_out = {"exp_12": "unfinished", "exp_13": "unfinished", "exp_14": "quarantined"}
    found = verdicts(order)
    assert {folder: found.pop(folder) for folder in left_out} == left_out
    assert set(found.values()) == {"accepted"}
    for folder in ("exp_12", "exp_13"):
        told = reason(order, folder)
        assert first_container(order.logs / folder).name in told and "expected" in told
    assert spend(order).version is None
    for folder in spoils:
        whole = order.logs.parent / folder
        shutil.copytree(whole, order.logs / folder, dirs_exist_ok=True)
    edit(order.logs / "exp_14" / "stop.log", lambda text: text)
    assert spend(order).night["runs_accepted"] == 8
    mended, whole_from_the_start = contents(order), contents(order._replace(house=published_house.house.root))
    for held in (mended, whole_from_the_start):
        others = [row for row in held["files"] if "exp_14/stop.log" not in row]  # which has another time
        assert len(others) == len(held["files"]) - 1
        held["files"] = others
    assert mended == whole_from_the_start


def test_an_empty_folder_waits_and_one_that_no_study_claims_is_listed(order: Order) -> None:
    for path in sorted((order.logs / "exp_14").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    write_folder(order.logs, "holiday_photos", {"a": {"accuracy per epoch": [1.0]}})
    assert spend(order).night["folders_unclaimed"] == 1
    assert verdicts(order)["exp_14"] == "unfinished"
    assert "expected start.log, stop.log and an event file" in reason(order, "exp_14")
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
    own = first_container(folder)
    other = first_container(folder.with_name(folder.name.replace("exp_13", "exp_12")))
    for log in ("create.log", "start.log", "stop.log"):
        edit(folder / log, lambda text: text.replace(own.name, other.name))
    path = event_file(folder)
    path.rename(path.with_name(path.name.replace(own.name, other.name)))
    own.rename(own.with_name(other.name))


def with_a_stop_before_its_start(folder: Path) -> None:
    container = first_container(folder).name
    edit(
        folder / "stop.log",
        lambda text: re.sub(rf"\S+ \S+ {container}", f"10-09-2023 00:00:01 {container}", text),
    )


def without_a_container(folder: Path) -> None:
    container = first_container(folder)
    for log in ("create.log", "start.log", "stop.log"):
        edit(folder / log, without(container.name))
    shutil.rmtree(container)


PROMISES: dict[str, tuple[str, Callable[[Path], None], list[str]]] = {
    "steps": ("STP-1", rewritten([80.0] * 9), ["found 9 points", "expected 10"]),
    "network": ("LEV-1", of_another_network, ["FashionMNISTResNet", "FashionMNISTCNN"]),
    "no_value": ("OBS-1", rewritten([]), ["Accuracy", "no value"]),
    "not_a_number": ("OBS-2", rewritten([80.0] * 9 + [float("nan")]), ["Accuracy = nan", "a finite number"]),
    "infinite": ("OBS-2", rewritten([80.0] * 9 + [float("inf")]), ["Accuracy = inf", "a finite number"]),
    "out_of_range": ("OBS-3", rewritten([80.0] * 9 + [100.5]), ["Accuracy = 100.5", "expected 0 to 100"]),
}
SPOILED: dict[str, Callable[[Path], None]] = {
    **{name: spoil for name, (_, spoil, _) in PROMISES.items()},
    "stop_before_start": with_a_stop_before_its_start,
    "another_form": in_another_form,
    "no_container": without_a_container,
    "copied_id": copied_id,
    "no_stop": without_stop,
    "no_events": without_events,
}


class Spoiled(NamedTuple):
    order: Order
    summary: Summary


def spoiled_folder(study: str) -> str:
    return f"{study}-exp_13"


def copy_under_other_ids(folder: Path, target: Path, ending: str) -> None:
    """The folder with other ends of its containers' ids: one that holds the same would be known as a copy."""
    for path in folder.rglob("*.*"):
        if path.is_file():
            names = str(path.relative_to(folder))
            text = path.read_bytes()
            for container in (folder / "train_job_0").iterdir():
                names = names.replace(container.name, container.name[:-2] + ending)
                if path.suffix == ".log":
                    text = text.replace(container.name.encode(), (container.name[:-2] + ending).encode())
            (target / names).parent.mkdir(parents=True, exist_ok=True)
            (target / names).write_bytes(text)


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Spoiled:
    """One night on the sample many times, each a study of its own with one folder that is spoiled in its way."""
    place = tmp_path_factory.mktemp("spoiled")
    order = Order(place / "logs", place / "studies", place / "house")
    order.studies.mkdir()
    text = (STUDIES / "fltk_2_4_1.toml").read_text()
    for number, (study, spoil) in enumerate(SPOILED.items()):
        for folder in SAMPLE.iterdir():
            copy_under_other_ids(folder, order.logs / f"{study}-{folder.name}", f"{number:02d}")
        own = text.replace('"fltk_2_4_1"', f'"{study}"').replace('"exp_1{run}"', f'"{study}-exp_1{{run}}"')
        (order.studies / f"{study}.toml").write_text(own)
        spoil(order.logs / spoiled_folder(study))
    return Spoiled(order, spend(order))


def test_a_stop_before_its_start_quarantines_the_folder_by_file_line_and_remedy(spoiled: Spoiled) -> None:
    folder = spoiled_folder("stop_before_start")
    log = spoiled.order.logs / folder / "stop.log"
    line = line_of(log, first_container(log.parent).name)
    assert_left_out(spoiled.order, folder, study="stop_before_start")
    told = reason(spoiled.order, folder)
    assert told.startswith(f"{folder}/stop.log:{line}: found ")
    assert "expected" in told and told.endswith("Correct the line or remove the folder.")
    assert told in [each["reason"] for each in spoiled.summary.quarantine]
    assert (told,) in ask(spoiled.order, "select reason from quarantine where study = 'stop_before_start'")


def test_a_line_of_another_form_quarantines_the_folder_by_file_line_and_remedy(spoiled: Spoiled) -> None:
    folder = spoiled_folder("another_form")
    assert_left_out(spoiled.order, folder, study="another_form")
    told = reason(spoiled.order, folder)
    assert told.startswith(f"{folder}/stop.log:1: found '10-09-23")
    assert "'MM-DD-YYYY HH:MM:SS <container id>'" in told and "Correct the line" in told


def test_a_missing_container_quarantines_the_folder(spoiled: Spoiled) -> None:
    folder = spoiled_folder("no_container")
    assert_left_out(spoiled.order, folder, study="no_container")
    assert ask(spoiled.order, "select code from quarantine where study = 'no_container'") == [("RUN-2",)]
    told = reason(spoiled.order, folder)
    assert told.startswith(folder) and "found 3" in told and "expected 4" in told
    assert "Bring the missing container's logs" in told


@pytest.mark.parametrize("study", PROMISES)
def test_a_broken_stop_promise_quarantines_its_folder_alone(spoiled: Spoiled, study: str) -> None:
    code, _, told = PROMISES[study]
    folder = spoiled_folder(study)
    assert_left_out(spoiled.order, folder, study=study)
    (breach,) = [each for each in spoiled.summary.breaches if (each["study"], each["code"]) == (study, code)]
    container = first_container(spoiled.order.logs / folder).name
    assert (breach["folder"], breach["container_id"], breach["severity"]) == (folder, container, "stop")
    assert all(part in breach["reason"] for part in told), breach["reason"]
    ((is_kept, failing),) = ask(
        spoiled.order,
        f"select is_kept, rows_failing from verdicts where study = '{study}' and code = '{code}'",  # noqa: S608
    )
    assert (is_kept, failing) == (False, 1)


def test_an_id_in_two_folders_quarantines_both(spoiled: Spoiled) -> None:
    mine = "study = 'copied_id'"
    left_out = f"select folder from runs where verdict <> 'accepted' and {mine} order by all"  # noqa: S608
    assert ask(spoiled.order, left_out) == [("copied_id-exp_12",), ("copied_id-exp_13",)]
    codes = f"select distinct code from breaches where severity = 'stop' and {mine}"  # noqa: S608
    assert ask(spoiled.order, codes) == [("CON-5",)]


def test_who_waits_for_two_days_is_judged(spoiled: Spoiled, tmp_path: Path) -> None:
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    shutil.copytree(spoiled.order.logs.parent, tmp_path, symlinks=True, dirs_exist_ok=True)
    for study in ("no_stop", "no_events"):
        assert_left_out(order, spoiled_folder(study), "unfinished", study)
    before = spoiled.summary.night["runs_quarantined"]
    assert spend(order, LATER).night["runs_quarantined"] == before + 2
    for study in ("no_stop", "no_events"):
        assert_left_out(order, spoiled_folder(study), study=study)
    assert spend(order, LATER).version is None
