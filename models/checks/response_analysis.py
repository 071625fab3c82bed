"""All that is computed of one response: both scales, every error term, diagnostics."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from models.checks.diagnostics import diagnostics
from models.checks.misfit import Diagnostic
from models.checks.permutation import permuted_p_values
from models.checks.scale_choice import ScaleChoice, choose_scale
from models.design.alias_sets import Aliases, aliases_in
from models.fits.error_terms import Judgement, judge
from models.fits.samples import Sample, Scale


@dataclass(frozen=True)
class ResponseAnalysis:
    """The samples of one response by scale; identity is always there."""

    samples: dict[Scale, Sample]

    @classmethod
    def of(cls, identity: Sample) -> "ResponseAnalysis":
        log = identity.on_log_scale()
        return cls({"identity": identity, "log10": log} if log else {"identity": identity})

    @property
    def identity(self) -> Sample:
        return self.samples["identity"]

    @cached_property
    def choice(self) -> ScaleChoice:
        return choose_scale(self.samples, self._judged)

    @property
    def decisive(self) -> Sample:
        """The sample on the scale that conclusions are drawn on."""
        return self.samples[self.choice.decisive]

    @cached_property
    def judgements(self) -> dict[Scale, Judgement]:
        """As the samples give them, less what the scale refutes.

        A model that went without its interactions to find an error holds where effects add up. Where Box and Cox
        reject the values as they are, they do not: the full data could say less than such a model.
        """
        found = dict(self._judged)
        if self.choice.rejects_identity:
            found["identity"] = found["identity"].without_reduced_models()
        return found

    @cached_property
    def _judged(self) -> dict[Scale, Judgement]:
        return {scale: judge(sample) for scale, sample in self.samples.items()}

    @property
    def judgement(self) -> Judgement:
        """On the decisive scale."""
        return self.judgements[self.decisive.scale]

    @cached_property
    def permuted(self) -> Mapping[str, float]:
        """p-values by permutation of what decides, on the scale that decides."""
        deciding = self.judgement.decisive
        return permuted_p_values(self.decisive, deciding) if deciding else {}

    @cached_property
    def aliases(self) -> Aliases:
        """Partners of every effect that is fitted or judged, in the runs present."""
        terms = {verdict.term for one in self.judgement.error_terms for verdict in one.verdicts}
        return aliases_in(self.identity.design, self.identity.coding, terms)

    @cached_property
    def diagnostics(self) -> dict[Scale, list[Diagnostic]]:
        found: dict[Scale, list[Diagnostic]] = {}
        for scale, sample in self.samples.items():
            deciding = self.judgements[scale].decisive
            found[scale] = diagnostics(sample, deciding.active if deciding else [])
        return found
