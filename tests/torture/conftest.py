"""Figures that the tests measure; `make torture` prints them as one table."""

import os

import pytest

FIGURES: dict[str, str] = {}
IS_FULL = os.environ.get("DOEHOUSE_TORTURE") == "full"


@pytest.fixture(scope="session")
def figures() -> dict[str, str]:
    """What was measured, by the name of the trial."""
    return FIGURES


@pytest.fixture(scope="session")
def is_full() -> bool:
    """Whether the long counts are asked for: DOEHOUSE_TORTURE=full."""
    return IS_FULL


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not FIGURES or "torture" not in str(terminalreporter.config.args):
        return
    terminalreporter.section("doehouse under torture" + (", full counts" if IS_FULL else ""))
    width = max(map(len, FIGURES))
    for name, figure in FIGURES.items():
        terminalreporter.write_line(f"| {name:<{width}} | {figure} |")
