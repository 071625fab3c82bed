"""One published house of the sample for all tests, private copies of it, a Prefect server and a browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.night import Order, Summary, night
from flows.warehouse.warehouse import Warehouse, open_published
from tests.houses import NOW, SAMPLE, STUDIES


@pytest.fixture(scope="session")
def published_house(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """The summary of one night on the sample; its house is shared by all tests, so it is only to be read."""
    house = tmp_path_factory.mktemp("published") / "house"
    return night(Order(SAMPLE, STUDIES, house), NOW)


@pytest.fixture(scope="session")
def warehouse(published_house: Summary) -> Iterator[Warehouse]:
    """The published warehouse of the sample, to be read."""
    with open_published(published_house.house.warehouse) as opened:
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
def prefect_server() -> Iterator[None]:
    """A temporary Prefect server for this process."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    # Every flow ends a second late while its heartbeat sleeps.
    with (
        prefect_test_harness(server_startup_timeout=300),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield


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
