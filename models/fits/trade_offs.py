"""Two responses at once: which treatments no other treatment beats in both."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from scipy import stats

from models.fits.samples import Sample, grouped_means
from models.results import Row

Mean = tuple[float, float, float]


def trade_off_rows(samples: dict[str, Sample]) -> Iterator[Row]:
    """For each pair of responses with goals, the mean of each run with its 95 % t interval, by its own spread.

    A treatment is dominated if another is at least as good in both means and better in one.
    """
    wanted = {name: sample for name, sample in samples.items() if sample.study.responses[name].goal}
    means = {name: run_means(sample) for name, sample in wanted.items()}
    for x, y in combinations(wanted, 2):
        runs = sorted(means[x].keys() & means[y].keys())
        better = {
            name: -1.0 if wanted[name].study.responses[name].goal == "minimize" else 1.0 for name in (x, y)
        }
        scores = {run: (better[x] * means[x][run][0], better[y] * means[y][run][0]) for run in runs}
        for run in runs:
            mine = scores[run]
            yield {
                "study": wanted[x].study.name,
                "response_x": x,
                "response_y": y,
                "run": run,
                **dict(zip(("mean_x", "low_x", "high_x"), means[x][run], strict=True)),
                **dict(zip(("mean_y", "low_y", "high_y"), means[y][run], strict=True)),
                "is_dominated": any(
                    other != mine and other[0] >= mine[0] and other[1] >= mine[1] for other in scores.values()
                ),
            }


def run_means(sample: Sample) -> dict[int, Mean]:
    """Mean and ends of its interval for each run; the ends are NaN for a single observation."""
    places, inverse = np.unique(sample.places, return_inverse=True)
    centers = grouped_means(sample.y, inverse)
    found: dict[int, Mean] = {}
    for i, place in enumerate(places):
        values = sample.y[inverse == i]
        margin = float("nan")
        if len(values) > 1:
            margin = float(stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
        center = float(centers[i])
        found[int(place) + 1] = (center, center - margin, center + margin)
    return found
