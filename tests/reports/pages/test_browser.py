"""The pages in a real browser, opened from disk with the network off."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from scipy import stats

from flows.stages.answers import answers_of_each
from flows.warehouse.warehouse import open_published
from models.wording import joined
from reports.charts.figures import on_page
from reports.charts.study import curves_panel
from reports.pages.runs_page import tables_of_run
from reports.pages.site import RUN_QUERIES
from reports.tables.tables import Column, Result, cell
from reports.text.numbers import moment, number, size, with_unit
from tests.reports.conftest import EVIL, NASTY_FOLDER
from tests.run_data import told

MOST_SECONDS = 60  # on a busy machine
DRAWN = 'html[data-charts="drawn"]'


@contextmanager
def opened(
    browser: Any, path: Path, width: int = 1280, scheme: str = "light", is_unfolded: bool = True
) -> Iterator[tuple[Any, list[str]]]:
    """The page with every fold open, once its charts are drawn, and what the console said."""
    page = only_page(browser)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media="null", color_scheme=scheme)
    said: list[str] = []
    listeners = {
        "console": lambda message: said.append(message.text),
        "pageerror": lambda error: said.append(str(error)),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    try:
        page.goto(path.as_uri().replace("%23", "#").replace("%3D", "="))
        wait_for_charts(page)
        if is_unfolded:
            page.evaluate(
                "document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })"
            )
            page.wait_for_timeout(1)  # a fold tells that it was opened in a task of its own
            wait_for_charts(page)
        yield page, said
    finally:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
        page.evaluate("localStorage.clear(); sessionStorage.clear();")


def only_page(browser: Any) -> Any:
    """One page for all tests: another one is a process of its own, which takes a second to read all scripts anew."""
    if not browser.contexts:
        context = browser.new_context()
        context.set_offline(True)
        context.new_page()
    return browser.contexts[0].pages[0]


def wait_for_charts(page: Any) -> None:
    if page.query_selector("#a-run"):
        page.wait_for_selector("html[data-run]", state="attached", timeout=1000 * MOST_SECONDS)
    if page.query_selector("script.spec"):
        page.wait_for_selector(DRAWN, state="attached", timeout=1000 * MOST_SECONDS)


def test_every_page_opens_from_disk_without_a_word_in_the_console(browser: Any, pages: list[Path]) -> None:
    for path in pages:
        with opened(browser, path, width=360) as (page, said):
            assert said == [], path
            assert "PWNED" not in page.title() or "script" in page.title()
            assert page.evaluate("document.querySelectorAll('.panel').length") == page.evaluate(
                "document.querySelectorAll('.panel svg').length"
            )
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


@pytest.mark.parametrize(
    "name",
    [
        "index.html", "tonight.html", "search.html#with=ResNet", "quality.html", "dictionary.html",
        "manual/index.html", "manual/first-study.html", "manual/reference/promises.html",
        "fltk_2_4_1/index.html", "fltk_2_4_1/Accuracy.html", "fltk_2_4_1/curves.html",
        "fltk_2_4_1/runs.html#folder=exp_11",
        "nasty/index.html",
    ],
)  # fmt: skip
def test_axe_finds_nothing(browser: Any, site: Path, name: str) -> None:
    """In light and, by the style sheet alone, in dark."""
    with opened(browser, site / name) as (page, _):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            results = Axe().run(page)
            assert results.violations_count == 0, (scheme, results.generate_report())


def test_a_picked_run_lights_up_in_every_chart_and_table(browser: Any, site: Path) -> None:
    with opened(browser, site / "fltk_2_4_1" / "Accuracy.html") as (page, said):
        faded = "document.querySelectorAll('.panel svg [opacity=\"0.12\"]').length"
        assert page.evaluate(faded) == 0
        page.select_option("#focus", "run=3")
        page.wait_for_selector('html[data-focus="Run 3"]', state="attached")
        assert page.evaluate(faded) > 28 * 6  # all but four of 32 points, in many charts
        assert page.evaluate("document.querySelectorAll('tr.faded').length") > 0
        assert page.text_content("#focus-note span") == "Run 3"
        page.keyboard.press("Escape")
        page.wait_for_selector('html[data-focus=""]', state="attached")
        assert page.evaluate(faded) == 0
        assert said == []


def test_the_reader_switches_light_and_dark(browser: Any, site: Path) -> None:
    background = "getComputedStyle(document.documentElement).backgroundColor"
    with opened(browser, site / "index.html", scheme="dark") as (page, _):
        dark = page.evaluate(background)
        page.click("#theme")
        assert page.evaluate(background) == "rgb(255, 255, 255)" != dark
        page.reload()
        assert page.evaluate(background) == "rgb(255, 255, 255)"


def test_all_digits_are_one_click_away(browser: Any, site: Path) -> None:
    with opened(browser, site / "fltk_2_4_1" / "Accuracy.html") as (page, _):
        page.click("#coefficients .digits")
        assert "88.48562" in page.inner_text("#coefficients")


def test_the_keyboard_reaches_the_content_first(browser: Any, site: Path) -> None:
    with opened(browser, site / "fltk_2_4_1" / "index.html") as (page, _):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"


def test_a_run_is_saved_as_it_is_shown(browser: Any, house: Path, site: Path) -> None:
    with opened(browser, site / "fltk_2_4_1" / "runs.html#folder=exp_11") as (page, said):

        def saved(place: str, kind: str) -> bytes:
            with page.expect_download() as download:
                page.click(f"#{place} [data-as={kind}]")
            assert download.value.suggested_filename == f"exp_11-{place}.{kind}"
            return Path(download.value.path()).read_bytes()

        asked = rows_of(house, "exp_11")
        points = pl.read_csv(saved("learning-curves", "csv"))
        assert points.columns == asked["run_points"].frame.columns[2:]
        assert points["value"].to_list() == asked["run_points"].frame["value"].to_list()
        assert points["container_id"].to_list() == asked["run_points"].frame["container_id"].to_list()
        files = pl.read_csv(saved("read-files", "csv"))
        assert files["sha256"].to_list() == asked["run_files"].frame["sha256"].to_list()
        assert files["size_bytes"].to_list() == asked["run_files"].frame["size_bytes"].to_list()
        drawing = saved("learning-curves", "svg")
        assert drawing.startswith(b"<svg") and b"var(--" not in drawing
        assert saved("learning-curves", "png").startswith(b"\x89PNG")
        assert said == []


def rows_of(house: Path, folder: str) -> dict[str, Result]:
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        return answers_of_each(warehouse, RUN_QUERIES, ["folder"], [(folder,)])[(folder,)]


@pytest.mark.parametrize(
    ("study", "folder"), [("fltk_2_4_1", "exp_12"), ("nasty", NASTY_FOLDER.format(run=3))]
)
def test_a_run_is_shown_with_all_that_the_warehouse_has_of_it(
    browser: Any, house: Path, site: Path, study: str, folder: str
) -> None:
    """Tables as Python would write them, charts as Altair would draw them, each query as it gives the rows shown."""
    asked = rows_of(house, folder)
    with opened(browser, site / study / "index.html") as (page, said):
        page.locator("#runs a").get_by_text(folder, exact=True).click()
        page.wait_for_url("**/runs.html#*")
        wait_for_charts(page)
        facts = asked["run"].frame.row(0, named=True)
        heading = page.inner_text(".eyebrow")
        assert page.inner_text("h1") == folder and page.title() == f"{folder}, {heading} · doehouse"
        assert page.inner_text(".lead") == (
            f"Run {facts['run']} of the design; accepted; {facts['containers']} containers."
        )
        shown = page.evaluate(
            "[...document.querySelectorAll('#run .table')].map((table) => [table.id,"
            " table.querySelector('pre').textContent,"
            " [...table.querySelectorAll('thead th')].map((head) => head.dataset.name),"
            " [...table.querySelectorAll('tbody tr')].map((line) => [...line.cells].map((cell) =>"
            " [cell.textContent, cell.querySelector('data')?.value ?? '']))])"
        )
        assert [name for name, *_ in shown] == ["container-stamps", "values", "read-files", "kept"]
        for name, sql, names, lines in shown:
            (table,) = (each for each in tables_of_run() if each.slug == name)
            columns = {column.name: column for column in table.columns}
            assert sql == asked[table.source].sql
            assert lines == [
                [shown_as(columns[each], row) for each in names]
                for row in asked[table.source].frame.to_dicts()
            ]
            assert set(columns) - set(names) == {
                each.name
                for each in table.columns
                if each.is_optional and asked[table.source].frame[each.name].is_null().all()
            }
        assert page.evaluate("charts.rows.points") == chart_rows(asked["run_points"].frame)
        tags = asked["run_points"].frame["tag"].unique(maintain_order=True).to_list()
        specs = page.evaluate(
            "[...document.querySelectorAll('script.spec')].map((each) => JSON.parse(each.textContent))"
        )
        assert specs == [on_page(curves_panel(place, tag)) for place, tag in enumerate(tags)]
        page.emulate_media(media="print")
        assert page.locator("#learning-curves .panel svg:visible").count() == len(tags)
        points = asked["run_points"].frame
        extents = [
            f"{tag} from {number(mine['value'].min())} to {number(mine['value'].max())}"
            for (tag,), mine in points.group_by("tag", maintain_order=True)
        ]
        assert page.get_attribute("#learning-curves .panels", "aria-label") == (
            f"Learning curves of {facts['containers']} containers: {'; '.join(extents)}."
        )
        assert page.inner_text("#learning-curves .figure-title") == (
            f"{folder}: {facts['containers']} containers, {points.height} values of {joined(tags)}"
        )
        means = [
            with_unit(f"{response} {number(mine['value'].mean())}", unit)
            for (response, unit), mine in asked["run_values"].frame.group_by(
                "response", "unit", maintain_order=True
            )
        ]
        assert page.text_content("#values caption .note") == f"Means: {', '.join(means)}."
        assert said == []


def shown_as(column: Column, row: dict[str, Any]) -> list[str]:
    """The text of a cell, and all its digits where they are cut."""
    if column.name == "is_kept":
        return ["kept", ""]
    if column.name == "sha256":
        return [f"{row['sha256'][:12]}…", row["sha256"]]
    made = cell(column, row)
    return [made.text, made.exact]


def test_the_reader_goes_from_run_to_run_by_the_address(browser: Any, site: Path) -> None:
    def shows(folder: str) -> bool:
        page.wait_for_selector(f'html[data-run="{folder}"]', state="attached")
        wait_for_charts(page)
        return bool(page.inner_text("h1") == folder)

    with opened(browser, site / "fltk_2_4_1" / "runs.html") as (page, said):
        assert shows("exp_11") and "Previous run" not in page.inner_text("nav.names")
        page.click("text=Next run: exp_12")
        assert shows("exp_12") and page.get_attribute("text=Previous run: exp_11", "href") == "#folder=exp_11"
        assert page.locator("#learning-curves .panel svg").count() == 2
        page.click(".contents >> text=Promises")
        assert page.evaluate("location.hash") == "#folder=exp_12&part=promises"
        page.wait_for_function("scrollY > 600")
        assert page.get_attribute("h2#files .permalink", "href") == "#folder=exp_12&part=files"
        page.fill("#folder", "p_14")
        page.keyboard.press("Enter")
        assert shows("exp_14") and page.evaluate("scrollY") == 0
        page.fill("#folder", "exp_18")
        page.locator("#folder").blur()
        assert shows("exp_18") and "Next run" not in page.inner_text("nav.names")
        page.go_back()
        assert shows("exp_14")
        page.reload()
        assert shows("exp_14")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        assert page.evaluate("location.hash") == "#folder=exp_14"
        page.fill("#folder", "none has this")
        page.keyboard.press("Enter")
        assert page.inner_text("#picker [role=status]") == "No run has this in its name."
        page.evaluate("location.hash = 'folder=<b>gone'")
        assert not shows("<b>gone") and page.locator("#run *").count() == 0
        assert page.inner_text(".lead").startswith("The study has no run “<b>gone”: it was forgotten")
        page.click("text=The runs of the study")
        page.wait_for_url("**/index.html#runs")
        assert said == []


def test_what_is_wrong_with_a_run_is_said_and_no_name_runs(browser: Any, site: Path, tmp_path: Path) -> None:
    """A folder of the sample as if it were broken in every way, by the hand of somebody who means ill."""
    study = tmp_path / "site" / "fltk_2_4_1"
    shutil.copytree(site / "fltk_2_4_1", study)
    (study.parent / "assets").symlink_to((site / "assets").resolve())
    file = study / "data" / "runs-000.js"
    call, _, text = file.read_text().partition(",")
    data = json.loads(text.removesuffix(");\n"))
    place = data["run"]["folder"].index("exp_11")
    changes = {"reason": EVIL, "run": None, "replicate": "b", "is_gone": True, "verdict": "quarantined"}
    for name, value in changes.items():
        data["run"][name][place] = value
    first = [i for i, folder in enumerate(data["run_values"]["folder"]) if folder == "exp_11"][:3]
    for i, value in zip(first, ("inf", "NaN", "1e-9"), strict=True):
        data["run_values"]["value"][i] = value
    data["run_promises"] = {
        "folder": ["exp_11"], "code": ["OBS-2"], "severity": ["stop"], "promise": [EVIL], "is_kept": [False],
        "container_id": [EVIL], "response": [None], "found": ["inf"], "reason": [f"Look at {EVIL}."],
    }  # fmt: skip
    data["run_findings"] = {
        "folder": ["exp_11"] * 2, "code": ["Q321", "W101"], "outcome": ["held", "noticed"], "container_id": [None] * 2,
        "path": [EVIL, None], "line": [12_345, None], "byte_offset": [None] * 2, "reason": [f"found {EVIL}", "more"],
    }  # fmt: skip
    file.chmod(0o644)
    file.write_text(f"{call},{json.dumps(data)});\n")
    with opened(browser, study / "runs.html#folder=exp_11") as (page, said):
        assert "PWNED" not in page.title()
        assert page.inner_text(".lead") == (
            "Matches no run of the design, replicate b; quarantined; 4 containers; gone from the log root, its facts stay."
        )
        assert page.locator("#run dl div").count() == 0
        objections = page.locator(".statements li").all_inner_texts()
        assert [line.split() for line in objections] == [
            ["broken", *EVIL.split()], ["doubt", "found", *EVIL.split()]
        ]  # fmt: skip
        values = page.locator("#values tbody tr td:nth-child(3)").all_inner_texts()
        assert values[:3] == ["∞", "–", "1.000×10⁻⁹"]
        page.click("#values .digits")
        assert page.locator("#values tbody tr td:nth-child(3)").all_inner_texts()[:3] == [
            "inf",
            "nan",
            "1e−09",
        ]
        assert page.inner_text("#kept caption") == "Promises: 1 rows of this folder break one"
        broken, kept = (page.locator(f"#kept tbody tr:nth-child({i}) > *").all_inner_texts() for i in (1, 2))
        assert broken == ["OBS-2", "broken", EVIL, "stop", EVIL, "inf", f"Look at {EVIL}."]
        assert kept[:2] == ["CON-1", "kept"] and "OBS-2" not in page.inner_text(
            "#kept tbody tr:nth-child(n+2)"
        )
        assert page.get_attribute("#kept tbody a", "href") == "../manual/reference/promises.html#obs-2"
        assert page.get_attribute("#findings tbody a", "href") == "../manual/reference/notices.html#q321"
        assert page.locator("#findings tbody tr:first-child > *").all_inner_texts() == [
            "Q321", "held", EVIL, "12\u202f345", f"found {EVIL}"
        ]  # fmt: skip
        assert said == []
        (study / "data" / "runs-000.js").unlink()
        page.reload()
        wait_for_charts(page)
        assert page.inner_text(".lead").startswith("data/runs-000.js, which holds this run, cannot be read")


def test_the_script_writes_numbers_as_python_does(browser: Any, site: Path) -> None:
    chance = Random(5)
    values = [
        0.0, -0.0, 0.5, 2.5, -2.5, 1234.5, 1235.5, 12345.5, 99995.0, 0.00012345, -0.0001, 9.9995e-5, 1e-9, 1e12, 1e-300,
        1.7e308, -5e-324, 999.95, 9999.5, 1234500000.0, 1235500000.0, 9999500000.0, 1e16, 1e21, 123456789012345680.0, 1e22,
        88.485624, 0.1, 1 / 3, 1e9, 999999999.9, 1e-4, 4.0, 100.0, float("inf"), float("-inf"), float("nan"),
        *(chance.uniform(-1, 1) * 10 ** chance.randint(-12, 14) for _ in range(2000)),
        *(chance.randrange(-(10**7), 10**7) / 2**chance.randint(0, 12) for _ in range(2000)),
    ]  # fmt: skip
    counts = [
        0,
        7,
        999,
        1000,
        9999,
        10_000,
        1_234_567,
        999_499,
        999_500,
        999_950,
        5_300_000,
        10**9,
        2**53,
        10**16,
        -12_345,
    ]
    times = [
        datetime(2023, 10, 9, 8, 26, 41, 999_000, UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
    ]
    with opened(browser, site / "fltk_2_4_1" / "runs.html") as (page, _):
        for name, given in (("number", values), ("exact", values), ("count", counts), ("size", counts)):
            write = {"number": number, "exact": repr, "count": lambda each: number(each, 0), "size": size}[
                name
            ]
            shown = page.evaluate(f"(all) => all.map((each) => written.{name}(each))", given)
            assert shown == [write(each) for each in given], name
        at = [round(1000 * each.timestamp()) for each in times]
        assert page.evaluate("(all) => all.map(written.moment)", at) == [moment(each) for each in times]
        assert (
            page.evaluate(
                "[written.number, written.count, written.size, written.moment].map((write) => write(null))"
            )
            == ["–"] * 4
        )


def chart_rows(points: pl.DataFrame) -> list[dict[str, Any]]:
    """What the chart of a folder is made of (query run_points)."""
    tags = points["tag"].unique(maintain_order=True).to_list()
    told = points.with_columns(
        pl.col("logged_at").dt.epoch("ms"),
        tag_number=pl.col("tag").replace_strict({tag: i for i, tag in enumerate(tags)}),
    )
    return told.drop("folder", "logged").to_dicts()


def test_a_figure_of_a_response_is_saved_as_png(browser: Any, site: Path) -> None:
    with opened(browser, site / "fltk_2_4_1" / "Accuracy.html", scheme="dark") as (page, said):
        with page.expect_download() as download:
            page.click("#main-effects [data-as=png]")
        assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
        assert said == []


def test_a_page_printed_before_its_charts_are_drawn_shows_them_all(browser: Any, site: Path) -> None:
    path = site / "fltk_2_4_1" / "Accuracy.html"
    with opened(browser, path) as (page, said):
        whole = page.pdf()
        assert said == []
    page = browser.new_page()
    page.goto(path.as_uri(), wait_until="domcontentloaded")
    early = page.pdf()
    page.close()
    assert len(early) > 0.98 * len(whole)


@pytest.mark.parametrize(
    ("width", "height", "most"), [(1440, 900, {"index": 1, "page": 2}), (390, 844, {"index": 3, "page": 4})]
)
def test_a_page_answers_on_its_first_screens(
    browser: Any, site: Path, width: int, height: int, most: dict[str, int]
) -> None:
    """As opened, wide and on a phone: the sample's study and its responses, and an index of four studies."""
    for name in ("index.html", "fltk_2_4_1/index.html", "fltk_2_4_1/Accuracy.html", "fltk_2_4_1/Time.html"):
        with opened(browser, site / name, width=width, is_unfolded=False) as (page, _):
            screens = page.evaluate("document.documentElement.scrollHeight") / height
            assert screens <= most["index" if name == "index.html" else "page"], name


