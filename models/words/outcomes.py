"""What a response's effects come to, in sentences: which matter, under which error term, with which alias."""

from collections.abc import Iterator, Sequence

import numpy as np

from models.fits.error_terms import ErrorTerm
from models.fits.response_analysis import ResponseAnalysis
from models.fits.samples import Sample
from models.wording import count, decimals_for, joined, number, p_text, signed, with_alias

MOST_NAMED = 5  # effects in one sentence

Statement = tuple[str, str, str]  # topic, kind, sentence


def unit_phrase(error_term: ErrorTerm) -> str:
    """The unit in words; where each folder holds one container, the containers' error is the model's residual."""
    if error_term.unit == "folder":
        return "with folders as the unit"
    if error_term.method == "model residual":
        return "judged by the residual of the model"
    return "counting containers as replicates"


def unit_of(sample: Sample) -> str:
    """A difference of percentages is one of percentage points."""
    unit = sample.study.responses[sample.response].unit
    return {"%": " percentage points", "": ""}.get(unit, f" {unit}")


def under(error_term: ErrorTerm) -> str:
    """'with folders as the unit (Lenth's method)'."""
    method = {"Lenth": "Lenth's method", "model residual": ""}.get(error_term.method, error_term.method)
    df = "" if error_term.method == "Lenth" else f"{error_term.df:.0f} df"
    return f"{unit_phrase(error_term)} ({', '.join(part for part in (method, df) if part)})"


def term_text(analysis: ResponseAnalysis, term: str) -> str:
    """'Network (CNN → ResNet)'; an interaction with its alias."""
    text = with_alias(term, analysis.aliases.get(term, ()))
    levels = analysis.identity.study.factors.get(term)
    return f"{text} ({levels[0]} → {levels[1]})" if levels and len(levels) == 2 else text


def size_text(analysis: ResponseAnalysis, error_term: ErrorTerm, term: str) -> str:
    """'−1.08 percentage points [−1.37, −0.79]', '×0.48 [0.33, 0.69]', or F and p without a single effect."""
    sample = analysis.decisive
    verdict = error_term[term]
    margin = error_term.margins.get(term)
    if margin is None:
        return f"F = {number(verdict.statistic)}, {p_text(verdict.p_value)}"
    ends = np.array([verdict.effect, verdict.effect - margin, verdict.effect + margin])
    if sample.scale == "log10":
        ratio, low, high = (10.0**ends).tolist()
        decimals = (
            max(2, decimals_for(min(high - ratio, ratio - low))) if ratio < 10 else decimals_for(high - ratio)
        )
        return f"×{number(ratio, decimals)} [{number(low, decimals)}, {number(high, decimals)}]"
    effect, low, high = ends.tolist()
    decimals = decimals_for(margin)
    while verdict.is_active and decimals < 12 and round(min(abs(low), abs(high)), decimals) == 0:
        decimals += 1  # an interval that excludes zero is not to be printed with a zero
    interval = f"[{number(low, decimals)}, {number(high, decimals)}]"
    return f"{signed(effect, decimals)}{unit_of(sample)} {interval}"


def effects_text(analysis: ResponseAnalysis, error_term: ErrorTerm, terms: Sequence[str]) -> str:
    described = [f"{term_text(analysis, term)} {size_text(analysis, error_term, term)}" for term in terms]
    return joined(described, MOST_NAMED)


def outcome(analysis: ResponseAnalysis) -> Iterator[Statement]:
    """One sentence: the effects that matter under the decisive error term, or under both and under one alone."""
    judgement, name = analysis.judgement, analysis.identity.response
    main = judgement.cautious
    if main is None:
        yield "outcome", "doubt", f"{name}: no effect can be judged: {judgement.without_folders}."
        return
    scale = " (as ratios)" if analysis.decisive.scale == "log10" else ""
    others = [one for one in judgement.error_terms if one is not main] if judgement.decisive is None else []
    if main.active:
        text = f"{name}{scale}: {effects_text(analysis, main, main.active)} {_matters(main.active)} {under(main)}"
    else:
        text = f"{name}{scale}: no effect stands out {under(main)}{_within(analysis, main)}"
    for other in others:
        more = [term for term in other.active if term not in main.active]
        less = [term for term in main.active if term not in other.active]
        if more and main.active:
            text += f"; {under(other)} so {_does(more)} {effects_text(analysis, other, more)}"
        elif more:
            text += f"; {under(other)} {effects_text(analysis, other, more)} {_matters(more)}"
        if less:
            text += f"; {under(other)} {joined(_with_aliases(analysis, less))} {_does(less)} not"
        if not more and not less:
            text += f", and the same is true {under(other)}"
    yield "outcome", "finding" if main.active or any(one.active for one in others) else "note", f"{text}."


