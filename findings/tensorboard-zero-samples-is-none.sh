#!/usr/bin/env bash
# Most would guess that --samples_per_plugin=scalars=0 keeps all points: 0 means so in EventAccumulator's size guidance and
# in the flag's way to the loader (there it becomes 'all'). The page then asks the loader for at most 0 points of each
# curve: every run and tag is listed, every curve is empty, with either loader.
# Who wants to see all replicates' points unsampled sees none and suspects the runs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check tensorboardX==2.6.5 tensorboard==2.21.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import json
import subprocess
import sys
import time
import urllib.request

from tensorboard import version
from tensorboardX import SummaryWriter

with SummaryWriter("logs/run") as writer:
    for step in range(3):
        writer.add_scalar("loss", 1.0 / (step + 1), step)


def page(samples, fast):
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", "logs", "--port", "0"]
    command += [f"--samples_per_plugin=scalars={samples}", f"--load_fast={fast}"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        line = next(line for line in server.stdout if "http://localhost:" in line)
        url = line.split("(Press")[0].split(" at ")[1].strip() + "data/plugin/scalars/"
        for _ in range(60):
            if json.load(urllib.request.urlopen(url + "tags")).get("run"):
                break
            time.sleep(0.5)
        time.sleep(1)
        return len(json.load(urllib.request.urlopen(url + "scalars?run=run&tag=loss")))
    finally:
        server.terminate()


seen = {(samples, fast): page(samples, fast) for samples in (1000, 0) for fast in ("true", "false")}
print("tensorboard", version.VERSION)
for (samples, fast), points in seen.items():
    print(f"scalars={samples} --load_fast={fast}: {points} of 3 points shown")
assert list(seen.values()) == [3, 3, 0, 0], seen
PROGRAM
