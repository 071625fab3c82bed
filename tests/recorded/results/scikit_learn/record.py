"""Record cv_results_ of scikit-learn 1.9.1 as pandas 3.1.1 saves it: python record.py."""

import csv
from pathlib import Path

import pandas as pd
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

HERE = Path(__file__).parent
SPLITS = 3


def main() -> None:
    (HERE / "logs").mkdir(exist_ok=True)
    search = GridSearchCV(
        SVC(), {"C": [0.1, 10], "kernel": ["rbf", "poly"]}, cv=SPLITS, return_train_score=True
    )
    told = search.fit(*load_iris(return_X_y=True)).cv_results_
    pd.DataFrame(told).to_csv(HERE / "logs" / "grid.csv")
    rows = [
        [
            settings["C"],
            settings["kernel"],
            *(repr(float(told[f"split{split}_{kind}_score"][row])) for kind in ("test", "train")),
        ]
        for row, settings in enumerate(told["params"])
        for split in range(SPLITS)
    ]
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["C", "kernel", "Test score", "Train score"], *rows])


main()
