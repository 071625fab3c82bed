"""What each combination of levels would give by the active effects, and which is the best."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from scipy import stats

from models.design.coding import NO_TERMS
from models.design.contrasts import Matrix
from models.fits.anova import NAN, Fit
from models.fits.error_terms import ErrorTerm
from models.fits.extremes import mean_weights
from models.fits.samples import Sample
from models.fits.strata import mixed

MOST = 512  # combinations beyond which none are listed


@dataclass(frozen=True)
class Setting:
    """A combination of levels: the run of the design that has it, its mean and half the widths of two intervals.

    margin: of the mean; margin_of_one: of the mean of one more execution. On the scale of the sample.
    """

    levels: dict[str, str]
    run: int | None
    mean: float
    margin: float
    margin_of_one: float


def hierarchical(sample: Sample, active: list[str]) -> list[str]:
    """The active terms of the model with all their parents (marginality)."""
    wanted = set()
    for term in active:
        names = term.split(":")
        wanted |= {":".join(some) for size in range(1, len(names) + 1) for some in combinations(names, size)}
    return [term for term in sample.coding.terms if term in wanted]


def settings(sample: Sample, deciding: ErrorTerm) -> tuple[list[str], list[Setting]]:
    """The terms that predict, and every combination of the levels that were run.

    Errors are those that decide about the effects, not the smaller ones of the reduced model, whose terms were
    chosen by the same data.
    """
    terms = hierarchical(sample, deciding.active)
    size = int(np.prod([len(places) for places in sample.coding.levels.values()]))
    if not terms or size > MOST:
        return terms, []
    model, sd, quantile, one_more = _predicting(sample, deciding, terms)
    covariance: Matrix = model.covariance
    if sample.counted and deciding.lenth:  # whose error is that of logarithms, not of counts
        kept = [block for term, block in sample.coding.blocks.items() if term in (*terms, *NO_TERMS)]
        X = np.hstack(kept)[sample.matrix_rows]
        covariance = np.asarray(np.linalg.inv(X.T @ X), dtype=np.float64)
    runs = {
        tuple(run.levels.values()): run.run
        for run in reversed([*sample.study.treatments, *sample.study.others])
    }
    seen = set(sample.places.tolist())
    found = []
    for places in product(*sample.coding.levels.values()):
        at = dict(zip(sample.coding.levels, places, strict=True))
        weights = mean_weights(sample, model, terms, at)
        levels = {name: sample.study.factors[name][place] for name, place in at.items()}
        run = runs.get(tuple(levels.values()))
        spread = float(weights @ covariance @ weights)
        found.append(
            Setting(
                levels,
                run if run is not None and run - 1 in seen else None,
                float(weights @ model.coefficients),
                quantile * sd * np.sqrt(spread),
                NAN if sample.counted else quantile * sd * np.sqrt(one_more + spread),
            )
        )
    return terms, found


def _predicting(sample: Sample, deciding: ErrorTerm, terms: list[str]) -> tuple[Fit, float, float, float]:
    """The model of the terms, the error's standard deviation and quantile, and the variance of one more execution in it.

    With whole plots one more execution is one in another whole plot, and the degrees of freedom are those between
    whole plots, which are too few for some means rather than too many.
    """
    if deciding.has_strata and (found := mixed(sample, terms)):
        quantile = float(stats.t.isf(sample.alpha / 2, found.df))
        return found.fit, found.mean_sq**0.5, quantile, 1 + found.plots
    executions = sample if deciding.unit == "container" else sample.by_folder
    model = executions.reduced(terms) if deciding.unit == "container" else sample.fit_of_folders(terms)
    return model, *deciding.scatter(len(executions.y)), 1.0


def best(sample: Sample, found: list[Setting]) -> Setting | None:
    """The best mean by the goal of the response, of equals the first that was run; None without a goal."""
    goal = sample.study.responses[sample.response].goal
    if goal is None or not found:
        return None
    sign = 1.0 if goal == "maximize" else -1.0
    return max(found, key=lambda one: (round(sign * one.mean, 12), one.run is not None))


def setting_rows(sample: Sample, deciding: ErrorTerm | None) -> Iterator[dict[str, object]]:
    """Rows of `settings`, in the unit of the response: of logarithms the power, which is a median."""
    if deciding is None:
        return
    _, found = settings(sample, deciding)
    chosen = best(sample, found)
    for position, one in enumerate(found, 1):
        ends = {
            "mean": one.mean,
            "ci_low": one.mean - one.margin,
            "ci_high": one.mean + one.margin,
            "predicted_low": one.mean - one.margin_of_one,
            "predicted_high": one.mean + one.margin_of_one,
        }
        ends = {name: sample.plain(value) for name, value in ends.items()}
        yield {
            "study": sample.study.name,
            "response": sample.response,
            "scale": sample.scale,
            "position": position,
            "run": one.run,
            "levels": ", ".join(f"{name} = {level}" for name, level in one.levels.items()),
            **ends,
            "is_best": one is chosen,
        }
