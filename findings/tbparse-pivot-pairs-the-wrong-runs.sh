#!/usr/bin/env bash
# Most would guess that with pivot=True the n-th result and the n-th setting of tbparse belong to one run.
# Four add_hparams calls all stand at step 0; tbparse sorts its rows by step with a sort that does not keep ties in order
# and collects the results in that order, the settings in the order of the folders.
# A table of levels and results joined by position gives runs the results of others; nothing in it looks wrong.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check tensorboardX==2.6.5 tbparse==0.0.9 tensorboard==2.21.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import warnings
from importlib.metadata import version

warnings.filterwarnings("ignore")
from tbparse import SummaryReader
from tensorboardX import SummaryWriter

wrong = {}
for points in (0, 4, 40, 400, 4000):
    folder = f"logs{points}"
    with SummaryWriter(folder) as writer:
        for step in range(1, points + 1):
            writer.add_scalar("accuracy", 0.5, step)
        for run in range(4):
            writer.add_hparams({"lr": 10.0**-run}, {"accuracy": float(run)}, name=f"run{run}")
    reader = SummaryReader(folder, pivot=True)
    scalars = reader.scalars
    results = scalars.loc[scalars["step"] == 0, "accuracy"].item()
    rates = reader.hparams["lr"].item()
    print(f"{points} other points: lr {rates} accuracy {results} (truth: 0, 1, 2, 3)")
    wrong[points] = list(results) != [0.0, 1.0, 2.0, 3.0]
print("tbparse", version("tbparse"), "out of order:", wrong)
assert any(wrong.values())
PROGRAM
