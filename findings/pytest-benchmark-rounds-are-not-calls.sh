#!/usr/bin/env bash
# Most would guess that stats.data[] holds times of single calls, so that rounds are comparable replicates, and stats.total
# the time that was spent. A round is a loop of calls whose number is calibrated for each parameter on its own, data[]
# holds its mean, and total is the sum of the means: 5 rounds of 100 calls of 2 ms give a total of 10 ms, not of a second.
# Fast levels' replicates are means of many calls, slow levels' of one: variances differ by design, not by level.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pytest==9.2.0 pytest-benchmark==5.3.1
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

Path("test_time.py").write_text("""
import time
import pytest

@pytest.mark.parametrize("size", [1, 30000])
def test_calibrated(benchmark, size):
    benchmark(lambda: sum(range(size)))

def test_pedantic(benchmark):
    benchmark.pedantic(lambda: time.sleep(0.002), rounds=5, iterations=100)
""")
command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--benchmark-json=result.json"]
subprocess.run(command, check=True, capture_output=True)
stats = {each["name"]: each["stats"] for each in json.loads(Path("result.json").read_text())["benchmarks"]}
print("pytest-benchmark", version("pytest-benchmark"))
for name, each in stats.items():
    print(f"{name}: {each['rounds']} rounds, {each['iterations']} calls each, total {each['total']:.4f} s, mean {each['mean']:.2e} s")
pedantic = stats["test_pedantic"]
assert len(pedantic["data"]) == 5 and abs(pedantic["total"] - 5 * pedantic["mean"]) < 1e-9 and pedantic["total"] < 0.1
assert stats["test_calibrated[1]"]["iterations"] > 1 == stats["test_calibrated[30000]"]["iterations"]
PROGRAM
