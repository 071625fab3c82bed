"""Result tables and result files under torture: bad input of every kind in one night, kills, failing calls, mutants."""

import errno
import gzip
import io
import json
import os
import random
import re
import signal
import time
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from flows.house.house import House
from flows.night import Order
from flows.reading.records.rows import Shape, read_records
from tests.houses import ask, spend
from tests.torture.conftest import Place
from tests.torture.night_server import NightServer
from tests.torture.published import check_whole

NOW = datetime(2027, 9, 1, tzinfo=UTC)
HEAD = "id,lr,bs,loss"
FACTORS = '[factors]\nlr = ["0.1", "0.01"]\nbs = ["32", "128"]\n'
CELLS = [("0.1", "32"), ("0.01", "32"), ("0.1", "128"), ("0.01", "128")]
STUDIES = {
    "files": 'files = "files/{replicate}/run.json"\nlevels = { file = "params.yaml" }\n',
    "rows": 'table = "rows/*"\ncolumns = { lr = "lr", bs = "bs", container = "id" }\n',
    "sheets": 'table = "sheets/*.xlsx"\ncolumns = { lr = "lr", bs = "bs" }\n',
    "latin": 'table = "latin/*.csv"\nencoding = "cp1252"\ncolumns = { lr = "lr", bs = "bs", container = "id" }\n',
    "turned": 'table = "turned/*.csv"\ntranspose = true\ncolumns = { lr = "lr", bs = "bs", container = "id" }\n',
    "joined": 'table = "joined/results.csv"\ncolumns = { container = "id" }\n'
    'levels = { table = "joined/configs.csv", key = "id" }\n',
}
RESPONSE = '[responses.Loss]\n{} = "loss"\n'


class Case(NamedTuple):
    """A line of the table: what lies below the log root, and what must be said of it."""

    name: str
    write: Callable[[Path], object]
    folder: str  # that is left out
    code: str  # of the notice, or of the promise that is broken
    said: str  # in the reason


def a_run(folder: Path, number: int, params: str | None = None, loss: str | None = None) -> None:
    lr, bs = CELLS[number % 4]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "params.yaml").write_text(f"lr: {lr}\nbs: {bs}\n" if params is None else params)
    (folder / "run.json").write_text(json.dumps({"loss": 1 + number / 7}) if loss is None else loss)


def a_table(path: Path, extra: str = "", head: str = HEAD) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = (f"{path.stem}-{i},{','.join(CELLS[i % 4])},{1 + i / 7}" for i in range(8))
    path.write_text("\n".join([head, *rows, extra]).rstrip() + "\n")


def recoded(path: Path, extra: bytes = b"", encoding: str = "cp1252") -> None:
    """A table of ids that are not ASCII."""
    a_table(path)
    path.write_bytes(path.read_text().replace(f"{path.stem}-", f"é{path.stem}-").encode(encoding) + extra)


