"""Coefficients and the analysis of variance of a fitted model, as rows."""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import product

import numpy as np

from models.design.alias_sets import Aliases, joined_aliases
from models.design.coding import BLOCK, CURVATURE, INTERCEPT, Vector
from models.design.contrasts import factor_contrasts
from models.fits.anova import Estimate, Fit, lack_of_fit
from models.fits.samples import Sample
from models.results import Row


def key(sample: Sample) -> Row:
    return {"study": sample.study.name, "response": sample.response, "scale": sample.scale}


def coefficient_rows(sample: Sample, aliases: Aliases) -> Iterator[Row]:
    """The deviation from the grand mean at every combination of levels, the declared one (all high) first."""
    model = sample.fit
    position = 0
    for term, place in model.columns.items():
        if term == BLOCK:
            continue
        is_single = term in (INTERCEPT, CURVATURE)
        combinations = [(term, np.ones(1), True)] if is_single else _level_combinations(sample, term)
        for name, combination, is_declared in combinations:
            full = np.zeros(len(model.coefficients))
            full[place] = combination
            position += 1
            yield {
                **key(sample),
                "position": position,
                "term": term,
                "aliases": joined_aliases(aliases.get(term, ())),
                "name": name,
                "is_declared": is_declared,
                **_estimate(sample, model.estimate(full)),
            }


def _level_combinations(sample: Sample, term: str) -> Iterator[tuple[str, Vector, bool]]:
    """Name, weights of the term's coefficients, and whether all two-level factors stand at their high level."""
    coding = sample.coding
    levels = {name: sample.study.factors[name] for name in term.split(":")}
    seen = {name: np.array(coding.levels[name]) for name in levels}
    codings = {name: factor_contrasts(places, places) for name, places in seen.items()}
    part = coding.parts.get(term)
    for place in product(*(range(len(places) - 1, -1, -1) for places in seen.values())):
        chosen = dict(zip(levels, place, strict=True))
        name = ":".join(f"{factor}[{levels[factor][seen[factor][i]]}]" for factor, i in chosen.items())
        weights = reduce(np.kron, (codings[factor][i] for factor, i in chosen.items()))
        if part is not None:
            if not np.allclose(part @ np.linalg.lstsq(part, weights, rcond=None)[0], weights):
                continue  # the runs present do not tell it
            weights = np.linalg.lstsq(part, weights, rcond=None)[0]
        yield name, weights, all(i == 1 for factor, i in chosen.items() if len(seen[factor]) == 2)


def _estimate(sample: Sample, estimate: Estimate) -> dict[str, float]:
    found = estimate._asdict()
    return {"coef": sample.carried(found.pop("value")), **found}


def real(value: object) -> float:
    assert isinstance(value, float)
    return value


def shares(model: Fit, sum_sq: float) -> dict[str, float | None]:
    """Percentage of the total variation (Jain, 1991, chapter 17) and partial eta squared."""
    return {
        "percent_of_variation": 100 * sum_sq / model.sum_sq_total,
        "partial_eta_sq": sum_sq / (sum_sq + model.sum_sq_error) if model.df_error else None,
    }


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for all of them at once (Holm 1979); NaN where there are none.

    The smallest is multiplied by their number, the next by one less, and so on, each at least the one before it.
    statsmodels' multipletests does the same and collects garbage each time, which takes longer than all the rest.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(np.minimum(p[order] * np.arange(len(p), 0, -1), 1.0))
    return [float(value) for value in adjusted]


def anova_rows(sample: Sample, aliases: Aliases) -> Iterator[Row]:
    """Type III sums of squares, the residual, and its parts where treatments were observed more than once."""
    model = sample.fit
    rows: list[dict[str, object]] = []
    for term, test in model.tests.items():
        of_total = {} if term == INTERCEPT else shares(model, test.sum_sq)
        rows.append(
            {"source": term, "aliases": joined_aliases(aliases.get(term, ())), **test._asdict(), **of_total}
        )
    rows.append(
        {
            "source": "Residual",
            "sum_sq": model.sum_sq_error,
            "df": model.n - len(model.coefficients),
            "percent_of_variation": 100 * model.sum_sq_error / model.sum_sq_total,
        }
    )
    parts = None if sample.study.block else lack_of_fit(model, sample.treatments)
    if parts:
        rows.append({"source": "Lack of fit", **parts.lack._asdict()})
        rows.append({"source": "Pure error", **parts.pure._asdict()})
    for position, row in enumerate(rows, 1):
        df = row["df"]
        assert isinstance(df, int)
        mean_sq = real(row["sum_sq"]) / df if df else None
        yield {**key(sample), "position": position, "mean_sq": mean_sq, **row}
