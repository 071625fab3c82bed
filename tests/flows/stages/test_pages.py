"""Pages that somebody edited, removed or added since the night are noticed, and the next nights get over them."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from tensorboard.summary.writer.record_writer import RecordWriter

from flows.commands.care.doctor import Check, published
from flows.house.house import House
from flows.house.manifest import digest, read_manifest
from flows.house.published_pages import PAGE_LIST, changed_pages
from flows.night import Order, night
from flows.stages import run_pages
from flows.stages.plan import parted_by_size
from flows.stages.run_pages import DataFile, fingerprint, texts_of
from flows.warehouse.warehouse import Warehouse
from reports.pages.site import digest as page_digest
from reports.tables.tables import Result
from sample.write_logs import scalar
from tests.commands import doehouse_here, modules_of
from tests.houses import NOW
from tests.run_data import data_of, tables_of, told
from tests.torture.folders import TAG, event_file, write_least_study, write_small_folder, write_small_study

DATA = "small/data/runs-000.js"  # the first folders, which others that come leave as they are
STUDY_PAGE = "small/index.html"
HEAVY = {"prefect", "great_expectations", "statsmodels", "altair", "pandas", "scipy", "numpy", "polars"}


@pytest.fixture(scope="module", autouse=True)
def two_folders_a_file() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_pages, "FOLDERS_A_FILE", 2)
        yield


@pytest.fixture(scope="module")
def three_folders(tmp_path_factory: pytest.TempPathFactory) -> Order:
    """A house after one night with pages, to be copied."""
    place = tmp_path_factory.mktemp("pages")
    order = Order(place / "logs", place / "studies", place / "house")
    write_least_study(order.studies)
    for name in ("1_a", "2_a", "2_b"):
        write_small_folder(order.logs, name)
    night(order, NOW)
    return order


@pytest.fixture
def order(three_folders: Order, tmp_path: Path) -> Order:
    shutil.copytree(three_folders.logs.parent, tmp_path, symlinks=True, dirs_exist_ok=True)
    return Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")


def site_of(order: Order) -> Path:
    return House.at(order.house).site.resolve()


def edit(page: Path) -> None:
    """Edit one page by hand, and leave its size and time as they were."""
    status = page.stat()
    content = page.read_bytes()
    page.chmod(0o644)
    page.write_bytes(content.replace(b"small", b"SMALL"))
    assert page.read_bytes() != content and page.stat().st_size == status.st_size
    os.utime(page, ns=(status.st_atime_ns, status.st_mtime_ns))


def by_link(page: Path) -> None:
    (page.parent / "copy").write_bytes(page.read_bytes())
    page.unlink()
    page.symlink_to("copy")


def by_pipe(page: Path) -> None:
    page.unlink()
    os.mkfifo(page)


def check(order: Order, name: str) -> Check:
    return next(each for each in published(House.at(order.house), NOW) if each.name == name)


def test_every_file_of_a_site_has_a_digest_and_the_list_of_them_too(order: Order) -> None:
    site = site_of(order)
    groups = json.loads((site / PAGE_LIST).read_text())
    listed = {path: sha256 for group in groups.values() for path, sha256 in group["files"].items()}
    files = {path.relative_to(site).as_posix(): digest(path) for path in site.rglob("*") if path.is_file()}
    assert read_manifest(site.parent)["page_list_sha256"] == files.pop(PAGE_LIST)
    assert listed == files and {DATA, STUDY_PAGE, "assets/charts.js"} <= files.keys()
    assert changed_pages(site.parent, {}) == []


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        (lambda site: edit(site / STUDY_PAGE), [f"{STUDY_PAGE} edited"]),
        (lambda site: by_link(site / DATA), ["small/data/copy added", f"{DATA} edited"]),
        (lambda site: by_pipe(site / DATA), [f"{DATA} edited"]),
        (lambda site: (site / DATA).unlink(), [f"{DATA} removed"]),
        (lambda site: (site / "new.html").write_text("<p>"), ["new.html added"]),
        (lambda site: (site / "new").symlink_to("/etc"), ["new added"]),
        (lambda site: Path(os.fsdecode(b"%s/\xff\n" % bytes(site))).write_text(""), [r"'\udcff\n' added"]),
        (lambda site: edit(site / PAGE_LIST), [f"{PAGE_LIST} edited"]),
        (lambda site: (site / PAGE_LIST).unlink(), [f"{PAGE_LIST} removed"]),
    ],
)
def test_a_page_that_was_edited_removed_or_added_is_named(
    order: Order, deed: Callable[[Path], object], told: list[str]
) -> None:
    deed(site_of(order))
    found = check(order, "pages")
    assert (found.is_well, found.found) == (False, "; ".join(told))
    ended = doehouse_here("doctor", "--house", order.house)
    assert ended.returncode == 1
    line = f"ILL   pages: {'; '.join(told)}  Write every page anew with `doehouse night --pages`."
    assert line in ended.stdout.splitlines()


def test_many_changes_are_counted(order: Order) -> None:
    for number in range(5):
        (site_of(order) / f"{number}.html").write_text("")
    assert check(order, "pages").found == "0.html added; 1.html added; 2.html added; and 2 more"


def test_the_pages_of_an_older_version_are_looked_at_too(order: Order) -> None:
    first = site_of(order)
    write_small_folder(order.logs, "1_b")
    night(order, NOW)
    assert site_of(order) != first
    assert check(order, "pages").is_well and check(order, "older versions").is_well
    (first / "new.html").write_text("")
    assert check(order, "pages").is_well
    older = check(order, "older versions")
    assert not older.is_well and f"{first}: new.html added" in older.found


def test_a_page_that_two_versions_share_is_noticed_in_both_until_all_are_written_anew(order: Order) -> None:
    first = site_of(order)
    write_small_folder(order.logs, "1_b")
    night(order, NOW)
    assert (first / DATA).samefile(site_of(order) / DATA)
    edit(first / DATA)
    assert check(order, "pages").found == f"{DATA} edited"
    assert f"{DATA} edited" in check(order, "older versions").found
    night(order._replace(pages=True), NOW)
    assert check(order, "pages").is_well
    assert b"SMALL" not in (site_of(order) / DATA).read_bytes()


def test_a_night_gets_over_pages_that_were_removed(order: Order) -> None:
    """Also those of a study that this night would not look at."""
    (site_of(order) / DATA).unlink()
    (site_of(order) / "dictionary.html").unlink()
    write_small_study(order.studies, "other", "other_{run}_{replicate}")
    night(order, NOW)
    assert check(order, "pages").is_well
    assert (site_of(order) / DATA).is_file() and (site_of(order) / "dictionary.html").is_file()


def test_versions_of_before_pages_had_digests_are_no_error_and_the_next_has_them(order: Order) -> None:
    site = site_of(order)
    groups = json.loads((site / PAGE_LIST).read_text())
    for group in groups.values():
        group["files"] = sorted(group["files"])
    manifest = site.parent / "manifest.json"
    facts = {key: value for key, value in read_manifest(site.parent).items() if key != "page_list_sha256"}
    for path, content in ((site / PAGE_LIST, groups), (manifest, facts)):
        path.chmod(0o644)
        path.write_text(json.dumps(content))
    assert check(order, "pages") == Check("pages", True, "of before pages had digests")
    assert doehouse_here("doctor", "--house", order.house).returncode == 0
    write_small_folder(order.logs, "1_b")
    night(order, NOW)
    assert (site / DATA).samefile(site_of(order) / DATA)
    assert check(order, "pages") == Check("pages", True, "as they were published")
    edit(site_of(order) / DATA)
    assert check(order, "pages").found == f"{DATA} edited"
    assert check(order, "older versions").is_well


def test_a_folder_that_comes_or_changes_writes_its_own_file_of_data_only(order: Order) -> None:
    """They are held in the order in which they came: 1_a and 2_a, 2_b and whichever comes next."""
    data = site_of(order) / "small" / "data"
    before = {path.name: path.stat().st_ino for path in data.glob("runs-*")}
    assert sorted(before) == ["runs-000.js", "runs-001.js"]
    write_small_folder(order.logs, "1_b")
    night(order, NOW)
    data = site_of(order) / "small" / "data"
    came = {path.name: path.stat().st_ino for path in data.glob("runs-*")}
    assert [name for name in came if came[name] != before[name]] == ["runs-001.js"]
    assert {row["folder"] for row in tables_of(data / "runs-001.js")["run"]} == {"1_b", "2_b"}
    assert told(data.parent / "runs.html")["folders"] == ["1_a", "1_b", "2_a", "2_b"]
    assert told(data.parent / "runs.html")["files"] == [0, 1, 0, 1]
    with event_file(order.logs / "2_a").open("ab") as stream:
        RecordWriter(stream).write(scalar(1.7e9, 9, TAG, 50.0).SerializeToString())
    night(order, NOW)
    changed = {path.name: path.stat().st_ino for path in (site_of(order) / "small" / "data").glob("runs-*")}
    assert [name for name in changed if changed[name] != came[name]] == ["runs-000.js"]
    curves = data_of(site_of(order) / "small")["2_a"]["run_points"]
    assert any(50.0 in curve["value"] for curve in curves)


def test_points_are_asked_for_a_few_files_at_a_time_and_only_where_something_is_new(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    ask = Warehouse.frame

    def listened(warehouse: Warehouse, name: str, **values: Any) -> pl.DataFrame:
        if name == "pages/run_points":
            asked.append(values["folders"])
        return ask(warehouse, name, **values)

    monkeypatch.setattr(Warehouse, "frame", listened)
    monkeypatch.setattr(run_pages, "CURVED_FILES_AT_ONCE", 1)
    write_small_folder(order.logs, "1_b")
    night(order, NOW)
    assert asked == [["2_b", "1_b"]]
    asked.clear()
    night(order._replace(pages=True), NOW)
    assert asked == [["1_a", "2_a"], ["2_b", "1_b"]]


def test_a_site_with_a_page_a_folder_is_replaced_by_the_next_night(order: Order) -> None:
    """Also of a study that this night would not look at."""
    site = site_of(order)
    groups = json.loads((site / PAGE_LIST).read_text())
    for group in [each for each in groups if each.startswith("runs ")]:
        for path in groups.pop(group)["files"]:
            (site / path).unlink()
    (site / "small" / "runs").mkdir()
    for folder in ("1_a", "2_a", "2_b"):
        path = f"small/runs/{folder}.html"
        (site / path).write_text("<p>as it was</p>")
        groups[f"run small {folder}"] = {"digest": "of then", "files": {path: digest(site / path)}}
    (site / PAGE_LIST).chmod(0o644)
    (site / PAGE_LIST).write_text(json.dumps(groups, sort_keys=True))
    write_small_study(order.studies, "other", "other_{run}_{replicate}")
    night(order, NOW)
    assert check(order, "pages").is_well
    assert not (site_of(order) / "small" / "runs").exists()
    assert set(data_of(site_of(order) / "small")) == {"1_a", "2_a", "2_b"}
    assert not [
        each for each in json.loads((site_of(order) / PAGE_LIST).read_text()) if each.startswith("run ")
    ]


def test_doctor_loads_nothing_heavy(order: Order) -> None:
    assert not modules_of("doctor", "--house", order.house) & HEAVY


def test_studies_with_many_folders_are_drawn_a_few_at_a_time() -> None:
    names = [f"study_{number}" for number in range(45)]
    studies: Any = [SimpleNamespace(name=name) for name in names]

    def sizes(folders: dict[str, int]) -> list[int]:
        parts = list(parted_by_size(studies, folders, 20, 2000))
        assert [study.name for part in parts for study in part] == names
        return [len(part) for part in parts]

    assert sizes({}) == [20, 20, 5]
    assert sizes(dict.fromkeys(names, 900)) == [2] * 22 + [1]
    assert sizes({"study_1": 9000}) == [1, 1, 20, 20, 3]


def test_digests_tell_every_number_from_every_other() -> None:
    values = [1.0, 0.0, None, float("nan"), float("inf"), float("-inf"), 1e300, 5e-324]
    frames = [
        pl.DataFrame({"folder": ["a"], "value": [value]}, schema_overrides={"value": pl.Float64})
        for value in values
    ]
    files = [DataFile("study", 0, ["a"])]
    assert len({fingerprint(texts_of({"run_values": frame}, files)[0]) for frame in frames}) == len(values)
    assert len({page_digest({"q": Result(frame, "")}) for frame in frames}) == len(values)
    lists = [frame.with_columns(pl.concat_list("value", pl.lit(1.0))) for frame in frames]
    assert len({page_digest({"q": Result(frame, "")}) for frame in lists}) == len(values)
