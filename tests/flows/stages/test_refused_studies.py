"""What a night does when one of the study files is no study any more."""

import json
import shutil
from pathlib import Path

import pytest

from flows.house.errors import HouseError, UsageError
from flows.house.house import House
from flows.night import Order, Summary, is_anything_new, night
from flows.records.notice import worth_telling
from flows.records.outcome import is_clean
from tests.commands import doehouse_here
from tests.houses import ask, spend, verdicts
from tests.torture.folders import NOW, STUDY, write_least_study, write_small_folder, write_small_study

OTHER = "other"
FACTS = "select folder, study, run, replicate, verdict from runs where study = 'small' order by all"
CONCLUDED = "select columns(lambda name: name <> 'night_id') from {} where study = 'small' order by all"
KEPT = ("studies", "treatments", "responses", "observations", "fits", "effects", "anova_rows", "statements")

# What becomes of the file -> what is said of it.
BREAKS = {
    "no TOML": ('factors = { "CPU', 'factors = [ "CPU', "found no valid TOML"),
    "no such key": ('name = "small"\n', 'name = "small"\nrums = 3\n', "rums: found an unknown key"),
    "another name that is none": ('name = "small"', 'name = "Small!"', "expected a lower case letter"),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Two studies after a night with its pages."""
    place = tmp_path_factory.mktemp("whole")
    order = Order(place / "logs", place / "studies", place / "house")
    write_least_study(order.studies)
    write_small_study(order.studies, OTHER, folders="other/{run}_{replicate}")
    for name in ("1_a", "1_b", "2_a", "2_b", *(f"other/{run}_a" for run in range(1, 5))):
        write_small_folder(order.logs, name)
    (order.logs / "nobodys").mkdir()
    night(order, NOW)
    return order


@pytest.fixture
def order(whole: Order, tmp_path: Path) -> Order:
    shutil.copytree(whole.house.parent, tmp_path / "copy", symlinks=True)
    return Order(tmp_path / "copy" / "logs", tmp_path / "copy" / "studies", tmp_path / "copy" / "house")


def break_study(order: Order, how: str) -> Path:
    before, after, _ = BREAKS[how]
    path = order.studies / f"{STUDY}.toml"
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))
    return path


def stands(order: Order) -> list[object]:
    return [ask(order, FACTS), *(ask(order, CONCLUDED.format(name)) for name in KEPT)]


def pages(order: Order) -> dict[str, bytes]:
    site = House.at(order.house).site / STUDY
    return {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}


@pytest.mark.parametrize("how", BREAKS)
def test_a_refused_study_file_stops_no_other_study(order: Order, how: str) -> None:
    before, drawn = stands(order), pages(order)
    path = break_study(order, how)
    write_small_folder(order.logs, "1_c")  # of the study that is left out
    write_small_folder(order.logs, "other/1_b")
    shutil.rmtree(order.logs / "2_b")
    summary = night(order, NOW)
    assert (summary.night["folders_new"], summary.night["folders_changed"]) == (1, 0)
    assert (summary.night["folders_gone"], summary.night["folders_unclaimed"]) == (0, 1)
    assert verdicts(order)["other/1_b"] == "accepted"
    assert stands(order) == before and pages(order) == drawn
    (told,) = (each for each in summary.quarantine if each["code"] == "W211")
    assert str(path) in told["reason"] and BREAKS[how][2] in told["reason"]
    assert summary.refused == (told["reason"],) and not is_clean(summary)
    told_people = worth_telling(summary)
    assert told_people and told["reason"] in told_people[1]
    record = json.loads((order.house / "last-night.json").read_text())
    assert record["outcome"] == "published" and record["refused"] == [told["reason"]]
    assert path.name in (House.at(order.house).site / "quality.html").read_text()


def test_the_night_after_has_nothing_new_but_still_tells_of_it(order: Order) -> None:
    break_study(order, "no such key")
    spend(order)
    again = is_anything_new(order, NOW)
    assert isinstance(again, Summary) and again.version is None
    assert len(again.refused) == 1 and not is_clean(again)
    assert "Left out:" in (order.house / "night.log").read_text()


def test_a_corrected_study_reads_what_came_meanwhile(order: Order) -> None:
    path = break_study(order, "no TOML")
    write_small_folder(order.logs, "1_c")
    shutil.rmtree(order.logs / "2_b")
    spend(order)
    before, after, _ = BREAKS["no TOML"]
    path.write_text(path.read_text().replace(after, before))
    summary = spend(order)
    assert (summary.night["folders_new"], summary.night["folders_gone"], summary.refused) == (1, 1, ())
    assert verdicts(order)["1_c"] == "accepted"
    assert ask(order, "select count(*) from findings where code = 'W211'") == [(0,)]


def test_a_folder_of_a_study_that_rests_cannot_be_asked_for(order: Order) -> None:
    break_study(order, "no TOML")
    with pytest.raises(UsageError, match="the file of its study small is refused"):
        spend(order._replace(again=("1_a",)))


def test_a_new_study_that_is_refused_rests_nobody(order: Order) -> None:
    (order.studies / "third.toml").write_text('name = "third"\n')
    write_small_folder(order.logs, "1_c")
    summary = spend(order)
    assert summary.night["folders_new"] == 1 and verdicts(order)["1_c"] == "accepted"
    assert len(summary.refused) > 1  # every trouble of the file is told
    assert all("third.toml" in each for each in summary.refused)


def test_of_two_files_with_one_name_neither_is_taken(order: Order) -> None:
    before = stands(order)
    text = (order.studies / f"{STUDY}.toml").read_text()
    (order.studies / "zz.toml").write_text(text.replace('["1", "2"]', '["2", "1"]'))
    (reason,) = spend(order).refused
    assert "zz.toml: name: found 'small'" in reason and f"{STUDY}.toml has" in reason
    assert stands(order) == before


def test_a_house_of_another_version_fits_the_resting_study_by_its_last_declaration(order: Order) -> None:
    before = stands(order)
    break_study(order, "no such key")
    spend(order._replace(pages=True))
    manifest = House.at(order.house).current / "manifest.json"
    manifest.chmod(0o644)
    manifest.write_text(
        manifest.read_text().replace('"doehouse": "', '"doehouse": "0.')
    )  # as published by another
    assert spend(order).version
    assert stands(order) == before


def test_where_no_study_is_left_nothing_is_published(order: Order) -> None:
    break_study(order, "no TOML")
    (order.studies / f"{OTHER}.toml").write_text("x = 1\n")
    with pytest.raises(HouseError) as refused:
        spend(order)
    assert "small.toml: found no valid TOML" in str(refused.value)
    assert "other.toml: x: found an unknown key" in str(refused.value)
    assert json.loads((order.house / "last-night.json").read_text())["outcome"] == "failed"


def test_check_and_night_tell_all_refused_files_at_once(order: Order) -> None:
    break_study(order, "no TOML")
    (order.studies / "third.toml").write_text("x = 1\n")
    ended = doehouse_here("check", order.studies, "--logs", order.logs)
    assert ended.returncode == 1
    assert "small.toml: found no valid TOML" in ended.stderr and "third.toml: x:" in ended.stderr
    assert "other: 4 folders claimed" in ended.stdout
    ended = doehouse_here(
        "night", "--logs", order.logs, "--studies", order.studies, "--house", order.house, "--strict"
    )
    assert ended.returncode == 1
    first = ended.stderr.splitlines()
    assert "small.toml: found no valid TOML" in first[0] and any("third.toml: x:" in line for line in first)
    assert "W211" in ended.stdout
