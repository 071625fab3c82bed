#!/usr/bin/env bash
# Most would guess that run 2 of the 2^3 design is the same treatment whichever function of one library lists it.
# In pyDOE3 and pydoe fullfact has the first factor fastest (the standard order of Yates), ff2n and fracfact the last:
# only 4 of the 8 rows keep their number.
# Run numbers in folder names decide what was run: a sheet by one function and a study file by the other swap levels.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pyDOE3==1.6.2 pydoe==1.6.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
from importlib.metadata import version

import numpy as np
import pydoe
import pyDOE3

for library in (pyDOE3, pydoe):
    full = 2 * np.asarray(library.fullfact([2, 2, 2])).astype(int) - 1
    two = np.asarray(library.ff2n(3)).astype(int)
    same = [run for run, (a, b) in enumerate(zip(full, two), 1) if (a == b).all()]
    print(library.__name__, version(library.__name__), "run 2: fullfact", full[1].tolist(), "ff2n", two[1].tolist(), "same runs", same)
    assert full[1].tolist() == [1, -1, -1] and two[1].tolist() == [-1, -1, 1] and same == [1, 3, 6, 8]
PROGRAM
