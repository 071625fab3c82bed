"""What a response's effects come to, in sentences: which matter, on which scale, and what the others may still be."""

from collections.abc import Iterator, Sequence

import numpy as np

from models.checks.response_analysis import ResponseAnalysis
from models.fits.error_terms import ErrorTerm
from models.fits.extremes import extremes, largest_deviation
from models.fits.minimum import detection, is_below_minimum, smallest_that_counts
from models.fits.settings import best, settings
from models.wording import confidence, count, joined, number, p_text, ratio_text, short, with_alias
from models.words.sizes import difference, interval_text, range_text, unit_of, value_text

MOST_NAMED = 5  # effects in one sentence
FEW = 0.05  # sparsity: a p below doubts that most effects are inert

Statement = tuple[str, str, str]  # topic, kind, sentence


def unit_phrase(analysis: ResponseAnalysis, error_term: ErrorTerm) -> str:
    """The unit in words; where each folder holds one container, the containers' error is the model's residual."""
    if error_term.unit == "folder":
        return f"with {analysis.decisive.study.execution_word}s as the unit"
    if error_term.method == "model residual":
        return "judged by the residual of the model"
    return "counting containers as replicates"


def under(analysis: ResponseAnalysis, error_term: ErrorTerm) -> str:
    """'with folders as the unit (Lenth's method)'."""
    method = {"Lenth": "Lenth's method", "model residual": ""}.get(error_term.method, error_term.method)
    method = method.replace("folder", analysis.decisive.study.execution_word)
    df = "" if error_term.method == "Lenth" else f"{error_term.df:.0f} df"
    return f"{unit_phrase(analysis, error_term)} ({', '.join(part for part in (method, df) if part)})"


def term_text(analysis: ResponseAnalysis, term: str) -> str:
    """'Network (CNN → ResNet)'; an interaction with its alias."""
    text = with_alias(term, analysis.aliases.get(term, ()))
    levels = analysis.identity.study.factors.get(term)
    seen = analysis.identity.coding.levels.get(term, ())
    return f"{text} ({levels[seen[0]]} → {levels[seen[1]]})" if levels and len(seen) == 2 else text


def size_text(analysis: ResponseAnalysis, error_term: ErrorTerm, term: str) -> str:
    """'−1.08 percentage points [−1.37, −0.79]', '×0.48 [0.33, 0.69]', or the best and the worst of several levels."""
    verdict = error_term[term]
    margin = error_term.margins.get(term)
    if margin is None:
        return f"({_levels_text(analysis, error_term, term)}F = {ratio_text(verdict.statistic)}, {p_text(verdict.p_value)})"
    return difference(analysis.decisive, verdict.effect, margin, verdict.is_active)


def _levels_text(analysis: ResponseAnalysis, error_term: ErrorTerm, term: str) -> str:
    """'best 3, worst 1: +41.9 h [12.3, 71.5]; '; 'highest' and 'lowest' without a goal."""
    sample = analysis.decisive
    model = error_term.model_of.get(term, error_term.model)
    found = extremes(sample, model, term) if model else None
    if found is None:
        return ""
    goal = sample.study.responses[sample.response].goal
    high, low = (
        ", ".join(levels.values()) if ":" not in term else joined([f"{k} {v}" for k, v in levels.items()])
        for levels in (found.highest, found.lowest)
    )
    first, second = ("highest", "lowest")
    if goal:
        first, second = ("best", "worst") if goal == "maximize" else ("worst", "best")
    return f"{first} {high}, {second} {low}: {difference(sample, found.difference, found.margin, True)}; "


def effects_text(analysis: ResponseAnalysis, error_term: ErrorTerm, terms: Sequence[str]) -> str:
    described = [f"{term_text(analysis, term)} {size_text(analysis, error_term, term)}" for term in terms]
    return joined(described, MOST_NAMED)


