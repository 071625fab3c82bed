"""How soon 1,000 curves of 1,000 points are seen in headless Chromium: `python -m tests.bench.curves CACHE`."""

import shutil
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from flows.night import Order
from flows.stages.pages import render_site
from flows.warehouse.warehouse import open_published, relations
from models.declared.study import load_studies
from tests.bench.log_roots import CONTAINERS, build_root
from tests.houses import spend

CURVES, POINTS, ROUNDS = 1000, 1000, 5
# Of a page: milliseconds from its address to its first plot.
WATCH = """new MutationObserver((_, watch) => {
  if (!document.querySelector("figure.curves[data-drawn]")) return;
  window.firstDrawn = performance.now(); watch.disconnect();
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-drawn"] })"""
# Milliseconds until the reader's choice is painted.
CHOOSE = """async ([name, value]) => {
  const controls = document.getElementById("controls");
  const began = performance.now();
  controls.elements[name].value = value;
  controls.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""
CHOICES = (("colour", "1"), ("smooth", "0.6"), ("axis", "wall"), ("scale", "log"), ("show", "means"))


def page_of_curves(cache: Path) -> Path:
    root = build_root(cache / "curves", CURVES // CONTAINERS, POINTS, studies=1)
    house, site = root / "house", root / "site"
    if not house.exists():
        spend(Order(root / "logs", root / "studies", house), datetime.now(UTC))
    shutil.rmtree(site, ignore_errors=True)
    studies = load_studies(root / "studies", relations()).studies
    with open_published(house / "warehouse.duckdb") as warehouse:
        render_site(warehouse, site, None, studies, [study.name for study in studies])
    return site / "study_00" / "curves.html"


def seen(browser: Browser, path: Path) -> dict[str, float]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(WATCH)
    page.goto(path.as_uri())
    page.wait_for_selector("figure.curves[data-drawn]")
    page.wait_for_timeout(500)
    figures = {"first plot": page.evaluate("window.firstDrawn")}
    for name, value in CHOICES:
        figures[f"{name} {value}"] = page.evaluate(CHOOSE, [name, value])
        page.wait_for_timeout(300)
    page.close()
    return figures


def main(cache: Path) -> None:
    path = page_of_curves(cache)
    with sync_playwright() as playwright:
        switches = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=switches)
        rounds = [seen(browser, path) for _ in range(ROUNDS)]
        browser.close()
    for name in rounds[0]:
        print(f"{name}: {statistics.median(figures[name] for figures in rounds):.0f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
