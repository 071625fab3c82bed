"""What was accepted stays: a folder that does not go on from what was read of it is held back (lines 22, 29 and 30)."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flows.messages import summarise
from flows.night import Order, Summary, is_anything_new, night
from tests.houses import ask, contents, spend, verdicts
from tests.made_once import copied
from tests.run_data import data_of
from tests.torture.conftest import Place
from tests.torture.conservation import check_conservation
from tests.torture.folders import NOW, event_file, write_least_study, write_small_folder

FACTS = ("points", "summaries", "containers", "stamps", "files", "levels_seen", "folders")
LATER = NOW + timedelta(days=1)


class Case(NamedTuple):
    """What happens to an accepted folder that has a configuration file and a pod log too."""

    name: str
    spoil: Callable[[Path], None]
    path: str  # the ending of the path that the sentence names
    found: str  # what it says was found there
    files: int = 1  # that are named


def rewritten(change: Callable[[bytes], bytes], name: str = "") -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / name if name else event_file(folder)
        write_later(path, change(path.read_bytes()))

    return spoil


def write_later(path: Path, content: bytes) -> None:
    """Write a file, seen to be changed even where the clock of the file system is coarse."""
    status = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))


def records(content: bytes) -> list[bytes]:
    found = []
    while content:
        end = 16 + int.from_bytes(content[:8], "little")
        found.append(content[:end])
        content = content[end:]
    return found


def swapped(content: bytes) -> bytes:
    """As many bytes and records, the first scalar of which is another one."""
    head, _, *rest = records(content)
    return b"".join([head, rest[0], *rest])


def vanish(name: str = "") -> Callable[[Path], None]:
    return lambda folder: (folder / name if name else event_file(folder)).unlink()


def become_a_link(folder: Path) -> None:
    """To the same bytes: but nobody knows what a link will lead to tomorrow."""
    path = event_file(folder)
    away = folder.parent.parent / "away"
    path.rename(away)
    path.symlink_to(away)


def become_a_pipe(folder: Path) -> None:
    (folder / "stop.log").unlink()
    os.mkfifo(folder / "stop.log")


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


# fmt: off
CASES = [
    Case("equal_records", rewritten(swapped), "-0.1.0", "other bytes (sha256 "),
    Case("more_records", rewritten(lambda c: swapped(c) + records(c)[-1]), "-0.1.0", "other bytes (sha256 "),
    Case("fewer_records", rewritten(lambda c: b"".join(records(c)[:-1])), "-0.1.0", "other bytes (sha256 "),
    Case("cut_record", rewritten(lambda c: c[:-5]), "-0.1.0", "other bytes (sha256 "),
    Case("damaged", rewritten(lambda c: c[:50] + bytes([c[50] ^ 1]) + c[51:]), "-0.1.0", "other bytes (sha256 "),
    Case("zeroed", rewritten(lambda c: bytes(len(c))), "-0.1.0", "other bytes (sha256 "),
    Case("no_bytes", rewritten(lambda c: b""), "-0.1.0", "other bytes (sha256 "),
    Case("other_stamp", rewritten(lambda c: c.replace(b"09:3", b"09:4"), "stop.log"), "/stop.log", "other bytes (sha256 "),
    Case("turned_log", rewritten(lambda c: c[40:] + c[:40], "create.log"), "/create.log", "other bytes (sha256 "),
    Case("half_log", rewritten(lambda c: c[:20], "start.log"), "/start.log", "other bytes (sha256 "),
    Case("no_event_file", vanish(), "-0.1.0", "no file"),
    Case("no_stop_log", vanish("stop.log"), "/stop.log", "no file"),
    Case("no_config", vanish("config.json"), "/config.json", "no file"),
    Case("other_config", rewritten(lambda c: b"{}", "config.json"), "/config.json", "other bytes (sha256 "),
    Case("no_pod_log", vanish("fl-server.log"), "/fl-server.log", "no file"),
    Case("link", become_a_link, "-0.1.0", "a link"),
    Case("pipe", become_a_pipe, "/stop.log", "a folder, device or pipe"),
    Case("over_limit", lambda f: os.truncate(f / "start.log", 65 << 20), "/start.log", "68,157,440 bytes"),
    Case("emptied", empty, "/start.log", "no file", files=7),
]
# fmt: on
NAMES = [f"1_{case.name}" for case in CASES]


def write_whole_folder(logs: Path, name: str) -> Path:
    """A small folder with every kind of file that is read."""
    folder = write_small_folder(logs, name)
    (folder / "config.json").write_text(f'{{"cpu": "{name[0]}"}}')
    (folder / "fl-server.log").write_text("10-09-2023 09:29:00 server INFO nothing to see\n")
    return folder


def write_root(root: Path) -> Order:
    order = Order(root / "logs", root / "studies", root / "house")
    write_least_study(order.studies)
    study = next(order.studies.glob("*.toml"))
    study.write_text(
        study.read_text() + '[promises]\nconfig = { file = "config.json", levels = { CPU = "cpu" } }\n'
    )
    for name in ("1_ok", "2_a", "2_b"):
        write_whole_folder(order.logs, name)
    return order


def facts(order: Order) -> dict[str, list[str]]:
    """Every row of what was read, keys and nights included."""
    return {table: sorted(map(repr, ask(order, f"from {table}"))) for table in FACTS}


def held(order: Order) -> dict[str, dict[str, str]]:
    """Folder -> path -> sentence of what is held back."""
    found: dict[str, dict[str, str]] = {}
    query = "select folder, path, reason from findings where code = 'Q321' and outcome = 'held'"
    for folder, path, reason in ask(order, query):
        found.setdefault(folder, {})[path] = reason
    return found


def assert_quiet(order: Order, now: Any = LATER) -> None:
    """A night with nothing new has nothing to do."""
    assert is_anything_new(order, now) is not None
    assert spend(order, now).version is None


class Spoiled(NamedTuple):
    order: Order
    summary: Summary  # of the night after every folder was spoiled
    facts: dict[str, list[str]]
    observations: list[Any]
    effects: list[Any]
    aside: Path  # the folders as they were


EFFECTS = "select * exclude (night_id) from effects order by all"
OBSERVATIONS = "from observations order by all"


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoiled]:
    """A night over whole folders, then one over folders each of which is spoiled in its way."""
    root = tmp_path_factory.mktemp("held")
    order = write_root(root)
    for name in NAMES:
        write_whole_folder(order.logs, name)
    aside = shutil.copytree(order.logs, root / "aside")
    spend(order, NOW)
    assert set(verdicts(order).values()) == {"accepted"}
    before = facts(order), ask(order, OBSERVATIONS), ask(order, EFFECTS)
    for case in CASES:
        case.spoil(order.logs / f"1_{case.name}")
    yield Spoiled(order, night(order, LATER), *before, aside)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_found_in_place_of_what_was_read_is_named_with_the_remedy(
    spoiled: Spoiled, case: Case
) -> None:
    folder = f"1_{case.name}"
    sentences = held(spoiled.order)[folder]
    assert len(sentences) == case.files
    (path,) = (path for path in sentences if path.endswith(case.path))
    sentence = sentences[path]
    assert sentence.startswith(f"{path}: found {case.found}"), sentence
    assert re.search(r": found .*, expected .*\. \S.*\.$", sentence)
    assert "stays" in sentence and f"`doehouse night --accept {folder}`" in sentence
    if case.found.startswith("other"):
        digests = re.search(r"sha256 ([0-9a-f]{12})… -> ([0-9a-f]{12})…", sentence)
        assert digests and digests[1] != digests[2]


def test_a_folder_that_is_held_back_keeps_its_facts_and_counts_as_before(
    spoiled: Spoiled, figures: dict[str, str]
) -> None:
    order = spoiled.order
    assert facts(order) == spoiled.facts
    assert ask(order, OBSERVATIONS) == spoiled.observations
    assert ask(order, EFFECTS) == spoiled.effects
    assert set(verdicts(order).values()) == {"accepted"}
    assert held(order).keys() == set(NAMES)
    assert ask(
        order, "select count(*) from findings where outcome <> 'held' and folder in (select folder from runs)"
    ) == [(0,)]
    check_conservation(order.house, order.logs)
    rows = sum(map(len, spoiled.facts.values()))
    figures["accepted folders that change"] = (
        f"{len(CASES)} ways: each held back by name, {rows} rows of facts and every observation and effect as before"
    )


def test_it_is_shown_wherever_warnings_are(spoiled: Spoiled) -> None:
    night, site = spoiled.summary.night, spoiled.summary.house.site
    assert (night["folders_changed"], night["folders_held"], night["runs_accepted"]) == (
        0,
        len(NAMES),
        len(NAMES) + 3,
    )
    told = summarise(spoiled.summary)
    assert f"{len(NAMES)} held back" in told
    reason = held(spoiled.order)["1_link"].popitem()[1]
    assert f"Q321 {reason}" in told
    assert (reason,) in ask(spoiled.order, "select reason from quarantine where code = 'Q321'")
    (finding,) = data_of(site / "small")["1_link"]["run_findings"]
    assert (finding["outcome"], finding["reason"]) == ("held", reason) and "found a link" in reason
    assert "Held back" in (site / "quality.html").read_text()
    assert f"{len(NAMES)} folders held back" in (site / "index.html").read_text()
    assert f"{len(NAMES)} folders held back" in (site / "small" / "index.html").read_text()


def test_with_nothing_new_there_is_nothing_to_do_while_folders_are_held_back(spoiled: Spoiled) -> None:
    assert_quiet(spoiled.order)


def test_a_folder_that_comes_back_to_its_bytes_is_as_it_was(spoiled: Spoiled, tmp_path: Path) -> None:
    """Night after night a few are restored; those that are still held keep the night since which they are."""
    order = spoiled.order._replace(house=tmp_path / "house")
    shutil.copytree(spoiled.order.house, order.house, symlinks=True)
    logs = shutil.copytree(spoiled.aside, tmp_path / "logs")
    for case in CASES[5:]:  # the first five are restored, these not yet
        case.spoil(logs / f"1_{case.name}")
    moved = order._replace(logs=logs)
    assert spend(moved, LATER).night["folders_held"] == len(CASES) - 5
    assert held(moved).keys() == set(NAMES[5:])
    assert ask(moved, "select distinct first_night_id from findings where code = 'Q321'") == [(2,)]
    check_conservation(moved.house, logs)
    assert_quiet(moved)
    restored = moved._replace(logs=spoiled.aside)
    assert spend(restored, LATER).night["folders_held"] == 0
    assert ask(restored, "select count(*) from held_files") == [(0,)]
    check_conservation(restored.house, spoiled.aside)
    fresh = restored._replace(house=tmp_path / "fresh")
    spend(fresh, NOW)
    mended, whole = contents(restored), contents(fresh)
    assert mended.pop("files") and whole.pop("files")  # sizes and digests are compared above, times differ
    assert mended == whole
    assert_quiet(restored)


@pytest.fixture
def order(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Folders of both runs after a first night."""
    return copied(tmp_path_factory, "whole_folders", first_night, tmp_path)


