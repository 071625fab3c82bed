"""Whether a model misses something: lack of fit, curvature, and the power that Box and Cox would take."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from models.checks.scale import BoxCox, box_cox
from models.design.coding import CURVATURE
from models.fits.anova import NAN, Fit, lack_of_fit
from models.fits.samples import Sample

ALPHA = 0.05

STUDY, MAIN, ACTIVE = "the study's model", "main effects", "active effects"


class Diagnostic(NamedTuple):
    """`is_alarm`: whether it limits what may be concluded; `model` and `terms`: what was asked, `df` of an F."""

    name: str
    value: float
    is_alarm: bool = False
    p_value: float = NAN
    ci_low: float = NAN
    ci_high: float = NAN
    model: str | None = None
    terms: tuple[str, ...] = ()
    df: tuple[int, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.name} ({self.model})" if self.model else self.name


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
    """Lack of fit and Box-Cox of each model asked for, and curvature, of the executions.

    Box-Cox is of the values as observed, whatever the scale; only for the effects active on the log scale it
    stands there.
    """
    models = asked(sample, active)
    for name, (terms, model) in models.items():
        parts = None if sample.study.block else lack_of_fit(model, sample.treatments)
        if parts:
            F, p = parts.lack.f_value, parts.lack.p_value
            is_alarm = p < ALPHA and name == STUDY
            df = (parts.lack.df, parts.pure.df)
            yield Diagnostic("Lack of fit", F, is_alarm, p, model=name, terms=tuple(terms), df=df)
    curvature = sample.fit.tests.get(CURVATURE)
    if curvature and np.isfinite(curvature.f_value):
        p = curvature.p_value
        yield Diagnostic(CURVATURE, curvature.f_value, p < ALPHA, p)
    for name, (terms, model) in models.items():
        power = power_of(sample, model) if sample.scale == "identity" or name == ACTIVE else None
        if power:
            yield Diagnostic(
                "Box-Cox λ",
                power.power,
                p_value=power.p_identity,
                ci_low=power.ci_low,
                ci_high=power.ci_high,
                model=name,
                terms=tuple(terms),
            )


def power_of(sample: Sample, model: Fit) -> BoxCox | None:
    """Box-Cox of the values as observed under a model of the sample; None if they allow none."""
    if not model.df_error or sample.observed.min() <= 0:
        return None
    return box_cox(sample.observed, model.X)
