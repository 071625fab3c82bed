"""Effects, coefficients and the analysis of variance of a fitted model, as rows."""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import product

import numpy as np

from models.design.alias_sets import Aliases, joined_aliases
from models.design.coding import CURVATURE, INTERCEPT, Vector
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
                **_estimate(model.estimate(full), "coef"),
            }


def _level_combinations(sample: Sample, term: str) -> Iterator[tuple[str, Vector, bool]]:
    """Name, weights of the term's coefficients, and whether all two-level factors stand at their high level."""
    levels = {name: sample.study.factors[name] for name in term.split(":")}
    codings = {name: factor_contrasts(np.arange(len(texts)), len(texts)) for name, texts in levels.items()}
    places = product(*(range(len(texts) - 1, -1, -1) for texts in levels.values()))
    for place in places:
        chosen = dict(zip(levels, place, strict=True))
        name = ":".join(f"{factor}[{levels[factor][i]}]" for factor, i in chosen.items())
        weights = reduce(np.kron, (codings[factor][i] for factor, i in chosen.items()))
        yield name, weights, all(i == 1 for factor, i in chosen.items() if len(levels[factor]) == 2)


def _estimate(estimate: Estimate, name: str) -> dict[str, float]:
    found = estimate._asdict()
    return {name: found.pop("value"), **found}


def effect_rows(sample: Sample, aliases: Aliases) -> list[Row]:
    """Each term of the model, largest first; effects are twice the coefficients of the declared coding.

    Terms of factors with more than two levels have no single effect: theirs are null, and the order then is that
    of the mean squares.
    """
    model = sample.fit
    rows: list[dict[str, object]] = []
    for term in sample.coding.terms:
        test = model.tests[term]
        row: dict[str, object] = {
            **key(sample),
            "term": term,
            "aliases": joined_aliases(aliases.get(term, ())),
            "p_value": test.p_value,
            "sum_sq": test.sum_sq,
            **_shares(model, test.sum_sq),
        }
        effect = model.effect(term)
        if effect:
            row |= {**_estimate(effect, "effect"), "coefficient": effect.value / 2}
            if sample.scale == "log10":
                row["ratio"] = 10.0**effect.value
        rows.append(row)
    if all("effect" in row for row in rows):
        rows.sort(key=lambda row: -abs(_real(row["effect"])))
    else:
        rows.sort(key=lambda row: -_real(row["sum_sq"]) / model.tests[str(row["term"])].df)
    for rank, (row, p_holm) in enumerate(
        zip(rows, holm([_real(row["p_value"]) for row in rows]), strict=True), 1
    ):
        row |= {"rank": rank, "p_holm": p_holm}
    return list(rows)


def _real(value: object) -> float:
    assert isinstance(value, float)
    return value


def _shares(model: Fit, sum_sq: float) -> dict[str, float | None]:
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
        shares = {} if term == INTERCEPT else _shares(model, test.sum_sq)
        rows.append(
            {"source": term, "aliases": joined_aliases(aliases.get(term, ())), **test._asdict(), **shares}
        )
    rows.append(
        {
            "source": "Residual",
            "sum_sq": model.sum_sq_error,
            "df": model.n - len(model.coefficients),
            "percent_of_variation": 100 * model.sum_sq_error / model.sum_sq_total,
        }
    )
    parts = lack_of_fit(model, sample.treatments)
    if parts:
        rows.append({"source": "Lack of fit", **parts.lack._asdict()})
        rows.append({"source": "Pure error", **parts.pure._asdict()})
    for position, row in enumerate(rows, 1):
        df = row["df"]
        assert isinstance(df, int)
        mean_sq = _real(row["sum_sq"]) / df if df else None
        yield {**key(sample), "position": position, "mean_sq": mean_sq, **row}


def fit_row(sample: Sample, is_decisive: bool) -> Row:
    model = sample.fit
    return {
        **key(sample),
        "n": model.n,
        "df_model": model.overall.df,
        "df_resid": model.n - len(model.coefficients),
        "f_value": model.overall.f_value,
        "p_value": model.overall.p_value,
        "residual_sd": model.mean_sq_error**0.5,
        "r_squared": model.r_squared,
        "r_squared_adjusted": model.r_squared_adjusted,
        "press": model.press,
        "r_squared_predicted": model.r_squared_predicted,
        "is_balanced": sample.is_balanced,
        "is_decisive": is_decisive,
        "terms": list(sample.coding.terms),
        "dropped": list(sample.coding.dropped),
    }