def test_an_index_of_twelve_studies_is_two_screens(browser: Any, site: Path) -> None:
    """The card of the sample, which has two responses, twelve times."""
    with opened(browser, site / "index.html", width=1440) as (page, _):
        page.evaluate(
            "const list = document.querySelector('.cards');"
            "const card = list.querySelector('[data-name=fltk_2_4_1]');"
            "list.replaceChildren(...Array.from({ length: 12 }, () => card.cloneNode(true)));"
            "list.querySelectorAll('li').forEach((each) => { each.style.contentVisibility = 'visible'; });"
        )
        assert page.evaluate("document.documentElement.scrollHeight") <= 2 * 900


def test_the_index_is_filtered_and_sorted_by_its_address(browser: Any, site: Path) -> None:
    names = "[...document.querySelectorAll('.cards > li:not([hidden])')].map((card) => card.dataset.name)"
    with opened(browser, site / "index.html") as (page, said):
        page.fill("#filter", "factorial")
        page.select_option("#order", "changed")
        assert page.evaluate(names) == ["nasty", "three_levels", "without_data"]
        assert page.evaluate("location.hash") == "#with=factorial&first=changed"
        page.fill("#filter", "nasty")
        page.click(".cards > li:not([hidden]) h2 a")
        page.go_back()
        assert page.evaluate(names) == ["nasty"] and page.input_value("#filter") == "nasty"
        assert said == []


