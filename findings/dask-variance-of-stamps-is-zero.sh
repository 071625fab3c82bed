#!/usr/bin/env bash
# Most would guess that groupby().var() is the same number in pandas and in dask, which follows it.
# dask adds up squares and subtracts: for time stamps in seconds (1.8e9) that differ by fractions of a second nothing is
# left, and the variance of every group is exactly 0.0; without groupby it is right.
# Replicates that look identical make every F of an analysis infinite.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check dask[dataframe]==2026.8.0 pandas==3.1.1 pyarrow==26.0.1
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd

stop = 1.7954e9 + np.random.default_rng(0).normal(0, 0.5, 32).round(3)
frame = pd.DataFrame({"run": np.repeat(list("abcd"), 8), "stop": stop})
lazy = dd.from_pandas(frame, npartitions=2)
exact = frame.groupby("run")["stop"].var()
dasks = lazy.groupby("run")["stop"].var().compute()
print("dask", dask.__version__, "pandas", pd.__version__)
print("pandas, by run", exact.round(4).tolist(), "dask", dasks.tolist())
print("over all rows: pandas", frame["stop"].var(), "dask", lazy["stop"].var().compute())
assert (exact > 0.05).all() and (dasks == 0).all()
assert np.isclose(frame["stop"].var(), lazy["stop"].var().compute(), rtol=1e-3)
PROGRAM
