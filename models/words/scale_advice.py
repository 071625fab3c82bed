"""The raw and the log scale side by side, and which of the two the data ask for."""

from collections.abc import Iterator

import numpy as np

from models.checks.misfit import ALPHA, MAIN, STUDY, asked
from models.checks.response_analysis import ResponseAnalysis
from models.checks.scale_choice import ScaleChoice
from models.fits.anova import lack_of_fit
from models.fits.samples import Sample
from models.wording import count, joined, number, p_text, ratio_text, with_alias
from models.words.outcomes import Statement, unit_phrase


def scale_statements(analysis: ResponseAnalysis) -> Iterator[Statement]:
    """A recommendation, what speaks for and against it, and which scale decides."""
    raw, log, choice = analysis.identity, analysis.samples.get("log10"), analysis.choice
    if raw.distribution:
        yield _of_counts(raw, log)
        return
    name, unit = raw.response, raw.study.responses[raw.response].unit
    plain = f"in {unit}" if unit else "as observed"
    if log is None:
        fact = f"its smallest value is {number(float(raw.y.min()))}, which has no logarithm"
        if choice.declared == "log10":
            yield "scale", "doubt", f'{name}: the study asks for scale = "log", but {fact}. Remove it.'
        else:
            yield "scale", "note", f"{name}: there is only one scale, as {fact}."
        return
    verdict = {
        "log10": f"log10 suits better than the values {plain}",
        "identity": f"the values {plain} will do",
        None: f"neither log10 nor the values {plain} are clearly better",
    }[choice.advised]
    decided = choice.decisive
    is_doubt = choice.advised != decided and (choice.rejects_identity or decided == "log10")
    kind = "doubt" if is_doubt else "note"
    yield "scale", kind, f"{name}: {_evidence(raw, choice)}: {verdict}."
    yield "scale", "note", _actives(analysis, plain)
    yield from _caveats(analysis, log, plain)
    where = "in log10" if decided == "log10" else f"from the values {plain}"
    if choice.declared:
        yield "scale", "note", f"The study draws its conclusions {where}, as it declares."
    else:
        why = "as the data ask" if choice.rejects_identity else "as nothing speaks against it"
        if choice.advised is None:
            why = "though the data reject them, since no other scale is clearly better"
        yield (
            "scale",
            "note",
            f'The conclusions are drawn {where}, {why}; scale = "log" (of the study) or scale = "identity" '
            "(of a response) would settle it.",
        )


def _of_counts(raw: Sample, log: Sample | None) -> Statement:
    """What the declared distribution makes of the values, or why it cannot."""
    name, distribution = raw.response, raw.distribution
    if raw.why_not_counted:
        return "scale", "doubt", f"{name}: {raw.why_not_counted}. The values are judged as they are."
    if log is None:
        text = (
            "some levels have no count at all, or nothing else, or values that agree to the last digit, so that their "
            "ratio has no size: the values are judged as they are"
        )
        return "scale", "doubt", f"{name}: {text}."
    of = "odds" if distribution == "binomial" else "means"
    link = "logit" if distribution == "binomial" else "logarithm"
    return (
        "scale",
        "note",
        f"{name}: the study declares a {distribution} distribution: effects are ratios of {of} (link: {link}), tested by "
        "differences in deviance against the dispersion of the executions.",
    )


def _evidence(raw: Sample, choice: ScaleChoice) -> str:
    power = choice.power
    if power is None:
        times = number(float(raw.y.max() / raw.y.min()))
        return f"the data do not tell the scales apart (the largest value is {times} times the smallest)"
    interactions = [with_alias(term, raw.design.aliases(term)) for term in choice.terms if ":" in term]
    model = f"the main effects with {joined(interactions, 4)} ask" if interactions else "the main effects ask"
    if power.is_beyond:
        return f"{model} for a power beyond {number(power.power, 0)}, with {_rejection(choice)} (Box-Cox)"
    ends = [("…" if np.isnan(end) else number(end, 2)) for end in (power.ci_low, power.ci_high)]
    return (
        f"{model} for the power λ = {number(power.power, 2)} [{ends[0]}, {ends[1]}], with {_rejection(choice)} "
        "(Box-Cox; 1 is the values as they are, 0 their logarithm)"
    )


def _rejection(choice: ScaleChoice) -> str:
    assert choice.power is not None
    return f"{p_text(choice.power.p_identity)} for the values as they are"


def _actives(analysis: ResponseAnalysis, plain: str) -> str:
    parts: list[str] = []
    for raw in analysis.judgements["identity"].error_terms:
        log = analysis.judgements["log10"].under(raw.unit)
        if log:
            parts.append(
                f"{unit_phrase(analysis, raw)}: {_split(raw.active)} {plain}, {_split(log.active)} in log10"
            )
    return f"Active {'; '.join(parts)}." if parts else "No effect can be judged on either scale."


def _split(terms: list[str]) -> str:
    interactions = sum(":" in term for term in terms)
    parts = [(len(terms) - interactions, "main effect"), (interactions, "interaction")]
    return " and ".join(count(size, noun) for size, noun in parts if size) or "none"


def _caveats(analysis: ResponseAnalysis, log: Sample, plain: str) -> Iterator[Statement]:
    raw = analysis.identity
    fits = [
        (asked(sample.executions), sample.executions, scale)
        for sample, scale in ((raw, plain), (log, "in log10"))
    ]
    parts = [
        (lack_of_fit(models[MAIN if MAIN in models else STUDY][1], sample.treatments), scale)
        for models, sample, scale in fits
        if models and not sample.study.block
    ]
    tests = [
        (part.lack.p_value, scale, f"F({part.lack.df}, {part.pure.df}) = {ratio_text(part.lack.f_value)}, ")
        for part, scale in parts
        if part
    ]
    if len(tests) == 2:
        extent = _on_scales(tests, "suffice on both scales", "do not suffice", "suffice on neither scale")
        yield "scale", "note", f"Main effects alone {extent} (lack of fit {_listed(tests)})."
    uneven = [
        (one.p_value, plain if sample is raw else "in log10", "")
        for sample in (raw, log)
        for one in analysis.diagnostics[sample.scale]
        if one.name == "Brown-Forsythe"
    ]
    if len(uneven) == 2:
        extent = _on_scales(uneven, "are equal enough on both scales", "differ", "differ on both scales")
        yield "scale", "note", f"The spreads of the runs {extent} (Brown-Forsythe {_listed(uneven)})."


Test = tuple[float, str, str]  # p, scale, what stands before p


def _on_scales(tests: list[Test], none: str, one: str, both: str) -> str:
    failed = [scale for p, scale, _ in tests if p < ALPHA]
    return none if not failed else both if len(failed) == 2 else f"{one} {failed[0]}"


def _listed(tests: list[Test]) -> str:
    return "; ".join(f"{before}{p_text(p)} {scale}" for p, scale, before in tests)
