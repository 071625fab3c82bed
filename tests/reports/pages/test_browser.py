"""The pages in a real browser, opened from disk with the network off."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe

from flows.stages.answers import answers_of_each
from flows.warehouse.warehouse import open_published
from reports.pages.site import RUN_QUERIES

MOST_SECONDS = 60  # on a busy machine
DRAWN = 'html[data-charts="drawn"]'


@contextmanager
def opened(
    browser: Any, path: Path, width: int = 1280, scheme: str = "light"
) -> Iterator[tuple[Any, list[str]]]:
    """The page once its charts are drawn, and what the console said."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.set_offline(True)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    if page.query_selector("script.spec"):
        page.wait_for_selector(DRAWN, state="attached", timeout=1000 * MOST_SECONDS)
    yield page, said
    context.close()


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
    ["index.html", "quality.html", "dictionary.html", "fltk_2_4_1/index.html", "fltk_2_4_1/Accuracy.html",
     "fltk_2_4_1/runs/exp_11.html", "nasty/index.html"],
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
    page.goto(path.as_uri(), wait_until="commit")
    page.wait_for_selector(".foot", state="attached")
    early = page.pdf()
    page.close()
    assert len(early) > 0.98 * len(whole)
