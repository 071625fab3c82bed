"""The raw and the log scale side by side, and which of the two the data ask for."""

from collections.abc import Iterator

import numpy as np

from models.fits.anova import lack_of_fit
from models.fits.diagnostics import brown_forsythe
from models.fits.misfit import ALPHA, MAIN, STUDY, asked, power_of
from models.fits.response_analysis import ResponseAnalysis
from models.fits.samples import Sample
from models.fits.scale import BoxCox
from models.wording import count, number, p_text
from models.words.outcomes import Statement, unit_phrase


def scale_statements(analysis: ResponseAnalysis) -> Iterator[Statement]:
    """A recommendation, what speaks for and against it, and what the study decides."""
    raw, log = analysis.identity, analysis.samples.get("log10")
    name, unit = raw.response, raw.study.responses[raw.response].unit
    plain = f"in {unit}" if unit else "as observed"
    if log is None:
        fact = f"its smallest value is {number(float(raw.y.min()))}, which has no logarithm"
        if analysis.wants_log:
            yield "scale", "doubt", f'{name}: the study asks for scale = "log", but {fact}. Remove it.'
        else:
            yield "scale", "note", f"{name}: there is only one scale, as {fact}."
        return
    models = asked(raw)
    model = MAIN if MAIN in models else STUDY
    power = power_of(raw, models[model][1]) if model in models else None
    advised = _advised(power, analysis)
    verdict = {
        "log10": f"log10 suits better than the values {plain}",
        "identity": f"the values {plain} will do",
        None: f"neither log10 nor the values {plain} are clearly better",
    }[advised]
    decided = analysis.decisive.scale
    yield (
        "scale",
        "note" if advised in (decided, None) else "doubt",
        f"{name}: {_evidence(raw, power, model)}: {verdict}.",
    )
    yield "scale", "note", _actives(analysis, plain)
    yield from _caveats(raw, log, plain)
    said = (
        f"The study draws its conclusions {'in log10' if decided == 'log10' else f'from the values {plain}'}"
    )
    yield "scale", "note", f"{said}." if analysis.wants_log else f'{said}; scale = "log" would change that.'


def _evidence(raw: Sample, power: BoxCox | None, model: str) -> str:
    if power is None:
        times = number(float(raw.y.max() / raw.y.min()))
        return f"the data do not tell the scales apart (the largest value is {times} times the smallest)"
    ends = [("…" if np.isnan(end) else number(end, 2)) for end in (power.ci_low, power.ci_high)]
    return (
        f"{'the main effects ask' if model == MAIN else f'{model} asks'} for the power λ = {number(power.power, 2)} "
        f"[{ends[0]}, {ends[1]}] (Box-Cox; 1 is the values as they are, 0 their logarithm)"
    )


def _advised(power: BoxCox | None, analysis: ResponseAnalysis) -> str | None:
    """log10 if 1 is excluded, the power is nearer to 0, and log10 has no more active interactions."""
    if power is None or power.allows(1.0):
        return "identity"
    fewer = all(
        _interactions(log.active) <= _interactions(raw.active)
        for raw in analysis.judgements["identity"].error_terms
        for log in analysis.judgements["log10"].error_terms
        if raw.unit == log.unit
    )
    return "log10" if abs(power.power) < 0.5 and fewer else None


def _interactions(terms: list[str]) -> int:
    return sum(":" in term for term in terms)


def _actives(analysis: ResponseAnalysis, plain: str) -> str:
    parts: list[str] = []
    for raw in analysis.judgements["identity"].error_terms:
        log = analysis.judgements["log10"].under(raw.unit)
        if log:
            parts.append(f"{unit_phrase(raw)}: {_split(raw.active)} {plain}, {_split(log.active)} in log10")
    return f"Active {'; '.join(parts)}." if parts else "No effect can be judged on either scale."


def _split(terms: list[str]) -> str:
    interactions = _interactions(terms)
    parts = [(len(terms) - interactions, "main effect"), (interactions, "interaction")]
    return " and ".join(count(size, noun) for size, noun in parts if size) or "none"


def _caveats(raw: Sample, log: Sample, plain: str) -> Iterator[Statement]:
    fits = [(asked(sample), sample, scale) for sample, scale in ((raw, plain), (log, "in log10"))]
    parts = [
        (lack_of_fit(models[MAIN if MAIN in models else STUDY][1], sample.treatments), scale)
        for models, sample, scale in fits
        if models
    ]
    tests = [
        (part.lack.p_value, scale, f"F({part.lack.df}, {part.pure.df}) = {number(part.lack.f_value)}, ")
        for part, scale in parts
        if part
    ]
    if len(tests) == 2:
        extent = _on_scales(tests, "suffice on both scales", "do not suffice", "suffice on neither scale")
        yield "scale", "note", f"Main effects alone {extent} (lack of fit {_listed(tests)})."
    spreads = [(brown_forsythe(sample), scale) for _, sample, scale in fits]
    uneven = [(spread[1], scale, "") for spread, scale in spreads if spread]
    if len(uneven) == 2:
        extent = _on_scales(uneven, "are equal enough on both scales", "differ", "differ on both scales")
        yield "scale", "note", f"The spreads of the runs {extent} (Brown-Forsythe {_listed(uneven)})."


Test = tuple[float, str, str]  # p, scale, what stands before p


def _on_scales(tests: list[Test], none: str, one: str, both: str) -> str:
    failed = [scale for p, scale, _ in tests if p < ALPHA]
    return none if not failed else both if len(failed) == 2 else f"{one} {failed[0]}"


def _listed(tests: list[Test]) -> str:
    return "; ".join(f"{before}{p_text(p)} {scale}" for p, scale, before in tests)
