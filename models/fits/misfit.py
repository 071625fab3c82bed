"""Whether a model misses something: lack of fit, curvature, and the power that Box and Cox would take."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from models.design.coding import CURVATURE
from models.fits.anova import NAN, Fit, lack_of_fit
from models.fits.samples import Sample
from models.fits.scale import BoxCox, box_cox
from models.wording import joined, number, p_text, with_alias

ALPHA = 0.05

STUDY, MAIN, ACTIVE = "the study's model", "main effects", "active effects"


class Diagnostic(NamedTuple):
    """`is_alarm`: whether the reading limits what may be concluded."""

    name: str
    value: float
    reading: str
    is_alarm: bool = False
    p_value: float = NAN
    ci_low: float = NAN
    ci_high: float = NAN


def asked(sample: Sample, active: Sequence[str] = ()) -> dict[str, tuple[list[str], Fit]]:
    """Terms and fit of the study's model, of its main effects and of its active effects, each model once."""
    terms = sample.coding.terms
    wanted = {
        STUDY: list(terms),
        MAIN: [term for term in terms if ":" not in term],
        ACTIVE: [term for term in terms if term in active],
    }
    found: dict[str, tuple[list[str], Fit]] = {}
    for name, chosen in wanted.items():
        if chosen and all(chosen != others for others, _ in found.values()):
            found[name] = (chosen, sample.fit if name == STUDY else sample.reduced(chosen))
    return found


def misfit(sample: Sample, active: Sequence[str]) -> Iterator[Diagnostic]:
    """Lack of fit and Box-Cox of each model asked for, and curvature.

    Box-Cox is of the values as observed, whatever the scale; only for the effects active on the log scale it
    stands there.
    """
    models = asked(sample, active)
    for name, (terms, model) in models.items():
        parts = lack_of_fit(model, sample.treatments)
        if parts:
            F, p = parts.lack.f_value, parts.lack.p_value
            test = f"F({parts.lack.df}, {parts.pure.df}) = {number(F)}, {p_text(p)}"
            does = "does" if len(terms) == 1 else "do"
            extent = f"{does} not account for all" if p < ALPHA else f"{does} account for the"
            reading = f"{_subject(sample, name, terms)} {extent} differences between the runs ({test})."
            yield Diagnostic(f"Lack of fit ({name})", F, reading, p < ALPHA and name == STUDY, p)
    curvature = sample.fit.tests.get(CURVATURE)
    if curvature and np.isfinite(curvature.f_value):
        p = curvature.p_value
        reading = (
            f"The centre lies off the plane of the corners ({p_text(p)}): effects are not straight lines."
            if p < ALPHA
            else f"The centre shows no curvature ({p_text(p)})."
        )
        yield Diagnostic(CURVATURE, curvature.f_value, reading, p < ALPHA, p)
    for name, (terms, model) in models.items():
        power = power_of(sample, model) if sample.scale == "identity" or name == ACTIVE else None
        if power:
            reading = f"{_subject(sample, name, terms)}: {_allowed(power)}"
            low, high = power.ci_low, power.ci_high
            yield Diagnostic(f"Box-Cox λ ({name})", power.power, reading, ci_low=low, ci_high=high)


def power_of(sample: Sample, model: Fit) -> BoxCox | None:
    """Box-Cox of the values as observed under a model of the sample; None if they allow none."""
    if not model.df_error or sample.observed.min() <= 0:
        return None
    return box_cox(sample.observed, model.X)


def _subject(sample: Sample, name: str, terms: Sequence[str]) -> str:
    if name == STUDY:
        return "The study's terms"
    return f"{joined([with_alias(term, sample.design.aliases(term)) for term in terms])} alone"


def _allowed(power: BoxCox) -> str:
    """The usual scales in the interval, or the nearest one."""
    usual = {"the values as they are": 1.0, "square roots": 0.5, "logarithms": 0.0, "reciprocals": -1.0}
    allowed = [name for name, value in usual.items() if power.allows(value)]
    if allowed:
        return f"the interval allows {joined(allowed)}."
    nearest = min(usual, key=lambda name: abs(usual[name] - power.power))
    return f"nearest of the usual scales: {nearest}."
