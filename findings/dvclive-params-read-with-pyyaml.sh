#!/usr/bin/env bash
# Most would guess that params.yaml holds the same settings for whoever reads YAML.
# DVCLive writes YAML 1.2, PyYAML reads 1.1: 1e-05 comes back as a text, the texts no and on as booleans, the text 1:30 as
# the number 90, and a setting named on has the key True. Nothing warns on either side; DVCLive quotes only 010 and 1e-3.
# Levels of a designed experiment change their type or their value between two tools that both call the file YAML.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check dvclive==3.49.1 PyYAML==6.0.4
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import os

os.environ.update(DVC_NO_ANALYTICS="1", DVCLIVE_LOGLEVEL="ERROR")
from importlib.metadata import version
from pathlib import Path

import yaml
from dvclive import Live

settings = {"lr": 1e-5, "wd": 5e-4, "augment": "no", "clock": "1:30", "job": "010", "note": "1e-3", "on": 1}
with Live("live", save_dvc_exp=False, dvcyaml=None) as live:
    live.log_params(settings)
read = yaml.safe_load(Path("live/params.yaml").read_text())
print("dvclive", version("dvclive"), "PyYAML", yaml.__version__)
print(Path("live/params.yaml").read_text())
print("logged", settings)
print("read  ", read)
assert read == {"lr": "1e-05", "wd": 5e-4, "augment": False, "clock": 90, "job": "010", "note": "1e-3", True: 1}, read
PROGRAM
