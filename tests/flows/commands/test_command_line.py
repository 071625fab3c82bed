"""The command `doehouse`: exit codes, streams, and what it loads."""

import os
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import polars as pl
import pytest

from flows.house.house import DATABASE, House
from flows.house.publishing import publish
from flows.house.recovery import recover
from flows.night import Order, Summary
from flows.warehouse.warehouse import schema_digest
from tests.commands import doehouse, doehouse_here, modules_after, modules_of
from tests.houses import SAMPLE, STUDIES, ask, spend, verdicts
from tests.log_folders import edit, write_folder, write_study

HEAVY = {
    "prefect",
    "great_expectations",
    "statsmodels",
    "altair",
    "pandas",
    "scipy",
    "tbparse",
    "numpy",
    "polars",
}


def places(order: Order) -> list[str]:
    return ["--logs", str(order.logs), "--studies", str(order.studies), "--house", str(order.house)]


def test_the_version_is_the_packages() -> None:
    ended = doehouse("--version")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, version("doehouse") + "\n", "")


def test_help_names_every_command_and_exit_code() -> None:
    shown = doehouse("--help").stdout
    for command in ("night", "sql", "doctor", "rollback", "forget", "export", "open", "--version"):
        assert re.search(rf"│ {command} ", shown), command
    told = " ".join(shown.split())
    assert (
        "Exit codes: 0 done; 1 failed, nothing published; 2 wrong usage; 3 another night holds the house."
        in told
    )


COMMANDS = (
    "backup", "check", "conformance", "design", "doctor", "export", "forget", "init", "night", "open", "paper", "pin",
    "restore", "rollback", "sql",
)  # fmt: skip


def test_help_loads_nothing_heavy() -> None:
    """So that the first output comes at once; `design` and `night` know what a study is by pydantic alone."""
    _, loaded = modules_after(*([command, "--help"] for command in COMMANDS))
    assert len(loaded) == len(COMMANDS)
    for command, modules in zip(COMMANDS, loaded, strict=True):
        assert not modules & HEAVY, command


