#!/usr/bin/env bash
# Most would guess that doehlert_shell_design(3) varies three factors in the k*k + k + 1 = 13 runs that its documentation states.
# pyDOE3 and pydoe return 10 runs in which the third factor is 0 throughout (with four factors: 15 of 21 runs, two factors
# that never move), so no model with that factor can be fitted. doehlert_simplex_design has the 13 runs and moves all.
# A study planned by it learns about the third factor only after the runs that there is nothing to learn.
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
    shells = {factors: np.asarray(library.doehlert_shell_design(factors)) for factors in (3, 4)}
    still = {factors: [int(i) for i in np.flatnonzero(np.ptp(design, axis=0) == 0)] for factors, design in shells.items()}
    simplex = np.asarray(library.doehlert_simplex_design(3))
    print(library.__name__, version(library.__name__), "runs", {factors: len(design) for factors, design in shells.items()},
          "factors (from 0) that never move", still, "| simplex design", len(simplex), "runs, all move:", bool((np.ptp(simplex, axis=0) > 0).all()))
    assert still == {3: [2], 4: [2, 3]} and [len(design) for design in shells.values()] == [10, 15]
    assert len(simplex) == 13 and (np.ptp(simplex, axis=0) > 0).all()
PROGRAM
