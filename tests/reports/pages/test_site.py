"""The site of a whole night: what its files hold, whatever the names in them."""

import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import altair as alt
import polars as pl
import pytest
import vl_convert

import reports.pages.site
from flows.stages.answers import answers, answers_of_each
from flows.stages.pages import Site
from flows.stages.run_pages import add_runs
from flows.warehouse.warehouse import SQL, open_published
from reports.charts import interactions, levels, residuals
from reports.charts.figures import layered
from reports.charts.line_sketch import line_sketch
from reports.charts.theme import chart_config
from reports.pages.index_page import _lead
from reports.pages.page import POLICY, Files
from reports.pages.site import (
    RESPONSE_QUERIES,
    RUN_QUERIES,
    STUDY_QUERIES,
    WIDE_QUERIES,
    study_pages,
)
from reports.tables.cells import design_cells, to_execute
from reports.tables.tables import Result
from tests.reports.conftest import EVIL, NASTY_FOLDER
from tests.run_data import data_of, told


class Reader(HTMLParser):
    """What a page says and asks for."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.data: list[str] = []
        self.specs: list[str] = []
        self.inside: list[str] = []
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "code", "title", "select"):
            self.inside.append("spec" if ("class", "spec") in attrs else tag)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] in (tag, "spec"):
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        inside = self.inside[-1] if self.inside else ""
        {"script": self.data, "spec": self.specs, "": self.words}.get(inside, []).append(data)

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
                assert_leads_somewhere(path.parent, target)


def assert_leads_somewhere(here: Path, target: str) -> None:
    """To a file, and of a run to one that the page of runs knows."""
    place, _, part = target.partition("#")
    assert (here / place).is_file(), (here, target)
    if part.startswith("folder=") and place.endswith("runs.html"):
        assert unquote(part.removeprefix("folder=")) in told(here / place)["folders"], (here, target)


def test_no_id_stands_twice(pages: list[Path]) -> None:
    for path in pages:
        ids = [attributes["id"] for _, attributes in Reader(path).tags if "id" in attributes]
        assert len(ids) == len(set(ids)), (path, [each for each in ids if ids.count(each) > 1])


def test_an_unfinished_design_is_in_progress_not_broken(site: Path) -> None:
    words = " ".join(" ".join(Reader(site / "three_levels" / "index.html").words).split())
    assert "In progress, 5 of 6 runs" in words
    assert "Execute run 5 (Size medium, Kind b)." in words
    page = " ".join(" ".join(Reader(site / "three_levels" / "Rate.html").words).split())
    assert page.count("To run next : run 5 (Size medium, Kind b).") == 1
    assert "To run next" not in (site / "fltk_2_4_1" / "Accuracy.html").read_text()
    assert "DES-1" not in words.partition("What are the data?")[0]
    index = " ".join(" ".join(Reader(site / "index.html").words).split())
    assert "4 designed experiments, 2 in progress." in index and "broken" not in index
    assert "Nothing: no folder is left out, and no promise is broken." in (site / "tonight.html").read_text()


def test_runs_that_lack_a_folder_are_to_be_executed_whatever_their_others_are() -> None:
    """Of three planned folders one is done; of the others of run 2 one runs, of run 3 one is in quarantine."""
    treatments = pl.DataFrame(
        [
            {"run": run, "factor": "A", "level": f"{run}", "level_position": run, "is_planned": True}
            for run in (1, 2, 3, 4)
        ]
    )
    of_runs = {
        1: ["accepted"] * 3,
        2: ["accepted", "unfinished"],
        3: ["accepted", "quarantined"],
        4: ["accepted", "quarantined", "unfinished"],
    }
    runs = pl.DataFrame(
        [
            {"run": run, "folder": f"{run}_{i}", "verdict": one}
            for run, all_ in of_runs.items()
            for i, one in enumerate(all_)
        ]
    )
    frames = {
        "study": pl.DataFrame({"folders_per_run": [3]}),
        "study_runs": runs,
        "study_levels": pl.DataFrame({"factor": ["A"], "letter": ["A"]}),
        "study_treatments": treatments,
    }
    cells = design_cells({name: Result(frame, "") for name, frame in frames.items()})
    assert to_execute(cells) == "Execute run 2 (A 2), run 3 (A 3)."


def test_pairs_of_factors_are_told_apart_only_where_they_are() -> None:
    """D = -ABC: A:B is -C:D, and so on (Box, Hunter and Hunter 2005, 6.4); and what a missing run leaves of one."""
    of_pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    opposite = {
        (0, 1): "-C:D",
        (2, 3): "-A:B",
        (0, 2): "-B:D",
        (1, 3): "-A:C",
        (0, 3): "-B:C",
        (1, 2): "-A:D",
    }
    assert "3 alias sets that cannot be told apart" in _title(of_pairs, opposite)
    assert "each with a contrast of its own" in _title(of_pairs[:2], {})
    assert "each with a contrast of its own" in _title(of_pairs[:2], {(0, 1): "-C:D:E"})
    assert "some with a part of other effects" in _title(of_pairs[:2], {(0, 1): "+ A:C", (0, 2): "+ A:B"})


def _title(pairs: list[tuple[int, int]], aliases: dict[tuple[int, int], str]) -> str:
    rows = [
        {
            "position_a": a + 1,
            "factor_a": "ABCD"[a],
            "position_b": b + 1,
            "factor_b": "ABCD"[b],
            "aliases": aliases.get((a, b)),
            "level_position_a": i + 1,
            "level_a": "-+"[i],
            "level_position_b": j + 1,
            "level_b": "-+"[j],
            "n": 1,
            "mean": float(a + b + i + j),
            "error_unit": "folder",
            "ci_low": None,
            "ci_high": None,
        }
        for a, b in pairs
        for i in (0, 1)
        for j in (0, 1)
    ]
    cells = pl.DataFrame(
        rows, schema_overrides={"aliases": pl.String, "ci_low": pl.Float64, "ci_high": pl.Float64}
    )
    return interactions.interactions(cells, "y", "", "95 %").title


@pytest.mark.parametrize(
    "values", [(1.7e308, -1.7e308), (3e300, 1e300), (2e-300, 1e-300), (7.0, 7.0), (None, None)]
)
def test_charts_take_any_numbers(values: tuple[float | None, float | None]) -> None:
    """JSON has no infinities: an axis ends where numbers do."""
    means = pl.DataFrame(
        [
            {
                "factor_position": 1,
                "factor": "A",
                "level_position": i + 1,
                "level": "-+"[i],
                "mean": value,
                "n": 1,
            }
            | {"error_unit": None, "ci_low": None, "ci_high": None}
            for i, value in enumerate(values)
        ],
        schema_overrides=dict.fromkeys(("mean", "ci_low", "ci_high"), pl.Float64),
    )
    figure = levels.main_effects(means, "y", "s", "95 %")
    for panel in figure.panels:
        json.dumps(panel, allow_nan=False)
    assert ("no factor moves the mean" in figure.title) == (values[0] == values[1])
    drawn = line_sketch("tag", [([1, 2], [value or 0.0 for value in values])])
    assert "nan" not in drawn.paths[0] and "inf" not in drawn.paths[0]


def test_a_complete_study_that_wants_a_look_is_not_in_progress() -> None:
    """Ranks as the index gives them: 1 for an unfinished study, 2 for something to look at."""
    studies = [{"rank": rank, "wants": ["1 row in quarantine"] if rank > 1 else []} for rank in range(4)]
    assert _lead(studies) == "4 designed experiments, 2 in progress, 2 with something to look at."


def test_every_folder_has_a_place_on_the_page_of_runs_which_all_links_lead_to(site: Path) -> None:
    links = {
        study: {
            unquote(link["href"] or "").removeprefix("runs.html#folder=")
            for link in Reader(site / study / "index.html").all("a")
            if (link["href"] or "").startswith("runs.html#")
        }
        for study in ("fltk_2_4_1", "nasty", "three_levels")
    }
    for study, folders in links.items():
        assert folders == set(told(site / study / "runs.html")["folders"]) == set(data_of(site / study))
    assert len(links["nasty"]) == 8 and all("<b onclick" in folder for folder in links["nasty"])
    assert not (site / "without_data" / "runs.html").exists()


def test_files_of_data_hold_the_rows_of_their_folders(house: Path, site: Path) -> None:
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        found = data_of(site / "nasty") | data_of(site / "fltk_2_4_1")
        expected = answers_of_each(warehouse, RUN_QUERIES, ["folder"], [(folder,) for folder in found])
    for (folder,), results in expected.items():
        files, points = results["run_files"].frame, results["run_points"].frame
        assert found[folder]["run_files"] == files.to_dicts()
        curves = found[folder]["run_points"]
        for name in ("step", "value"):
            assert [each for curve in curves for each in curve[name]] == points[name].to_list()
        assert [
            (curve["tag"], curve["container_id"], curve["logged_at"] + after)
            for curve in curves
            for after in curve["logged_after"]
        ] == points.select("tag", "container_id", pl.col("logged_at").dt.epoch("ms")).rows()
        kept = results["run_promises"].frame.filter("is_kept")
        page = told(site / results["run"].frame["study"][0] / "runs.html")
        assert page["promises"] == [list(row) for row in kept.select("code", "severity", "promise").rows()]
        assert found[folder]["run_promises"] == []


def test_names_stand_as_text_and_data_as_json(site: Path) -> None:
    page = Reader(site / "nasty" / "index.html")
    assert EVIL in " ".join(page.words)
    assert all("<" not in block for block in (*page.data, *page.specs))
    assert any("C.d[0]" in json.dumps(json.loads(block)) for block in page.data if block.strip())
    page = Reader(site / "nasty" / "runs.html")
    assert EVIL in " ".join(page.words)
    assert all("<" not in block for block in (*page.data, *page.specs))
    assert "<" not in (site / "nasty" / "data" / "runs-000.js").read_text()
    (values,) = {
        row["response"] for row in data_of(site / "nasty")[NASTY_FOLDER.format(run=1)]["run_values"]
    } - {"R"}
    assert values == EVIL


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
        results = answers(warehouse, WIDE_QUERIES, study="fltk_2_4_1")
    shown = pl.read_csv(io.BytesIO((site / "fltk_2_4_1" / "data" / "study_observations.csv").read_bytes()))
    assert shown["Accuracy"].to_list() == results["study_observations"].frame["Accuracy"].to_list()
    assert (
        results["study_observations"].sql.splitlines()[-1] == "order by run, folder, started_at, container_id"
    )


def test_the_page_of_a_study_says_where_it_is_read_and_when_a_run_is_over(site: Path) -> None:
    page = (site / "fltk_2_4_1" / "index.html").read_text()
    assert (
        "<code>exp_1{run}</code> below the log root. A run is over when stop.log names each container."
        in page
    )


def test_pages_are_small(site: Path) -> None:
    for path in site.glob("*/*.html"):
        assert path.stat().st_size < 400_000, path


def study_files(
    house: Path, study: str = "fltk_2_4_1", responses: tuple[str, ...] = ("Accuracy", "Time")
) -> Files:
    """The pages of a study and its responses, made once more from the published warehouse."""
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        results = answers_of_each(warehouse, STUDY_QUERIES, ["study"], [(study,)])[(study,)]
        results |= answers(warehouse, WIDE_QUERIES, study=study)
        keys = [(study, response) for response in responses]
        theirs = answers_of_each(warehouse, RESPONSE_QUERIES, ["study", "response"], keys)
    return study_pages(results, {response: theirs[(study, response)] for response in responses})


def test_the_same_inputs_give_the_same_bytes(house: Path, site: Path, tmp_path: Path) -> None:
    files = study_files(house)
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        of_study = answers_of_each(warehouse, STUDY_QUERIES, ["study"], [("fltk_2_4_1",)])[("fltk_2_4_1",)]
        add_runs(Site(tmp_path, None), warehouse, {"fltk_2_4_1": of_study})
    runs = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert set(runs) == {"fltk_2_4_1/runs.html", "fltk_2_4_1/data/runs-000.js"}
    files |= runs
    assert len(files) > 30
    assert [path for path, content in files.items() if content != (site / path).read_bytes()] == []


def test_a_query_asked_for_many_gives_each_what_it_gives_when_asked_for_one(house: Path) -> None:
    """And a reader who pastes the query of a page gets the rows of that page."""
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        keys = [(study,) for study in ("fltk_2_4_1", "nasty", "three_levels", "without_data")]
        for names, columns, wanted in (
            (STUDY_QUERIES, ["study"], keys),
            (
                RESPONSE_QUERIES,
                ["study", "response"],
                [("fltk_2_4_1", "Time"), ("nasty", EVIL), ("without_data", "Y")],
            ),
            (RUN_QUERIES, ["folder"], [("exp_11",), ("three_2",)]),
        ):
            found = answers_of_each(warehouse, names, columns, wanted)
            assert any(result.frame.height for mine in found.values() for result in mine.values())
            for key, mine in found.items():
                alone = answers_of_each(warehouse, names, columns, [key])[key]
                for name, result in mine.items():
                    assert result.frame.equals(alone[name].frame), (name, key)
                    assert warehouse.connection.sql(result.sql).pl().equals(result.frame), (name, key)


def test_every_chart_is_as_altairs_schema_has_it(
    house: Path, pages: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pages do without is on here: the check of each object as it is made, and every panel drawn by Altair anew.

    The panels are those that come of templates.
    """
    filled = study_files(house), study_files(house, "nasty", (EVIL, "R"))
    kinds = 0
    for module in (interactions, levels, residuals):
        for name, panel in list(vars(module).items()):
            if getattr(panel, "__wrapped__", None) and name.endswith("_panel"):
                monkeypatch.setattr(module, name, panel.__wrapped__)
                kinds += 1
    assert kinds == 6
    with alt.utils.schemapi.debug_mode(True):
        assert filled == (study_files(house), study_files(house, "nasty", (EVIL, "R")))
    specs = [json.loads(block) for path in pages for block in Reader(path).specs]
    assert len(specs) > 60
    for spec in specs:
        alt.LayerChart.validate({**spec, "config": chart_config()})


