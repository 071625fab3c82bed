"""A study that declares how fresh its data are: told once when they are no longer, and once when they are again."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flows.night import Order, is_anything_new
from flows.records.notice import worth_telling
from flows.records.outcome import is_clean
from models.declared.study import StudyError, load_study
from tests.houses import NOW, ask, spend
from tests.log_folders import write_study
from tests.made_once import copied
from tests.torture.folders import TAG, write_small_folder


def declare(order: Order, **settings: object) -> Path:
    return write_study(
        order.studies,
        "small",
        folders="{run}_{replicate}",
        factors={"CPU": ["1", "2"]},
        responses={"Accuracy": {"metric": TAG, "reduce": "last"}},
        **settings,
    )


@pytest.fixture
def order(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Folders of both runs, written half a day before the first night."""
    return copied(tmp_path_factory, "freshness", first_night, tmp_path)


def first_night(place: Path) -> Order:
    order = Order(place / "logs", place / "studies", place / "house")
    declare(order, fresh_within="2d")
    for name in ("1_a", "2_a"):
        write(order, name, NOW - timedelta(hours=12))
    spend(order, NOW)
    return order


def write(order: Order, name: str, at: datetime) -> None:
    for path in write_small_folder(order.logs, name).rglob("*"):
        os.utime(path, (at.timestamp(), at.timestamp()))


def kept(order: Order) -> list[tuple[int, bool]]:
    return ask(order, "select night_id, is_kept from verdicts where code = 'FRE-1' order by all")


def test_data_that_are_too_old_are_told_once_and_again_when_they_are_fresh(order: Order) -> None:
    assert kept(order) == [(1, True)]
    assert spend(order, NOW + timedelta(days=1)).version is None, "one and a half days are not two"
    two_later = NOW + timedelta(days=2)
    assert is_anything_new(order, two_later) is None
    summary = spend(order, two_later)
    assert (kept(order), is_clean(summary)) == ([(1, True), (2, False)], False)
    title, text = worth_telling(summary) or ("", "")
    assert "1 broken promise" in title
    assert "FRE-1 warn: New data came within the time that the study declares." in text
    ((reason,),) = ask(order, "select reason from breaches where code = 'FRE-1'")
    assert reason.startswith(
        "small: found that its newest file was written 60.0 h ago, 10-19-2023 14:30:00, expected one of the last 2d. "
    )
    assert spend(order, NOW + timedelta(days=3)).version is None, "it was told"
    write(order, "1_b", NOW + timedelta(days=3))
    assert spend(order, NOW + timedelta(days=4)).night["folders_new"] == 1
    assert kept(order) == [(1, True), (2, False), (3, True)]
    assert ask(order, "select count(*) from breaches where code = 'FRE-1'") == [(0,)]


def test_a_clock_that_lies_ahead_is_no_age(order: Order) -> None:
    write(order, "1_b", NOW + timedelta(days=90))
    spend(order, NOW)
    assert kept(order)[-1] == (2, True)
    assert spend(order, NOW + timedelta(days=60)).version is None


def test_without_the_declaration_nothing_grows_old(order: Order) -> None:
    declare(order)
    spend(order, NOW)
    assert kept(order) == [(1, True)]
    assert spend(order, NOW + timedelta(days=900)).version is None


def test_declared_later_it_is_judged_in_the_next_night_and_nothing_is_read_again(order: Order) -> None:
    declare(order)
    spend(order, NOW)
    declare(order, fresh_within="3h")
    counts = spend(order, NOW).night
    assert (counts["folders_new"], counts["folders_changed"]) == (0, 0)
    assert kept(order) == [(1, True), (3, False)]


@pytest.mark.parametrize("nonsense", ["2", "0d", "two days", "-1d", "1 week"])
def test_what_is_no_length_of_time_is_refused(order: Order, nonsense: str) -> None:
    with pytest.raises(
        StudyError, match=f"fresh_within: found '{nonsense}', expected a length of time such as"
    ):
        load_study(declare(order, fresh_within=nonsense))