def test_the_whole_site_is_searched(browser: Any, site: Path) -> None:
    found = "[...document.querySelectorAll('#found li')].map((line) => line.innerText)"
    with opened(browser, site / "search.html") as (page, said):
        assert page.evaluate(found) == []
        for words, kinds in (
            ("memory", ["factor"]),
            ("exp_13", ["folder"]),
            ("accuracy", ["response"]),
            ("fashionmnist training", ["study"]),
            ("is_decisive", ["column"] * 3),
            ("effects", ["view", "table", "view"]),
        ):
            page.fill("#words", words)
            shown = page.evaluate(found)
            assert [line.split()[0] for line in shown[: len(kinds)]] == kinds, (words, shown[:4])
        page.fill("#words", "nothing has this name")
        assert page.evaluate(found) == []
        assert page.inner_text("#search [role=status]") == "0 found"
        page.fill("#words", "Exp_13 accepted")
        page.keyboard.press("Enter")
        page.wait_for_url("**/fltk_2_4_1/runs.html#folder=exp_13")
        page.go_back()
        assert page.input_value("#words") == "Exp_13 accepted"
        assert said == []


def test_every_place_that_a_search_finds_is_there(site: Path) -> None:
    entries = json.loads(
        (site / "assets" / "entries.js").read_text().removeprefix("const ENTRIES = ").removesuffix(";\n")
    )
    assert {kind for kind, *_ in entries} == {
        "study",
        "factor",
        "response",
        "folder",
        "table",
        "view",
        "column",
    }
    for _, name, _, place in entries:
        path, _, part = place.partition("#")
        assert (site / path).is_file(), name
        if part.startswith("folder="):
            assert name == unquote(part.removeprefix("folder=")) in told(site / path)["folders"]
            continue
        assert not part or f'id="{part}"' in (site / path).read_text(), name


