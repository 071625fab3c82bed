"""The pages in a real browser, opened from disk with the network off."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from scipy import stats

from flows.stages.answers import answers_of_each
from flows.warehouse.warehouse import open_published
from reports.pages.site import RUN_QUERIES

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
        page.goto(path.as_uri().replace("%23", "#"))
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name",
    [
        "index.html", "tonight.html", "search.html#with=ResNet", "quality.html", "dictionary.html",
        "manual/index.html", "manual/first-study.html", "manual/reference/promises.html",
        "fltk_2_4_1/index.html", "fltk_2_4_1/Accuracy.html", "fltk_2_4_1/curves.html", "fltk_2_4_1/runs/exp_11.html",
        "nasty/index.html",
    ],
)  # fmt: skip
def test_axe_finds_nothing(browser: Any, site: Path, name: str, scheme: str) -> None:
    with opened(browser, site / name, scheme=scheme) as (page, _):
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


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


def test_a_run_page_is_one_file_that_saves_what_it_shows(browser: Any, house: Path, site: Path) -> None:
    assert not list((site / "fltk_2_4_1" / "runs").glob("*/*"))
    with opened(browser, site / "fltk_2_4_1" / "runs" / "exp_11.html") as (page, said):

        def saved(place: str, kind: str) -> bytes:
            with page.expect_download() as download:
                page.click(f"#{place} [data-as={kind}]")
            assert download.value.suggested_filename == f"exp_11-{place}.{kind}"
            return Path(download.value.path()).read_bytes()

        with open_published(house / "current" / "warehouse.duckdb") as warehouse:
            (told,) = answers_of_each(warehouse, RUN_QUERIES, ["folder"], [("exp_11",)]).values()
        points = pl.read_csv(saved("learning-curves", "csv"))
        assert points.columns == told["run_points"].frame.columns[2:]
        assert points["value"].to_list() == told["run_points"].frame["value"].to_list()
        assert points["container_id"].to_list() == told["run_points"].frame["container_id"].to_list()
        files = pl.read_csv(saved("read-files", "csv"))
        assert files["sha256"].to_list() == told["run_files"].frame["sha256"].to_list()
        assert files["size_bytes"].to_list() == told["run_files"].frame["size_bytes"].to_list()
        drawing = saved("learning-curves", "svg")
        assert drawing.startswith(b"<svg") and b"var(--" not in drawing
        assert saved("learning-curves", "png").startswith(b"\x89PNG")
        assert said == []


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
        page.wait_for_url("**/fltk_2_4_1/runs/exp_13.html")
        page.go_back()
        assert page.input_value("#words") == "Exp_13 accepted"
        assert said == []


def test_every_place_that_a_search_finds_is_there(site: Path) -> None:
    told = json.loads(
        (site / "assets" / "entries.js").read_text().removeprefix("const ENTRIES = ").removesuffix(";\n")
    )
    assert {kind for kind, *_ in told} == {"study", "factor", "response", "folder", "table", "view", "column"}
    for _, name, _, place in told:
        path, _, part = place.partition("#")
        assert (site / path).is_file(), name
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
        "fltk_2_4_1/runs/exp_11.html",
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
        *(f"fltk_2_4_1/{name}.html" for name in ("index", "curves", "runs/exp_11", "Accuracy")),
    ]
    for name in ("three_levels/Rate.html", *names):
        page.goto((site / name).as_uri())
        assert page.locator("svg.sketch:visible").count() > 0, name
        assert page.locator("button:visible").count() == 0, name  # which only a script can serve
    page.click("#numbers summary")
    assert page.locator("#anova").is_visible()
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