def outcome(analysis: ResponseAnalysis) -> Iterator[Statement]:
    """What matters under the error term that decides, and what the effects that do not stand out may still be."""
    judgement, sample = analysis.judgement, analysis.decisive
    main = judgement.decisive
    lead = f"{sample.response}{_lead(analysis)}"
    if main is None:
        reason = judgement.without_folders or "there is no error to judge by"
        yield "outcome", "doubt", f"{lead}: no effect can be judged yet: {reason}."
        return
    if main.left_out:
        lead += ", if the interactions that these runs cannot bear are zero"
    elif main.unit == "container" and sample.study.unit is None and sample.folders[2].max() > 1:
        lead += ", if executions of the same run do not differ"
    elif main.conditional.intersection(main.active):
        lost = list(sample.coding.partial)
        lead += f", if what these runs cannot tell of {joined(named(analysis, lost), MOST_NAMED)} is zero"
    if main.active:
        text = f"{effects_text(analysis, main, main.active)} {_matters(main.active)} {under(analysis, main)}"
        text += _at_once(analysis, main)
    else:
        text = f"no effect stands out {under(analysis, main)}{_possible(analysis, main)}"
    yield "outcome", "finding" if main.active else "note", f"{lead}: {text}."
    yield from _unjudged(analysis, main)
    yield from _smallest(analysis, main)
    yield from _best(analysis, main)
    if main.sparsity_p < FEW:
        yield (
            "outcome",
            "doubt",
            f"Half of the {len(main.verdicts)} effects or more seem to be real ({p_text(main.sparsity_p)}): Lenth's "
            f"method takes them for noise then and finds too few. A second {sample.study.execution_word} of each run would "
            "give an error.",
        )
    yield from _idle(analysis, main)


def _idle(analysis: ResponseAnalysis, main: ErrorTerm) -> Iterator[Statement]:
    """What the effects that are not active may still be, the widest first, then terms of several degrees of freedom."""
    idle = [verdict.term for verdict in main.verdicts if not verdict.is_active]
    single = sorted((term for term in idle if term in main.margins), key=lambda term: -_reach(main, term))
    several = [term for term in idle if term not in main.margins]
    parts = [effects_text(analysis, main, single)] if single else []
    if several:
        parts.append(joined([_possible_levels(analysis, main, term) for term in several], MOST_NAMED))
    if parts:
        yield (
            "outcome",
            "note",
            f"Not shown to matter, but possible with {confidence(analysis.decisive.alpha)} confidence: {'; '.join(parts)}.",
        )


def _possible_levels(analysis: ResponseAnalysis, main: ErrorTerm, term: str) -> str:
    """'B (best 3, worst 1: +0.4 h [−1.0, 1.8]; F = ...)'; of an interaction where it departs most from its factors."""
    sample, verdict = analysis.decisive, main[term]
    model = main.model_of.get(term, main.model)
    found = largest_deviation(sample, model, term) if model and ":" in term else None
    if found is None and ":" in term:
        return f"{term_text(analysis, term)} (F = {ratio_text(verdict.statistic)}, {p_text(verdict.p_value)})"
    if found is None:
        return f"{term_text(analysis, term)} {size_text(analysis, main, term)}"
    at = joined([f"{name} {level}" for name, level in found.levels.items()])
    size = difference(sample, found.value, found.margin, is_active=False)
    test = f"F = {ratio_text(verdict.statistic)}, {p_text(verdict.p_value)}"
    return f"{term_text(analysis, term)} (most at {at}: {size}; {test})"


