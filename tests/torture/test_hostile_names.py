"""Names chosen by anyone, through a whole night into DuckDB and Chromium: text everywhere, code nowhere."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from flows.house.house import House
from flows.night import Order, night
from flows.warehouse.warehouse import open_published
from tests.log_folders import write_folder, write_study
from tests.run_data import told
from tests.torture.conservation import check_conservation
from tests.torture.folders import NOW

BREAK_OUT = "</script><script>document.title='PWNED'</script>"
IMAGE = "<img src=x onerror=\"document.title='PWNED'\">"
SQL = 'x" as select 1; drop table points; --'
FORMULA = "C(Q('a'))*b-1+I(__import__('os'))"
TEMPLATE = "${document.title='PWNED'} {{7*7}} #{x}"
VEGA = "' || (document.title='PWNED') || '"
PATH = "../../etc/passwd"

FACTORS = {SQL: ["-", "+"], FORMULA: [BREAK_OUT, IMAGE], TEMPLATE: [VEGA, PATH]}
RESPONSES = {BREAK_OUT: IMAGE, VEGA: TEMPLATE, "=cmd|' /C calc'!A0": SQL}  # response -> tag


def test_hostile_names_stay_names(tmp_path: Path, browser: Any, figures: dict[str, str]) -> None:
    logs, studies, house = tmp_path / "logs", tmp_path / "studies", House.at(tmp_path / "house")
    write_study(
        studies,
        "hostile",
        title=BREAK_OUT,
        folders="{run}x{replicate}",
        factors=FACTORS,
        responses={name: {"metric": tag, "unit": IMAGE} for name, tag in RESPONSES.items()},
    )
    replicates = ["<script>document.title='PWNED'<", "' or 1=1 --"]
    for run in range(1, 9):
        for place, replicate in enumerate(replicates):
            ids = [
                f"job-{run}-{place}",
                f"${{run}}({run}-{place})".replace("$", "").replace("{", "").replace("}", ""),
            ]
            points = {
                each: {tag: [run * 1.5 + place, run + at] for tag in RESPONSES.values()}
                for at, each in enumerate(ids)
            }
            write_folder(logs, f"{run}x{replicate}", points)
    odd = logs / f"1x{replicates[1]}"
    with (odd / "start.log").open("a") as stream:
        stream.write(f"10-09-2023 09:30:00 {BREAK_OUT.replace(' ', '')}\n")
    (logs / IMAGE.replace("/", "")).mkdir()
    summary = night(Order(logs, studies, house.root), NOW)
    assert summary.version
    check_conservation(house.root, logs)
    with open_published(house.warehouse) as warehouse:
        columns = warehouse.columns("hostile")
        assert [name for name in columns if name in FACTORS] == list(FACTORS)
        assert [name for name in columns if name in RESPONSES] == list(RESPONSES)
        wide = warehouse.relation("hostile").to_pylist()
        assert {row[FORMULA] for row in wide} == {BREAK_OUT, IMAGE}
        assert warehouse.relation("points").num_rows == 8 * 2 * 2 * len(RESPONSES) * 2
        effects = warehouse.relation("effects").to_pylist()
        assert {part for row in effects for part in row["term"].split(":")} == set(FACTORS)
        findings = warehouse.relation("findings").to_pylist()
    assert {"Q313", "W208"} <= {row["code"] for row in findings}
    pages = [each.resolve().as_uri() for each in sorted(house.site.rglob("*.html"))]
    page = house.site / "hostile" / "runs.html"
    runs = [f"{page.resolve().as_uri()}#folder={quote(folder, safe='')}" for folder in told(page)["folders"]]
    assert len(runs) == 16
    troubles = opened_in_chromium(browser, [*pages, *runs])
    assert troubles == []
    figures["hostile names"] = (
        f"{len(FACTORS)} factors, {len(RESPONSES)} responses, levels, tags, units, titles, folders, container ids: "
        f"{len(pages)} pages, {len(runs)} runs in Chromium, 0 scripts run, 0 console errors"
    )


def opened_in_chromium(browser: Any, pages: list[str]) -> list[str]:
    """What the pages' titles, dialogs, consoles and requests betray; nothing if all is well."""
    troubles: list[str] = []
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith(("file:", "data:", "blob:")) else troubles.append(asked.url)
        ),
    )
    for each in pages:
        page.goto(each)
        if "#" in each:
            page.reload()  # as a link from another page
        settle(page)
        if page.title() == "PWNED":
            troubles.append(f"{each}: PWNED")
    context.close()
    return troubles


def settle(page: Any) -> None:
    """Wait for every chart and the run that the address names; images are there once a page is loaded."""
    if page.query_selector("#a-run"):
        page.wait_for_selector("html[data-run]", state="attached")
    if page.query_selector("script.spec"):
        page.wait_for_selector('html[data-charts="drawn"]', state="attached")
    assert page.evaluate("[...document.images].every((image) => image.complete)")
