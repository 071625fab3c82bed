"""Several responses at once: how desirable each combination of levels is, from 0 (the worst of all) to 1 (the best)."""

from collections.abc import Mapping, Sequence

import numpy as np

from models.declared.study import Study
from models.results import Row

Goals = Mapping[str, str]


def goals(study: Study) -> dict[str, str]:
    return {name: response.goal for name, response in study.responses.items() if response.goal}


def desirabilities(rows: Sequence[Row], wanted: Goals) -> dict[str, float]:
    """Of each combination of levels, the geometric mean of its responses' desirabilities; of two responses or more.

    rows: those of `settings`; wanted: of each response, maximize or minimize. Each response counts linearly between
    the means of its worst and its best combination (Derringer and Suich, Journal of Quality Technology 12, 1980,
    one-sided with weight 1).
    """
    means: dict[str, dict[str, float]] = {}
    for row in rows:
        response, levels, mean = str(row["response"]), str(row["levels"]), row["mean"]
        if response in wanted and isinstance(mean, float) and np.isfinite(mean):
            means.setdefault(response, {})[levels] = mean
    own = [_scaled(of, wanted[response]) for response, of in means.items()]
    if len(own) < 2:
        return {}
    common = [levels for levels in own[0] if all(levels in one for one in own)]
    return {levels: float(np.prod([one[levels] for one in own]) ** (1 / len(own))) for levels in common}


def _scaled(means: Mapping[str, float], goal: str) -> dict[str, float]:
    low, high = min(means.values()), max(means.values())
    sign = 1.0 if goal == "maximize" else -1.0
    start = low if goal == "maximize" else high
    return {levels: sign * (mean - start) / (high - low or 1.0) for levels, mean in means.items()}
