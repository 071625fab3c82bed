"""Result tables through many nights: rows come, change, move and go; nothing that was read is lost or mixed."""

import os
import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from flows.night import Order, night, plainly
from flows.reading.tables import numbered
from flows.stages.study_edits import edits_between
from models.declared.study import Study, load_studies
from reports.text.slugs import slug
from tests.houses import NOW, ask, spend, verdicts
from tests.made_once import copied

HEAD = "id,cores,batch,start,end,accuracy"
START = "2023-10-01 10:00:00.000"
ROWS = [
    f"job-{cores}{batch}{again},{cores},{batch}.0,{START},2023-10-01 10:00:0{again}.{cores}{batch},"
    f"{80 + cores + again / 10}"
    for cores in (1, 2)
    for batch in (4, 8)
    for again in (1, 2)
]
STUDY = """
name = "%s"
[factors]
cores = ["1", "2"]
batch = ["4", "8"]
[source]
table = "%s.csv"
columns = { cores = "cores", batch = "batch", start = "start", stop = "end"%s }
[responses.Accuracy]
column = "accuracy"
[responses.Seconds]
between = ["start", "stop"]
"""
IDS, LINES = "jobs", "lines"  # rows told apart by their id, and by what they say
BOTH = (IDS, LINES)


@pytest.fixture
def order(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """A house after one night on two tables of eight rows: in one they are told apart by their id, in the other by what
    they say."""
    return copied(tmp_path_factory, "result_tables", first_night, tmp_path)


def first_night(place: Path) -> Order:
    order = ordered(place, STUDY % (IDS, IDS, ', container = "id"'), IDS)
    (order.studies / f"{LINES}.toml").write_text(STUDY % (LINES, LINES, ""))
    write(order, ROWS)
    spend(order, NOW)
    return order


def ordered(place: Path, text: str, name: str) -> Order:
    """A study, without a table yet."""
    order = Order(place / "logs", place / "studies", place / "house")
    for folder in (order.logs, order.studies):
        folder.mkdir()
    (order.studies / f"{name}.toml").write_text(text)
    return order


def write(order: Order, rows: list[str], head: str = HEAD, tables: Iterable[str] = BOTH) -> None:
    for name in tables:
        path = order.logs / f"{name}.csv"
        before = path.stat().st_mtime_ns if path.exists() else 0
        path.write_text("\n".join([head, *rows]) + "\n")
        os.utime(path, ns=(before + 10**9, before + 10**9))


def observed(order: Order) -> list[Any]:
    return ask(order, "select study, folder, response, value from observations order by all")


def values(order: Order, study: str = IDS) -> list[float]:
    return sorted(
        value for name, _, response, value in observed(order) if (name, response) == (study, "Accuracy")
    )


def codes(order: Order) -> dict[tuple[str, str], int]:
    found = ask(order, "select study, code, count(*) from findings group by all")
    return {(study, code): count for study, code, count in found}


def of_both(code: str) -> dict[tuple[str, str], int]:
    """That notice once in each of the two studies."""
    return {(study, code): 1 for study in BOTH}


def test_an_edited_source_is_told_key_by_key(tmp_path: Path) -> None:
    before, now = (declared(tmp_path / name, STUDY % (IDS, name, "")) for name in ("one", "other"))
    assert list(edits_between(before.model_dump_json(), now)) == ['source table "one.csv" -> "other.csv"']
    assert list(edits_between(now.model_dump_json(), now)) == []


def declared(folder: Path, text: str) -> Study:
    folder.mkdir()
    (folder / "jobs.toml").write_text(text)
    (study,) = load_studies(folder, frozenset()).studies
    return study


def test_every_row_is_an_observation_with_all_its_digits(order: Order) -> None:
    rows = ask(
        order,
        "select study, levels['cores'], levels['batch'], response, value from observations order by all",
    )
    for study in BOTH:
        assert sum(row[0] == study for row in rows) == 16
        assert (study, "1", "4", "Accuracy", 81.1) in rows and (study, "1", "4", "Seconds", 1.14) in rows
    assert set(verdicts(order).values()) == {"accepted"}
    assert codes(order) == {}


def test_rows_that_are_appended_are_new_and_the_others_are_not_touched(order: Order) -> None:
    runs = "select folder_id, folder, first_night_id, study from runs order by all"
    before = ask(order, runs)
    write(order, [*ROWS, ROWS[0].replace("job-141", "job-new").replace("81.1", "99.5")])
    spend(order, NOW)
    after = ask(order, runs)
    assert [row for row in after if row in before] == before
    new = [row for row in after if row not in before]
    assert sorted(row[2:] for row in new) == [(2, IDS), (2, LINES)]
    assert [values(order, study)[-1] for study in BOTH] == [99.5, 99.5]
    assert codes(order) == {}


def test_rows_that_are_sorted_or_stand_elsewhere_are_the_same(order: Order) -> None:
    before = observed(order)
    write(order, ROWS[::-1])
    spend(order, NOW)
    assert observed(order) == before
    assert codes(order) == {}


@pytest.mark.parametrize(
    "rows", [[ROWS[0].replace("81.1", "11.5"), *ROWS[1:]], ROWS[1:]], ids=["changed", "removed"]
)
def test_an_accepted_row_that_changes_or_goes_is_held_back_by_name_until_it_is_accepted(
    order: Order, rows: list[str]
) -> None:
    before = observed(order)
    write(order, rows)
    spend(order, NOW)
    assert observed(order) == before
    assert codes(order) == of_both("Q321")
    for study, told in ask(order, "select study, reason from findings"):
        assert f"--accept {study}.csv" in told
    write(order, ROWS)
    spend(order, NOW)
    assert codes(order) == {} and observed(order) == before
    write(order, rows)
    spend(order, NOW)
    spend(order._replace(accept=(f"{IDS}.csv", f"{LINES}.csv")), NOW)
    assert codes(order) == {}
    expected = sorted(float(row.rpartition(",")[2]) for row in rows)
    assert [values(order, study) for study in BOTH] == [expected, expected]


def test_an_accepted_row_that_where_leaves_out_by_now_is_told_as_such(tmp_path: Path) -> None:
    where = 'where = { state = "ok" }\n[responses.Accuracy]'
    by_id, by_line = (
        (STUDY % (name, name, column)).replace("[responses.Accuracy]", where)
        for name, column in ((IDS, ', container = "id"'), (LINES, ""))
    )
    order = ordered(tmp_path, by_id, IDS)
    (order.studies / f"{LINES}.toml").write_text(by_line)
    write(order, [f"{row},ok" for row in ROWS], f"{HEAD},state")
    spend(order, NOW)
    before = observed(order)
    write(order, [*(f"{row},ok" for row in ROWS[:6]), f"{ROWS[6]},failed"], f"{HEAD},state")
    spend(order, NOW)
    assert observed(order) == before
    told = ask(order, "select study, reason from findings order by study, path")
    assert [(study, reason.partition(", expected")[0].partition(": ")[2]) for study, reason in told] == [
        (study, found)
        for study in BOTH
        for found in ("found a row that `where` leaves out now", "found no such row")
    ]


def test_of_a_table_sentences_speak_of_rows(order: Order) -> None:
    """Statements, and what is told of rows that break promises: a level of no run, a run without any row."""
    spoken = [text for (text,) in ask(order, "select sentence from statements")]
    assert any("with rows as the unit" in text for text in spoken)
    assert any(text.startswith("The rows ran in the order ") for text in spoken)
    write(order, [*(row for row in ROWS if ",2,8.0" not in row), ROWS[0].replace("job-141,1", "job-x,3")])
    spend(order._replace(accept=(f"{IDS}.csv", f"{LINES}.csv")), NOW)
    told = [text for (text,) in ask(order, "select reason from breaches")]
    assert any("found batch = 4, cores = 3" in text and "complete the factors" in text for text in told)
    assert any("found no row, expected at least one. Execute" in text for text in told)
    spoken += [text for (text,) in ask(order, "select sentence from statements")]
    assert not [text for text in [*spoken, *told] if "folder" in text]


def test_bad_cells_leave_out_their_rows_alone_and_are_told_once(order: Order) -> None:
    odd = [
        ROWS[0].replace(",1,4.0", ",3,4.0").replace("job-141", "job-x"),
        ROWS[1].replace("81.2", "fine").replace("job-142", "job-y"),
    ]
    write(order, [*ROWS, *odd])
    spend(order, NOW)
    left_out = "select study, verdict from runs where verdict <> 'accepted' order by all"
    assert ask(order, left_out) == [(study, "quarantined") for study in BOTH for _ in odd]
    breaches = ask(order, "select study, reason from breaches where severity = 'stop'")
    told = ask(order, "select study, code, reason from findings")
    assert len(told) == 2
    for study in BOTH:
        assert any("cores = 3" in reason for name, reason in breaches if name == study), breaches
        ((code, sentence),) = [each[1:] for each in told if each[0] == study]
        assert code == "Q323" and "'fine' in accuracy, expected a number" in sentence
        assert len(values(order, study)) == 8


def test_a_column_that_is_gone_tonight_takes_nothing_away(order: Order) -> None:
    before = observed(order)
    write(order, [row.rpartition(",")[0] for row in ROWS], HEAD.removesuffix(",accuracy"))
    spend(order, NOW)
    assert observed(order) == before
    assert of_both("Q324").keys() <= codes(order).keys()


def test_two_rows_of_one_id_are_both_left_out_by_line(tmp_path: Path) -> None:
    order = ordered(tmp_path, STUDY % (IDS, IDS, ', container = "id"'), IDS)
    write(order, [*ROWS, ROWS[0].replace("81.1", "11.1")], tables=[IDS])
    spend(order, NOW)
    assert len(values(order)) == 7
    ((told,),) = ask(order, "select reason from findings")
    assert "2 rows that share the text of id with another (lines 2, 10)" in told


def test_a_table_that_vanishes_keeps_its_rows(order: Order) -> None:
    before = observed(order)
    for name in BOTH:
        (order.logs / f"{name}.csv").rename(order.logs.parent / f"{name}.away")
    spend(order._replace(gone_share=1.0), NOW)
    assert observed(order) == before
    assert codes(order) == of_both("R108")


def test_rows_stand_on_the_page_of_their_study_and_have_none_of_their_own(order: Order) -> None:
    """A table may have a million rows."""
    night(order._replace(pages=True), NOW, plainly)
    site = order.house / "site"
    for study in BOTH:
        assert not (site / study / "runs.html").exists()
        page = (site / study / "index.html").read_text()
        folders = ask(order, f"select folder from runs where study = '{study}'")  # noqa: S608
        assert len(folders) == 8
        for (folder,) in folders:
            assert f'<a href="index.html#runs">{folder}</a>' in page
    for html in site.rglob("*.html"):
        for href in re.findall(r'href="([^"#:]+)(?:#[^"]*)?"', html.read_text()):
            assert (html.parent / href).exists(), (html, href)
    told = unescape((site / "jobs" / f"{slug('Accuracy')}.html").read_text())
    assert "with rows as the unit" in told
    assert not re.search("folders as the unit|between.folder|folders that came|folders: margin", told)


CENTRED = """
name = "centred"
center_runs = 2
[center]
cores = "1.5"
batch = "6"
[factors]
cores = ["1", "2"]
batch = ["4", "8"]
[source]
table = "results.csv"
columns = { container = "id", replicate = "again", cores = "cores", batch = "batch" }
[ran_with."results.csv:j2"]
batch = "8"
[responses.Errors]
column = "errors"
distribution = "poisson"
"""


def test_rows_at_the_centre_and_rows_that_ran_otherwise_get_their_runs(tmp_path: Path) -> None:
    order = ordered(tmp_path, CENTRED, "centred")
    levels = [(cores, batch) for cores in ("1", "2") for batch in ("4", "8")] + [("1.50", "6.0")]
    rows = [(*of, again) for again in ("1", "2") for of in levels]
    lines = [f"j{i},{cores},{batch},{again},{i + 3}" for i, (cores, batch, again) in enumerate(rows)]
    write(order, lines, "id,cores,batch,again,errors", ["results"])
    spend(order, NOW)
    assert set(verdicts(order).values()) == {"accepted"}
    runs = dict(ask(order, "select folder, run from runs"))
    assert [runs[f"results.csv:j{i}"] for i in (4, 9)] == [5, 6]
    assert (runs["results.csv:j2"], runs["results.csv:j7"]) == (4, 2)  # planned was run 2, batch 4
    said = "select sentence from statements where topic = 'order' and sentence like '%ran with batch = 8%'"
    assert len(ask(order, said)) == 1
    assert ask(order, "select scale from fits where is_decisive") == [("log10",)]


BESIDE = """
name = "beside"
replicates = 2
looks = [1]
generators = ["C = AB"]
[factors]
cores = ["1", "2"]
batch = ["4", "8"]
size = ["s", "l"]
[source]
table = "results.csv"
columns = { container = "id", replicate = "again", cores = "cores", batch = "batch", size = "size" }
[ran_with."results.csv:j4"]
cores = "1"
batch = "8"
size = "l"
[responses.Errors]
column = "errors"
"""


def test_a_row_beside_the_fraction_counts_and_stands_in_a_cell_of_its_own(tmp_path: Path) -> None:
    order = ordered(tmp_path, BESIDE, "beside")._replace(pages=True)
    runs = [(cores, batch, "sl"[(cores == "1") == (batch == "4")]) for batch in "48" for cores in "12"]
    lines = [f"j{i},{','.join(runs[i % 4])},{i // 4 + 1},{(3, 9, 4, 17, 5, 8)[i]}" for i in range(6)]
    write(order, lines, "id,cores,batch,size,again,errors", ["results"])
    night(order, NOW, plainly)
    assert set(verdicts(order).values()) == {"accepted"}
    ran = ask(order, "select run, levels['batch'], is_planned from runs where folder = 'results.csv:j4'")
    assert ran == [(5, "8", False)]
    page = (order.house / "site" / "beside" / "index.html").read_text()
    assert "done, beside the design</span>" in page
    assert "In progress, 5 of 8 replicates" in page
    ((said,),) = ask(
        order, "select sentence from statements where topic = 'order' and sentence like 'Run 5 has levels%'"
    )
    assert said in unescape(page)
    looks = ask(order, "select sentence from statements where sentence like '%looks are planned at%'")
    assert "looks are planned at 1 and 2 rows of each run" in looks[0][0]


def test_a_column_may_tell_the_blocks(tmp_path: Path) -> None:
    """Node b takes 10 more each time: without blocks that would be error."""
    text = STUDY % (IDS, IDS, ', node = "host"')
    order = ordered(tmp_path, text.replace('name = "jobs"', 'name = "jobs"\nblock = ["node"]'), IDS)
    rows = [f"{row},{'ab'[place % 2]}" for place, row in enumerate(ROWS)]
    write(order, rows, HEAD + ",host", [IDS])
    spend(order, NOW)
    assert ask(order, "select distinct block from runs order by all") == [
        ('{"node": "a"}',),
        ('{"node": "b"}',),
    ]
    assert ask(order, "select df from anova_rows where source = 'Block' and scale = 'identity'") == [
        (1,),
        (1,),
    ]
    write(
        order, [*rows, rows[0].replace("job-141", "job-new").replace("81.1", "99.5")], HEAD + ",host", [IDS]
    )
    spend(order, NOW)
    assert ask(order, "select count(*) from runs") == [(9,)]
    assert codes(order) == {}


@pytest.mark.parametrize("levels", [2, 300])
def test_rows_have_one_number_where_all_their_texts_are_the_same(levels: int) -> None:
    """With eight columns of 300 texts each a number a combination would need 66 bits."""
    numbers = Random(20261128)
    texts = [None, *map(str, range(levels))]
    told = [[numbers.choice(texts) for _ in range(8)] for _ in range(500)]
    rows = pl.DataFrame([*told, *told], schema=dict.fromkeys("abcdefgh", pl.String), orient="row")
    found = numbered(rows).to_list()
    assert found[:500] == found[500:]
    assert len(set(found)) == len(set(map(tuple, told)))
