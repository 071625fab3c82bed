"""Record Google Benchmark 1.9.5 from its Python wheel: python record.py."""

import csv
import json
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
PROGRAM = """
import sys

import google_benchmark as benchmark

values = eval(sys.argv.pop(1))(range(int(sys.argv.pop(1))))


@benchmark.register
def total(state):
    while state:
        sum(values)


@benchmark.register
@benchmark.option.unit(benchmark.kMicrosecond)
def ordered(state):
    while state:
        sorted(values)


benchmark.main()
"""
FEW = ["--benchmark_min_time=0.01s", "--benchmark_repetitions=2", "--benchmark_out_format=json"]


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    rows = []
    for kind, size in product(("list", "tuple"), ("100", "1000")):
        path = logs / f"kind_{kind}__size_{size}.json"
        command = [sys.executable, "-c", PROGRAM, kind, size, *FEW, f"--benchmark_out={path}"]
        subprocess.run(command, check=True, capture_output=True)
        told = json.loads(path.read_text())
        path.write_text(path.read_text().replace(f'"{told["context"]["host_name"]}"', '"worker"'))
        rows += [
            [kind, size, repr(float(each["real_time"]))]
            for each in told["benchmarks"]
            if each["run_type"] == "iteration" and each["name"] == "total"
        ]
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["kind", "size", "Time"], *rows])


main()
