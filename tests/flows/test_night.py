"""Nights one after another: what each adds, replaces, keeps and forgets."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.house.errors import HouseError, UsageError
from flows.house.house import House
from flows.messages import effect_lines
from flows.night import Order, Plan, StageError, Summary, is_anything_new, night
from flows.stages.audit import PromiseBrokenError
from flows.warehouse.warehouse import open_published, open_warehouse
from tests.houses import NOW, STUDIES, ask, contents, spend, verdicts, without_pages
from tests.log_folders import edit
from tests.torture.folders import write_least_study, write_small_folder

FACTS = ("points", "containers", "stamps", "files", "levels_seen", "folders")


def facts_of_others(order: Order, folder: str) -> dict[str, list[str]]:
    """The facts that do not belong to a folder, keys and nights included."""
    with open_published(House.at(order.house).warehouse) as warehouse:
        own = {
            "folder_id": f"(select folder_id from folders where folder = '{folder}')",  # noqa: S608
            "container_key": f"(select container_key from container_times where folder = '{folder}')",  # noqa: S608
        }
        return {
            table: sorted(
                repr(row)
                for row in warehouse.connection.execute(
                    f"select * from {table} where {key} not in {own[key]}"  # noqa: S608
                ).fetchall()
            )
            for table in FACTS
            for key in ["container_key" if table == "points" else "folder_id"]
        }


def test_a_night_without_any_folder_publishes_an_empty_warehouse(tmp_path: Path) -> None:
    order = Order(tmp_path / "logs", STUDIES, tmp_path / "house")
    order.logs.mkdir()
    summary = spend(order)
    assert summary.night["folders_seen"] == 0
    assert ask(order, "select count(*) from fltk_2_4_1") == [(0,)]
    assert ask(order, "select count(*) from fits") == [(0,)]
    assert spend(order).version is None


def test_a_night_on_relative_paths_stays_in_its_place_whatever_the_working_directory_becomes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Order(Path("logs"), Path("studies"), Path("house"))
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.chdir(tmp_path)
    write_least_study(order.studies)
    write_small_folder(order.logs, "1_a")

    def then_leave(stage: Callable[..., Any], *arguments: Any) -> Any:
        done = without_pages(stage, *arguments)
        monkeypatch.chdir(away)
        return done

    summary = night(order, NOW, then_leave)
    assert summary.night["runs_accepted"] == 1
    assert summary.house.root == tmp_path / "house"
    assert list(away.iterdir()) == []
    monkeypatch.chdir(tmp_path)
    assert is_anything_new(order, NOW) is not None


def test_the_first_night_loads_the_sample_whole(published_house: Summary) -> None:
    counts = published_house.night
    assert (counts["folders_seen"], counts["folders_new"], counts["folders_changed"]) == (8, 8, 0)
    assert (counts["runs_accepted"], counts["runs_unfinished"], counts["runs_quarantined"]) == (8, 0, 0)
    assert (counts["promises_broken"], counts["folders_unclaimed"]) == (0, 0)
    assert published_house.breaches == published_house.quarantine == []
    assert len(published_house.effects) == 14


def test_the_verdict_of_an_effect_is_that_of_the_error_that_decides(order: Order) -> None:
    """Of six runs of eight an effect that containers call active is not judged, and its size is that of folders."""
    for run in (17, 18):
        shutil.rmtree(order.logs / f"exp_{run}")
    lines = effect_lines(spend(order).effects)
    deciding = ask(order, "select effect_name, effect, is_active from effects order by study, response, rank")
    told = [line for line in lines if not line.startswith("Effects on")]
    words = {None: "not judged", True: "active", False: "not active"}
    for line, (name, effect, is_active) in zip(told, deciding, strict=True):
        assert line.startswith(f"  {name} ") and f" {effect:+.4g}  {words[is_active]}" in line
    assert sum("not judged" in line for line in told) == 2
    assert sum(line.endswith("not active (active only with containers as the unit)") for line in told) == 5


def test_every_scalar_of_every_file_becomes_a_point(published_house: Summary, order: Order) -> None:
    shared = order._replace(house=published_house.house.root)
    # Two tags; half of the 32 containers trained 5 epochs, half 10.
    assert ask(shared, "select count(*) from points") == [(2 * (16 * 5 + 16 * 10),)]
    assert ask(shared, "select sum(scalars) from files") == ask(shared, "select count(*) from points")
    assert ask(shared, "select sum(records) from files where kind = 'events'") == [(480 + 32,)]
    assert ask(shared, "select count(*) from files where size_bytes <> read_bytes + skipped_bytes") == [(0,)]
    assert ask(shared, "select count(*) from stamps") == [(3 * 32,)]


def test_a_night_with_nothing_new_changes_no_row_and_publishes_nothing(second_night: Order) -> None:
    before = contents(second_night, is_whole=True)
    summary = spend(second_night)
    assert summary.version is None
    assert summary.night["folders_seen"] == 8
    assert contents(second_night, is_whole=True) == before
    assert [each.name for each in House.at(second_night.house).all_versions()] == ["000001"]
    assert is_anything_new(second_night, NOW) is not None


def test_one_new_folder_adds_its_rows_and_touches_no_other(order: Order, published_house: Summary) -> None:
    away = order.logs.parent / "exp_18"
    (order.logs / "exp_18").rename(away)
    spend(order)
    before = facts_of_others(order, "exp_18")
    assert verdicts(order).keys() == {f"exp_1{run}" for run in range(1, 8)}
    away.rename(order.logs / "exp_18")
    assert is_anything_new(order, NOW) is None
    counts = spend(order).night
    assert (counts["folders_new"], counts["folders_changed"]) == (1, 0)
    assert facts_of_others(order, "exp_18") == before
    at_once = contents(order._replace(house=published_house.house.root))
    in_two_nights = contents(order)
    # The terms that seven runs cannot estimate are concluded anew; the facts come to the same.
    for name in ("metrics", "observations", "container_times", "effects", "coefficients", "anova_rows"):
        assert in_two_nights[name] == at_once[name], name


def test_a_changed_folder_is_loaded_again_in_its_place(second_night: Order) -> None:
    before = facts_of_others(second_night, "exp_14")
    times = "select container_id, duration_seconds from container_times where folder = 'exp_14' order by all"
    old = ask(second_night, times)
    later = (second_night.logs / "exp_14" / "stop.log").read_text().splitlines()[0]
    minute = later[14:16]
    edit(
        second_night.logs / "exp_14" / "stop.log",
        lambda text: text.replace(later, later[:14] + f"{(int(minute) + 1) % 60:02d}" + later[16:]),
    )
    counts = spend(second_night._replace(accept=("exp_14",))).night
    assert (counts["folders_new"], counts["folders_changed"], counts["folders_held"]) == (0, 1, 0)
    new = ask(second_night, times)
    changed = [(a, b - c) for (a, b), (_, c) in zip(new, old, strict=True) if b != c]
    assert changed in ([(later[20:], 60)], [(later[20:], -3540)])
    assert facts_of_others(second_night, "exp_14") == before
    assert ask(second_night, "select first_night_id, night_id from folders where folder = 'exp_14'") == [
        (1, 2)
    ]
    assert ask(second_night, "select count(*) from observations") == [(64,)]


def test_a_folder_can_be_asked_to_be_loaded_again(second_night: Order) -> None:
    before = contents(second_night)
    counts = spend(second_night._replace(again=("exp_13",))).night
    assert (counts["folders_new"], counts["folders_changed"]) == (0, 1)
    assert ask(second_night, "select folder from folders where night_id = 2") == [("exp_13",)]
    assert contents(second_night) == before


def test_a_folder_that_is_not_there_cannot_be_loaded_again(second_night: Order) -> None:
    with pytest.raises(UsageError, match="--folder exp_99: no such folder"):
        spend(second_night._replace(again=("exp_99",)))


def test_loading_all_again_gives_the_same_but_for_nights_and_keys(second_night: Order) -> None:
    before = contents(second_night)
    counts = spend(second_night._replace(everything=True)).night
    assert (counts["night_id"], counts["folders_changed"]) == (2, 8)
    assert contents(second_night) == before
    assert ask(second_night, "select distinct night_id from folders") == [(2,)]


def test_two_houses_of_the_same_logs_hold_the_same(order: Order, published_house: Summary) -> None:
    """Keys and all: only the times of the night differ."""
    spend(order)
    first, second = contents(order, True), contents(order._replace(house=published_house.house.root), True)
    assert first.pop("nights") != second.pop("nights")
    assert first == second


def test_the_order_of_folders_files_and_lines_changes_nothing(order: Order, published_house: Summary) -> None:
    turned = order.logs.parent / "turned"
    turned.mkdir()
    for folder in sorted(order.logs.iterdir(), reverse=True):
        for path in sorted(folder.rglob("*"), reverse=True):
            target = turned / path.relative_to(order.logs)
            if path.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)
        for log in (turned / folder.name).glob("*.log"):
            edit(log, lambda text: "".join(reversed(text.splitlines(keepends=True))))
    shuffled = order._replace(logs=turned)
    spend(shuffled)
    first, second = contents(shuffled), contents(order._replace(house=published_house.house.root))
    for moved in ("stamps", "files"):  # they hold line numbers, times and digests of the logs
        assert len(first.pop(moved)) == len(second.pop(moved))
    assert first == second


def test_a_folder_that_vanishes_keeps_its_facts_counts_again_when_it_comes_back_and_can_be_forgotten(
    second_night: Order,
) -> None:
    whole, away = contents(second_night), second_night.logs.parent / "away"
    (second_night.logs / "exp_16").rename(away)
    assert spend(second_night).night["folders_gone"] == 1
    assert ask(second_night, "select folder from runs where is_gone") == [("exp_16",)]
    assert ask(second_night, "select count(*) from observations where folder = 'exp_16'") == [(8,)]
    ((reason,),) = ask(second_night, "select reason from findings where code = 'R108'")
    assert reason.startswith("exp_16: vanished") and "doehouse forget exp_16" in reason
    assert spend(second_night).version is None

    forgetting = second_night._replace(house=second_night.house.with_name("forgetting"))
    shutil.copytree(second_night.house, forgetting.house, symlinks=True)
    before = facts_of_others(forgetting, "exp_16")
    spend(forgetting._replace(forget=("exp_16",)))
    assert "exp_16" not in verdicts(forgetting)
    assert ask(forgetting, "select count(*) from observations") == [(56,)]
    assert ask(forgetting, "select count(*) from findings where folder = 'exp_16'") == [(0,)]
    assert facts_of_others(forgetting, "exp_16") == before
    assert spend(forgetting).version is None

    away.rename(second_night.logs / "exp_16")
    counts = spend(second_night).night
    assert (counts["folders_new"], counts["folders_changed"], counts["folders_gone"]) == (0, 1, 0)
    assert contents(second_night) == whole


@pytest.mark.parametrize(("folder", "told"), [("exp_11", "is still there"), ("exp_99", "no such folder")])
def test_only_a_folder_that_is_gone_can_be_forgotten(second_night: Order, folder: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        spend(second_night._replace(forget=(folder,)))


def test_a_changed_declaration_is_analysed_anew_without_reading_a_folder(second_night: Order) -> None:
    before = facts_of_others(second_night, "none")
    edit(
        second_night.studies / "fltk_2_4_1.toml",
        lambda text: text.replace('"CPU:Network", "Memory:Network"]', '"CPU:Network"]'),
    )
    counts = spend(second_night).night
    assert (counts["folders_new"], counts["folders_changed"]) == (0, 0)
    assert ask(second_night, "select distinct df_model from fits") == [(6,)]
    assert facts_of_others(second_night, "none") == before


def test_a_log_root_that_is_missing_stops_the_night(second_night: Order) -> None:
    with pytest.raises(HouseError, match="found no folder, expected the log root"):
        spend(second_night._replace(logs=second_night.logs / "nowhere"))
    assert ask(second_night, "select count(*) from folders where is_gone") == [(0,)]


def before_stage(name: str, deed: Callable[[Plan], None]) -> Callable[..., Any]:
    """Carry out a night's stages, but something happens before one of them."""

    def call(stage: Callable[..., Any], *arguments: Any) -> Any:
        if stage.__name__ == name:
            deed(arguments[0])
        return without_pages(stage, *arguments)

    return call


