#!/usr/bin/env bash
# Most would guess that the sequential (type I) table of y ~ hour + net adjusts the network for the hour before it, as the
# formula says and as R does. patsy sorts numeric terms behind the categorical ones, so statsmodels' anova_lm(typ=1)
# prints net first, then hour, whichever way it is written; formulaic keeps the order.
# The classic way to take out drift before looking at the factor takes out the factor first, without a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check statsmodels==0.15.0 pandas==3.1.1 formulaic==1.2.2
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import formulaic
import numpy as np
import pandas as pd
import statsmodels
import statsmodels.formula.api as smf
from statsmodels.stats.anova import anova_lm

frame = pd.DataFrame({"hour": np.arange(1.0, 9), "net": list("ccccrrcr")})
frame["y"] = frame["hour"] + 2 * (frame["net"] == "r") + np.random.default_rng(3).normal(size=8)


def sequential(*columns):
    """Sums of squares as each column comes in, by least squares alone."""
    matrix, sums = np.ones((8, 1)), []
    for column in (None, *columns):
        matrix = matrix if column is None else np.column_stack([matrix, column])
        sums.append(((frame["y"] - matrix @ np.linalg.lstsq(matrix, frame["y"], rcond=None)[0]) ** 2).sum())
    return -np.diff(sums)


written = sequential(frame["hour"], frame["net"] == "r")
tables = {f: anova_lm(smf.ols(f, frame).fit(), typ=1) for f in ("y ~ hour + net", "y ~ net + hour")}
print("statsmodels", statsmodels.__version__)
for formula, table in tables.items():
    print(formula, table["sum_sq"].round(3).to_dict())
print("as written, hour then net:", written.round(3), "formulaic's columns:", list(formulaic.model_matrix("hour + net", frame)))
first, second = tables.values()
assert list(first.index) == list(second.index) == ["net", "hour", "Residual"]
assert not np.isclose(first.loc["hour", "sum_sq"], written[0])
assert list(formulaic.model_matrix("hour + net", frame))[1] == "hour"
PROGRAM