@pytest.mark.parametrize(
    "words",
    [
        "check nowhere.toml", "check {study} --logs nowhere", "design nowhere.toml", "init nowhere --study new.toml",
        "init {logs} --study /proc/new.toml", "sql select --house nowhere", "open --house nowhere",
        "paper fltk_2_4_1 here --house nowhere", "paper fltk_2_4_1 /proc/here --house {house}",
        "export here --house nowhere", "export /proc/here --house {house}",
        "sql from\"nights\" --parquet /proc/here --house {house}", "conformance /proc/here",
    ],
)  # fmt: skip
def test_a_wrong_path_is_wrong_usage(words: str, published_house: Summary, tmp_path: Path) -> None:
    given = {"study": STUDIES / "fltk_2_4_1.toml", "logs": SAMPLE, "house": published_house.house.root}
    ended = doehouse_here(*words.format(**given).split(), cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("doehouse: ") and "expected" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    script = tmp_path / "completion"
    asked = doehouse(
        "--install-completion",
        "--shell",
        "bash",
        "--output",
        script,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert asked.returncode == 0, asked.stderr
    ask = (
        f'source "{script}"; COMP_WORDS=(doehouse $1 $2); COMP_CWORD=$(($# > 1 ? 2 : 1)); _doehouse; '
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    for words, wanted in ((["ro"], ["rollback"]), (["night", "--st"], ["--strict", "--studies"])):
        told = subprocess.run(["bash", "-c", ask, "bash", *words], capture_output=True, text=True, check=True)
        assert sorted(told.stdout.split()) == wanted


def test_help_without_colour(tmp_path: Path) -> None:
    """https://no-color.org: set and not empty."""
    with_colour = doehouse("--help", env={**os.environ, "FORCE_COLOR": "1"}).stdout
    without = doehouse("--help", env={**os.environ, "FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    coloured = re.compile("\x1b\\[[0-9;]*3[0-7]m")
    assert coloured.search(with_colour)
    assert not coloured.search(without)


def test_help_of_a_night_names_its_options() -> None:
    shown = doehouse_here("night", "--help").stdout
    for option in (
        "--logs",
        "--studies",
        "--house",
        "--folder",
        "--all",
        "--accept",
        "--pages",
        "--gone-share",
    ):
        assert option in shown


@pytest.mark.parametrize(
    "words", [["nonsense"], ["night", "--nonsense"], ["night", "extra"], ["rollback", "yesterday"]]
)
def test_wrong_usage_has_exit_code_2_and_says_nothing_on_stdout(words: list[str]) -> None:
    ended = doehouse_here(*words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr and "Traceback" not in ended.stderr


def test_a_small_night_from_the_command_line(tmp_path: Path) -> None:
    """A whole night, pages and all, in a process of its own, which loads no Prefect; then one with nothing to do."""
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    write_study(
        order.studies,
        "pumps",
        folders="pump_{run}",
        factors={"Speed": ["1", "2"]},
        responses={"y": {"metric": "y"}},
    )
    for run in (1, 2):
        points = {f"job-{run}-{place}": {"y": [run + place / 10]} for place in (0, 1)}
        write_folder(order.logs, f"pump_{run}", points)
    ended, (loaded,) = modules_after(["night", *places(order)])
    assert "prefect" not in loaded
    first, *rest = ended.stdout.splitlines()
    assert first.startswith("Night 1: 2 folders seen, 2 new, ") and "2 accepted" in first
    assert "  Speed " in ended.stdout and rest[-2:] == [
        f"Warehouse: {order.house}/warehouse.duckdb",
        f"Pages: {order.house}/site/index.html",
    ]
    assert "2 folders seen, 2 new, 0 to load again" in ended.stderr
    logged = (order.house / "night.log").read_text()
    assert all(line in logged for line in (*ended.stdout.splitlines(), *ended.stderr.splitlines()))
    assert (order.house / "site" / "index.html").is_file()
    assert ask(order, "select count(*) from pumps") == [(4,)]

    again = doehouse("night", *places(order))
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.splitlines()[0] == "Nothing new: 2 folders seen, no row changed."
    assert len(House.at(order.house).all_versions()) == 1


def test_a_server_that_does_not_answer_is_told_and_the_night_goes_on(second_night: Order) -> None:
    environment = os.environ | {"PREFECT_API_URL": "http://127.0.0.1:9/api"}
    ended = doehouse("night", *places(second_night), env=environment)
    assert (ended.returncode, ended.stdout.splitlines()[0]) == (
        0,
        "Nothing new: 8 folders seen, no row changed.",
    )
    assert ended.stderr == (
        "http://127.0.0.1:9/api: Prefect's server does not answer; the night goes on without it\n"
    )


def test_a_night_with_nothing_new_loads_nothing_heavy(second_night: Order) -> None:
    assert not modules_of("night", *places(second_night)) & HEAVY


def test_a_log_root_that_is_missing_has_exit_code_1(second_night: Order) -> None:
    ended = doehouse_here("night", *places(second_night._replace(logs=second_night.logs / "nowhere")))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("doehouse: ") and "expected the log root" in ended.stderr


def test_a_study_that_is_refused_has_exit_code_1_and_names_the_file(second_night: Order) -> None:
    edit(second_night.studies / "fltk_2_4_1.toml", lambda text: text.replace('"D = ABC"', '"D = ABX"'))
    ended = doehouse_here("night", *places(second_night))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "fltk_2_4_1.toml: generators: found" in ended.stderr and "Traceback" not in ended.stderr


def test_a_folder_that_is_not_there_is_wrong_usage(second_night: Order) -> None:
    ended = doehouse_here("night", *places(second_night), "--folder", "exp_99")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--folder exp_99: no such folder" in ended.stderr


def test_a_folder_that_is_still_there_cannot_be_forgotten(second_night: Order) -> None:
    ended = doehouse_here("forget", "exp_11", *places(second_night))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "is still there, expected it gone" in ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        *(["night", option, ""] for option in ("--logs", "--studies", "--house")),
        ["night", "--logs="],
        ["night", "--logs", " "],
        ["doctor", "--house", ""],
        ["export", ""],
        ["sql", "select 1", "--parquet", ""],
        ["forget", "exp_11", "--logs", ""],
    ],
    ids=" ".join,
)
def test_an_empty_path_is_refused_by_name_and_is_not_the_current_folder(
    words: list[str], tmp_path: Path
) -> None:
    ended = doehouse_here(*words, cwd=tmp_path)
    assert (ended.returncode, ended.stdout, list(tmp_path.iterdir())) == (2, "", [])
    name = next((word.rstrip("=") for word in reversed(words) if word.startswith("--")), "a path")
    assert ended.stderr.startswith(f"doehouse: {name}: found an empty text, expected a path."), ended.stderr


@pytest.mark.parametrize("name", ["DOEHOUSE_LOGS", "DOEHOUSE_STUDIES", "DOEHOUSE_HOUSE"])
def test_an_empty_variable_is_refused_by_name(name: str, tmp_path: Path) -> None:
    ended = doehouse_here("night", cwd=tmp_path, env=os.environ | {name: ""})
    assert (ended.returncode, ended.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert ended.stderr.startswith(f"doehouse: {name}: found an empty text"), ended.stderr


def test_places_can_be_told_by_the_environment(published_house: Summary) -> None:
    environment = os.environ | {"DOEHOUSE_HOUSE": str(published_house.house.root)}
    assert doehouse_here("sql", "select 42 as x", "--csv", env=environment).stdout == "x\n42\n"


def test_doctor_finds_a_fresh_house_well(second_night: Order) -> None:
    ended = doehouse_here("doctor", "--house", second_night.house)
    assert ended.returncode == 0, ended.stdout
    assert [line.split(":")[0].split() for line in ended.stdout.splitlines()] == [
        ["well", "libraries"],
        ["well", "file", "system"],
        ["well", "version"],
        ["well", "held", "back"],
        ["well", "pages"],
        ["well", "older", "versions"],
        ["well", "lock"],
        ["well", "freshness"],
    ]


@pytest.mark.parametrize("illness", ["written", "older", "old", "empty"])
def test_doctor_names_what_is_ill(second_night: Order, illness: str) -> None:
    house = House.at(second_night.house)
    if illness == "older":
        shutil.rmtree(second_night.logs / "exp_16")
        spend(second_night)
    if illness in ("written", "older"):
        first = house.all_versions()[0]
        assert (first.name == house.current.readlink().name) == (illness == "written")
        database = first / DATABASE
        database.chmod(0o644)
        database.write_bytes(database.read_bytes() + b"\0")
    elif illness == "old":
        os.utime(second_night.house / ".last-success", (0, 0))
    else:
        shutil.rmtree(second_night.house)
        second_night.house.mkdir()
    ended = doehouse_here("doctor", "--house", second_night.house)
    assert ended.returncode == 1
    told = {
        "written": "version: .*F404",
        "older": "older versions: .*F404",
        "old": "freshness: .* ago",
        "empty": "version: none published",
    }
    assert re.search(f"ILL   ?{told[illness]}", ended.stdout), ended.stdout


def hold_back(order: Order, *folders: str) -> None:
    """Spend a night after which these folders are held back."""
    for folder in folders:
        edit(order.logs / folder / "stop.log", lambda text: text[:20])
    assert spend(order).night["folders_held"] == len(folders)


def test_a_night_with_nothing_new_and_doctor_tell_what_is_held_back_and_what_to_do(
    second_night: Order,
) -> None:
    hold_back(second_night, "exp_16")
    told = (
        "1 folder (exp_16); what was read before stays. Restore the files that the notices Q321 name, or take what "
        "is there now with `doehouse night --accept exp_16`."
    )
    commands = ["night", *places(second_night)], ["doctor", "--house", second_night.house]
    ended, loaded = modules_after(*commands)
    lines = ended.stdout.splitlines()
    assert lines[:2] == ["Nothing new: 8 folders seen, no row changed.", f"Held back: {told}"]
    assert f"well  held back: {told}" in lines
    assert not set.union(*loaded) & HEAVY


def test_folders_that_are_held_back_are_counted_until_they_are_restored(second_night: Order) -> None:
    stop_log = second_night.logs / "exp_11" / "stop.log"
    text = stop_log.read_text()
    hold_back(second_night, *(f"exp_1{run}" for run in range(1, 7)))
    told = "6 folders (exp_11, exp_12, exp_13, exp_14, exp_15, …); "
    assert f"Held back: {told}" in doehouse_here("night", *places(second_night)).stdout
    assert "`doehouse night --accept F`" in doehouse_here("doctor", "--house", second_night.house).stdout
    edit(stop_log, lambda _: text)
    spend(second_night)
    assert "Held back: 5 folders (exp_12, " in doehouse_here("night", *places(second_night)).stdout


def test_doctor_tells_of_a_warehouse_that_cannot_say_what_is_held_back(tmp_path: Path) -> None:
    house = House.at(tmp_path / "house")
    recover(house)
    (house.staging / DATABASE).write_text("no database")
    (house.staging / "site").mkdir()
    publish(house, {})
    ended = doehouse_here("doctor", "--house", house.root)
    assert (ended.returncode, ended.stderr) == (1, "")
    (line,) = [line for line in ended.stdout.splitlines() if "held back" in line]
    assert line.startswith("ILL   held back: ") and "cannot be opened by DuckDB" in line
    assert line.endswith("go back with `doehouse rollback`, or restore a backup.")


@pytest.mark.parametrize(
    "words", [["sql", "select 1"], ["sql"], ["export", "out"], ["night", "--logs", "logs"]]
)
def test_every_command_tells_of_a_warehouse_that_this_duckdb_cannot_read(
    words: list[str], tmp_path: Path
) -> None:
    house = House.at(tmp_path / "house")
    recover(house)
    write_study(
        tmp_path / "studies",
        "a",
        folders="a_{run}",
        factors={"F": ["1", "2"]},
        responses={"y": {"metric": "y"}},
    )
    (tmp_path / "logs").mkdir()
    (house.staging / DATABASE).write_text("no database")
    (house.staging / "site").mkdir()
    publish(house, {"schema": schema_digest()})
    words += ["--studies", "studies"] if "night" in words else []
    ended = doehouse_here(*words, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(
        f"doehouse: {house.versions}/000001/{DATABASE}: cannot be opened by DuckDB"
    )
    assert "Traceback" not in ended.stderr


def test_rollback_goes_back_one_version_and_the_next_night_builds_on_it(second_night: Order) -> None:
    shutil.rmtree(second_night.logs / "exp_16")
    spend(second_night)
    assert ask(second_night, "select count(*) from runs where is_gone") == [(1,)]
    ended = doehouse_here("rollback", "--house", second_night.house)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"current: {second_night.house}/versions/000001\n"
    assert ask(second_night, "select count(*) from runs where is_gone") == [(0,)]
    assert spend(second_night).night["folders_gone"] == 1
    assert len(verdicts(second_night)) == 8


def test_rollback_without_an_older_version_is_wrong_usage(second_night: Order) -> None:
    ended = doehouse_here("rollback", "--house", second_night.house)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "found no older version" in ended.stderr


def test_export_writes_every_relation_as_parquet(published_house: Summary, tmp_path: Path) -> None:
    ended = doehouse_here("export", tmp_path / "all", "--house", published_house.house.root)
    assert (ended.returncode, ended.stderr) == (0, "")
    written = {Path(line).stem: Path(line) for line in ended.stdout.splitlines()}
    assert {"points", "runs", "fltk_2_4_1", "observations", "effects"} <= written.keys()
    assert pl.read_parquet(written["fltk_2_4_1"]).height == 32
    assert pl.read_parquet(written["points"]).height == 480


def test_open_names_the_page_it_opens(published_house: Summary) -> None:
    ended = doehouse("open", "--house", published_house.house.root, env=os.environ | {"BROWSER": "true"})
    page = Path(ended.stdout.strip())
    assert ended.returncode == 0
    assert page == published_house.house.warehouse.resolve().parent / "site" / "index.html"
    assert page.is_file() and (page.parents[1] / DATABASE).is_file()
