#!/usr/bin/env bash
# Most would guess that leaving out the rows of one level leaves an analysis of the other two, as it does for text levels.
# If the column is categorical (so do polars' Enum and Categorical arrive in pandas), the empty level stays: statsmodels'
# type II table prints twice the sum of squares with 2 degrees of freedom, NaN for the other factor, and only warns.
# pingouin gives the right table from the same frame, so two libraries disagree about one experiment.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check statsmodels==0.15.0 pandas==3.1.1 polars==2.1.0 pyarrow==26.0.1 pingouin==0.7.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import warnings

import numpy as np
import pingouin
import polars as pl
import statsmodels
import statsmodels.formula.api as smf
from statsmodels.stats.anova import anova_lm

warnings.filterwarnings("ignore")
rng = np.random.default_rng(1)
rows = [(a, b, {"low": 0.0, "mid": 1.0, "high": 2.0}[a] + rng.normal()) for a in ("low", "mid", "high") for b in "xz" for _ in range(3)]
table = pl.DataFrame(rows, ["memory", "net", "y"], orient="row").with_columns(pl.col("memory").cast(pl.Enum(["low", "mid", "high"])))
frame = table.filter(pl.col("memory") != "mid").to_pandas()
seen = {}
for name, data in (("categorical", frame), ("text", frame.assign(memory=frame["memory"].astype(str)))):
    fitted = anova_lm(smf.ols("y ~ memory * net", data).fit(), typ=2)
    others = pingouin.anova(data, dv="y", between=["memory", "net"]).set_index("Source")
    seen[name] = (fitted.loc["memory", "sum_sq"], fitted.loc["memory", "df"], fitted.loc["net", "sum_sq"], others.loc["memory", "SS"])
    print(name, "statsmodels: memory SS %.4f df %d, net SS %.4f; pingouin: memory SS %.4f" % seen[name])
print("statsmodels", statsmodels.__version__, "pingouin", pingouin.__version__, "polars", pl.__version__)
assert np.isclose(seen["categorical"][0], 2 * seen["text"][0]) and seen["categorical"][1] == 2
assert np.isnan(seen["categorical"][2]) and np.isclose(seen["categorical"][3], seen["text"][0])
PROGRAM
