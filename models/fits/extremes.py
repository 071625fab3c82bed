"""Of a term of several degrees of freedom, the levels with the largest and the smallest mean."""

from functools import lru_cache, reduce
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import special, stats

from models.design.coding import INTERCEPT, Vector
from models.design.contrasts import factor_contrasts
from models.fits.anova import NAN, Fit
from models.fits.samples import Sample

DIGITS = 1e-7  # levels below this SciPy integrates the studentised range for with an error of half a percent or more


class Extremes(NamedTuple):
    """Levels by factor; difference: the largest mean minus the smallest, with an interval for the range of all."""

    highest: dict[str, str]
    lowest: dict[str, str]
    largest: float
    smallest: float
    difference: float
    margin: float


def extremes(sample: Sample, model: Fit, term: str) -> Extremes | None:
    """Means that the model gives the levels that were run, at the average of the other factors.

    The margin is Tukey's of all pairs (the studentised range), NaN without an error. None where fewer than two
    combinations of the term's levels were run, or the model is one of a stratum that does not hold all it takes.
    """
    names = term.split(":")
    parents = [one for one in sample.coding.terms if set(one.split(":")) <= set(names)]
    if not model.tests.keys() >= set(parents):
        return None
    if model.partial.intersection(parents) != sample.coding.whole.keys() & set(parents):
        return None  # the stratum tells another part of a term than all folders together do
    rows = sample.design.places[sample.coding.present[sample.coding.present < len(sample.design.places)]]
    columns = [sample.design.factors.index(name) for name in names]
    were_run = {tuple(row) for row in rows[:, columns].tolist()}
    weights: dict[tuple[int, ...], Vector] = {}
    for places in product(*(sample.coding.levels[name] for name in names)):
        if places in were_run:
            weights[places] = mean_weights(sample, model, parents, dict(zip(names, places, strict=True)))
    if len(weights) < 2:
        return None
    means = {places: float(combination @ model.coefficients) for places, combination in weights.items()}
    highest, lowest = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    if highest == lowest:
        return None  # all means are the same, to the last digit
    estimate = model.estimate(weights[highest] - weights[lowest])
    margin = NAN
    if model.df_error:
        quantile = studentised_range(len(weights), model.df_error, sample.alpha)
        margin = quantile / np.sqrt(2) * estimate.std_err
    high, low = (
        {name: sample.study.factors[name][place] for name, place in zip(names, places, strict=True)}
        for places in (highest, lowest)
    )
    return Extremes(high, low, means[highest], means[lowest], estimate.value, float(margin))


class Deviation(NamedTuple):
    """The levels at which an interaction moves the mean furthest from what its parents give, by how much, its margin."""

    levels: dict[str, str]
    value: float
    margin: float


def largest_deviation(sample: Sample, model: Fit, term: str) -> Deviation | None:
    """Of the combinations of levels that were run; the margin is Scheffé's, for all of them at once.

    None for a model without an error, or a term of which runs or the stratum tell a part only.
    """
    if not model.df_error or term in model.partial or term in sample.coding.whole:
        return None
    place = model.columns[term]
    df = place.stop - place.start
    rows = sample.design.places[sample.coding.present[sample.coding.present < len(sample.design.places)]]
    columns = [sample.design.factors.index(name) for name in term.split(":")]
    found: list[Deviation] = []
    reach = scheffe(df, model.df_error, sample.alpha)
    for places in {tuple(row) for row in rows[:, columns].tolist()}:
        at = dict(zip(term.split(":"), places, strict=True))
        estimate = model.estimate(_of_term(sample, model, term, at))
        levels = {name: sample.study.factors[name][level] for name, level in at.items()}
        found.append(Deviation(levels, estimate.value, reach * estimate.std_err))
    return max(found, key=lambda one: (round(abs(one.value), 12), tuple(one.levels.values())))


def _of_term(sample: Sample, model: Fit, term: str, at: dict[str, int]) -> Vector:
    both = mean_weights(sample, model, [term], at)
    both[model.columns[INTERCEPT]] = 0.0
    return both


def mean_weights(sample: Sample, model: Fit, terms: list[str], at: dict[str, int]) -> Vector:
    """The combination of coefficients that is the mean at these levels."""
    found = np.zeros(len(model.coefficients))
    found[model.columns[INTERCEPT]] = 1.0
    for term in terms:
        own = [
            factor_contrasts(np.array([at[name]]), np.array(sample.coding.levels[name]))[0]
            for name in term.split(":")
        ]
        combination = reduce(np.kron, own)
        part = sample.coding.parts.get(term)
        if part is not None:
            combination = np.linalg.lstsq(part, combination, rcond=None)[0]
        found[model.columns[term]] = combination
    return found


@lru_cache(maxsize=256)
def studentised_range(means: int, df: float, alpha: float) -> float:
    """What it exceeds with probability alpha (Tukey); at levels below DIGITS Bonferroni's bound."""
    if alpha < DIGITS:
        return float(np.sqrt(2) * stats.t.isf(alpha / (means * (means - 1)), df))
    return float(stats.studentized_range.ppf(1 - alpha, means, df))


def scheffe(df: int, df_error: float, alpha: float) -> float:
    """The root of df times what F exceeds with probability alpha, by the beta distribution: it has digits at any level."""
    share = float(special.betaincinv(df_error / 2, df / 2, alpha))
    return float(np.sqrt(df_error * (1 - share) / share))