def test_layers_are_joined_as_altair_joins_them() -> None:
    base = alt.Chart(alt.NamedData("rows"))
    one, other = (
        base.mark_line().encode(x="a:Q", y="b:Q"),
        base.mark_point().encode(x="a:Q", y="c:Q", color="d:N"),
    )
    theirs = alt.layer(one, other).properties(height=200, title="t").to_dict()
    ours = {
        **layered(one, other, height=200, title="t"),
        "config": theirs["config"],
        "$schema": theirs["$schema"],
    }
    assert vl_convert.vegalite_to_vega(ours) == vl_convert.vegalite_to_vega(theirs)


def test_no_words_of_a_page_are_contradicted_by_its_tables(house: Path, site: Path) -> None:
    """The headline, the table of effects, the look and the tables of the warehouse that they are made of."""
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        keys = [("fltk_2_4_1", "Accuracy"), ("fltk_2_4_1", "Time"), ("three_levels", "Throughput")]
        found = answers_of_each(warehouse, RESPONSE_QUERIES, ["study", "response"], keys)
    compared = 0
    for (study, response), results in found.items():
        fits = results["response_fits"].frame.filter("is_decisive")
        if fits.is_empty():
            continue
        page = (site / study / f"{response}.html").read_text()
        head = page.partition('<div class="answer">')[0]
        effects = results["response_effects"].frame.filter(scale=fits["scale"][0])
        active = effects.filter(pl.col("is_active").fill_null(False))["term"].to_list()
        judged = effects["is_active"].null_count() < effects.height
        assert ("no effect stands out" in head.lower()) == (judged and not active)
        assert all(term in head for term in active)
        assert ("Firm verdicts" in head) == bool(fits["is_firm"][0])
        assert ("Provisional verdicts" in head) == (fits["is_firm"][0] is False)
        table = page.partition('id="effects"')[2].partition("</table>")[0]
        verdicts = re.findall(r'<span class="tone (\w+)">(active|not active|not judged)</span>', table)
        shown = sum(text == "active" for _, text in verdicts)
        at_once = effects.filter(pl.col("is_active_at_once").fill_null(False)).height
        agreed = effects.filter(
            pl.col("is_active_folder").fill_null(False) & pl.col("is_active_container").fill_null(True)
        ).height
        assert shown == agreed + at_once
        compared += 1
    assert compared >= 2


def test_texts_follow_the_alpha_of_the_study(house: Path) -> None:
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        key = ("fltk_2_4_1", "Time")
        results = answers_of_each(warehouse, STUDY_QUERIES, ["study"], [key[:1]])[key[:1]]
        results |= answers(warehouse, WIDE_QUERIES, study=key[0])
        theirs = answers_of_each(warehouse, RESPONSE_QUERIES, ["study", "response"], [key])[key]
    fits = theirs["response_fits"]
    theirs["response_fits"] = fits._replace(frame=fits.frame.with_columns(alpha=pl.lit(0.1)))
    page = study_pages(results, {"Time": theirs})["fltk_2_4_1/Time.html"].decode()
    shown = re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)
    assert "90 % interval" in shown and "90 % from" in shown
    left = {shown[one.start() - 60 : one.end() + 12] for one in re.finditer("95 %", shown)}
    allowed = ("Coefficients", "coefficient", "confidence", "95 % interval 1", "95 % from</")
    assert all(any(text in each for text in allowed) for each in left), left
