#!/usr/bin/env bash
# Most would guess that a restart declared with purge_step is read alike by everything that reads event files.
# EventAccumulator and TensorBoard's default page end at the restart's value. TensorBoard with --load_fast=false takes a
# run's first START for no restart and keeps all; tbparse reads file by file, purges nothing and ends on a dead value.
# Who logs designed experiments gets another final loss of a restarted run from each reader.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check tensorboardX==2.6.5 tensorboard==2.21.0 tbparse==0.0.9
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import json
import subprocess
import sys
import time
import urllib.request
import warnings

warnings.filterwarnings("ignore")
from tbparse import SummaryReader
from tensorboard import version
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboardX import SummaryWriter

with SummaryWriter("logs/run") as writer:
    for step in range(10):
        writer.add_scalar("loss", float(step), step)
time.sleep(1.1)  # the second file's name sorts after the first's
with SummaryWriter("logs/run", purge_step=5) as writer:
    for step in range(5, 8):
        writer.add_scalar("loss", 100.0 + step, step)


def page(fast):
    """The values that TensorBoard's own page asks for."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", "logs", "--port", "0", f"--load_fast={fast}"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        line = next(line for line in server.stdout if "http://localhost:" in line)
        url = line.split("(Press")[0].split(" at ")[1].strip() + "data/plugin/scalars/scalars?run=run&tag=loss"
        for _ in range(60):
            try:
                if points := json.load(urllib.request.urlopen(url)):
                    return [value for _, _, value in points]
            except urllib.error.HTTPError:
                pass  # not loaded yet
            time.sleep(0.5)
    finally:
        server.terminate()


reader = EventAccumulator("logs/run", {"scalars": 0}).Reload()
seen = {
    "EventAccumulator": [point.value for point in reader.Scalars("loss")],
    "TensorBoard's page": page("true"),
    "TensorBoard's page, --load_fast=false": page("false"),
    "tbparse": SummaryReader("logs/run").scalars.value.tolist(),
}
print("tensorboard", version.VERSION)
for name, values in seen.items():
    print(f"{name}: {len(values)} points, the last is {values[-1]}")
ends = [(len(values), values[-1]) for values in seen.values()]
assert ends == [(8, 107.0), (8, 107.0), (13, 107.0), (13, 9.0)], ends
PROGRAM
