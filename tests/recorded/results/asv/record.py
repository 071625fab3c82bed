"""Record asv 0.6.6: pip install asv==0.6.6 in a venv, python record.py, with git on PATH."""

import ast
import csv
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.results import iter_results

HERE = Path(__file__).parent
BENCHMARKS = """
import heapq

class Order:
    params = ([100, 10000], ["sorted", "heap"])
    param_names = ["size", "algorithm"]
    number, repeat, warmup_time = 1, (3, 3, 1.0), 0.0

    def setup(self, size, algorithm):
        if size == 10000 and algorithm == "heap":
            raise NotImplementedError
        self.data = [(i * 7919) % size for i in range(size)]

    def time_order(self, size, algorithm):
        {"sorted": sorted, "heap": lambda data: heapq.nsmallest(size, data)}[algorithm](self.data)

    def track_length(self, size, algorithm):
        return len(self.data)
"""
CONF = {
    "version": 1,
    "project": "study",
    "repo": ".",
    "branches": ["main"],
    "benchmark_dir": "benchmarks",
    "environment_type": "existing",
}
MACHINE = {"machine": "worker", "os": "Linux", "arch": "x86_64", "cpu": "", "num_cpu": "2", "ram": ""}


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "benchmarks").mkdir()
        (folder / "benchmarks" / "__init__.py").touch()
        (folder / "benchmarks" / "order.py").write_text(BENCHMARKS)
        (folder / "asv.conf.json").write_text(json.dumps(CONF))
        (folder / ".asv-machine.json").write_text(json.dumps({"worker": MACHINE, "version": 1}))
        os.environ.update(HOME=name, GIT_AUTHOR_NAME="worker", GIT_AUTHOR_EMAIL="worker@example.org")
        os.environ.update(GIT_COMMITTER_NAME="worker", GIT_COMMITTER_EMAIL="worker@example.org")

        def call(*command: str) -> str:
            done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
            return done.stdout.strip()

        call("git", "init", "-q", "-b", "main")
        for night in (1, 2):
            call("git", "add", "benchmarks", "asv.conf.json")
            call("git", "commit", "-q", "--allow-empty", "-m", f"night {night}")
            run = ("run", "--machine", "worker", "-E", f"existing:{sys.executable}")
            call(sys.executable, "-m", "asv", *run, "--set-commit-hash", call("git", "rev-parse", "HEAD"))
        environment = sys.executable.replace("/", "_")
        for path in sorted(
            (folder / "results").rglob("*.json")
        ):  # asv keeps the path of the interpreter in names
            text = (
                path.read_text()
                .replace(sys.executable, "/usr/bin/python3")
                .replace(environment, "_usr_bin_python3")
            )
            kept = logs / path.relative_to(folder).with_name(
                path.name.replace(environment, "_usr_bin_python3")
            )
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(text)
    with (HERE / "expected.csv").open("w", newline="") as file:
        header = ["size", "algorithm", "replicate", "Seconds", "Length"]
        csv.writer(file, lineterminator="\n").writerows([header, *observations(logs / "results")])


def observations(results: Path) -> list[list[object]]:
    """As asv reads its own files; the combination that skips itself has NaN."""
    conf = Config.from_json({**CONF, "results_dir": str(results)})
    parameters = Benchmarks.load(conf)["order.Order.time_order"]["params"]
    rows = []
    for commit in sorted(iter_results(str(results / "worker")), key=lambda each: each.date):
        times = commit.get_result_value("order.Order.time_order", parameters)
        lengths = commit.get_result_value("order.Order.track_length", parameters)
        for levels, seconds, length in zip(itertools.product(*parameters), times, lengths, strict=True):
            if seconds == seconds:
                rows.append(
                    [*(ast.literal_eval(level) for level in levels), commit.commit_hash[:8], seconds, length]
                )
    return rows


main()
