"""Result tables through many nights: rows come, change, move and go; nothing that was read is lost or mixed."""

import os
import re
from functools import partial
from html import unescape
from pathlib import Path
from random import Random

import polars as pl
import pytest

from flows.night import Order, night, plainly
from flows.reading.tables import numbered
from flows.stages.study_edits import edits_between
from models.declared.study import Study, load_studies
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
name = "jobs"
[factors]
cores = ["1", "2"]
batch = ["4", "8"]
[source]
table = "results.csv"
columns = { cores = "cores", batch = "batch", start = "start", stop = "end"%s }
[responses.Accuracy]
column = "accuracy"
[responses.Seconds]
between = ["start", "stop"]
"""
VALUES = "select folder, response, value from observations order by all"


@pytest.fixture(params=[True, False], ids=["with ids", "by line"])
def order(tmp_path: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """A house after one night on eight rows, told apart by their id or by what they say."""
    first = partial(first_night, has_ids=request.param)
    return copied(tmp_path_factory, f"rows_{request.param}", first, tmp_path)


def first_night(place: Path, has_ids: bool) -> Order:
    order = Order(place / "logs", place / "studies", place / "house")
    for folder in (order.logs, order.studies):
        folder.mkdir()
    (order.studies / "jobs.toml").write_text(STUDY % (', container = "id"' if has_ids else ""))
    write(order, ROWS)
    spend(order, NOW)
    return order


def write(order: Order, rows: list[str], head: str = HEAD) -> None:
    path = order.logs / "results.csv"
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text("\n".join([head, *rows]) + "\n")
    os.utime(path, ns=(before + 10**9, before + 10**9))


def values(order: Order) -> list[float]:
    return sorted(value for _, response, value in ask(order, VALUES) if response == "Accuracy")


def codes(order: Order) -> dict[str, int]:
    return dict(ask(order, "select code, count(*) from findings group by all"))


def test_an_edited_source_is_told_key_by_key(tmp_path: Path) -> None:
    before, now = (
        declared(tmp_path / name, (STUDY % "").replace("results.csv", f"{name}.csv"))
        for name in ("one", "other")
    )
    assert list(edits_between(before.model_dump_json(), now)) == ['source table "one.csv" -> "other.csv"']
    assert list(edits_between(now.model_dump_json(), now)) == []


def declared(folder: Path, text: str) -> Study:
    folder.mkdir()
    (folder / "jobs.toml").write_text(text)
    (study,) = load_studies(folder, frozenset()).studies
    return study


def test_every_row_is_an_observation_with_all_its_digits(order: Order) -> None:
    rows = ask(
        order, "select levels['cores'], levels['batch'], response, value from observations order by all"
    )
    assert len(rows) == 16
    assert ("1", "4", "Accuracy", 81.1) in rows and ("1", "4", "Seconds", 1.14) in rows
    assert set(verdicts(order).values()) == {"accepted"}
    assert codes(order) == {}


def test_rows_that_are_appended_are_new_and_the_others_are_not_touched(order: Order) -> None:
    before = ask(order, "select folder_id, folder, first_night_id from runs order by all")
    write(order, [*ROWS, ROWS[0].replace("job-141", "job-new").replace("81.1", "99.5")])
    spend(order, NOW)
    after = ask(order, "select folder_id, folder, first_night_id from runs order by all")
    assert [row for row in after if row in before] == before
    assert len(after) == len(before) + 1 and max(row[2] for row in after) == 2
    assert values(order)[-1] == 99.5
    assert codes(order) == {}


def test_rows_that_are_sorted_or_stand_elsewhere_are_the_same(order: Order) -> None:
    before = ask(order, VALUES)
    write(order, ROWS[::-1])
    spend(order, NOW)
    assert ask(order, VALUES) == before
    assert codes(order) == {}


@pytest.mark.parametrize(
    "rows", [[ROWS[0].replace("81.1", "11.5"), *ROWS[1:]], ROWS[1:]], ids=["changed", "removed"]
)
def test_an_accepted_row_that_changes_or_goes_is_held_back_by_name_until_it_is_accepted(
    order: Order, rows: list[str]
) -> None:
    before = ask(order, VALUES)
    write(order, rows)
    spend(order, NOW)
    assert ask(order, VALUES) == before
    assert codes(order) == {"Q321": 1}
    ((told,),) = ask(order, "select reason from findings")
    assert "--accept results.csv" in told
    write(order, ROWS)
    spend(order, NOW)
    assert codes(order) == {} and ask(order, VALUES) == before
    write(order, rows)
    spend(order, NOW)
    spend(order._replace(accept=("results.csv",)), NOW)
    assert codes(order) == {}
    assert values(order) == sorted(float(row.rpartition(",")[2]) for row in rows)


def test_bad_cells_leave_out_their_rows_alone_and_are_told_once(order: Order) -> None:
    odd = [
        ROWS[0].replace(",1,4.0", ",3,4.0").replace("job-141", "job-x"),
        ROWS[1].replace("81.2", "fine").replace("job-142", "job-y"),
    ]
    write(order, [*ROWS, *odd])
    spend(order, NOW)
    left_out = [verdict for verdict in verdicts(order).values() if verdict != "accepted"]
    assert left_out == ["quarantined"] * 2
    reasons = [reason for (reason,) in ask(order, "select reason from breaches where severity = 'stop'")]
    assert any("cores = 3" in reason for reason in reasons), reasons
    told = ask(order, "select code, reason from findings")
    assert [code for code, _ in told] == ["Q323"] and "'fine' in accuracy, expected a number" in told[0][1]
    assert len(values(order)) == 8


def test_a_column_that_is_gone_tonight_takes_nothing_away(order: Order) -> None:
    before = ask(order, VALUES)
    write(order, [row.rpartition(",")[0] for row in ROWS], HEAD.removesuffix(",accuracy"))
    spend(order, NOW)
    assert ask(order, VALUES) == before
    assert "Q324" in codes(order)


def test_two_rows_of_one_id_are_both_left_out_by_line(tmp_path: Path) -> None:
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    for folder in (order.logs, order.studies):
        folder.mkdir()
    (order.studies / "jobs.toml").write_text(STUDY % ', container = "id"')
    write(order, [*ROWS, ROWS[0].replace("81.1", "11.1")])
    spend(order, NOW)
    assert len(values(order)) == 7
    ((told,),) = ask(order, "select reason from findings")
    assert "2 rows that share the text of id with another (lines 2, 10)" in told


def test_a_table_that_vanishes_keeps_its_rows(order: Order) -> None:
    before = ask(order, VALUES)
    (order.logs / "results.csv").rename(order.logs.parent / "away.csv")
    spend(order._replace(gone_share=1.0), NOW)
    assert ask(order, VALUES) == before
    assert codes(order) == {"R108": 1}


def test_rows_stand_on_the_page_of_their_study_and_have_none_of_their_own(order: Order) -> None:
    """A table may have a million rows."""
    night(order._replace(pages=True), NOW, plainly)
    site = order.house / "site"
    assert not (site / "jobs" / "runs").exists()
    page = (site / "jobs" / "index.html").read_text()
    for (folder,) in ask(order, "select folder from runs"):
        assert f'<a href="index.html#runs">{folder}</a>' in page
    for html in site.rglob("*.html"):
        for href in re.findall(r'href="([^"#:]+)(?:#[^"]*)?"', html.read_text()):
            assert (html.parent / href).exists(), (html, href)


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
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    for folder in (order.logs, order.studies):
        folder.mkdir()
    (order.studies / "centred.toml").write_text(CENTRED)
    levels = [(cores, batch) for cores in ("1", "2") for batch in ("4", "8")] + [("1.50", "6.0")]
    rows = [(*of, again) for again in ("1", "2") for of in levels]
    lines = [f"j{i},{cores},{batch},{again},{i + 3}" for i, (cores, batch, again) in enumerate(rows)]
    write(order, lines, "id,cores,batch,again,errors")
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
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house", pages=True)
    for folder in (order.logs, order.studies):
        folder.mkdir()
    (order.studies / "beside.toml").write_text(BESIDE)
    runs = [(cores, batch, "sl"[(cores == "1") == (batch == "4")]) for batch in "48" for cores in "12"]
    lines = [f"j{i},{','.join(runs[i % 4])},{i // 4 + 1},{(3, 9, 4, 17, 5, 8)[i]}" for i in range(6)]
    write(order, lines, "id,cores,batch,size,again,errors")
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
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    for folder in (order.logs, order.studies):
        folder.mkdir()
    blocks = STUDY.replace('name = "jobs"', 'name = "jobs"\nblock = ["node"]') % ', node = "host"'
    (order.studies / "jobs.toml").write_text(blocks)
    rows = [f"{row},{'ab'[place % 2]}" for place, row in enumerate(ROWS)]
    write(order, rows, HEAD + ",host")
    spend(order, NOW)
    assert ask(order, "select distinct block from runs order by all") == [
        ('{"node": "a"}',),
        ('{"node": "b"}',),
    ]
    assert ask(order, "select df from anova_rows where source = 'Block' and scale = 'identity'") == [
        (1,),
        (1,),
    ]
    write(order, [*rows, rows[0].replace("job-141", "job-new").replace("81.1", "99.5")], HEAD + ",host")
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
