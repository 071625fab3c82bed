"""A Dask scheduler and its workers on loopback, as processes of their own that can be killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.houses import ROOT
from tests.prefect_server import die_with_parent, wait_for

# One thread each; neither the nanny's setting of malloc nor the profiler, as docs/scale.md advises.
SETTINGS = {
    "POLARS_MAX_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "false",
    "DASK_DISTRIBUTED__NANNY__PRE_SPAWN_ENVIRON__MALLOC_TRIM_THRESHOLD_": "0",
}


class DaskCluster:
    """A scheduler, its workers and what they are told, in one folder."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.settings = settings
        self.victim = (
            home / "victim"
        )  # whoever writes a process id here has it killed in the middle of a batch
        self.processes: list[subprocess.Popen[bytes]] = []
        told = home / "scheduler.json"
        self.scheduler = self.start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told)
        )
        wait_for(told.exists, 60, "the scheduler does not answer")
        self.address: str = json.loads(told.read_text())["address"]

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        name = f"{words[0]}-{len(self.processes)}"
        place = self.home / name
        place.mkdir()
        environment = {**os.environ, **SETTINGS, "DOEHOUSE_VICTIM": str(self.victim), **self.settings}
        with (self.home / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [Path(sys.executable).with_name("dask"), *words],
                cwd=place,
                env={**environment, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )
        self.processes.append(process)
        return process

    def add_worker(self, *words: str) -> subprocess.Popen[bytes]:
        return self.start(
            "worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard",
            "--memory-limit", "0", "--local-directory", str(self.home), "--preload", "tests.victims", *words,
        )  # fmt: skip

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.send_signal(signal.SIGKILL)
            process.wait()


@contextmanager
def dask_cluster(home: Path, workers: int = 2, *words: str, **settings: str) -> Iterator[DaskCluster]:
    """A scheduler with workers, by default without a nanny."""
    cluster = DaskCluster(home, **settings)
    try:
        for _ in range(workers):
            cluster.add_worker(*(words or ("--no-nanny",)))
        yield cluster
    finally:
        cluster.stop()
