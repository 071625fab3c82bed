#!/usr/bin/env bash
# Most would guess that std_test_score of a search is the standard deviation that belongs to the mean beside it, as it is cited.
# It divides by the number of splits, not by one less: of three splits it is 0.82 of the sample's, of five 0.89.
# An interval or a test made from the two columns of cv_results_ is that much too narrow before anything else is asked.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check scikit-learn==1.9.1
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
from statistics import pstdev, stdev

import sklearn
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

print("scikit-learn", sklearn.__version__)
for splits in (3, 5):
    search = GridSearchCV(SVC(), {"C": [0.1]}, cv=splits).fit(*load_iris(return_X_y=True))
    scores = [float(search.cv_results_[f"split{each}_test_score"][0]) for each in range(splits)]
    said = float(search.cv_results_["std_test_score"][0])
    print(splits, "splits", scores, "said", round(said, 6), "sample", round(stdev(scores), 6))
    assert abs(said - pstdev(scores)) < 1e-12 and said < 0.9 * stdev(scores)
PROGRAM
