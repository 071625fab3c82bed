"""Where and in which order tests are run, the sample's published house, a Prefect server and a browser for all of them."""

import os
import re
import shutil
from collections.abc import Iterator
from functools import cache
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest

from flows.night import Order, Summary, night
from flows.warehouse.warehouse import Warehouse, open_published
from tests.houses import NOW, ROOT, SAMPLE, STUDIES
from tests.made_once import made_once
from tests.prefect_server import LOGIN, PrefectServer, wait_for

MEMORY = Path("/dev/shm")
ROOM = 4 << 30  # bytes; a run takes a sixth of it
LONG = {
    "test_browser.py",
    "test_cluster.py",
    "test_paper.py",
    "test_bucket.py",
    "test_share.py",
    "test_site.py",
}


def pytest_configure() -> None:
    """Temporary folders lie in memory where there is room; what plays with a disk makes its own."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begin, so that no worker is left with them at the end."""

    def rank(item: pytest.Item) -> int:
        is_long = "torture" in item.path.parts or item.path.name in LONG
        return 0 if is_prefects(item.path) else 1 if is_long else 2

    items.sort(key=rank)


@cache
def is_prefects(file: Path) -> bool:
    """Whether tests of the file ask for the server, which is more than to import from its module."""
    return re.search(r"(?<!tests\.)prefect_server", file.read_text()) is not None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `-n 2` a worker has all tests of a file, and one of them all those of Prefect's server.

    xdist has the mark `xdist_group` for that, which pytest 9.2 made void (pytest-xdist issue 1386).
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::")[0]
            return "prefect" if is_prefects(config.rootpath / file) else file

    config.option.loadscopereorder = False
    return ByFile(config, log)


@pytest.fixture(scope="session")
def published_house(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """The summary of one night on the sample; its house is shared by all tests, so it is only to be read."""
    return made_once(
        tmp_path_factory, "published", lambda place: night(Order(SAMPLE, STUDIES, place / "house"), NOW)
    )


@pytest.fixture(scope="session")
def warehouse(published_house: Summary, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The published warehouse of the sample, to be read.

    By a link: DuckDB has one instance a path and process, and commands that a test calls lock the settings of theirs.
    """
    link = tmp_path_factory.mktemp("read") / "warehouse.duckdb"
    link.hardlink_to(published_house.house.warehouse.resolve())
    with open_published(link) as opened:
        yield opened


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """An order on private copies of the sample's folders and study, for a house that is not there yet."""
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    shutil.copytree(SAMPLE, order.logs)
    shutil.copytree(STUDIES, order.studies)
    return order


@pytest.fixture
def second_night(order: Order, published_house: Summary) -> Order:
    """The same after one night."""
    shutil.copytree(published_house.house.root, order.house, symlinks=True)
    return order


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A Prefect server, which is also that of flows called in this process."""
    from prefect.settings import (
        PREFECT_API_AUTH_STRING,
        PREFECT_API_URL,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        temporary_settings,
    )
    from prefect.utilities.asyncutils import run_coro_as_sync

    place = tmp_path_factory.mktemp("prefect")
    (place / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")  # has the server's settings
    server = PrefectServer(place / "home")
    server.start("server", "start", "--port", str(server.port), cwd=place)
    here = {
        PREFECT_API_URL: server.api,
        PREFECT_API_AUTH_STRING: LOGIN,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,  # every flow ends a second late while its heartbeat sleeps
    }
    try:
        wait_for(server.is_up, 300, "the server does not answer")
        with temporary_settings(here):
            yield server
            run_coro_as_sync(send_the_rest())
    finally:
        server.stop()


async def send_the_rest() -> None:
    """What flows called here have still to tell a server, which would be tried for long once it is gone."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for rest in (APILogWorker.instance().drain(), EventsWorker.drain_all()):
        if isawaitable(rest):
            await rest


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium, as `make test` installs it."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    assert path, "chromium is missing: install Debian's package chromium, or run `make test`, which does"
    switches = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync"
    )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=switches.split())
        yield opened
        opened.close()
