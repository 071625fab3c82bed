"""Record Sacred 0.8.7's FileStorageObserver: pip install sacred==0.8.7 setuptools==75.8.0 in a venv, python record.py."""

import csv
import itertools
import json
import logging
import shutil
import socket
from pathlib import Path

from sacred import Experiment
from sacred.observers import FileStorageObserver

HERE = Path(__file__).parent
LOGS = HERE / "logs"
experiment = Experiment("study", save_git_info=False)
experiment.logger = logging.getLogger("study")


@experiment.config
def config():
    optimizer = {"name": "sgd", "lr": 0.1}  # noqa: F841
    replicate = 0  # noqa: F841


@experiment.main
def train(_run, optimizer, replicate):
    for step in range(1, 4):
        _run.log_scalar("loss", 1 / (step + optimizer["lr"]), step)
    if optimizer["name"] == "adam" and replicate == 1 and optimizer["lr"] == 0.1:
        raise ArithmeticError("diverged")
    return 0.5 + optimizer["lr"] + 0.1 * (optimizer["name"] == "adam") + replicate / 100


def main() -> None:
    shutil.rmtree(LOGS, ignore_errors=True)
    experiment.observers.append(FileStorageObserver(LOGS, copy_sources=False))
    rows = []
    for name, lr, replicate in itertools.product(("sgd", "adam"), (0.1, 0.001), (0, 1)):
        updates = {"optimizer": {"name": name, "lr": lr}, "replicate": replicate}
        try:
            run = experiment.run(config_updates=updates)
        except ArithmeticError:
            continue
        rows.append([name, lr, replicate, run.result])
    for path in LOGS.rglob(
        "*.json"
    ):  # Sacred keeps the name, the folders and the processor of the machine it ran on
        record = json.loads(path.read_text())
        if path.name == "run.json":
            record["host"] = {"hostname": "worker", "os": ["Linux", "Linux"]}
            record["experiment"]["base_dir"] = "/home/worker/study"
            record["meta"]["options"]["--file_storage"] = record["meta"]["options"].get("--file_storage")
            record.pop("fail_trace", None)
            path.write_text(json.dumps(record, indent=2))
        assert socket.gethostname() not in path.read_text().split('"')
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["optimizer", "lr", "replicate", "Result"], *rows])


main()
