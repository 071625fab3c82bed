#!/usr/bin/env bash
# Most would guess that range(0.1, 0.6, 0.1) in a Hydra sweep, or step=0.1 in Optuna, gives the level 0.3.
# Both add the steps up: the runs get 0.30000000000000004 (Optuna with step 0.3 also 0.8999999999999999), and that is what
# config.yaml, overrides.yaml and the trials hold, while the same sweep written as a list holds 0.3.
# A plan's level 0.3 has no runs, and a second study that lists its levels is another cell of the design.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check hydra-core==1.3.8 optuna==5.0.0 PyYAML==6.0.4
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import optuna
import yaml

optuna.logging.set_verbosity(optuna.logging.ERROR)
Path("train.py").write_text("import hydra\n\n@hydra.main(version_base=None, config_path=None)\ndef main(cfg): pass\n\nmain()\n")
swept = {}
for name, sweep in (("range", "+lr=range(0.1,0.6,0.1)"), ("list", "+lr=0.1,0.2,0.3,0.4,0.5")):
    command = [sys.executable, "train.py", "-m", sweep, f"hydra.sweep.dir={name}"]
    subprocess.run(command, check=True, capture_output=True)
    swept[name] = sorted(yaml.safe_load(path.read_text())["lr"] for path in Path(name).rglob("config.yaml"))


def levels(low, high, step):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(lambda trial: trial.suggest_float("lr", low, high, step=step), n_trials=60)
    return sorted({trial.params["lr"] for trial in study.trials})


print("hydra-core", version("hydra-core"), swept)
print("optuna", optuna.__version__, levels(0.1, 0.5, 0.1), levels(0.0, 0.9, 0.3))
assert swept == {"range": [0.1, 0.2, 0.30000000000000004, 0.4, 0.5], "list": [0.1, 0.2, 0.3, 0.4, 0.5]}, swept
assert levels(0.1, 0.5, 0.1) == [0.1, 0.2, 0.30000000000000004, 0.4, 0.5]
assert levels(0.0, 0.9, 0.3)[-1] == 0.8999999999999999
PROGRAM
