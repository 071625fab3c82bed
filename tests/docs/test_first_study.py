"""The tutorial's commands, run as they stand, on folders as PyTorch's writer leaves them."""

import re
import shlex
from pathlib import Path
from random import Random

import pytest

from tests.commands import doehouse_here
from tests.houses import ROOT
from tests.log_folders import write_events

PAGE = (ROOT / "docs" / "first-study.md").read_text()
COMMANDS = [
    shlex.split(line.removeprefix(".venv/bin/doehouse "))
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if line.startswith(".venv/bin/doehouse")
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place, chance = tmp_path_factory.mktemp("tutorial"), Random(3)
    for lr in ("0.1", "0.01"):
        for bs in ("32", "128"):
            for seed in (0, 1):
                values = [0.8 + (0.1 if lr == "0.01" else 0) + chance.gauss(0, 0.01) for _ in range(3)]
                write_events(
                    place / "digits" / f"lr={lr}_bs={bs}_seed{seed}", f"{lr}{bs}{seed}", {"val/acc": values}
                )
    return place


def test_the_tutorial_does_what_it_says(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (house,) = re.findall(r"^export DOEHOUSE_HOUSE=(\w+)", PAGE, re.MULTILINE)
    monkeypatch.setenv("DOEHOUSE_HOUSE", house)
    assert [words[0] for words in COMMANDS] == ["init", "check", "night", "open", "sql", "sql", "design"]
    for words in COMMANDS:
        if words[0] == "open":
            continue  # a browser
        ended = doehouse_here(*words, cwd=place)
        assert ended.returncode == 0, (words, ended.stderr)
        if words[0] == "init":
            written = (place / "studies" / "digits.toml").read_text()
            plain = [
                line.partition("  #")[0].rstrip() for line in written.splitlines() if not line.startswith("#")
            ]
            for line in re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1].splitlines():  # type: ignore[index]
                assert line in plain, written
        if words[0] == "check":
            assert "8 folders" in ended.stdout or "8 of 8" in ended.stdout, ended.stdout
    assert "Accuracy" in (place / house / "site" / "digits" / "index.html").read_text()
    assert len((place / "sheet.csv").read_text().splitlines()) == 9