def _unjudged(analysis: ResponseAnalysis, main: ErrorTerm) -> Iterator[Statement]:
    """Terms of the study that have no verdict though no run is missing: blocks tell them, or their stratum has no error."""
    sample = analysis.decisive
    if of_blocks := sample.told_by_blocks:
        by = joined(list(sample.study.block))
        verb, it = ("is", "it") if len(of_blocks) == 1 else ("are", "they")
        yield (
            "outcome",
            "doubt",
            f"{joined(named(analysis, of_blocks), MOST_NAMED)} {verb} not judged: {it} cannot be told from what blocks "
            f"(by {by}) differ by.",
        )
    judged = {verdict.term for verdict in main.verdicts}
    left = [term for term in sample.coding.terms if term not in judged and term not in main.left_out]
    if main.has_strata and left:
        verb = "is" if len(left) == 1 else "are"
        plots = sample.by_folder.whole_plots
        assert plots is not None
        yield (
            "outcome",
            "doubt",
            f"{joined([_with_size(analysis, term) for term in left], MOST_NAMED)} {verb} not judged: "
            f"{count(int(plots.max()) + 1, 'whole plot')} leave no degree of freedom for an error. Set "
            f"{joined(list(sample.study.whole_plot))} anew more often.",
        )


def _with_size(analysis: ResponseAnalysis, term: str) -> str:
    """'A (- → +) +7.93 s', without an interval."""
    sample = analysis.decisive
    effect = sample.fit.effect(term)
    text = term_text(analysis, term)
    if effect is None:
        return text
    return f"{text} {difference(sample, sample.carried(effect.value), float('nan'), is_active=False)}"


def _smallest(analysis: ResponseAnalysis, main: ErrorTerm) -> Iterator[Statement]:
    """Which effects are smaller than the smallest that counts, and whether the data would have found one so large."""
    sample = analysis.decisive
    smallest = smallest_that_counts(sample)
    if smallest is None:
        return
    size = (
        f"a factor of {number(10.0**smallest)}"
        if sample.scale == "log10"
        else f"{short(smallest)}{unit_of(sample)}"
    )
    told: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for term, margin in main.margins.items():
        told[is_below_minimum(sample, main[term].effect, margin)].append(term)
    told[None] += [verdict.term for verdict in main.verdicts if verdict.term not in main.margins]
    parts = [
        f"{text}: {joined(named(analysis, terms), MOST_NAMED + 3)}"
        for text, terms in (("yes", told[True]), ("no", told[False]), ("cannot tell", told[None]))
        if terms
    ]
    if parts:
        yield "outcome", "note", f"Smaller than {size}, the smallest effect that counts: {'; '.join(parts)}."
    found = detection(sample, main)
    if found:
        needed = (
            f"more {sample.study.execution_word}s than anyone makes would"
            if found.folders is None
            else f"{count(found.folders, sample.study.execution_word)} of each run would"
        )
        yield (
            "outcome",
            "note",
            f"These data find an effect of {size} with a power of {number(found.now, 2)}; for a power of 0.8, {needed} be "
            "needed.",
        )


def _best(analysis: ResponseAnalysis, main: ErrorTerm) -> Iterator[Statement]:
    """The best combination of levels by the active effects, and whether it was run."""
    sample = analysis.decisive
    terms, found = settings(sample, main)
    chosen = best(sample, found)
    if chosen is None:
        return
    moved = list(dict.fromkeys(name for term in terms for name in term.split(":")))
    levels = ", ".join(f"{name} = {level}" for name, level in chosen.levels.items() if name in moved)
    text = f"Best by these effects: {levels}"
    if np.isfinite(chosen.margin):
        noun = "share" if sample.distribution == "binomial" else "mean"
        text += f", {noun} {value_text(sample, chosen.mean, chosen.margin)}"
    if np.isfinite(chosen.margin_of_one):
        text += f"; one more execution {range_text(sample, chosen.mean, chosen.margin_of_one)}"
    others = [name for name in chosen.levels if name not in moved]
    if others:
        text += f"; of {joined(others, MOST_NAMED)} no effect was shown"
    chains = [with_alias(term, analysis.aliases.get(term, ())) for term in terms]
    if chains != terms:
        text += "; of aliased effects the first is taken to act"
    if chosen.run is None and not any(
        one.run and all(one.levels[name] == chosen.levels[name] for name in moved) for one in found
    ):
        text += "; it was not run"
    yield "settings", "note", f"{text}."


