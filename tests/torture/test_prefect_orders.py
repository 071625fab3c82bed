"""Prefect's server and worker come up and die in any order, as units with Restart=always do: the next night publishes."""

import os
import signal
import subprocess
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from flows.house.house import House
from tests.commands import doehouse
from tests.houses import ROOT
from tests.prefect_server import PrefectServer, wait_for
from tests.torture.folders import write_least_study, write_small_folder

ORDERS = (("server", "worker"), ("worker", "server"))


class Units:
    """Server and worker as systemd keeps them: what ends by itself is started again."""

    def __init__(self, place: Path) -> None:
        self.place, self.server = place, PrefectServer(place / "home")
        self.words = {
            "server": ("server", "start", "--port", str(self.server.port)),
            "worker": ("worker", "start", "--pool", "doehouse", "--type", "process"),
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        self.server.start(*self.words[name], cwd=self.place)
        self.running[name] = self.server.processes[-1]

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.server.processes.remove(process)

    def wait_for(self, what: Callable[[], Any], told: str) -> None:
        def kept_running() -> Any:
            for name, process in list(self.running.items()):
                if process.poll() is not None:
                    self.server.processes.remove(process)
                    self.start(name)
            return what()

        wait_for(kept_running, 400, told)


def has_versions(house: House, count: int) -> bool:
    return len(house.all_versions()) == count


def test_server_and_worker_come_and_go_in_any_order(
    tmp_path: Path, figures: dict[str, str], is_full: bool
) -> None:
    if not is_full:
        pytest.skip(
            "takes some minutes: `make torture` runs it, and tests/flows/test_deployment.py one order"
        )
    (tmp_path / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")  # has the server's settings
    write_least_study(tmp_path / "studies")
    house = House.at(tmp_path / "house")
    places = [word for name in ("logs", "studies", "house") for word in (f"--{name}", tmp_path / name)]
    units = Units(tmp_path)
    nights = 0
    try:
        for up, down in product(ORDERS, ORDERS):
            for name in up:
                units.start(name)
            units.wait_for(units.server.is_up, "the server does not answer")
            for run in (1, 2):
                write_small_folder(tmp_path / "logs", f"{run}_{nights}")
            if not nights:
                ended = doehouse("deploy", *places, env=units.server.environment)
                assert ended.returncode == 0, ended.stderr
            units.server.run(("deployment", "run", "nightly/nightly"), cwd=tmp_path)
            nights += 1
            units.wait_for(partial(has_versions, house, nights), "no night has published")
            for name in down:
                units.kill(name)
    finally:
        units.server.stop()
    figures["Prefect's units"] = (
        f"started and killed in {nights} orders of server and worker: {nights} nights published"
    )
