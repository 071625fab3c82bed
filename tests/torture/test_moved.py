"""Folders that are renamed, moved, copied, and whose copies are removed: no fact is lost, none counts twice."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from flows.night import Order, is_anything_new
from tests.houses import ask, contents, spend, verdicts
from tests.made_once import copied
from tests.torture.folders import NOW, event_file, write_small_folder, write_small_study

LATER = NOW + timedelta(days=1)
FACTS = "select tag, step, value, container_id from metrics order by all"


@pytest.fixture
def order(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Folders of each run after a night, beside a study that has none yet."""
    return copied(tmp_path_factory, "moved", first_night, tmp_path)


def first_night(place: Path) -> Order:
    order = Order(place / "logs", place / "studies", place / "house")
    write_small_study(order.studies)
    write_small_study(order.studies, "other", "other-{run}-{replicate}")
    for run in range(1, 5):
        write_small_folder(order.logs, f"{run}_a", (50, 60, 70 + run))
    assert spend(order, NOW).night["runs_accepted"] == 4
    return order


def assert_quiet(order: Order) -> None:
    assert is_anything_new(order, LATER) is not None


# To another replicate, to another run, which leaves its own without a folder, and to another study.
RENAMED = {"1_a": "1_b", "2_a": "3_b", "4_a": "other-1-a"}


def test_a_renamed_folder_keeps_its_facts_under_its_new_name(order: Order) -> None:
    keys = "select folder_id, first_night_id from folders where folder = '{}'"
    facts, before = ask(order, FACTS), {name: ask(order, keys.format(name)) for name in RENAMED}
    for name, new in RENAMED.items():
        (order.logs / name).rename(order.logs / new)
    counts = spend(order, LATER).night
    assert (counts["folders_new"], counts["folders_gone"], counts["folders_held"]) == (0, 0, 0)
    assert sorted(verdicts(order).items()) == [
        (each, "accepted") for each in sorted([*RENAMED.values(), "3_a"])
    ]
    assert ask(order, FACTS) == facts
    assert {name: ask(order, keys.format(new)) for name, new in RENAMED.items()} == before
    found = ask(order, "select code, split_part(reason, ', which is gone', 1) from findings order by folder")
    assert found == [
        ("R114", f"{new}: holds byte for byte what {name} held") for name, new in RENAMED.items()
    ]
    assert_quiet(order)
    fresh = order._replace(house=order.house.with_name("fresh"))
    spend(fresh, LATER)
    moved, anew = contents(order), contents(fresh)
    for relation in ("observations", "points", "stamps", "containers", "files", "effects"):
        assert moved[relation] == anew[relation], relation


@pytest.mark.parametrize("name", ["1_copy", "other-1-a"], ids=["same study", "other study"])
def test_a_copy_is_named_as_one_and_what_was_accepted_stays(order: Order, name: str) -> None:
    before = contents(order)
    shutil.copytree(order.logs / "1_a", order.logs / name)
    counts = spend(order, LATER).night
    assert (counts["folders_new"], counts["runs_accepted"], counts["runs_quarantined"]) == (0, 4, 0)
    ((folder, code, outcome, reason),) = ask(order, "select folder, code, outcome, reason from findings")
    assert (folder, code, outcome) == (name, "Q328", "quarantined")
    assert reason.startswith(f"{name}: found byte for byte what 1_a holds, expected an execution of its own.")
    assert_quiet(order)
    after = contents(order)
    assert {table for table in before if before[table] != after[table]} <= {"findings", "quarantine"}
    shutil.rmtree(order.logs / name)
    assert spend(order, LATER).version is not None
    assert contents(order) == before
    assert_quiet(order)


def test_a_copy_whose_original_is_removed_takes_its_place(order: Order) -> None:
    facts = ask(order, FACTS)
    shutil.copytree(order.logs / "1_a", order.logs / "1_copy")
    spend(order, LATER)
    shutil.rmtree(order.logs / "1_a")
    spend(order, LATER)
    assert sorted(verdicts(order)) == ["1_copy", "2_a", "3_a", "4_a"]
    assert ask(order, FACTS) == facts
    assert ask(order, "select code from findings") == [("R114",)]


def test_a_folder_that_differs_in_a_bit_is_one_of_its_own(order: Order) -> None:
    shutil.copytree(order.logs / "1_a", order.logs / "1_copy")
    path = event_file(order.logs / "1_a").relative_to(order.logs / "1_a")
    content = bytearray((order.logs / "1_copy" / path).read_bytes())
    content[len(content) // 2] ^= 4
    (order.logs / "1_copy" / path).write_bytes(content)
    assert spend(order, LATER).night["folders_new"] == 1
    assert "1_copy" in verdicts(order)


@pytest.mark.parametrize(
    "names", [("1_b", "1_c"), ("2_b", "3_b"), ("1_c", "1_b")], ids=["replicates", "runs", "later name first"]
)
def test_of_a_new_folder_that_comes_twice_in_a_night_the_first_name_counts(
    order: Order, names: tuple[str, str]
) -> None:
    write_small_folder(order.logs, names[0])
    shutil.copytree(order.logs / names[0], order.logs / names[1])
    shutil.copytree(order.logs / names[0], order.logs / "other-1-a")
    first, second = sorted(names)
    counts = spend(order, LATER).night
    assert (counts["folders_new"], counts["runs_accepted"], counts["runs_quarantined"]) == (1, 5, 0)
    assert [name for name in verdicts(order) if name not in ("1_a", "2_a", "3_a", "4_a")] == [first]
    found = ask(order, "select folder, code, split_part(reason, ' holds,', 1) from findings order by all")
    assert found == [
        (copy, "Q328", f"{copy}: found byte for byte what {first}") for copy in (second, "other-1-a")
    ]
    assert_quiet(order)
    shutil.rmtree(order.logs / first)
    spend(order, LATER)
    assert second in verdicts(order)
