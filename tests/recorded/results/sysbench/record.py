"""Record sysbench 1.0.20 (Debian's package): python record.py, with sysbench on PATH."""

import csv
import re
import shutil
import subprocess
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    rows = []
    for threads, prime, replicate in product(("1", "2"), ("2000", "4000"), (1, 2)):
        options = [f"--threads={threads}", f"--cpu-max-prime={prime}", "--time=1"]
        done = subprocess.run(
            ["sysbench", "cpu", *options, "run"], check=True, capture_output=True, text=True
        )
        (logs / f"threads{threads}_prime{prime}_{replicate}.txt").write_text(done.stdout)
        told = [
            re.findall(pattern, done.stdout)
            for pattern in (r"events per second: +([0-9.]+)", r"total time: +([0-9.]+)s")
        ]
        rows.append([threads, prime, replicate, *(each for (each,) in told)])
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [["threads", "prime", "replicate", "Events", "Seconds"], *rows]
        )


main()
