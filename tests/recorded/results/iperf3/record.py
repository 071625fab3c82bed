"""Record iperf3 3.12 (Debian's package): python record.py, with iperf3 on PATH; server and client on this machine."""

import csv
import json
import shutil
import subprocess
import time
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    rows = []
    for streams, length, replicate in product(("1", "2"), ("8K", "128K"), (1, 2)):
        serving = ["iperf3", "-s", "-p", "5999", "-1", "-J"]
        server = subprocess.Popen(serving, stdout=subprocess.PIPE, text=True)
        time.sleep(0.5)
        options = ["-J", "-p", "5999", "-t", "1", "-P", streams, "-l", length]
        command = ["iperf3", "-c", "127.0.0.1", *options]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        heard = json.loads(server.communicate()[0])["end"]["sum_received"]
        text = done.stdout.replace(json.loads(done.stdout)["start"]["system_info"], "worker")
        (logs / f"P{streams}_len{length}_run{replicate}.json").write_text(text)
        told = json.loads(text)["end"]["sum_received"]
        assert told["bytes"] == heard["bytes"], "the server counted others"
        rows.append([streams, length, replicate, told["bits_per_second"], heard["bytes"]])
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [["P", "len", "replicate", "Throughput", "Received"], *rows]
        )


main()
