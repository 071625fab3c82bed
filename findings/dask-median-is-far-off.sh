#!/usr/bin/env bash
# Most would guess that dask's quantile(0.5) is about the median: 'approximate' is read as the last digits.
# With a hundred rows in ten partitions, what a nightly table of ten files is, its median is five standard errors off the
# true one; another number of partitions gives another value, and only one partition the right one.
# Robust summaries of replicates depend on how many files the rows came in.
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

frame = pd.DataFrame({"seconds": 100 + np.random.default_rng(0).normal(size=100).round(3)})
exact = frame["seconds"].median()
seen = {n: float(dd.from_pandas(frame, npartitions=n)["seconds"].quantile(0.5).compute()) for n in (1, 2, 4, 10)}
error = 1.2533 * frame["seconds"].std() / 10  # standard error of a median
print("dask", dask.__version__)
print("median", exact, "standard error", round(error, 3), "dask, by partitions", seen)
print("off by standard errors", {n: round(float((value - exact) / error), 2) for n, value in seen.items()})
assert seen[1] == exact and abs(seen[10] - exact) > 3 * error
PROGRAM
