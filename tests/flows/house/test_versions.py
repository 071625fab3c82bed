"""Which versions stay: the newest, of former weeks and months the last, and what is pinned."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.house.errors import UsageError
from flows.house.house import DATABASE, House
from flows.house.publishing import publish
from flows.house.recovery import recover
from flows.house.versions import pin, published_at
from tests.commands import doehouse_here

BEGAN = datetime(2024, 1, 1, 2, 30, tzinfo=UTC)  # a Monday


def publish_at(house: House, when: datetime) -> None:
    recover(house)
    (house.staging / DATABASE).write_text(str(when))
    (house.staging / "site").mkdir()
    publish(house, {"published_at": when.isoformat()})


def days(house: House) -> list[str]:
    times = [published_at(version) for version in house.all_versions()]
    return [f"{time:%m-%d}" for time in times if time]


def test_a_year_of_nights_leaves_seven_nights_five_weeks_and_twelve_months(tmp_path: Path) -> None:
    house = House.at(tmp_path / "house")
    for day in range(366):
        publish_at(house, BEGAN + timedelta(days=day))
    nights = [f"12-{day}" for day in range(25, 32)]
    weeks = ["12-08", "12-15", "12-22", "12-29", "12-31"]  # Sundays, and the week that is not over
    months = [
        "01-31",
        "02-29",
        "03-31",
        "04-30",
        "05-31",
        "06-30",
        "07-31",
        "08-31",
        "09-30",
        "10-31",
        "11-30",
        "12-31",
    ]
    assert days(house) == sorted({*nights, *weeks, *months})


def test_many_versions_of_one_day_do_not_push_out_last_week(tmp_path: Path) -> None:
    house = House.at(tmp_path / "house")
    publish_at(house, BEGAN)
    for minute in range(20):
        publish_at(house, BEGAN + timedelta(days=7, minutes=minute))
    assert len(house.all_versions()) == 8 and days(house)[0] == "01-01"


def test_a_pinned_version_stays_until_it_is_let_go(tmp_path: Path) -> None:
    house = House.at(tmp_path / "house")
    publish_at(house, BEGAN)
    ended = doehouse_here("pin", 1, "--house", house.root)
    assert (ended.returncode, ended.stdout) == (0, "version 1 stays\n")
    for minute in range(1, 10):
        publish_at(house, BEGAN + timedelta(minutes=minute))
    assert [int(each.name) for each in house.all_versions()] == [1, 4, 5, 6, 7, 8, 9, 10]
    assert doehouse_here("pin", 1, "--undo", "--house", house.root).returncode == 0
    publish_at(house, BEGAN + timedelta(minutes=11))
    assert [int(each.name) for each in house.all_versions()] == [5, 6, 7, 8, 9, 10, 11]
    with pytest.raises(UsageError, match="found no version 1, expected one of 5, 6"):
        pin(house, 1, True)
    assert json.loads((house.root / ".pinned").read_text()) == []
