"""Each diagnostic with its reading in one sentence, and residuals with what makes one stand out."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy import stats

from models.checks.diagnostics import Unusual, unusual
from models.checks.gap import bad_value
from models.checks.misfit import ALPHA, STUDY, Diagnostic
from models.design.coding import CURVATURE, Vector
from models.fits.effects import key
from models.fits.samples import Sample
from models.results import Row
from models.wording import joined, number, p_text, percent, ratio_text, with_alias
from models.words.sizes import unit_of


def diagnostic_rows(sample: Sample, found: Sequence[Diagnostic]) -> Iterator[Row]:
    for position, one in enumerate(found, 1):
        yield {
            **key(sample),
            "position": position,
            "diagnostic": one.label,
            "value": one.value,
            "p_value": one.p_value,
            "ci_low": one.ci_low,
            "ci_high": one.ci_high,
            "reading": reading(sample, one),
        }


def reading(sample: Sample, one: Diagnostic) -> str:
    """What the diagnostic says of the sample."""
    if one.name in ("Shapiro-Wilk", "Brown-Forsythe", "Bartlett", "Durbin-Watson", CURVATURE):
        return _tested(one)
    if one.name == "Dispersion effect":
        return _uneven(sample, one)
    if one.name == "Gap test":
        return _gap(sample, one)
    if one.name == "Dispersion":
        return _dispersed(sample, one)
    if one.name == "Trend":
        return _drifted(sample, one)
    if one.name == "Unusual observations":
        named = list(dict.fromkeys(_reason(sample, i, why) for i, why in unusual(sample).items()))
        if named:
            return f"To be looked at: {joined(named, 4)}."
        return "No observation lies far from the others of its run."
    if one.name == "Lack of fit":
        does = "does" if len(one.terms) == 1 else "do"
        extent = f"{does} not account for all" if one.p_value < ALPHA else f"{does} account for the"
        test = f"F({one.df[0]}, {one.df[1]}) = {ratio_text(one.value)}, {p_text(one.p_value)}"
        return f"{_subject(sample, one)} {extent} differences between the runs ({test})."
    if one.name == "Box-Cox λ":
        return f"{_subject(sample, one)}: {_allowed(one)}"
    return _summary(sample, one)


def _tested(one: Diagnostic) -> str:
    p = p_text(one.p_value)
    if one.name == "Shapiro-Wilk":
        return (
            f"The residuals are not normal ({p}): p-values near a limit are not to be trusted."
            if one.is_alarm
            else f"Nothing speaks against normal residuals ({p})."
        )
    if one.name == "Durbin-Watson":
        if not one.is_alarm:
            return f"Residuals in the order of execution show no drift ({p})."
        if one.value < 2:
            return f"Neighbours in the order of execution have similar residuals ({p}): something drifted."
        return f"Neighbours in the order of execution have opposite residuals ({p})."
    if one.name == CURVATURE:
        return (
            f"The centre lies off the plane of the corners ({p}): effects are not straight lines."
            if one.is_alarm
            else f"The centre shows no curvature ({p})."
        )
    remark = "; it takes normal values for granted" if one.name == "Bartlett" else ""
    return (
        f"The runs do not spread equally ({p}){remark}: one error for all is only an average."
        if one.is_alarm
        else f"Nothing speaks against equal spread of the runs ({p}){remark}."
    )


def _uneven(sample: Sample, one: Diagnostic) -> str:
    if not one.is_alarm:
        return f"Beside the active effects the levels of no factor spread unequally ({p_text(one.p_value)})."
    (factor,) = one.terms
    low, high = (sample.study.factors[factor][place] for place in sample.coding.levels[factor][:2])
    more, less = (high, low) if one.value > 0 else (low, high)
    times = number(float(np.exp(abs(one.value) / 2)))
    return (
        f"Beside the active effects values spread {times} times as much at {factor} = {more} as at {less} "
        f"({p_text(one.p_value)}): where spread matters, {less} may be the better level."
    )


def _gap(sample: Sample, one: Diagnostic) -> str:
    if not one.is_alarm:
        return f"No value of a single run moves all effects ({p_text(one.p_value)})."
    found = bad_value(sample)
    assert found
    by, way = abs(found.excess), "high" if found.excess > 0 else "low"
    size = (
        f"{number(by)}{unit_of(sample)}" if sample.scale == "identity" else f"a factor of {number(10.0**by)}"
    )
    return (
        f"Run {found.run} looks like a bad value, about {size} too {way}: even the small effects are as large as it would "
        f"make them ({p_text(one.p_value)}). Look at it, or make it again."
    )


def _dispersed(sample: Sample, one: Diagnostic) -> str:
    if sample.distribution == "gamma":
        return f"Executions of the same run vary by {percent(one.value**0.5)} of their mean."
    times = number(one.value)
    return f"Executions of the same run vary {times} times as much as counting alone would (Pearson's statistic)."


def _drifted(sample: Sample, one: Diagnostic) -> str:
    if not one.is_alarm:
        return f"No steady drift in the order of execution ({p_text(one.p_value)})."
    by = (
        f"{number(abs(one.value))}{unit_of(sample)}"
        if sample.scale == "identity"
        else f"a factor of {number(10.0 ** abs(one.value))}"
    )
    way = "rise" if one.value > 0 else "fall"
    return (
        f"Beside the effects the values {way} steadily by {by} from the first execution to the last "
        f"({p_text(one.p_value)}): something drifted."
    )


def _summary(sample: Sample, one: Diagnostic) -> str:
    model = sample.fit
    if one.name == "R²":
        return f"The model accounts for {percent(one.value)} of the variation."
    if one.name == "Adjusted R²":
        return f"Allowing for its {len(model.coefficients)} parameters, {percent(one.value)}."
    if one.name == "PRESS":
        return "Squared errors of predicting each observation from the others."
    if one.name == "Predicted R²":
        gap = model.r_squared_adjusted - one.value
        text = f"It would predict {percent(max(one.value, 0.0))} of the variation of new observations"
        return f"{text}, far less than it fits: it may hold too many terms." if gap > 0.2 else f"{text}."
    assert one.name == "Largest leverage"
    average = number(len(model.coefficients) / model.n, 2)
    return f"On average an observation has {average}; 1 decides its own fit."


def _subject(sample: Sample, one: Diagnostic) -> str:
    if one.model == STUDY:
        return "The study's terms"
    return f"{joined([with_alias(term, sample.design.aliases(term)) for term in one.terms])} alone"


def _allowed(one: Diagnostic) -> str:
    """The usual scales in the interval, or the nearest one."""
    usual = {"the values as they are": 1.0, "square roots": 0.5, "logarithms": 0.0, "reciprocals": -1.0}
    # an end that is no number is open
    allowed = [name for name, value in usual.items() if not (value < one.ci_low or value > one.ci_high)]
    if allowed:
        return f"the interval allows {joined(allowed)}."
    nearest = min(usual, key=lambda name: abs(usual[name] - one.value))
    return f"nearest of the usual scales: {nearest}."


def _reason(sample: Sample, i: int, why: Unusual) -> str:
    row = sample.rows.row(i, named=True)
    word = sample.study.execution_word
    if why.kind == "folder":
        return f"the mean of {word} {row['folder']} lies {number(why.size, 1)} standard errors from its fit"
    place = f"container {row['container_id']} in {row['folder']}"
    if word == "row" or (sample.counted and sample.unit == "folder"):
        place = f"{word} {row['folder']}"
    if why.kind == "far":
        return f"{place} lies {number(why.size, 1)} standard errors from its fit"
    if why.kind == "alone":
        return f"{place} alone decides its fit"
    return f"{place} weighs {number(why.size, 1)} times the average in the fit"


def residual_rows(sample: Sample) -> Iterator[Row]:
    """Observations with fitted values and residuals; normal quantiles at Blom's plotting positions (1958)."""
    model = sample.fit
    ranks = stats.rankdata(model.residuals, method="ordinal")
    quantiles: Vector = stats.norm.ppf((ranks - 0.375) / (model.n + 0.25))
    reasons: Mapping[int, str] = {i: _reason(sample, i, why) for i, why in unusual(sample).items()}
    observed, fitted = model.y, model.fitted
    if sample.counted:
        eta = np.hstack(list(sample.coding.blocks.values()))[sample.matrix_rows] @ model.coefficients
        observed, fitted = sample.counted.rates, np.array([sample.plain(float(value)) for value in eta])
    columns = {
        **sample.rows.select("run", "folder", "container_id", "started_at").to_dict(as_series=False),
        "observed": observed.tolist(),
        "fitted": fitted.tolist(),
        "residual": model.residuals.tolist(),
        "studentised": model.studentised.tolist(),
        "leverage": model.leverages.tolist(),
        "normal_quantile": quantiles.tolist(),
        "is_unusual": [i in reasons for i in range(model.n)],
        "reason": [reasons.get(i) for i in range(model.n)],
    }
    common = key(sample)
    for values in zip(*columns.values(), strict=True):
        yield {**common, **dict(zip(columns, values, strict=True))}
