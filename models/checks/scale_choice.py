"""The scale that conclusions are drawn on: the declared one, else the one that the data ask for."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.checks.misfit import ALPHA, power_of
from models.checks.scale import BoxCox
from models.fits.error_terms import Judgement
from models.fits.samples import Sample, Scale


@dataclass(frozen=True)
class ScaleChoice:
    """`terms`: the model under which the power was taken; `advised`: None where neither scale is clearly better."""

    declared: Scale | None
    terms: tuple[str, ...]
    power: BoxCox | None
    advised: Scale | None
    decisive: Scale

    @property
    def rejects_identity(self) -> bool:
        return self.power is not None and self.power.p_identity < ALPHA


def choose_scale(samples: Mapping[Scale, Sample], judgements: Mapping[Scale, Judgement]) -> ScaleChoice:
    """By Box-Cox of the executions under the main effects, and under the interactions that are active among them.

    log10 is advised if the values as they are are rejected, the power is nearer to 0, and logarithms have no more
    active interactions. What the study declares decides, if the values allow it.
    """
    identity = samples["identity"]
    if identity.distribution:
        return ScaleChoice(None, (), None, None, "log10" if "log10" in samples else "identity")
    deciding = judgements["identity"].decisive
    active = deciding.active if deciding else []
    terms = tuple(term for term in identity.coding.terms if ":" not in term or term in active)
    executions = identity.executions
    model = executions.reduced(terms) if terms else None
    power = power_of(executions, model) if model else None
    advised: Scale | None = "identity"
    if power and power.p_identity < ALPHA:
        is_log = "log10" in samples and abs(power.power) < 0.5
        advised = "log10" if is_log and _has_no_more_interactions(judgements) else None
    declared = _declared(identity)
    decisive = declared or advised or "identity"
    return ScaleChoice(declared, terms, power, advised, decisive if decisive in samples else "identity")


def _declared(sample: Sample) -> Scale | None:
    declared = sample.study.responses[sample.response].scale or sample.study.scale
    return "log10" if declared == "log" else declared


def _has_no_more_interactions(judgements: Mapping[Scale, Judgement]) -> bool:
    raw, log = judgements["identity"].decisive, judgements["log10"].decisive
    if raw is None or log is None:
        return True
    return sum(":" in term for term in log.active) <= sum(":" in term for term in raw.active)
