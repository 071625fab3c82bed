"""The systemd units that are shipped: what they start is there, and systemd itself finds no fault where it is installed."""

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.houses import ROOT

UNITS = sorted((ROOT / "docs" / "systemd").glob("doehouse-*"))
HOME = "/opt/doehouse"


def read(unit: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit)
    return parser


def test_the_timer_starts_a_night_and_makes_up_for_a_missed_one() -> None:
    timer = read(ROOT / "docs" / "systemd" / "doehouse-night.timer")
    assert timer["Timer"].getboolean("Persistent")
    assert (ROOT / "docs" / "systemd" / "doehouse-night.service").exists()


@pytest.mark.parametrize(
    "unit", [each for each in UNITS if each.suffix == ".service"], ids=lambda unit: unit.name
)
def test_what_a_unit_starts_takes_its_words(unit: Path) -> None:
    program, *words = shlex.split(read(unit)["Service"]["ExecStart"])
    assert program.startswith(f"{HOME}/.venv/bin/")
    command = [ROOT / ".venv" / "bin" / Path(program).name, *words, "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for option in (word for word in words if word.startswith("--")):
        assert option in shown


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_no_fault(unit: Path, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed here")
    for each in UNITS:  # with a checkout that is there
        (tmp_path / each.name).write_text(
            each.read_text().replace(HOME, str(ROOT)).replace("User=doehouse\n", "")
        )
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
