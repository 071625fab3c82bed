#!/usr/bin/env bash
# Most would guess that JSON lines of a diverged run are read alike, or refused alike, by the usual readers.
# The bare NaN of Ray's result.json: pandas, DuckDB and pyarrow take it, polars refuses the whole file. The text 'nan' of
# DVCLive: pandas makes it a number, pyarrow refuses, polars and DuckDB turn all numbers of the column into texts.
# Which runs of a design are missing, or compared as texts ('9.5' > '10'), depends on who reads the log.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pandas==3.1.1 polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import math
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow
import pyarrow.json

READERS = {
    "pandas": lambda path: pd.read_json(path, lines=True)["loss"].tolist(),
    "polars": lambda path: pl.read_ndjson(path)["loss"].to_list(),
    "duckdb": lambda path: [row[0] for row in duckdb.sql(f"select loss from read_json('{path}')").fetchall()],
    "pyarrow": lambda path: pyarrow.json.read_json(path)["loss"].to_pylist(),
}


def kind(read, path):
    """How a reader takes the column: number, text or refused."""
    try:
        values = read(path)
    except Exception as error:
        return "refused", str(error).splitlines()[0][:70]
    if all(isinstance(value, float) for value in values):
        return "number" if math.isnan(values[1]) else "other", values
    return "text", values


seen = {}
for name, spelling in (("bare", "NaN"), ("text", '"nan"')):
    path = f"{name}.json"
    Path(path).write_text(f'{{"step": 1, "loss": 10.5}}\n{{"step": 2, "loss": {spelling}}}\n{{"step": 3, "loss": 9.5}}\n')
    for reader, read in READERS.items():
        seen[name, reader], told = kind(read, path)
        print(f"{spelling}: {reader} {seen[name, reader]} {told}")
print("pandas", pd.__version__, "polars", pl.__version__, "duckdb", duckdb.__version__, "pyarrow", pyarrow.__version__)
assert [seen["bare", reader] for reader in READERS] == ["number", "refused", "number", "number"], seen
assert [seen["text", reader] for reader in READERS] == ["number", "text", "text", "refused"], seen
PROGRAM
