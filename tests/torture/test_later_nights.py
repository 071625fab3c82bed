"""What a night decides by looking at the version before it, and names that are no text or cannot be opened."""

import os
import random
import shutil
from pathlib import Path

import pytest

from flows.discovery.log_folders import STALE_AFTER
from flows.house.errors import HouseError
from flows.house.house import DATABASE, House
from flows.house.manifest import verify
from flows.night import Order, Summary
from flows.warehouse import warehouse
from tests.houses import ask, spend, verdicts
from tests.made_once import copied
from tests.torture.conftest import Place
from tests.torture.conservation import check_conservation
from tests.torture.folders import NOW, after_a_night, event_file, write_small_folder


@pytest.fixture
def order(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Folders of both runs after a first night."""
    return copied(tmp_path_factory, "after_a_night", after_a_night, tmp_path)


def next_night(order: Order) -> Summary:
    summary = spend(order, NOW + STALE_AFTER)
    check_conservation(order.house, order.logs)
    return summary


def codes(order: Order, folder: str) -> dict[str, str]:
    return dict(ask(order, f"select code, reason from findings where folder = '{folder}'"))  # noqa: S608


def test_a_file_that_grew_is_read_to_its_end(order: Order) -> None:
    """Line 29: what an event file holds now is what counts; the version before keeps what it held."""
    from tensorboard.summary.writer.record_writer import RecordWriter

    from sample.write_logs import scalar
    from tests.torture.folders import TAG

    with event_file(order.logs / "1_a").open("ab") as stream:
        RecordWriter(stream).write(scalar(1.7e9, 4, TAG, 50.0).SerializeToString())
    next_night(order)
    assert (50.0,) in ask(order, "select value from observations where folder = '1_a'")


def test_a_folder_that_vanished_keeps_its_facts(order: Order) -> None:
    """Line 30."""
    shutil.rmtree(order.logs / "1_a")
    before = ask(order, "select count(*) from points")
    next_night(order)
    assert ask(order, "select count(*) from points") == before
    assert "1_a" in codes(order, "1_a")["R108"]
    assert ask(order, "select is_gone, verdict from runs where folder = '1_a'") == [(True, "accepted")]


def test_views_of_other_definitions_are_derived_anew_and_come_and_go_with_their_studies(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that are as `sql/` has them stay; the wide ones of studies follow the study files all the same."""
    views = "select view_name, sql from duckdb_views() where not internal order by all"
    first = ask(order, views)
    study = (order.studies / "small.toml").read_text()
    (order.studies / "other.toml").write_text(
        study.replace('"small"', '"other"').replace('"CPU"', '"Cores"').replace("{run}", "other{run}")
    )
    next_night(order)
    assert {"small", "other"} <= {name for name, _ in ask(order, views)}
    assert ask(order, "select distinct comment from duckdb_columns() where table_name = 'other'") != [(None,)]
    (order.studies / "other.toml").unlink()
    written = warehouse.text

    def another(name: str) -> str:
        text = written(name)
        return text.replace("'quarantine", "'the quarantine") if name == "views/quarantine" else text

    next_night(order)
    assert ask(order, views) == first
    write_small_folder(order.logs, "1_new")
    assert another("views/quarantine") != written("views/quarantine")
    monkeypatch.setattr(warehouse, "text", another)
    next_night(order)
    second = ask(order, views)
    assert {name for name, text in second if (name, text) not in first} == {"quarantine"}


def test_an_unmounted_log_root_loses_nothing(order: Order) -> None:
    """Line 31: no share of bad folders stops the night, each is named and left out and no fact of the others is lost
    by it (WH-7). Folders that are gone are no bad ones: where most are, the night refuses (tests/torture/test_mistakes.py).
    """
    before = ask(order, "select * from observations order by all")
    for folder in order.logs.iterdir():
        folder.rename(order.logs.parent / folder.name)
    with pytest.raises(HouseError, match="known folders are gone at once"):
        next_night(order)
    assert ask(order, "select * from observations order by all") == before
    order.logs.rmdir()
    with pytest.raises(HouseError, match="found no folder, expected the log root"):
        next_night(order)


def test_a_published_file_that_somebody_wrote_to_is_not_built_upon(order: Order) -> None:
    """Line 32, F404."""
    version = order.house / "current"
    (version / DATABASE).chmod(0o644)
    with (version / DATABASE).open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        last = stream.read(1)
        stream.seek(-1, os.SEEK_END)
        stream.write(bytes([last[0] ^ 1]))
    before = version.readlink()
    write_small_folder(order.logs, "1_new")
    with pytest.raises(HouseError, match="F404"):
        spend(order, NOW)
    assert version.readlink() == before


def test_names_that_are_no_text_are_shown_with_escapes(order: Order) -> None:
    """A folder nobody claims, a container's folder and a file, none of them UTF-8."""
    (order.logs / os.fsdecode(b"odd\xff")).mkdir()
    folder = write_small_folder(order.logs, "1_odd")
    path = event_file(folder)
    path.rename(path.with_name(path.name + os.fsdecode(b"\xfe")))
    path.parent.rename(path.parent.with_name("model" + os.fsdecode(b"\xfd")))
    next_night(order)
    assert r"odd\xff" in codes(order, r"odd\xff")["W208"]
    assert verdicts(order)["1_odd"] == "accepted"
    ((shown,),) = ask(order, r"select path from files where path like '%\xfe'")
    assert r"model\xfd/" in shown


def test_what_cannot_be_read_is_named_and_the_rest_is_published(place: Place) -> None:
    """Line 22. The night gives up root's right to read everything, if it has it."""
    for name in ("1_file", "1_log", "1_folder"):
        write_small_folder(place.logs, name)
    shut = [
        event_file(place.logs / "1_file"),
        place.logs / "1_log" / "stop.log",
        place.logs / "1_folder" / "train_job_0",
        place.logs / "closed",
    ]
    shut[-1].mkdir()
    for path in shut:
        path.chmod(0)
    try:
        ended = place.night(is_bound=True, has_two_pages=True)
    finally:
        for path in shut:
            path.chmod(0o755)
    assert not ended.error, ended
    order = Order(place.logs, place.studies, place.house.root)
    found = verdicts(order)
    assert [name for name in found if found[name] == "accepted"] == ["1_a", "1_b", "2_a", "2_b"]
    assert {found[name] for name in ("1_file", "1_folder", "1_log")} == {"quarantined"}
    assert "Q317" in codes(order, "1_file")
    assert "Q317" in codes(order, "1_log")
    assert {"Q316", "Q317"} & set(codes(order, "1_folder"))
    assert "W208" in codes(order, "closed")


def test_a_folder_above_the_claimed_ones_that_cannot_be_listed_is_named_and_loses_nothing(
    place: Place,
) -> None:
    """Line 22: what lies below it is neither gone nor new, for nobody can tell."""
    study = next(place.studies.glob("*.toml"))
    study.write_text(study.read_text().replace('"{run}_{replicate}"', '"team/{run}_{replicate}"'))
    (place.logs / "team").mkdir()
    for name in ("1_a", "1_b", "2_a", "2_b"):
        (place.logs / name).rename(place.logs / "team" / name)
    order = Order(place.logs, place.studies, place.house.root)
    assert not place.night(is_bound=True, has_two_pages=True).error
    before = ask(order, "from observations order by all")
    (place.logs / "team" / "2_b").chmod(0o444)  # listed, but nothing in it can be reached
    (place.logs / "team").chmod(0)
    try:
        ended = place.night(is_bound=True, has_two_pages=True)
        assert not ended.error and ended.version, ended
        assert place.night(is_bound=True, has_two_pages=True).version is None, "nothing new"
        assert ask(order, "from observations order by all") == before
        assert ask(order, "select count(*) from runs where is_gone") == [(0,)]
        assert "cannot be listed" in codes(order, "team")["Q317"]
        (place.logs / "team").chmod(0o755)
        assert not place.night(is_bound=True, has_two_pages=True).error
        assert ask(order, "select count(*) from findings where folder = 'team'") == [(0,)]
        assert "cannot be read" in codes(order, "team/2_b")["Q321"]
        assert ask(order, "from observations order by all") == before
        place.logs.chmod(0)
        ended = place.night(is_bound=True, has_two_pages=True)
        assert (ended.error, "cannot be listed" in ended.message) == ("HouseError", True), ended
    finally:
        for path in (place.logs, place.logs / "team", place.logs / "team" / "2_b"):
            path.chmod(0o755)


def test_every_flipped_bit_of_a_published_warehouse_is_noticed(order: Order) -> None:
    version = House.at(order.house).current_version()
    assert version
    verify(version)
    database = version / DATABASE
    database.chmod(0o644)
    draw = random.Random(50)
    with database.open("r+b") as stream:
        for _ in range(50):
            place, bit = draw.randrange(database.stat().st_size), 1 << draw.randrange(8)
            stream.seek(place)
            (byte,) = stream.read(1)
            for now in (byte ^ bit, byte):
                stream.seek(place)
                stream.write(bytes([now]))
                stream.flush()
                if now == byte:
                    verify(version)
                else:
                    with pytest.raises(HouseError, match="F404"):
                        verify(version)