def test_tables_are_sorted_by_number_and_searched(browser: Any, site: Path) -> None:
    with opened(browser, site / "fltk_2_4_1" / "Accuracy.html") as (page, _):
        lines = "[...document.querySelectorAll('#effects tbody tr')]"
        column = f"{lines}.map((line) => line.cells[2].querySelector('data').value)"
        page.click("#effects th:nth-child(3) .sort")
        values = [float(value) for value in page.evaluate(column)]
        assert values == sorted(values) and min(values) < 0 < max(values)
        page.click("#effects th:nth-child(3) .sort")
        assert page.evaluate(column) == [repr(value) for value in reversed(values)]
        assert page.get_attribute("#effects th:nth-child(3)", "aria-sort") == "descending"
    with opened(browser, site / "fltk_2_4_1" / "index.html") as (page, _):
        page.fill("#observations .search input", "exp_13")
        shown = page.locator("#observations tbody tr:visible")
        assert shown.count() == 4


def test_a_link_to_a_folded_part_opens_it(browser: Any, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "fltk_2_4_1" / "Accuracy.html").as_uri() + "#coefficients")
    assert page.evaluate("document.getElementById('numbers').open")
    page.click("#holds summary")
    assert page.evaluate("location.hash") == "#holds"
    context.close()


def test_what_is_pressed_is_large_enough(browser: Any, site: Path) -> None:
    """WCAG 2.2, 2.5.8: 24 px, but for links within a sentence or a table."""
    small = """[...document.querySelectorAll("button, select, input, summary, a")]
      .filter((each) => each.checkVisibility() && !each.closest("p, td, th, h3, figcaption, .skip, .permalink, noscript"))
      .map((each) => [each.outerHTML.slice(0, 90), Math.round(each.getBoundingClientRect().height)])
      .filter(([, height]) => height < 24)"""
    for name in (
        "index.html",
        "fltk_2_4_1/index.html",
        "fltk_2_4_1/Accuracy.html",
        "fltk_2_4_1/runs.html#folder=exp_11",
    ):
        with opened(browser, site / name, width=390) as (page, _):
            assert page.evaluate(small) == [], name


