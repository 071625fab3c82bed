#!/usr/bin/env bash
# Most would guess that two libraries either both use or both refuse two measurements of one subject in one cell.
# statsmodels' AnovaRM refuses them and asks how to aggregate; pingouin's rm_anova averages them first and says nothing, so
# the table is that of the means: the same F with one measurement or with fifty, and no error term from the replicates.
# Replicates in a designed experiment look used, and are not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pingouin==0.7.0 statsmodels==0.15.0 pandas==3.1.1
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import numpy as np
import pandas as pd
import pingouin
import statsmodels
from statsmodels.stats.anova import AnovaRM

rng = np.random.default_rng(1)
rows = [(s, c, s + ord(c) / 2 + rng.normal()) for s in range(6) for c in "abc" for _ in range(4)]
frame = pd.DataFrame(rows, columns=["machine", "setting", "seconds"])
means = frame.groupby(["machine", "setting"], as_index=False)["seconds"].mean()
tables = [pingouin.rm_anova(data, dv="seconds", within="setting", subject="machine") for data in (frame, means)]
try:
    AnovaRM(frame, "seconds", "machine", within=["setting"]).fit()
    refused = "no"
except ValueError as error:
    refused = str(error)
print("pingouin", pingouin.__version__, "F, df of 72 rows", tables[0].loc[0, ["F", "ddof2"]].tolist(),
      "of the 18 means", tables[1].loc[0, ["F", "ddof2"]].tolist())
print("statsmodels", statsmodels.__version__, "refuses:", refused)
assert np.isclose(tables[0].loc[0, "F"], tables[1].loc[0, "F"]) and tables[0].loc[0, "ddof2"] == 10
assert "more than one observation per subject and cell" in refused
PROGRAM
