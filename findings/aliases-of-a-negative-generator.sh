#!/usr/bin/env bash
# Most would guess that fracfact_aliasing lists the aliases of any fraction; half of all 2^(4-1) have I = -ABCD.
# For a generator with a minus (D = -ABC) pyDOE3 and pydoe find no alias at all: eight runs, fifteen effects, each said to be
# alone. For D = ABC they list all seven pairs; dexpy finds them with either sign.
# A foldover or the other half fraction looks free of confounding, which is the one thing one asks such a function.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pyDOE3==1.6.2 pydoe==1.6.0 dexpy==0.12 pandas==3.1.1
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
from importlib.metadata import version

import dexpy.alias
import numpy as np
import pandas as pd
import pydoe
import pyDOE3

for library in (pyDOE3, pydoe):
    said = {g: library.fracfact_aliasing(library.fracfact(g))[0] for g in ("a b c abc", "a b c -abc")}
    print(library.__name__, version(library.__name__), said)
    assert "ab = cd" in said["a b c abc"] and len(said["a b c abc"]) == 8
    assert len(said["a b c -abc"]) == 15 and not any("=" in each for each in said["a b c -abc"])
half = np.asarray(pydoe.fracfact("a b c -abc"))
assert (half[:, 0] * half[:, 1] == -half[:, 2] * half[:, 3]).all()  # AB = -CD in every run
aliases, _ = dexpy.alias.alias_list("(X1+X2+X3+X4)**2", pd.DataFrame(half, columns=["X1", "X2", "X3", "X4"]))
print("dexpy", version("dexpy"), aliases)
assert len(aliases) == 3
PROGRAM