def _lead(analysis: ResponseAnalysis) -> str:
    """What must be known before the effects: copies, runs to come, the scale."""
    sample, choice = analysis.decisive, analysis.choice
    parts: list[str] = []
    if sample.copies:
        parts.append(f"{count(sample.copies.left_out, 'copy', 'copies')} of other values left out")
    made, planned = sample.progress
    if sample.missing_runs:
        runs = len(sample.study.treatments)
        parts.append(f"in progress, {runs - len(sample.missing_runs)} of {runs} runs")
    elif made < planned:
        parts.append(f"in progress, {made} of {planned} replicates")
    if sample.study.looks and sample.is_firm:
        parts.append(f"look {sample.look} of {len(sample.study.looks)}")
    unit = sample.study.responses[sample.response].unit
    plain = f"in {unit}" if unit else "as observed"
    if choice.rejects_identity and choice.power:
        ask = f"Box-Cox rejects the values {plain}, {p_text(choice.power.p_identity)}"
        parts.append(f"as ratios, since {ask}" if sample.scale == "log10" else ask)
    elif sample.scale == "log10":
        parts.append("as ratios of odds" if sample.distribution == "binomial" else "as ratios")
    return f" ({'; '.join(parts)})" if parts else ""


def _matters(terms: Sequence[str]) -> str:
    return "matters" if len(terms) == 1 else "matter"


def _does(terms: Sequence[str]) -> str:
    return "does" if len(terms) == 1 else "do"


def _at_once(analysis: ResponseAnalysis, main: ErrorTerm) -> str:
    """Which of the active effects would be so if all were judged at once, where not all of them are."""
    firm = [verdict.term for verdict in main.verdicts if verdict.is_active_at_once]
    if len(main.verdicts) == 1 or set(main.active) <= set(firm):
        return ""
    chosen = joined(named(analysis, firm), MOST_NAMED)
    only = f"only {chosen} {_does(firm)}" if firm else "none does"
    return f"; of all {len(main.verdicts)} effects judged at once {only}"


def _reach(main: ErrorTerm, term: str) -> float:
    return abs(main[term].effect) + main.margins[term]


def _possible(analysis: ResponseAnalysis, main: ErrorTerm) -> str:
    """', which does not show that there is none: Memory may be anything from ... to ...'."""
    if not main.margins:
        return ""
    term = max(main.margins, key=lambda one: _reach(main, one))
    low, high = interval_text(analysis.decisive, main[term].effect, main.margins[term])
    unit = "a factor" if analysis.decisive.scale == "log10" else "anything"
    tail = "" if analysis.decisive.scale == "log10" else unit_of(analysis.decisive)
    return (
        f", which does not show that there is none: {term_text(analysis, term)} may still be {unit} from {low} to "
        f"{high}{tail}"
    )


def named(analysis: ResponseAnalysis, terms: Sequence[str]) -> list[str]:
    return [with_alias(term, analysis.aliases.get(term, ())) for term in terms]


def alias_warnings(analysis: ResponseAnalysis) -> Iterator[Statement]:
    """Active effects that may as well be others of one or two factors, or that hold a part of others."""
    main = analysis.judgement.decisive
    active = main.active if main else []
    chains = [with_alias(term, analysis.aliases.get(term, ())) for term in active]
    doubtful = [chain for chain in chains if " = " in chain]
    if doubtful:
        yield (
            "aliases",
            "doubt",
            f"These runs cannot say which effect of {joined(doubtful, MOST_NAMED)} acts; further runs can (doehouse "
            "design --next).",
        )
    mixed = [
        chain for chain, term in zip(chains, active, strict=True) if chain != term and chain not in doubtful
    ]
    if mixed:
        runs = analysis.decisive.missing_runs
        few = joined([str(run) for run in runs], MOST_NAMED)
        cure = f"{'run' if len(runs) == 1 else 'runs'} {few} to come" if runs else "further runs"
        yield (
            "aliases",
            "doubt",
            f"A part of other effects is counted in what is active: {joined(mixed, MOST_NAMED)}; {cure} can take it out.",
        )
