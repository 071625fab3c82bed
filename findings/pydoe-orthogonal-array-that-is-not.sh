#!/usr/bin/env bash
# Most would guess that what get_orthogonal_array returns is orthogonal: each pair of columns has each pair of levels equally
# often. The L64(2^31) of pyDOE3 and of pydoe has two columns with 33 and 31 runs a level, and 59 pairs of columns are not
# orthogonal; the array named L36(3^23) has eleven columns of two levels.
# Who gives a factor one of those columns gets effects that leak into the others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pyDOE3==1.6.2 pydoe==1.6.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import itertools
from collections import Counter
from importlib.metadata import version

import numpy as np
import pydoe
import pyDOE3


def uneven(array):
    """Pairs of columns in which the pairs of levels do not occur equally often."""
    pairs = itertools.combinations(range(array.shape[1]), 2)
    return [pair for pair in pairs if len(set(Counter(map(tuple, array[:, pair])).values())) > 1]


for library in (pyDOE3, pydoe):
    arrays = {name: np.asarray(library.get_orthogonal_array(name)) for name in library.list_orthogonal_arrays()}
    bad = {name: len(uneven(array)) for name, array in arrays.items() if uneven(array)}
    counts = [Counter(column.tolist()) for column in arrays["L64(2^31)"].T]
    skew = [(number, dict(count)) for number, count in enumerate(counts) if count[0] != 32]
    levels = Counter(len(set(column)) for column in arrays["L36(3^23)"].T)
    print(library.__name__, version(library.__name__), "pairs that are not orthogonal:", bad, "uneven columns:", skew)
    print("  L36(3^23): columns by their number of levels", dict(levels))
    assert bad == {"L64(2^31)": 59} and [number for number, _ in skew] == [27, 28]
    assert levels == {2: 11, 3: 12}
PROGRAM