def test_a_stage_that_fails_is_named_and_leaves_yesterday_as_it_was(second_night: Order) -> None:
    def fail(_: Plan) -> None:
        raise RuntimeError("out of memory")

    before = contents(second_night, is_whole=True)
    edit(second_night.logs / "exp_11" / "stop.log", lambda text: text + "\n")
    told = "the stage analyse_studies failed, nothing was published: out of memory"
    with pytest.raises(StageError, match=told):
        night(second_night, NOW, before_stage("analyse_studies", fail))
    assert contents(second_night, is_whole=True) == before
    assert spend(second_night).version is not None


LOST = {
    "WH-1": "delete from files where path = 'exp_11/create.log'",
    "WH-2": "delete from stamps where line = 1 and folder_id = 1",
    "WH-4": "delete from points where container_key in (select container_key from containers where folder_id = 1)",
    "WH-5": "insert into tags select * from tags",
    "WH-6": "delete from tags where tag = 'accuracy per epoch'",
    "WH-7": "delete from files where path like 'exp_12/%'",
}


def test_a_broken_promise_of_the_whole_warehouse_stops_the_night(second_night: Order) -> None:
    """Each in a night of its own, which reckons nothing."""

    def losing(statement: str) -> Callable[..., Any]:
        def lose(plan: Plan) -> None:
            with open_warehouse(plan.staged) as warehouse:
                warehouse.connection.execute(statement)

        call = before_stage("close_night", lose)
        of_models = ("check_promises", "analyse_studies")
        return lambda stage, *arguments: None if stage.__name__ in of_models else call(stage, *arguments)

    before = contents(second_night, is_whole=True)
    edit(second_night.logs / "exp_11" / "stop.log", lambda text: text + "\n")
    for code, statement in LOST.items():
        with pytest.raises(PromiseBrokenError, match=rf"not published: (.|\n)*{code} "):
            night(second_night, NOW, losing(statement))
        assert contents(second_night, is_whole=True) == before
    assert spend(second_night).version is not None
