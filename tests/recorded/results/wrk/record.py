"""Record wrk 4.1.0 (Debian's package): python record.py, with wrk on PATH; it asks Python's http.server on this machine."""

import csv
import re
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
# The tool's own numbers, beside the text that it prints.
DONE = """
done = function(summary, latency, requests)
    io.stderr:write(string.format("%d %d\\n", summary.requests, summary.duration))
end
"""


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.txt").write_text("hi\n")
        (Path(folder) / "done.lua").write_text(DONE)
        serving = [sys.executable, "-m", "http.server", "5998", "--bind", "127.0.0.1", "--directory", folder]
        server = subprocess.Popen(serving, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        for threads, connections, replicate in product(("1", "2"), ("2", "4"), (1, 2)):
            options = [f"-t{threads}", f"-c{connections}", "-d1s", "-s", f"{folder}/done.lua"]
            command = ["wrk", *options, "http://127.0.0.1:5998/x.txt"]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            (logs / f"t{threads}_c{connections}_rep{replicate}.txt").write_text(done.stdout)
            requests, microseconds = map(int, done.stderr.split())
            rate = f"{requests / microseconds * 1e6:.2f}"
            (size,) = re.findall(r"Transfer/sec: +([0-9.]+)KB", done.stdout)
            rows.append([threads, connections, replicate, rate, size])
        server.terminate()
        server.wait()
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["t", "c", "replicate", "Rate", "Transfer"], *rows])


main()
