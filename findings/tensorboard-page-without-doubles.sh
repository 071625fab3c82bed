#!/usr/bin/env bash
# Most would guess that a scalar that PyTorch's add_scalar writes with double_precision=True is shown by TensorBoard.
# It stands in the file and in EventAccumulator, and --load_fast=false shows it; the default page has no such curve, with no
# message: its data server takes float32 scalars only (so of stamps and counts the useful form is the invisible one).
# Who logs start and stop stamps of runs sees runs without them and thinks that nothing was logged.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check torch==2.13.0 tensorboard==2.21.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import json
import subprocess
import sys
import time
import urllib.request

import torch
from tensorboard import version
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util
from torch.utils.tensorboard import SummaryWriter

stamp = 1795863060.25
with SummaryWriter("logs/run") as writer:
    writer.add_scalar("stamp_single", stamp, 1)
    writer.add_scalar("stamp_double", stamp, 1, new_style=True, double_precision=True)
reader = EventAccumulator("logs/run").Reload()
file = float(tensor_util.make_ndarray(reader.Tensors("stamp_double")[0].tensor_proto))


def page(fast):
    """What TensorBoard's own page lists, and its values."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", "logs", "--port", "0", f"--load_fast={fast}"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        line = next(line for line in server.stdout if "http://localhost:" in line)
        url = line.split("(Press")[0].split(" at ")[1].strip() + "data/plugin/scalars/"
        for _ in range(60):
            if tags := json.load(urllib.request.urlopen(url + "tags")).get("run"):
                break
            time.sleep(0.5)
        time.sleep(1)
        values = {}
        for tag in tags:
            points = json.load(urllib.request.urlopen(url + f"scalars?run=run&tag={tag}"))
            values[tag] = [value for _, _, value in points]
        return values
    finally:
        server.terminate()


pages = {fast: page(fast) for fast in ("true", "false")}
print("torch", torch.__version__, "tensorboard", version.VERSION)
print("in the file", file, "page", pages["true"], "page with --load_fast=false", pages["false"])
assert file == stamp and pages["true"].get("stamp_double", []) == []
assert pages["true"]["stamp_single"] == [1795863040.0] and pages["false"]["stamp_double"] == [stamp]
PROGRAM