def test_on_a_phone_the_first_column_and_the_caption_stay(browser: Any, site: Path) -> None:
    with opened(browser, site / "fltk_2_4_1" / "Accuracy.html", width=390) as (page, _):
        left = "document.querySelector('#coefficients {}').getBoundingClientRect().left"
        before = [page.evaluate(left.format(part)) for part in ("caption", "tbody th")]
        page.evaluate("document.querySelector('#coefficients .scroll').scrollLeft = 200")
        assert [page.evaluate(left.format(part)) for part in ("caption", "tbody th")] == before


def test_the_answer_is_there_without_a_script(browser: Any, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    names = [
        "index.html",
        *(f"fltk_2_4_1/{name}.html" for name in ("index", "curves", "Accuracy")),
    ]
    for name in ("three_levels/Rate.html", *names):
        page.goto((site / name).as_uri())
        assert page.locator("svg.sketch:visible").count() > 0, name
        assert page.locator("button:visible").count() == 0, name  # which only a script can serve
    page.click("#numbers summary")
    assert page.locator("#anova").is_visible()
    page.goto((site / "fltk_2_4_1" / "runs.html").as_uri())
    assert "A script shows the runs" in page.inner_text("main")
    assert "where runs.study = 'fltk_2_4_1'" in page.inner_text("main pre")
    assert page.locator("button:visible, input:visible").count() == 0
    page.click("noscript a")
    assert page.locator("#runs tbody tr").count() == 8
    context.close()


def test_curves_show_means_and_intervals_with_folders_as_the_unit(
    browser: Any, house: Path, site: Path
) -> None:
    """The means and the interval of the last step, beside polars and SciPy on the warehouse's own values."""
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        values = warehouse.connection.sql(
            "select folder, levels['Network'] as level, avg(value) as value from metrics inner join runs using (folder)"
            " where metrics.study = 'fltk_2_4_1' and tag = 'accuracy per epoch' and step = 5 group by all order by all"
        ).pl()
    expected = []
    for level in ("FashionMNISTCNN", "FashionMNISTResNet"):
        mine = values.filter(level=level)["value"].to_numpy()
        half = stats.t.ppf(0.975, len(mine) - 1) * stats.sem(mine)
        expected.append([mine.mean(), mine.mean() - half, mine.mean() + half, len(mine)])
    with opened(browser, site / "fltk_2_4_1" / "curves.html") as (page, said):
        page.wait_for_selector("#tag-1[data-drawn]")
        page.select_option("[name=colour]", "2")
        assert page.evaluate("location.hash") == "#colour=2"
        box = page.locator("#tag-1 .plot").bounding_box()
        page.mouse.move(box["x"] + 62 + (box["width"] - 76) * 4 / 9, box["y"] + 100)  # step 5 of 1 to 10
        legend = page.locator("#tag-1 .legend li").all_inner_texts()
        for (mean, low, high, n), told in zip(expected, legend[:2], strict=True):
            shown = [float(number) for number in re.findall(r"(?<= |\[)\d+\.\d+", told)]
            assert shown == pytest.approx([mean, low, high], rel=2e-3) and told.endswith(f"of {n} folders")
        assert said == []


def test_a_run_is_found_among_the_curves_and_is_a_click_away(browser: Any, site: Path) -> None:
    with opened(browser, site / "nasty" / "curves.html") as (page, said):
        page.wait_for_selector("#tag-1[data-drawn]")
        name = page.evaluate("JSON.parse(document.getElementById('told').textContent).folders[2][0]")
        page.fill("[name=folder]", name)
        page.click("#tag-1 .readout a")
        page.wait_for_url("**/runs.html#*")
        wait_for_charts(page)
        assert page.inner_text("h1") == name
        page.click("text=Beside the curves of all runs")
        page.wait_for_selector("#tag-1[data-drawn]")
        assert page.inner_text("#tag-1 .readout a") == name
        assert said == []


def test_a_curve_is_drawn_by_every_axis_and_scale(browser: Any, site: Path) -> None:
    """Each choice paints another picture; none is empty."""
    picture = "document.querySelector('#tag-1 canvas').toDataURL()"
    with opened(browser, site / "three_levels" / "curves.html") as (page, said):
        page.wait_for_selector("#tag-1[data-drawn]")
        assert page.locator("#tag-1 .legend li").count() == 3
    with opened(browser, site / "fltk_2_4_1" / "curves.html") as (page, said):
        page.wait_for_selector("#tag-1[data-drawn]")
        seen = {page.evaluate(picture)}
        for name, value in (("axis", "relative"), ("axis", "wall"), ("scale", "log"), ("show", "curves"),
                            ("show", "means"), ("colour", "run")):  # fmt: skip
            page.select_option(f"[name={name}]", value)
            page.wait_for_timeout(50)
            seen.add(page.evaluate(picture))
        assert len(seen) == 7
        assert said == []