def a_turned_table(path: Path, change: Callable[[list[str]], list[str]] = list, count: int = 8) -> None:
    """A column a run, under a comment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [(f"{path.stem}-{i}", *CELLS[i % 4], str(1 + i / 7)) for i in range(count)]
    lines = [",".join(row) for row in zip(HEAD.split(","), *rows, strict=True)]
    path.write_text("\n".join(["# rig 3", *change(lines)]) + "\n")


def a_sheet(path: Path, text: bytes) -> None:
    """The parts of a workbook that any reader asks for, with one sheet."""
    kind = "http://schemas.openxmlformats.org"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kind}/package/2006/content-types"/>'.encode(),
        "xl/workbook.xml": b"<workbook/>",
        "xl/worksheets/sheet1.xml": text,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    path.write_bytes(packed.getvalue())


MARK = "/tmp/doehouse-was-executed"
OBJECT = f'!!python/object/apply:os.system ["touch {MARK}"]'
CASES = [
    Case("YAML that asks for objects", lambda logs: a_run(logs / "files/object", 0, f"lr: {OBJECT}\nbs: 32\n"),
         "files/object", "RUN-1", "lr = [touch"),
    Case("a JSON file a thousand levels deep",
         lambda logs: a_run(logs / "files/deep", 1, loss='{"loss":' + "[" * 1000 + "]" * 1000 + "}"),
         "files/deep", "Q325", "nested"),
    Case("a level that no plan has, in a file", lambda logs: a_run(logs / "files/strange", 1, "lr: 0.5\nbs: 32\n"),
         "files/strange", "RUN-1", "lr = 0.5"),
    Case("two files that claim the same run", lambda logs: [a_run(logs / f"files/{name}", 2) for name in ("7", "7.0")],
         "files/7", "RUN-4", "7"),
    Case("a sheet that unpacks to gigabytes",
         lambda logs: a_sheet(logs / "sheets/large.xlsx", b"<sheetData>" + b" " * (600 << 20)),
         "sheets/large.xlsx", "Q316", "once unpacked"),
    Case("a table that unpacks to gigabytes",
         lambda logs: (logs / "rows/large.csv.gz").write_bytes(gzip.compress(b"a\n" + b"0" * (600 << 20), 1)),
         "rows/large.csv.gz", "Q316", "once unpacked"),
    Case("a column that is gone tonight", lambda logs: a_table(logs / "rows/gone.csv", head="id,lr,bs,lost"),
         "rows/gone.csv", "Q324", "'loss'"),
    Case("two rows of one id", lambda logs: a_table(logs / "rows/twice.csv", "twice-3,0.1,32,9.5"),
         "rows/twice.csv", "Q323", "lines 5, 10"),
    Case("a level that no plan has, in a row", lambda logs: a_table(logs / "rows/level.csv", "level-x,0.5,32,9.5"),
         "rows/level.csv:level-x", "RUN-1", "lr = 0.5"),
    Case("text that is not UTF-8", lambda logs: recoded(logs / "rows/cp1252.csv"),
         "rows/cp1252.csv", "Q325", 'encoding = "cp1252"'),
    Case("a byte that the declared encoding lacks", lambda logs: recoded(logs / "latin/odd.csv", b"\x81\n"),
         "latin/odd.csv", "Q325", "found the byte 0x81, expected cp1252"),
    Case("a mark of UTF-8 above another encoding",
         lambda logs: (recoded(logs / "latin/mixed.csv", b"\x81\n", "utf-8-sig")),
         "latin/mixed.csv", "Q325", "found the mark of UTF-8 and the byte 0x81, expected utf-8"),
    Case("a turned table where none was declared", lambda logs: a_turned_table(logs / "rows/turned.csv"),
         "rows/turned.csv", "Q324", "'loss'"),
    Case("a table that is not turned where it was declared so", lambda logs: a_table(logs / "turned/upright.csv"),
         "turned/upright.csv", "Q324", "'loss'"),
    Case("a turned table whose first factor ends early",
         lambda logs: a_turned_table(logs / "turned/short.csv", lambda lines: [
             each.rpartition(",")[0] if each.startswith("lr") else each for each in lines]),
         "turned/short.csv:short-7", "RUN-1", "bs = 128"),
    Case("a turned table of millions of columns", lambda logs: a_turned_table(logs / "turned/large.csv", count=500_000),
         "turned/large.csv", "Q316", "of a turned table"),
    Case("a row without a row in the table of levels", lambda logs: None, "joined/results.csv", "Q323", "no row"),
    Case("rows that differ in the table of levels", lambda logs: None, "joined/results.csv", "Q323", "rows that differ"),
]  # fmt: skip


def write_joined(logs: Path) -> None:
    """Ids 0 to 7 have their levels; of 8 the table of levels has nothing, of 9 two rows."""
    folder = logs / "joined"
    folder.mkdir(parents=True)
    (folder / "results.csv").write_text("id,loss\n" + "".join(f"j{i},{1 + i / 7}\n" for i in range(10)))
    rows = [f"j{i},{','.join(CELLS[i % 4])}\n" for i in (*range(8), 9)]
    (folder / "configs.csv").write_text("id,lr,bs\n" + "".join(rows) + "j9,0.1,32\n")


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Order:
    """A house after one night on all cases, beside eight healthy runs of each study that has some."""
    place = tmp_path_factory.mktemp("sources")
    order = Order(place / "logs", place / "studies", place / "house")
    order.studies.mkdir()
    for name, source in STUDIES.items():
        response = RESPONSE.format("key" if name == "files" else "column")
        (order.studies / f"{name}.toml").write_text(
            f'name = "of_{name}"\n{FACTORS}[source]\n{source}{response}'
        )
    for number in range(8):
        a_run(order.logs / "files" / f"ok{number}", number)
    a_table(order.logs / "rows" / "ok.csv")
    recoded(order.logs / "latin" / "ok.csv")
    recoded(order.logs / "latin" / "marked.csv", encoding="utf-8-sig")
    a_turned_table(order.logs / "turned" / "ok.csv")
    write_joined(order.logs)
    for case in CASES:
        case.write(order.logs)
    spend(order, NOW)
    return order


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_of_every_kind_is_left_out_by_name(order: Order, case: Case) -> None:
    notes = [
        (told,)
        for table in ("findings", "breaches")
        for folder, code, told in ask(order, f"select folder, code, reason from {table}")  # noqa: S608
        if (folder, code) == (case.folder, case.code)
    ]
    assert any(case.said in told for (told,) in notes), notes
    assert all(re.search(r": found .*, expected .*\. \S.*\.?$", told) for (told,) in notes), notes


def test_the_rest_of_the_night_is_published_and_nothing_was_executed(
    order: Order, figures: dict[str, str]
) -> None:
    observed = {folder for (folder,) in ask(order, "select distinct folder from observations")}
    healthy = {f"files/ok{i}" for i in range(8)} | {f"rows/ok.csv:ok-{i}" for i in range(8)}
    healthy |= {f"joined/results.csv:j{i}" for i in range(8)}
    healthy |= {f"latin/{name}.csv:é{name}-{i}" for name in ("ok", "marked") for i in range(8)}
    healthy |= {f"turned/{name}.csv:{name}-{i}" for name in ("ok", "short") for i in range(8)} - {
        "turned/short.csv:short-7"
    }
    healthy |= {f"rows/level.csv:level-{i}" for i in range(8)} | {
        f"rows/twice.csv:twice-{i}" for i in range(8) if i != 3
    }
    assert observed == healthy
    assert not Path(MARK).exists()
    figures["bad input of tables and result files"] = (
        f"{len(CASES)} of {len(CASES)} kinds left out by name in one night"
    )


# Kills and failing calls.


def table_of(place: Path) -> Callable[[int], None]:
    (place / "studies").mkdir(parents=True)
    study = f'name = "small"\n{FACTORS}[source]\n{STUDIES["rows"]}{RESPONSE.format("column")}'
    (place / "studies" / "small.toml").write_text(study)
    a_table(place / "logs" / "rows" / "all.csv")

    def grow(step: int) -> None:
        lr, bs = CELLS[step % 4]
        with (place / "logs" / "rows" / "all.csv").open("a") as file:
            file.write(f"new-{step},{lr},{bs},{2 + step / 9}\n" + ("torn,0.1\n" if step % 3 == 1 else ""))

    return grow


def files_of(place: Path) -> Callable[[int], None]:
    (place / "studies").mkdir(parents=True)
    study = f'name = "small"\n{FACTORS}[source]\n{STUDIES["files"]}{RESPONSE.format("key")}'
    (place / "studies" / "small.toml").write_text(study)
    for number in range(8):
        a_run(place / "logs" / "files" / f"run{number}", number)

    def grow(step: int) -> None:
        a_run(place / "logs" / "files" / f"new{step}", step, loss='{"loss": ' if step % 3 == 1 else None)

    return grow


@pytest.mark.parametrize("make", [table_of, files_of], ids=["table", "files"])
def test_a_killed_night_leaves_the_version_before_or_after_it(
    make: Callable[[Path], Callable[[int], None]],
    tmp_path: Path,
    server: NightServer,
    is_full: bool,
    figures: dict[str, str],
) -> None:
    grow = make(tmp_path)
    place = Place(tmp_path / "logs", tmp_path / "studies", House.at(tmp_path / "house"), server)
    undisturbed = place._replace(house=House.at(tmp_path / "undisturbed"))
    draw = random.Random(20261128)
    allowed: list[Mapping[str, str] | None] = [None]
    killed = published = states = 0
    seconds = 0.0
    while killed < (50 if is_full else 4):
        if published == len(allowed) - 1 or (not is_full and killed >= 2 * states):
            grow(states)
            states += 1
            begun = time.monotonic()
            assert not undisturbed.night(has_two_pages=True).error
            seconds = time.monotonic() - begun
            allowed.append(check_whole(undisturbed.house))
        pid = place.begin(has_two_pages=True)
        time.sleep(draw.uniform(0, 1.02 * seconds))
        os.kill(pid, signal.SIGKILL)
        killed += place.server.wait(pid).signal == signal.SIGKILL
        now = check_whole(place.house)
        assert now in (allowed[published], allowed[-1]), "neither the version before nor the one after"
        published = len(allowed) - 1 if now == allowed[-1] else published
    assert not place.night(has_two_pages=True).error
    assert check_whole(place.house) == allowed[-1], "not the same rows as without any kill"
    name = "a result table" if make is table_of else "result files"
    figures[f"kill -9 on {name}"] = (
        f"{killed} nights killed over {states} states, 0 others than before or after"
    )


def test_a_failing_call_leaves_the_old_version_of_a_table(
    tmp_path: Path, server: NightServer, is_full: bool, figures: dict[str, str]
) -> None:
    grow = table_of(tmp_path)
    place = Place(tmp_path / "logs", tmp_path / "studies", House.at(tmp_path / "house"), server)
    assert not place.night(is_bare=True).error
    calls = place._replace(house=House.at(tmp_path / "other")).night(is_bare=True).calls
    failed = 0
    for number, call in enumerate(calls[:: 1 if is_full else 9]):
        before = check_whole(place.house)
        grow(number)
        ended = place.night(
            is_bare=True, fail_at=call, errno=(errno.EIO, errno.ENOSPC, errno.EACCES)[number % 3]
        )
        now = check_whole(place.house)
        assert not ended.error or now == before or "nothing was published" not in ended.message, (call, ended)
        failed += bool(ended.error)
        assert not place.night(is_bare=True).error, call
        (rows,) = check_rows(place.house)
        assert rows == 8 + number + 1, call
    assert failed
    figures["failing calls on a result table"] = f"{failed} failed nights, the next night had every row"


def check_rows(house: House) -> tuple[int, ...]:
    order = Order(house.root.parent / "logs", house.root.parent / "studies", house.root)
    ((rows,),) = ask(order, "select count(*) from observations")
    return (rows,)


# Mutants.


def mutant(content: bytes, draw: random.Random) -> bytes:
    """A file with some bytes flipped, removed, doubled or put in."""
    place, size = draw.randrange(len(content)), draw.randrange(1, 9)
    kind = draw.randrange(4)
    if kind == 0:
        return content[:place] + bytes([content[place] ^ (1 << draw.randrange(8))]) + content[place + 1 :]
    if kind == 1:
        return content[:place] + content[place + size :]
    if kind == 2:
        return content[: place + size] + content[place:]
    return content[:place] + draw.randbytes(size) + content[place:]


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a.yaml", "a.csv.gz"])
def test_a_damaged_result_file_never_raises_and_loses_no_row_without_a_word(
    name: str, is_full: bool, figures: dict[str, str]
) -> None:
    objects = [{"id": f"j{i}", "loss": 1 + i / 7, "params": {"lr": 0.1}} for i in range(40)]
    contents = {
        "a.csv": pl.DataFrame({"id": [f"j{i}" for i in range(40)], "loss": [1 + i / 7 for i in range(40)]})
        .write_csv()
        .encode(),
        "a.json": json.dumps(objects, indent=1).encode(),
        "a.jsonl": "".join(f"{json.dumps(each)}\n" for each in objects).encode(),
        "a.yaml": "".join(f"- id: j{i}\n  loss: {1 + i / 7}\n" for i in range(40)).encode(),
    }
    contents["a.csv.gz"] = gzip.compress(contents["a.csv"], mtime=0)
    draw = random.Random(20261128)
    whole = read_records(contents[name], name, ["id", "loss"], Shape(), ["id"]).frame
    assert whole.height == 40
    count, told = (4000 if is_full else 400), 0
    for _ in range(count):
        read = read_records(mutant(contents[name], draw), name, ["id", "loss"], Shape(), ["id"])
        told += bool(read.problems)
        empty = read.frame.filter(pl.col("id").is_null() | pl.col("loss").is_null()).height
        assert read.frame.height - empty >= 39 or read.problems or empty, "rows are gone without a word"
    assert told
    figures[f"mutants of {name}"] = f"{count} damaged files, {told} named, none raised"