def first_night(place: Path) -> Order:
    order = write_root(place)
    write_whole_folder(order.logs, "1_a")
    spend(order, NOW)
    return order


def test_who_names_a_folder_takes_what_is_there_now(order: Order) -> None:
    rewritten(swapped)(order.logs / "1_a")
    spend(order, LATER)
    assert held(order).keys() == {"1_a"}
    named = order._replace(accept=("1_a",))
    rewritten(lambda content: b"".join(records(content)[:-1]))(order.logs / "1_a")
    assert (spend(named, LATER).night["folders_held"], held(order)) == (0, {})
    assert ask(order, "select count(*) from held_files") == [(0,)]
    check_conservation(order.house, order.logs)
    fresh = order._replace(house=order.house.with_name("fresh"))
    spend(fresh, NOW)
    assert contents(order) == contents(fresh)
    assert_quiet(order)


@pytest.mark.parametrize("asked", [{"again": ("1_a",)}, {"everything": True}], ids=["--folder", "--all"])
@pytest.mark.parametrize("loss", ["deleted", "rotten"])
def test_reading_again_gives_nothing_up(order: Order, asked: dict[str, Any], loss: str) -> None:
    """A deleted event file, and a bit that flipped in one whose size and time stayed."""
    before = contents(order)
    path = event_file(order.logs / "1_a")
    if loss == "deleted":
        path.unlink()
    else:
        status, content = path.stat(), bytearray(path.read_bytes())
        content[len(content) // 2] ^= 4
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert spend(order, LATER).version is None  # nothing to be seen from outside
    assert spend(order._replace(**asked), LATER).night["folders_held"] == 1
    assert held(order).keys() == {"1_a"}
    after = contents(order)
    for relation in ("points", "stamps", "containers", "observations", "effects"):
        assert after[relation] == before[relation], relation


def test_what_only_grew_and_what_lies_beside_is_read(order: Order) -> None:
    """Three logs, an event file, and a log that is new."""
    folder = order.logs / "1_a"
    for name in ("start.log", "stop.log", "fl-server.log"):
        rewritten(lambda content: content + content.splitlines(keepends=True)[-1], name)(folder)
    rewritten(lambda content: content + records(content)[-1])(folder)
    (folder / "node1.txt").write_text("10-09-2023 09:29:00 server INFO nothing to see\n")
    counts = spend(order, LATER).night
    assert (counts["folders_changed"], counts["folders_held"]) == (1, 0)
    assert verdicts(order)["1_a"] == "accepted"
    assert ask(order, "select distinct code from findings where folder = '1_a'") == [("R103",)]
    assert ask(order, "select count(*) from metrics where folder = '1_a'") == [(2 * 3 + 1,)]
    check_conservation(order.house, order.logs)
    assert_quiet(order)


def test_a_folder_that_waits_is_read_anew_whatever_became_of_it(order: Order) -> None:
    folder = write_whole_folder(order.logs, "1_b")
    whole = (folder / "stop.log").read_bytes()
    (folder / "stop.log").write_bytes(whole.splitlines(keepends=True)[0])
    spend(order, NOW)
    assert verdicts(order)["1_b"] == "unfinished"
    rewritten(swapped)(folder)
    event_file(folder, 1).unlink()
    rewritten(lambda _: whole[40:] + whole[:40], "stop.log")(folder)
    counts = spend(order, NOW).night
    assert (counts["folders_changed"], counts["folders_held"]) == (1, 0)
    assert held(order) == {}
    check_conservation(order.house, order.logs)


def test_good_folders_of_the_same_night_are_loaded(order: Order) -> None:
    """They are read once more without the one that is held back, keys and all."""
    rewritten(swapped)(order.logs / "1_a")
    rewritten(lambda content: content + records(content)[-1])(order.logs / "1_ok")
    write_whole_folder(order.logs, "1_new")
    before = ask(order, "from observations where folder = '1_a' order by all")
    counts = spend(order, LATER).night
    assert (counts["folders_new"], counts["folders_changed"], counts["folders_held"]) == (1, 1, 1)
    assert ask(order, "from observations where folder = '1_a' order by all") == before
    assert verdicts(order)["1_new"] == "accepted"
    check_conservation(order.house, order.logs)
    assert_quiet(order)


def test_a_folder_that_vanished_and_comes_back_as_another_is_held_back_and_no_longer_gone(
    order: Order,
) -> None:
    away = order.logs.parent / "away"
    before = ask(order, OBSERVATIONS)
    (order.logs / "1_a").rename(away)
    spend(order, LATER)
    vanish("stop.log")(away)
    away.rename(order.logs / "1_a")
    spend(order, LATER)
    assert held(order).keys() == {"1_a"}
    assert ask(order, "select count(*) from findings where code = 'R108'") == [(0,)]
    assert ask(order, "select count(*) from runs where is_gone") == [(0,)]
    assert ask(order, OBSERVATIONS) == before
    assert_quiet(order)
    (order.logs / "1_a").rename(away)
    spend(order, LATER)
    assert_quiet(order)
    spend(order._replace(forget=("1_a",)), LATER)
    assert (
        ask(order, "select count(*) from held_files") == ask(order, "select count(*) from findings") == [(0,)]
    )


def test_another_study_takes_a_folder_over_only_as_it_was(order: Order) -> None:
    """Held back, it stays with the study that it was accepted for; restored, it goes over."""
    study = next(order.studies.glob("*.toml"))
    whole = (order.logs / "1_a" / "stop.log").read_bytes()
    vanish("stop.log")(order.logs / "1_a")
    study.write_text(study.read_text().replace('"small"', '"other"'))
    spend(order, LATER)
    assert held(order).keys() == {"1_a"}
    assert_quiet(order)
    assert ask(order, "select folder, study from folders order by all") == [
        ("1_a", "small"),
        ("1_ok", "other"),
        ("2_a", "other"),
        ("2_b", "other"),
    ]
    (order.logs / "1_a" / "stop.log").write_bytes(whole)
    spend(order, LATER)
    assert ask(order, "select distinct study from folders") == [("other",)]
    assert_quiet(order)


def test_a_configuration_that_no_study_reads_any_more_is_not_missed(order: Order) -> None:
    study = next(order.studies.glob("*.toml"))
    study.write_text(study.read_text().split("[promises]")[0])
    counts = spend(order, LATER).night
    assert (counts["folders_changed"], counts["folders_held"]) == (4, 0)
    assert ask(order, "select count(*) from files where kind = 'config'") == [(0,)]
    assert_quiet(order)


def test_a_file_that_changes_while_it_is_read_is_taken_when_it_stands_still(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    import flows.reading.extract

    path = event_file(order.logs / "1_a")
    whole = path.read_bytes()
    write_later(path, whole + records(whole)[-1])
    extract = flows.reading.extract.extract

    def extract_then_grow(*arguments: Any) -> Any:
        shards = extract(*arguments)
        write_later(path, whole + 2 * records(whole)[-1])
        return shards

    with monkeypatch.context() as patched:
        patched.setattr(flows.reading.extract, "extract", extract_then_grow)
        spend(order, LATER)
    assert "changes while it is read" in held(order)["1_a"].popitem()[1]
    counts = spend(order, LATER).night
    assert (counts["folders_changed"], counts["folders_held"]) == (1, 0)
    check_conservation(order.house, order.logs)


def test_what_cannot_be_read_any_more_is_held_back_until_it_can(place: Place) -> None:
    """A log, an event file and a folder, by the rights of files. Mending those leaves no trace in size or time."""
    order = Order(place.logs, place.studies, place.house.root)
    for name in ("1_log", "1_events", "1_folder"):
        write_small_folder(place.logs, name)
    assert not place.night(is_bound=True, has_two_pages=True).error
    before = ask(order, OBSERVATIONS)
    shut = [
        place.logs / "1_log" / "stop.log",
        event_file(place.logs / "1_events"),
        place.logs / "1_folder" / "train_job_0",
    ]
    for path in shut[:2]:
        write_later(path, path.read_bytes() + b"")
    new = write_small_folder(place.logs, "1_new") / "start.log"
    for path in (*shut, new):
        path.chmod(0)
    try:
        assert not place.night(is_bound=True, has_two_pages=True).error
        assert place.night(is_bound=True, has_two_pages=True).version is None, "nothing new"
        found = held(order)
        assert found.keys() == {"1_log", "1_events", "1_folder"}
        for sentences in found.values():
            assert all(
                "found a file that cannot be read: Permission denied" in each for each in sentences.values()
            )
        assert verdicts(order)["1_new"] == "quarantined"
        assert ask(order, OBSERVATIONS) == before
    finally:
        for path in (*shut, new):
            path.chmod(0o755)
    assert not place.night(is_bound=True, has_two_pages=True).error
    assert held(order) == {}
    assert set(verdicts(order).values()) == {"accepted"}
    check_conservation(order.house, order.logs)
    assert place.night(is_bound=True, has_two_pages=True).version is None, "nothing new"
