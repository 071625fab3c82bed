#!/usr/bin/env bash
# Most would guess that a small composite design can fit the second-order model it is named for, for any number of factors.
# pydoe's small_composite_design takes the smallest fraction of resolution III as its cube: with 3 and 4 factors the model
# can be fitted, with 5, 6 and 7 it cannot (rank 18 of 21, 20 of 28, 22 of 36), whatever the number of centre runs.
# After the runs, a least-squares routine still prints coefficients: the interactions are mixtures of each other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pydoe==1.6.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import itertools
from importlib.metadata import version

import numpy as np
import pydoe

seen = {}
for factors in range(3, 8):
    design = np.asarray(pydoe.small_composite_design(factors, center=(4, 4)))
    pairs = itertools.combinations_with_replacement(range(factors), 2)
    model = np.column_stack([np.ones(len(design)), design, *(design[:, i] * design[:, j] for i, j in pairs)])
    seen[factors] = (len(design), int(np.linalg.matrix_rank(model)), model.shape[1])
    print(factors, "factors: %d runs, rank %d of %d coefficients" % seen[factors])
print("pydoe", version("pydoe"))
assert {factors: (rank, terms) for factors, (_, rank, terms) in seen.items()} == {3: (10, 10), 4: (15, 15), 5: (18, 21), 6: (20, 28), 7: (22, 36)}
PROGRAM
