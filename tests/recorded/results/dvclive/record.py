"""Record DVCLive 3.49.1: pip install dvclive==3.49.1 in a venv, python record.py."""

import csv
import itertools
import os
import shutil
import tempfile
from pathlib import Path

os.environ["DVCLIVE_LOGLEVEL"] = "ERROR"

from dvclive import Live

HERE = Path(__file__).parent


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for lr, depth, seed in itertools.product((0.1, 0.001), (2, 18), (0, 1)):
            live = Live(
                f"runs/lr{lr}-depth{depth}-{seed}", save_dvc_exp=False, dvcyaml=None, monitor_system=False
            )
            with live:
                live.log_params({"lr": lr, "model": {"depth": depth}, "seed": seed})
                for epoch in range(3):
                    live.log_metric("train/loss", 1 / (epoch + 1 + lr))
                    live.log_metric("eval/accuracy", 0.5 + 0.1 * epoch + lr / 3 + depth / 100 + seed / 1000)
                    live.next_step()
                if lr == 0.1 and depth == 18 and seed == 1:
                    live.log_metric("eval/accuracy", float("nan"))
            rows.append([lr, depth, seed, live.summary["eval"]["accuracy"]])
        os.chdir(HERE)
        shutil.copytree(Path(folder) / "runs", logs / "runs")
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["lr", "depth", "replicate", "Accuracy"], *rows])


main()
