"""Record fio 3.33 (Debian's package): python record.py, with fio on PATH."""

import csv
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
OPTIONS = [
    "--ioengine=psync",
    "--size=8m",
    "--filename=data",
    "--percentile_list=50:99",
    "--output-format=json,terse",
]


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    rows = []
    for replicate in (1, 2):
        for block in ("4k", "64k"):
            jobs = [
                each for pattern in ("read", "randread") for each in (f"--name={pattern}", f"--rw={pattern}")
            ]
            command = ["fio", *OPTIONS, f"--bs={block}", jobs[0], jobs[1], jobs[2], jobs[3], "--stonewall"]
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
            lines = done.stdout.splitlines()
            terse = [line.split(";") for line in lines if line.startswith("3;fio")]
            kept = [line for line in lines if not line.startswith("3;fio")]
            (logs / f"bs-{block}-{replicate}.json").write_text("\n".join(kept) + "\n")
            # fields of terse output 3, from 1: 3 job, 7 read bandwidth in KiB/s, 8 IOPS, 9 runtime in ms
            rows += [[block, each[2], replicate, each[6], each[8]] for each in terse]
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [["bs", "rw", "replicate", "Bandwidth", "Runtime"], *rows]
        )


main()
