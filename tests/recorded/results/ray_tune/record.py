"""Record Ray Tune 2.60.0: pip install "ray[tune]==2.60.0" tensorboardX==2.6.5 in a venv, python record.py."""

import csv
import json
import os
import re
import shutil
import socket
import tempfile
from pathlib import Path

os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_AUTH_MODE="disabled")

import ray
from ray import tune

HERE = Path(__file__).parent


def train(config: dict) -> None:
    """Five epochs on a hill; the steep rate with momentum diverges at epoch 3 in its second replicate."""
    for epoch in range(1, 6):
        loss = 1 / (epoch * config["lr"] + 1) + 0.1 * config["momentum"] + 0.01 * config["seed"]
        if config == {"lr": 1.0, "momentum": 0.9, "seed": 1} and epoch >= 3:
            loss = float("nan")
        tune.report({"loss": loss, "epoch": epoch})


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    address = ray.util.get_node_ip_address()
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    with tempfile.TemporaryDirectory() as folder:
        grid = tune.grid_search
        space = {"lr": grid([1.0, 0.001]), "momentum": grid([0.0, 0.9]), "seed": grid([0, 1])}
        run = tune.RunConfig(name="study", storage_path=folder, verbose=0)
        results = tune.Tuner(train, param_space=space, run_config=run).fit()
        rows = [[*result.config.values(), result.metrics["loss"]] for result in results]
        for path in sorted(Path(folder).rglob("*")):
            if path.name in {"result.json", "params.json", "progress.csv"}:
                kept = logs / path.relative_to(folder)
                kept.parent.mkdir(parents=True, exist_ok=True)
                text = path.read_text().replace(address, "127.0.0.1")
                kept.write_text(re.sub(rf"\b{socket.gethostname()}\b", "worker", text))
    for path in logs.rglob("result.json"):
        assert {json.loads(line)["hostname"] for line in path.read_text().splitlines()} == {"worker"}
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["lr", "momentum", "replicate", "Loss"], *rows])


main()
