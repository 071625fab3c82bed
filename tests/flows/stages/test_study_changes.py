"""What a night does when a study file says something else than the night before."""

from pathlib import Path

import pytest

from flows.night import Order
from tests.houses import NOW, ask, contents, reason, spend, verdicts
from tests.made_once import copied
from tests.torture.folders import STUDY, event_file, write_least_study, write_small_folder


@pytest.fixture
def order(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Folders of both runs after a first night; in one of them a container was restarted."""
    return copied(tmp_path_factory, "study_changes", first_night, tmp_path)


def first_night(place: Path) -> Order:
    order = Order(place / "logs", place / "studies", place / "house")
    write_least_study(order.studies)
    for name in ("1_a", "2_a", "2_b"):
        write_small_folder(order.logs, name)
    log = order.logs / "1_a" / "start.log"
    first = log.read_text().split()[2]
    log.write_text(f"{log.read_text()}10-09-2023 00:01:00 {first}\n")
    spend(order)
    return order


def say(order: Order, setting: str) -> None:
    path = order.studies / f"{STUDY}.toml"
    path.write_text(f"{setting}\n{path.read_text()}")


def test_a_setting_that_decides_how_folders_are_read_has_them_read_again(order: Order) -> None:
    assert verdicts(order)["1_a"] == "quarantined"
    assert 'restarts = "last"' in reason(order, "1_a")
    say(order, 'restarts = "last"')
    assert spend(order).night["folders_changed"] == 3
    assert set(verdicts(order).values()) == {"accepted"}
    assert ask(order, "select count(*), count(*) filter (is_superseded) from stamps") == [(19, 1)]
    before = ask(order, "select max(started_at) from containers")
    say(order, 'timezone = "Asia/Kolkata"')
    assert spend(order).night["folders_changed"] == 3
    assert ask(order, "select max(started_at) from containers") < before
    fresh = order._replace(house=order.house.with_name("fresh"))
    spend(fresh)
    assert contents(order) == contents(fresh)


def test_another_title_reads_no_folder_again(order: Order) -> None:
    say(order, 'title = "Cores"')
    assert spend(order, NOW).night["folders_changed"] == 0
    assert ask(order, "select title from studies") == [("Cores",)]


def test_a_torn_file_that_a_study_accepts_may_go_on(order: Order) -> None:
    path = event_file(order.logs / "2_a")
    content = path.read_bytes()
    path.write_bytes(content[:-5])
    say(order, "allow_torn = true")
    spend(order._replace(accept=("2_a",)))
    assert verdicts(order)["2_a"] == "accepted"
    told = "select code, outcome from findings where folder = '2_a'"
    assert ask(order, told) == [("R111", "repaired")]
    path.write_bytes(content)
    spend(order)
    assert verdicts(order)["2_a"] == "accepted"
    assert ask(order, told) == []
    fresh = order._replace(house=order.house.with_name("fresh"))
    spend(fresh)
    assert contents(order) == contents(fresh)
