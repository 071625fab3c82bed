"""Figures that the tests measure; `make torture` prints them as one table."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.house.house import House
from tests.torture.folders import NOW, write_least_study, write_small_folder
from tests.torture.night_server import Ended, NightServer

FIGURES: dict[str, str] = {}
TRIALS = {
    "test_mistakes.py": (
        "mistakes of people",
        "an unmounted, replaced or mostly empty log root, no studies, a changed template or study, a clock behind, "
        "a folder forgotten that is still there",
    ),
    "test_moved.py": ("renames and copies", "each fact is kept and counts once"),
    "test_other_users.py": (
        "other users",
        "writers in the published file, readers without rights, every umask, a house on a remote disk",
    ),
}
COUNTS: Counter[tuple[str, str]] = Counter()
PASSED: Counter[tuple[str, str]] = Counter()
IS_FULL = os.environ.get("DOEHOUSE_TORTURE") == "full"


@pytest.fixture(scope="session")
def figures() -> dict[str, str]:
    """What was measured, by the name of the trial."""
    return FIGURES


@pytest.fixture(scope="session")
def is_full() -> bool:
    """Whether the long counts are asked for: DOEHOUSE_TORTURE=full."""
    return IS_FULL


class Place(NamedTuple):
    """A log root, studies and a house, and the server that carries out their nights."""

    logs: Path
    studies: Path
    house: House
    server: NightServer

    def begin(self, **how: object) -> int:
        return self.server.begin(self.logs, self.studies, self.house.root, NOW, **how)

    def night(self, **how: object) -> Ended:
        return self.server.wait(self.begin(**how))


@pytest.fixture(scope="session")
def server() -> Iterator[NightServer]:
    with NightServer() as started:
        yield started


@pytest.fixture(scope="module")
def places(
    tmp_path_factory: pytest.TempPathFactory, server: NightServer, is_full: bool
) -> Iterator[list[Place]]:
    """A place with folders of both runs, and no night yet; with the long counts two, whose nights go on side by side."""
    root = tmp_path_factory.mktemp("places")
    one = furnish(root / "one", server)
    if not is_full:
        yield [one]
        return
    with NightServer() as other_server:
        yield [one, furnish(root / "other", other_server)]


@pytest.fixture
def place(tmp_path: Path, server: NightServer) -> Place:
    """Folders of both runs, and no night yet."""
    return furnish(tmp_path, server)


def furnish(root: Path, server: NightServer) -> Place:
    for name in ("1_a", "2_a", "1_b", "2_b"):
        write_small_folder(root / "logs", name)
    write_least_study(root / "studies")
    return Place(root / "logs", root / "studies", House.at(root / "house"), server)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Of these files the trials are counted; what they hold is in the table of docs/measured.md."""
    if report.when == "call" and (named := TRIALS.get(Path(report.fspath).name)):
        COUNTS[named] += 1
        PASSED[named] += report.passed
        FIGURES[named[0]] = f"{PASSED[named]} of {COUNTS[named]} trials as decided: {named[1]}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not FIGURES or "torture" not in str(terminalreporter.config.args):
        return
    terminalreporter.section("doehouse under torture" + (", full counts" if IS_FULL else ""))
    width = max(map(len, FIGURES))
    for name, figure in FIGURES.items():
        terminalreporter.write_line(f"| {name:<{width}} | {figure} |")
