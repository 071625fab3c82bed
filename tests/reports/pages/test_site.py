"""The site of a whole night: what its files hold, whatever the names in them."""

import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

import reports.pages.site
from flows.stages.pages import answers, answers_by_folder
from flows.warehouse.warehouse import SQL, open_published
from reports.pages.page import POLICY
from reports.pages.site import RESPONSE_QUERIES, STUDY_QUERIES, run_page, study_pages
from tests.reports.conftest import EVIL


class Reader(HTMLParser):
    """What a page says and asks for."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.data: list[str] = []
        self.inside: list[str] = []
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "code", "title", "select"):
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        (self.data if self.inside[-1:] == ["script"] else [] if self.inside else self.words).append(data)

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.tags if name == tag)


def test_every_query_of_a_page_is_asked_for_and_says_what_it_holds() -> None:
    asked = {
        name
        for value in vars(reports.pages.site).items()
        if value[0].endswith("_QUERIES")
        for name in value[1]
    }
    files = {path.stem: path.read_text() for path in (SQL / "pages").glob("*.sql")}
    assert asked == set(files)
    for text in files.values():
        assert [line.split(":")[0] for line in text.splitlines()[1:3]] == ["-- grain", "-- reads"]


def test_nothing_but_the_sites_own_scripts_may_run(pages: list[Path]) -> None:
    for path in pages:
        page = Reader(path)
        (policy,) = (
            tag["content"] for tag in page.all("meta") if tag.get("http-equiv") == "Content-Security-Policy"
        )
        assert policy == POLICY
        for script in page.all("script"):
            own = re.fullmatch(r"(\.\./)*assets/[a-z]+\.js", script.get("src") or "")
            assert own or script.get("type") == "application/json", path
        attributes = {name for _, each in page.tags for name in each}
        assert not {name for name in attributes if name.startswith("on") or name == "style"}, path


def test_pages_ask_nothing_of_the_network(pages: list[Path]) -> None:
    for path in pages:
        for _, attributes in Reader(path).tags:
            for name in ("href", "src"):
                address = attributes.get(name) or ""
                assert not re.match(r"(?!data:,)([a-z]+:|//)", address), (path, address)


def test_every_link_leads_somewhere(pages: list[Path]) -> None:
    for path in pages:
        page = Reader(path)
        ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
        for link in page.all("a"):
            target = link["href"] or ""
            if target.startswith("#"):
                assert target[1:] in ids, (path, target)
            else:
                assert (path.parent / target).is_file(), (path, target)


def test_names_stand_as_text_and_data_as_json(site: Path) -> None:
    page = Reader(site / "nasty" / "index.html")
    assert EVIL in " ".join(page.words)
    assert all("<" not in block for block in page.data)
    assert any("C.d[0]" in json.dumps(json.loads(block)) for block in page.data if block.strip())


def test_files_are_named_safely(site: Path) -> None:
    for path in site.rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", path.name), path


def test_an_interaction_is_never_printed_without_its_alias(site: Path) -> None:
    pairs = ["CPU:Memory", "CPU:Network", "CPU:Epochs", "Memory:Network", "Memory:Epochs", "Network:Epochs"]
    for path in (site / "fltk_2_4_1").glob("*.html"):
        page = Reader(path)
        for said in (
            *page.words,
            *(figure["aria-label"] or "" for figure in page.all("div") if "aria-label" in figure),
        ):
            for pair in pairs:
                for found in re.finditer(rf"(?<!:)\b{pair}\b(?!:)", said):
                    around = said[: found.start()].endswith(" = ") or said[found.end() :].startswith(" = ")
                    is_name_in_the_table_of_aliases = said.strip() == pair
                    assert around or is_name_in_the_table_of_aliases, (path, said)


def test_a_table_file_holds_what_the_query_gives(house: Path, site: Path) -> None:
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        results = answers(warehouse, ["study_observations"], study="fltk_2_4_1")
    told = pl.read_csv(io.BytesIO((site / "fltk_2_4_1" / "data" / "study_observations.csv").read_bytes()))
    assert told["Accuracy"].to_list() == results["study_observations"].frame["Accuracy"].to_list()
    assert (
        results["study_observations"].sql.splitlines()[-1] == "order by run, folder, started_at, container_id"
    )


def test_pages_are_small(site: Path) -> None:
    for path in site.glob("*/*.html"):
        assert path.stat().st_size < 400_000, path


def test_the_same_inputs_give_the_same_bytes_and_no_figure_is_drawn_again(
    house: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import vl_convert

    def drawn(*_: object, **__: object) -> None:
        raise AssertionError("a figure was drawn again")

    monkeypatch.setattr(vl_convert, "vegalite_to_svg", drawn)
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        results = answers(warehouse, STUDY_QUERIES, study="fltk_2_4_1")
        responses = {
            response: answers(warehouse, RESPONSE_QUERIES, study="fltk_2_4_1", response=response)
            for response in ("Accuracy", "Time")
        }
        runs = dict(answers_by_folder(warehouse, "fltk_2_4_1", ["exp_11", "exp_12"]))

    def previous(path: str) -> bytes | None:
        return (site / path).read_bytes()

    files = study_pages(results, responses, previous)
    for folder, run in runs.items():
        files |= run_page(results, run, folder)
    assert len(files) > 60
    assert [path for path, content in files.items() if content != (site / path).read_bytes()] == []


def test_a_figure_of_very_many_rows_is_drawn_by_its_page_alone(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import vl_convert

    monkeypatch.setattr(vl_convert, "vegalite_to_svg", lambda *_, **__: "<svg></svg>")
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        results = answers(warehouse, STUDY_QUERIES, study="fltk_2_4_1")
        response = answers(warehouse, RESPONSE_QUERIES, study="fltk_2_4_1", response="Accuracy")
    many = response["response_residuals"].frame
    assert many.height == 2 * 32  # on both scales
    more = response["response_residuals"]._replace(frame=pl.concat([many] * 16))
    for rows, is_in_a_file in ((response["response_residuals"], True), (more, False)):
        files = study_pages(results, {"Accuracy": {**response, "response_residuals": rows}})
        page = files["fltk_2_4_1/Accuracy.html"].decode()
        assert ("fltk_2_4_1/figures/Accuracy-q-q.svg" in files) == is_in_a_file
        assert ('href="figures/Accuracy-q-q.svg"' in page) == is_in_a_file
        assert 'href="figures/Accuracy-pareto.svg"' in page
        assert ('data-as="svg"' in page) == (not is_in_a_file)
