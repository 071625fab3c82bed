#!/usr/bin/env bash
# Most would guess that a fit and its working residuals give the logarithm of the odds again, where a model goes through
# every count. For failures out of n trials statsmodels' resid_working is n² times R's residuals(m, "working") of the same
# model (the trials are multiplied in twice; a comment in the code asks whether that is right), so values rebuilt from it run
# into the thousands; with one trial a row, where its tests look, it is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check statsmodels==0.15.0 pandas==3.1.1
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import numpy as np
import statsmodels
import statsmodels.api as sm

failed, trials = np.array([87, 96, 70, 110]), 200
X = np.array([[1, -1, -1], [1, 1, -1], [1, -1, 1], [1, 1, 1]])
model = sm.GLM(np.column_stack([failed, trials - failed]), X, family=sm.families.Binomial()).fit()
mu = model.fittedvalues
right = (failed / trials - mu) / (mu * (1 - mu))  # R: residuals(glm(cbind(f, 200 - f) ~ A + B, binomial), "working")
ratio = model.resid_working / right
print("statsmodels", statsmodels.__version__, "working residuals", model.resid_working.round(1), "for", right.round(4))
assert np.allclose(ratio, trials**2)
ones = np.repeat([[1, 0], [0, 1]], [87, 113], axis=0)
single = sm.GLM(ones[:, 0], np.ones(200), family=sm.families.Binomial()).fit()
assert np.allclose(single.resid_working, (ones[:, 0] - 0.435) / (0.435 * 0.565))
PROGRAM
