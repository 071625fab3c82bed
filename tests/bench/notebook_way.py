"""The notebook's way: `python -m tests.bench.notebook_way LOGS FOLDER` reads, fits and draws the published experiment.

As one does it by hand, cell after cell, and as doehouse replaces it: tbparse folder by folder with a column a tag, stamps
line by line, a data frame of a row a container, two models with statsmodels, fourteen figures as SVG with matplotlib.
"""

import sys
import warnings
from datetime import datetime
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from scipy.stats import probplot
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from tbparse import SummaryReader

mpl.use("svg")
from matplotlib import pyplot as plt

FACTORS = ["CPU", "Memory", "Network", "Epochs"]
# Of each run in the design's order, with Epochs = CPU:Memory:Network.
SIGNS = [(c, m, n, c * m * n) for n in (-1, 1) for m in (-1, 1) for c in (-1, 1)]
FORMULA = " ~ CPU + Memory + Network + Epochs + CPU:Memory + CPU:Network + Memory:Network"


def stamps(path: Path) -> dict[str, datetime]:
    """Container -> its moment."""
    found = {}
    for line in path.read_text().splitlines():
        day, time, container = line.split()
        found[container] = datetime.strptime(f"{day} {time}", "%m-%d-%Y %H:%M:%S")
    return found


def rows_of(folder: Path, run: int) -> list[dict[str, object]]:
    """A row a container: its levels, its last accuracy and its service time."""
    scalars = SummaryReader(str(folder), pivot=True, extra_columns={"dir_name"}).scalars
    start, stop = stamps(folder / "start.log"), stamps(folder / "stop.log")
    rows = []
    for place, curve in scalars.groupby("dir_name"):
        container = Path(place).parts[1]
        accuracy = curve.sort_values("step")["accuracy per epoch"].dropna().iloc[-1]
        seconds = (stop[container] - start[container]).total_seconds()
        levels = dict(zip(FACTORS, SIGNS[run - 1], strict=True))
        rows.append({"run": run, **levels, "Accuracy": accuracy, "Time": seconds})
    return rows


def figures(table: pd.DataFrame, response: str, model: object, anova: pd.DataFrame, folder: Path) -> None:
    """Seven: the response by each factor, shares of the variation, residuals by quantile and by fitted value."""

    def save(name: str) -> None:
        plt.savefig(folder / f"{response}_{name}.svg")
        plt.close()

    for factor in FACTORS:
        table.boxplot(column=response, by=factor)
        save(factor)
    (anova["sum_sq"] / anova["sum_sq"].sum()).plot.bar()
    save("variation")
    probplot(model.resid, plot=plt)
    save("quantiles")
    plt.scatter(model.fittedvalues, model.resid)
    plt.axhline(0)
    plt.xlabel("fitted")
    plt.ylabel("residual")
    save("residuals")


def main(logs: str, folder: str) -> None:
    warnings.simplefilter("ignore")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame([row for run in range(1, 9) for row in rows_of(Path(logs, f"exp_1{run}"), run)])
    table.to_csv(target / "observations.csv", index=False)
    for response in ("Accuracy", "Time"):
        model = ols(response + FORMULA, table).fit()
        anova = anova_lm(model, typ=3)
        anova.to_csv(target / f"{response}_anova.csv")
        figures(table, response, model, anova, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
