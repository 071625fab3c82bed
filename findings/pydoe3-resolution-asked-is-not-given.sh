#!/usr/bin/env bash
# Most would guess that fracfact_by_res(7, 5) gives a design of resolution V or says that it cannot.
# pyDOE3 gives 32 runs of resolution IV: two-factor interactions share their columns with each other (so it does for 5
# and 6 with 7 to 11 factors). pydoe 1.6.0, its successor under the other name, takes 64 runs and keeps the promise.
# Who trusts the number reads one interaction's effect as another's.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pyDOE3==1.6.2 pydoe==1.6.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import itertools
from importlib.metadata import version

import numpy as np
import pydoe
import pyDOE3


def resolution(design):
    """Length of the shortest set of columns whose product is constant."""
    columns = range(design.shape[1])
    for length in range(1, len(columns) + 1):
        for chosen in itertools.combinations(columns, length):
            if abs(design[:, chosen].prod(axis=1).sum()) == len(design):
                return length, "".join("ABCDEFGHJKL"[each] for each in chosen)
    return None


seen = {}
for library in (pyDOE3, pydoe):
    design = np.asarray(library.fracfact_by_res(7, 5))
    seen[library.__name__] = (len(design), resolution(design)[0])
    print(library.__name__, version(library.__name__), "runs", len(design), "resolution and a shortest word", resolution(design))
short = [(n, r) for n in range(7, 12) for r in (5, 6) if resolution(pyDOE3.fracfact_by_res(n, r))[0] < r]
print("pyDOE3 gives less than was asked for (factors, resolution):", short)
assert seen == {"pyDOE3": (32, 4), "pydoe": (64, 5)}, seen
assert short == [(7, 5), *((n, r) for n in range(8, 12) for r in (5, 6))], short
PROGRAM
