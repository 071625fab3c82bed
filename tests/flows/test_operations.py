"""docs/operations.md says what the commands take, and the files that it names are there and can be started."""

import re
import shlex
import subprocess
from functools import cache
from pathlib import Path

import pytest
import yaml

from expectations.promises import PROMISES
from flows.house.disk import REMOTE
from flows.house.versions import KEPT_MONTHS, KEPT_VERSIONS, KEPT_WEEKS
from flows.reading.notices.findings import MEANINGS
from flows.records.night_log import MOST_BYTES
from tests.commands import doehouse_here
from tests.houses import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.S)
COMPOSE = yaml.safe_load((ROOT / "docs" / "compose.yaml").read_text())


def commands() -> list[list[str]]:
    """The words after `doehouse` wherever the page says one: in blocks, and between back quotes."""
    said = [line for kind, block in BLOCKS if kind in ("sh", "cron") for line in block.splitlines()]
    said += [
        f"doehouse {each}" for each in re.findall(r"`(?:doehouse )?((?:night|rollback|forget) [^`]*)`", PAGE)
    ]
    found = [re.search(r"(?:^|/|exec worker \S*)doehouse ([a-z].*)", line.split("#")[0]) for line in said]
    return [shlex.split(each[1].split("&&")[0]) for each in found if each]


@cache
def help_of(command: str) -> str:
    ended = doehouse_here(command, "--help")
    assert ended.returncode == 0, command
    return ended.stdout


def test_every_command_of_the_page_takes_its_options() -> None:
    found = commands()
    assert {words[0] for words in found} >= {
        *("night", "deploy", "backup", "restore", "pin", "rollback", "export", "import", "forget"),
    }
    for words in found:
        for option in (word for word in words if word.startswith("--")):
            assert re.search(rf"{option}\b", help_of(words[0])), words


@pytest.mark.parametrize("block", [block for kind, block in BLOCKS if kind == "sh"])
def test_every_block_of_shell_is_one(block: str) -> None:
    subprocess.run(["bash", "-n"], input=block, text=True, check=True)


def test_the_page_names_files_codes_and_numbers_as_they_are() -> None:
    for path in re.findall(r"`((?:docs|tests)/[\w./-]+)`", PAGE):
        assert (ROOT / path).exists(), path
    for name in re.findall(r"/opt/doehouse/(docs/\S+)", PAGE):
        assert list(ROOT.glob(name)), name
    for code in re.findall(r"\b[QRW][123]\d\d\b", PAGE):
        assert code in MEANINGS
    assert "FRE-1" in PROMISES and "FRE-1" in PAGE
    assert (KEPT_VERSIONS, KEPT_WEEKS, KEPT_MONTHS) == (7, 5, 12)
    assert "last seven versions, the newest of each of five weeks and of twelve months" in PAGE
    assert MOST_BYTES == 2**20 and "at most 2 MiB" in PAGE
    assert {"nfs", "smb3", "9p", "fuse.sshfs", "fuse.s3fs"} <= REMOTE


def test_the_record_files_it_lists_are_those_of_a_house(published_house: object) -> None:
    listed = set(
        re.findall(
            r"^\| (`[^|]+`) \|", PAGE.split("In the house, beside")[1].split("`doehouse doctor`")[0], re.M
        )
    )
    names = {name for cell in listed for name in re.findall(r"`([^`]+)`", cell)}
    root: Path = published_house.house.root  # type: ignore[attr-defined]
    assert names - {"night.log.1"} <= {path.name for path in root.iterdir()}
    assert {path.name for path in root.iterdir() if path.is_file() and not path.is_symlink()} <= {
        *names,
        ".lock",
    }


def test_what_the_containers_start_takes_its_words() -> None:
    for service in COMPOSE["services"].values():
        program, *words = service["command"]
        command = [ROOT / ".venv" / "bin" / Path(program).name, *words, "--help"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert all(word in shown for word in words if word.startswith("--"))


def test_containers_come_back_keep_what_they_wrote_and_are_for_this_machine_alone() -> None:
    server, worker = COMPOSE["services"]["server"], COMPOSE["services"]["worker"]
    mounted = [each.split(":")[0] for service in (server, worker) for each in service["volumes"]]
    assert {"prefect", "house"} <= set(mounted) and set(COMPOSE["volumes"]) == {"prefect", "house"}
    assert all(
        each["restart"] == "unless-stopped" and each["logging"]["options"]["max-size"]
        for each in (server, worker)
    )
    assert server["ports"] == ["127.0.0.1:4200:4200"]
    assert worker["depends_on"]["server"]["condition"] == "service_healthy"
    assert ":?}" in server["environment"]["PREFECT_SERVER_API_AUTH_STRING"], "no server without a login"
    assert all("make" in each["build"]["dockerfile_inline"] for each in (server, worker))