def _matters(terms: Sequence[str]) -> str:
    return "matters" if len(terms) == 1 else "matter"


def _does(terms: Sequence[str]) -> str:
    return "does" if len(terms) == 1 else "do"


def _within(analysis: ResponseAnalysis, error_term: ErrorTerm) -> str:
    """': all lie within ±8621 s'; as a ratio on the log scale."""
    if not error_term.margins:
        return ""
    margin = max(error_term.margins.values())
    if analysis.decisive.scale == "log10":
        return f": all lie within a factor of {number(10.0**margin)}"
    return f": all lie within ±{number(margin)}{unit_of(analysis.decisive)}"


def _with_aliases(analysis: ResponseAnalysis, terms: Sequence[str]) -> list[str]:
    return [with_alias(term, analysis.aliases.get(term, ())) for term in terms]


def error_terms(analysis: ResponseAnalysis) -> Iterator[Statement]:
    """Where the verdicts differ, and what each error term is made of."""
    judgement, sample = analysis.judgement, analysis.decisive
    container, folder = judgement.under("container"), judgement.under("folder")
    topic = "error_terms"
    if container and folder:
        common = {verdict.term for verdict in container.verdicts} & {
            verdict.term for verdict in folder.verdicts
        }
        only_container = [term for term in container.active if term in common and term not in folder.active]
        only_folder = [term for term in folder.active if term in common and term not in container.active]
        sides = ((container, only_container), (folder, only_folder))
        parts = [
            f"{joined(_with_aliases(analysis, terms))} {'is' if len(terms) == 1 else 'are'} active only {unit_phrase(one)}"
            for one, terms in sides
            if terms
        ]
        if parts:
            yield topic, "doubt", f"The verdicts differ: {'; '.join(parts)}."
        else:
            yield topic, "note", "Both error terms give the same verdicts."
    if container:
        yield topic, "note", _about_containers(sample, container)
    if folder:
        yield topic, "note", _about_folders(analysis, folder)
    elif container:
        yield topic, "doubt", f"There is no verdict with folders as the unit: {judgement.without_folders}."
    if container and folder:
        declared = sample.study.unit
        yield (
            topic,
            "note",
            f'The study lets {declared}s decide (unit = "{declared}").'
            if declared
            else 'The study leaves open which verdict decides; unit = "folder" or unit = "container" settles it.',
        )


def _about_containers(sample: Sample, container: ErrorTerm) -> str:
    folders, df = len(sample.folders[0]), count(round(container.df), "residual degree")
    if container.method == "within-folder error":
        return (
            f"The {df} of freedom compare containers inside the same folder: those are repeats of one execution, "
            "and what differs from one execution to the next is not in their error."
        )
    if container.method == "pooled error":
        return (
            f"The {df} of freedom count each of {len(sample.y)} containers as an execution of its own, though they "
            f"ran in {count(folders, 'folder')}."
        )
    return f"The {df} of freedom hold what the model leaves out and what repeated runs differ by."


def _about_folders(analysis: ResponseAnalysis, folder: ErrorTerm) -> str:
    sample = analysis.decisive
    error = max(folder.errors.values(), default=float("nan"))
    unit = "" if sample.scale == "log10" else unit_of(sample)
    if folder.method == "Lenth":
        margin = max(folder.margins.values())
        return (
            f"Folders of the same run are too few to compare, so Lenth's method takes the error from the "
            f"{len(folder.verdicts)} effects themselves: pseudo standard error {number(error)}{unit}, margin "
            f"±{number(margin)}{unit}, and ±{number(folder.simultaneous_margin)}{unit} for all at once"
            + (" (in log10)." if sample.scale == "log10" else ".")
        )
    if folder.method == "left-out terms":
        return (
            f"Folders of the same run are too few to compare, so the {folder.df:.0f} degrees of freedom of the terms "
            "that the model leaves out serve as error: the verdicts hold if those terms are zero."
        )
    sizes = sorted(set(sample.folders[2].tolist()))
    text = f"With folders as the unit the error has {folder.df:.0f} degrees of freedom, from the means of folders"
    if len(sizes) > 1:
        return f"{text}; they hold {sizes[0]} to {sizes[-1]} containers and weigh the same, which is approximate."
    return f"{text} of the same run."


def alias_warnings(analysis: ResponseAnalysis) -> Iterator[Statement]:
    """Active effects that may as well be others of one or two factors."""
    active = {term: None for one in analysis.judgement.error_terms for term in one.active}
    chains = [with_alias(term, analysis.aliases.get(term, ())) for term in active]
    doubtful = [chain for chain, term in zip(chains, active, strict=True) if chain != term]
    if doubtful:
        yield (
            "aliases",
            "doubt",
            f"These runs cannot say which effect of {joined(doubtful, MOST_NAMED)} acts; further runs can (doehouse "
            "design --next).",
        )
