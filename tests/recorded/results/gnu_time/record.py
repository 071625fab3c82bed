"""Record GNU time 1.9 (Debian's package): python record.py, with it as /usr/bin/time or first on PATH."""

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
    for level, lines, replicate in product(("1", "9"), ("300000", "600000"), (1, 2)):
        path = logs / f"level{level}-lines{lines}-{replicate}.txt"
        command = f"seq {lines} | gzip -{level} > /dev/null"
        subprocess.run([shutil.which("time") or "time", "-v", "-o", path, "sh", "-c", command], check=True)
        text = path.read_text()
        ((minutes, seconds),) = re.findall(r"Elapsed .*: ([0-9]+):([0-9.]+)$", text, re.M)
        (size,) = re.findall(r"Maximum resident set size \(kbytes\): ([0-9]+)", text)
        rows.append([level, lines, replicate, int(minutes) * 60 + float(seconds), size])
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [["level", "lines", "replicate", "Elapsed", "Memory"], *rows]
        )


main()
