"""A fit with its effects as the error term that decides sees them, as rows."""

import numpy as np

from models.design.alias_sets import Aliases, joined_aliases
from models.fits.anova import Fit
from models.fits.effects import key, real, shares
from models.fits.error_terms import ErrorTerm, Judgement
from models.fits.minimum import is_below_minimum, smallest_that_counts
from models.fits.samples import Sample, power_of_ten
from models.results import Row


def effect_rows(sample: Sample, judgement: Judgement, aliases: Aliases) -> list[Row]:
    """Each term of the model and each effect that was judged, largest first.

    Standard errors, intervals and p-values are those of the error term that decides, null where there is none.
    Terms of several degrees of freedom have no single effect: theirs are null, and the order then is that of the
    mean squares.
    """
    model, deciding = sample.fit, judgement.decisive
    verdicts = {verdict.term: verdict for verdict in deciding.verdicts} if deciding else {}
    rows: list[dict[str, object]] = []
    for term in dict.fromkeys([*sample.coding.terms, *verdicts]):
        row: dict[str, object] = {
            **key(sample),
            "term": term,
            "aliases": joined_aliases(aliases.get(term, ())),
            "is_in_model": term in model.tests,
        }
        verdict = verdicts.get(term)
        if term in model.tests:
            row |= {"sum_sq": model.tests[term].sum_sq, **shares(model, model.tests[term].sum_sq)}
        elif verdict:
            row["sum_sq"] = _sum_sq(sample, verdict.effect)
            row["percent_of_variation"] = 100 * real(row["sum_sq"]) / model.sum_sq_total
        effect = _effect(sample, term)
        if verdict and deciding:
            effect = verdict.effect
            margin = deciding.margins.get(term, float("nan"))
            row |= {
                "error_unit": deciding.unit,
                "method": verdict.stratum or deciding.method,
                "std_err": deciding.errors.get(term),
                "ci_low": effect - margin,
                "ci_high": effect + margin,
                "t_value": verdict.statistic if term in deciding.margins else None,
                "p_value": verdict.p_value,
                "p_holm": verdict.p_holm,
                "is_active": verdict.is_active,
                "is_active_at_once": verdict.is_active_at_once,
                "minimum_effect": smallest_that_counts(sample),
                "is_below_minimum": is_below_minimum(sample, effect, margin),
            }
        if np.isfinite(effect):
            row |= {"effect": effect, "coefficient": effect / 2}
            if sample.scale == "log10":
                row["ratio"] = power_of_ten(effect)
        rows.append(row)
    if all("effect" in row for row in rows):
        rows.sort(key=lambda row: -abs(real(row["effect"])))
    else:
        rows.sort(key=lambda row: -real(row["sum_sq"]) / _df(sample, str(row["term"])))
    return [{**row, "rank": rank} for rank, row in enumerate(rows, 1)]


def _effect(sample: Sample, term: str) -> float:
    """By the model of the observations; NaN for a term of several degrees of freedom."""
    estimate = sample.fit.effect(term) if term in sample.fit.tests else None
    return sample.carried(estimate.value) if estimate else float("nan")


def _df(sample: Sample, term: str) -> int:
    return sample.fit.tests[term].df if term in sample.fit.tests else 1


def _sum_sq(sample: Sample, effect: float) -> float:
    """Of a contrast of the means of the runs: its square over the variance that runs of so many values give it."""
    runs = np.bincount(sample.places, minlength=len(sample.design.places))[: len(sample.design.places)]
    return effect**2 / float(((2 / len(runs)) ** 2 / runs).sum())


def fit_row(sample: Sample, judgement: Judgement, is_decisive: bool) -> Row:
    model = sample.fit
    return {
        **key(sample),
        "n": model.n,
        "df_model": model.overall.df,
        "df_resid": model.n - len(model.coefficients),
        "f_value": model.overall.f_value,
        "p_value": model.overall.p_value,
        "residual_sd": model.mean_sq_error**0.5,
        **({} if sample.counted else _shares_of(model)),
        "is_balanced": sample.is_balanced,
        "is_decisive": is_decisive,
        **_error(sample, judgement.decisive),
        "alpha": sample.alpha,
        "terms": list(sample.coding.terms),
        "dropped": list(sample.coding.dropped),
    }


def _shares_of(model: Fit) -> dict[str, object]:
    return {
        "r_squared": model.r_squared,
        "r_squared_adjusted": model.r_squared_adjusted,
        "press": model.press,
        "r_squared_predicted": model.r_squared_predicted,
    }


def _error(sample: Sample, deciding: ErrorTerm | None) -> dict[str, object]:
    """The error that decides, as the standard deviation of one of its units."""
    if deciding is None:
        return {}
    units = len(sample.folders[0]) if deciding.unit == "folder" else len(sample.y)
    sd, quantile = deciding.scatter(units)
    if sample.counted and not deciding.lenth:
        sd = float("nan")  # of counts no unit has one of its own
    return {
        "error_unit": deciding.unit,
        "error_method": deciding.method,
        "error_df": deciding.df,
        "error_sd": sd,
        "error_quantile": quantile,
    }
