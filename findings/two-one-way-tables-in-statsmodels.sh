#!/usr/bin/env bash
# Most would guess that statsmodels' two ways to a one-way table, anova_oneway and anova_lm, give one F.
# anova_oneway is Welch's test unless use_var='equal' is said (scipy's f_oneway and pingouin's anova are the classical one):
# the same 18 numbers give F 11.4, p 0.005 in one and F 1.1, p 0.35 in the other; the residual df are no whole number.
# An effect is found or not by which function of one library was called.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check statsmodels==0.15.0 scipy==1.17.1 pandas==3.1.1
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import numpy as np
import pandas as pd
import statsmodels
import statsmodels.formula.api as smf
from scipy.stats import f_oneway
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.oneway import anova_oneway

rng = np.random.default_rng(0)
rows = [(level, mean + spread * rng.normal()) for level, mean, spread in (("a", 0, 1), ("b", 1, 0.2), ("c", 3, 4)) for _ in range(6)]
frame = pd.DataFrame(rows, columns=["level", "y"])
table = anova_lm(smf.ols("y ~ level", frame).fit())
short = anova_oneway(frame["y"], frame["level"])
equal = anova_oneway(frame["y"], frame["level"], use_var="equal")
scipys = f_oneway(*(group["y"] for _, group in frame.groupby("level")))
print("statsmodels", statsmodels.__version__)
print("anova_lm F %.3f p %.4f" % (table.loc["level", "F"], table.loc["level", "PR(>F)"]), "scipy F %.3f" % scipys.statistic)
print("anova_oneway F %.3f p %.4f df %s" % (short.statistic, short.pvalue, short.df), "with use_var='equal' F %.3f" % equal.statistic)
assert np.isclose(table.loc["level", "F"], scipys.statistic) and np.isclose(equal.statistic, scipys.statistic)
assert short.statistic > 10 * scipys.statistic and short.pvalue < 0.01 < 0.3 < scipys.pvalue
PROGRAM
