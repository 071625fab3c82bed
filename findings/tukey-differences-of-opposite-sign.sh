#!/usr/bin/env bash
# Most would guess that two libraries print the difference of the pair (low, high) with the same sign.
# statsmodels' pairwise_tukeyhsd prints high minus low; scipy's tukey_hsd and pingouin's pairwise_tukey print low minus high,
# with the intervals turned round as well. The p values are the same, so nothing looks wrong.
# 'The high level takes 0.9 s longer' becomes 'shorter' when a script changes its library.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check statsmodels==0.15.0 scipy==1.17.1 pingouin==0.7.0 pandas==3.1.1
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import numpy as np
import pandas as pd
import pingouin
import scipy
import statsmodels
from scipy.stats import tukey_hsd
from statsmodels.stats.multicomp import pairwise_tukeyhsd

rng = np.random.default_rng(0)
frame = pd.DataFrame([(level, mean + rng.normal()) for level, mean in (("a", 10.0), ("b", 13.0), ("c", 14.0)) for _ in range(6)], columns=["level", "y"])
groups = [group["y"].to_numpy() for _, group in frame.groupby("level")]
means = [group.mean() for group in groups]
fitted, other = pairwise_tukeyhsd(frame["y"], frame["level"]), tukey_hsd(*groups)
table = pingouin.pairwise_tukey(frame, dv="y", between="level")
differences = (fitted.meandiffs[0], other.statistic[0, 1], table.loc[0, "diff"])
probabilities = (fitted.pvalues[0], other.pvalue[0, 1], table.loc[0, "p_tukey"])
print("statsmodels", statsmodels.__version__, "scipy", scipy.__version__, "pingouin", pingouin.__version__)
print("mean of b minus mean of a:", means[1] - means[0])
print("pair (a, b) in the three libraries: difference", [round(float(d), 4) for d in differences], "p", [float(p) for p in probabilities])
assert np.allclose(differences, np.array([1, -1, -1]) * (means[1] - means[0])) and np.allclose(probabilities, probabilities[0], rtol=1e-4)
PROGRAM
