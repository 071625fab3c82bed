"""Record pyperf 2.11.0: python record.py."""

import csv
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import pyperf

HERE = Path(__file__).parent
FEW = ["-p", "2", "-n", "2", "-w", "1"]  # processes, values, warm-ups


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    rows = []
    for kind, size in product(("list", "tuple"), ("100", "1000")):
        path = logs / f"{kind}_{size}.json"
        timed = f"sum({kind}(range({size})))"
        command = [sys.executable, "-m", "pyperf", "timeit", "-q", *FEW, "--name", timed, "-o", path, timed]
        subprocess.run(command, check=True, capture_output=True)
        text = path.read_text()
        hostname = pyperf.Benchmark.load(str(path)).get_metadata()["hostname"]
        text = text.replace(f'"hostname":"{hostname}"', '"hostname":"worker"')
        path.write_text(text.replace(sys.executable, "python").replace(sys.base_prefix, "/usr/local"))
        rows += [[kind, size, repr(value)] for value in pyperf.Benchmark.load(str(path)).get_values()]
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["kind", "size", "Seconds"], *rows])


main()
