"""Mistakes of the people around a house: what they must not lose by them, and what they are told."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.house.errors import HouseError, UsageError
from flows.house.house import House
from flows.house.last_success import last_success
from flows.messages import summarise
from flows.night import Order, night
from tests.houses import ask, contents, spend, without_pages
from tests.log_folders import edit
from tests.made_once import copied
from tests.torture.folders import NOW, write_small_folder, write_small_study

LATER = NOW + timedelta(days=1)


@pytest.fixture
def order(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Folders of each run after a night."""
    return copied(tmp_path_factory, "mistakes", first_night, tmp_path)


def first_night(place: Path) -> Order:
    order = Order(place / "logs", place / "studies", place / "house")
    write_small_study(order.studies)
    for run in range(1, 5):
        write_small_folder(order.logs, f"{run}_a")
    spend(order, NOW)
    return order


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def versions(order: Order) -> list[str]:
    return [each.name for each in House.at(order.house).all_versions()]


def change_template(order: Order) -> None:
    edit(order.studies / "small.toml", lambda text: text.replace("{run}_{replicate}", "{run}-{replicate}"))


def keep_one(order: Order) -> None:
    for run in (1, 2, 3):
        shutil.rmtree(order.logs / f"{run}_a")


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        (lambda order: empty(order.logs), "4 of 4 known folders are gone at once, expected at most 50%"),
        (keep_one, "3 of 4 known folders are gone at once"),
        (
            lambda order: empty(order.studies),
            r"found no study, expected some of those that are known \(small\)",
        ),
        (
            change_template,
            "4 of 4 known folders are gone at once, 4 of them are still there but claimed by no study",
        ),
    ],
    ids=["unmounted", "most", "no studies", "template"],
)
def test_nothing_is_published_when_most_is_gone_at_once(
    order: Order, mistake: Callable[[Order], None], told: str
) -> None:
    before, when = contents(order, is_whole=True), last_success(House.at(order.house))
    mistake(order)
    with pytest.raises(HouseError, match=f"{told}.*what is mounted at /.*Nothing was published"):
        spend(order, LATER)
    assert (versions(order), contents(order, is_whole=True)) == (["000001"], before)
    assert last_success(House.at(order.house)) == when
    spend(order._replace(gone_share=1.0), LATER)
    assert len(versions(order)) == 2
    assert ask(order, "select count(*) from points") == [(len(before["points"]),)]


def test_what_a_clock_that_was_behind_refused_is_looked_at_again_when_it_is_right(tmp_path: Path) -> None:
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    write_small_study(order.studies)
    for run in range(1, 5):
        write_small_folder(order.logs, f"{run}_a")
    behind = NOW - timedelta(days=365)
    assert spend(order, behind).night["runs_quarantined"] == 4
    assert set(ask(order, "select distinct code from findings")) >= {("Q303",)}
    assert spend(order, behind + timedelta(days=1)).version is None
    counts = spend(order, NOW).night
    assert (counts["folders_changed"], counts["runs_quarantined"], counts["runs_accepted"]) == (4, 0, 4)
    assert ask(order, "select count(*) from findings") == [(0,)]


def test_a_stamp_of_the_far_future_is_not_read_again_every_night(order: Order) -> None:
    edit(write_small_folder(order.logs, "1_b") / "stop.log", lambda text: text.replace("2023", "2099", 1))
    assert spend(order, NOW).night["runs_quarantined"] == 1
    assert spend(order, LATER).version is None


@pytest.mark.parametrize(
    ("edited", "told"),
    [
        (('["1", "2"]', '["2", "1"]'), 'factor CPU: ["1", "2"] -> ["2", "1"]'),
        (('"CPU"', '"Cores"'), "factor CPU removed; factor Cores added"),
        (('"Time"', '"Took"'), "response Time removed; response Took added"),
        (("Europe/Amsterdam", "UTC"), 'timezone "Europe/Amsterdam" -> "UTC"'),
    ],
    ids=["levels swapped", "factor renamed", "response renamed", "zone"],
)
def test_an_edited_study_is_told_with_what_changes_by_it(
    order: Order, edited: tuple[str, str], told: str
) -> None:
    text = (order.studies / "small.toml").read_text()
    assert edited[0] in text
    edit(order.studies / "small.toml", lambda text: text.replace(*edited))
    summary = spend(order, LATER)
    (sentence,) = [each for each in summary.changes if "the study file was edited" in each]
    assert all(part in sentence for part in told.split("; ")), sentence
    assert f"Changed: {sentence}" in summarise(summary)
    assert ask(order, "select night_id, studies_edited from nights order by all") == [(1, 0), (2, 1)]
    assert ask(order, "select sentence from statements where topic = 'change' and response is null") == [
        (sentence,)
    ]


def test_half_of_the_folders_may_go(order: Order) -> None:
    for run in (1, 2):
        shutil.rmtree(order.logs / f"{run}_a")
    assert spend(order, LATER).night["folders_gone"] == 2


def test_a_disk_that_goes_away_while_a_night_reads_leaves_the_version_before(order: Order) -> None:
    write_small_folder(order.logs, "1_b")
    before = contents(order, is_whole=True)

    def unmounting(stage: Callable[..., Any], *arguments: Any) -> Any:
        if stage.__name__ == "extract_folders":
            order.logs.rename(order.logs.with_name("elsewhere"))
            order.logs.mkdir()
        return without_pages(stage, *arguments)

    with pytest.raises(HouseError, match="is another folder than at the beginning of the night"):
        night(order, LATER, unmounting)
    assert contents(order, is_whole=True) == before


def test_a_folder_that_only_its_template_lost_is_not_forgotten(order: Order) -> None:
    write_small_folder(order.logs, "1_b")
    spend(order, NOW)
    edit(order.studies / "small.toml", lambda text: text.replace("{run}_{replicate}", "{run}_a"))
    spend(order, LATER)
    ((reason,),) = ask(order, "select reason from findings where code = 'R108'")
    assert reason.startswith("1_b: is claimed by no study any more, expected small to claim it")
    assert "forget" not in reason
    with pytest.raises(UsageError, match="1_b: is still there, expected it gone from the log root"):
        spend(order._replace(forget=("1_b",)), LATER)
    assert ask(order, "select count(*) from folders where folder = '1_b'") == [(1,)]
