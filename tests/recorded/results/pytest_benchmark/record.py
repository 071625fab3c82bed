"""Record pytest-benchmark 5.3.1: pip install pytest-benchmark==5.3.1 pytest==9.2.0 in a venv, python record.py."""

import csv
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
BENCHMARK = """
import csv
import pytest

@pytest.mark.parametrize("size", [100, 10000])
@pytest.mark.parametrize("algorithm", ["sorted", "heap"])
def test_order(benchmark, size, algorithm):
    import heapq
    data = [(i * 7919) % size for i in range(size)]
    work = {"sorted": lambda: sorted(data), "heap": lambda: heapq.nsmallest(size, data)}[algorithm]
    assert benchmark.pedantic(work, rounds=4, warmup_rounds=1) == sorted(data)
    stats = benchmark.stats.stats
    with open("seen.csv", "a", newline="") as file:
        csv.writer(file).writerow([size, algorithm, stats.mean, stats.min])
"""
CONFTEST = """
def pytest_benchmark_update_machine_info(config, machine_info):
    machine_info["node"] = machine_info["release"] = "worker"
"""


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    rows = []
    for replicate in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "test_order.py").write_text(BENCHMARK)
            (Path(folder) / "conftest.py").write_text(CONFTEST)
            result = logs / f"night-{replicate}.json"
            command = [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                f"--benchmark-json={result}",
            ]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            with (Path(folder) / "seen.csv").open() as file:
                rows += [
                    [size, algorithm, replicate, mean, least]
                    for size, algorithm, mean, least in csv.reader(file)
                ]
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [["size", "algorithm", "replicate", "Mean", "Min"], *rows]
        )


main()
