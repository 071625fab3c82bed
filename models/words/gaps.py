"""What is missing from a response's data, said by its consequence."""

from collections.abc import Iterator, Sequence

import numpy as np

from models.checks.response_analysis import ResponseAnalysis
from models.design.coding import CURVATURE
from models.design.completion import runs_that_complete
from models.fits.samples import Sample, identical_runs
from models.wording import count, joined, short, with_alias
from models.words.outcomes import Statement

SQUARABLE = 1e120  # sums of squares of a million values, and products of two of them, neither end nor vanish


def gap_statements(analysis: ResponseAnalysis, left_out: Sequence[str]) -> Iterator[Statement]:
    """Copies, values that are no numbers, runs without observations, runs with fewer than others."""
    sample = analysis.identity
    yield from copied(sample)
    yield from unreadable(sample.response, left_out)
    runs = len(sample.study.treatments)
    if sample.missing_runs:
        yield "data", "doubt", _missing(sample)
    elif sample.study.looks or not sample.is_firm:
        yield "data", "note", _looks(sample)
    counts = np.bincount(sample.places, minlength=runs)
    seen = counts[counts > 0]
    if seen.min() == seen.max():
        yield (
            "data",
            "note",
            f"{sample.response}: {count(len(sample.y), 'observation')}, {seen[0]} in each run.",
        )
        return
    fewer = [f"run {i + 1} ({counts[i]})" for i in np.flatnonzero((counts > 0) & (counts < seen.max()))]
    yield (
        "data",
        "doubt",
        f"{sample.response}: {joined(fewer, 6)} {'has' if len(fewer) == 1 else 'have'} fewer observations than the "
        f"{seen.max()} of others: effects are no longer independent of each other, and sums of squares (Type III) do "
        "not add up to the total.",
    )


def _looks(sample: Sample) -> str:
    made, planned = sample.progress
    word = sample.study.execution_word
    if sample.study.looks:
        return _planned_looks(sample)
    if sample.study.replicates and made == planned:
        folders = len(sample.folders[0])
        return (
            f"{sample.response}: {folders} {word}s are there, more than the {planned} that were planned: this is another "
            "look, and its verdicts are provisional."
        )
    if sample.study.replicates:
        return (
            f"{sample.response}: in progress, {made} of {planned} replicates: verdicts are provisional until all are "
            "there, since every night is another look."
        )
    return (
        f"{sample.response}: the study declares no number of replicates, so that every further {word} is another look "
        "and its verdicts are provisional: who looks often enough finds something by chance. "
        f"replicates = N makes the look at N {word}s of each run the firm one."
    )


def _planned_looks(sample: Sample) -> str:
    """Which of the planned looks this is, and what it is held to."""
    looks = sample.study.looks
    at = joined([str(look) for look in looks])
    text = (
        f"{sample.response}: looks are planned at {at} {sample.study.execution_word}s of each run, which share "
        f"alpha = {sample.study.alpha:g} as Lan and DeMets have it after O'Brien and Fleming; "
    )
    level = short(sample.alpha) if sample.alpha >= 1e-4 else f"{sample.alpha:.1g}"
    if sample.is_firm:
        return f"{text}this is look {sample.look} of {len(looks)}: verdicts are firm at the level {level}."
    return (
        f"{text}this is none of them: verdicts are provisional, at the level {level} of look {sample.look}."
    )


def copied(sample: Sample) -> Iterator[Statement]:
    """Repeats that agree to the last digit: all of them are left out, many of them are doubted."""
    if sample.copies:
        noun = sample.copies.unit
        whole = sample.study.execution_word if noun == "container" else "run"
        yield (
            "data",
            "doubt",
            f"{sample.response}: every {noun} repeats the first of its {whole} to "
            f"the last digit, as with a fixed seed: {count(sample.copies.left_out, 'copy is', 'copies are')} no "
            f"replicate{'' if sample.copies.left_out == 1 else 's'} and left out.",
        )
        return
    same, repeated = identical_runs(sample)
    if same > 1 and 2 * same >= repeated:
        yield (
            "data",
            "doubt",
            f"{sample.response}: {same} of {count(repeated, 'run')} repeat themselves to the last digit, as with a fixed "
            + (
                "seed: the error is taken from the others and may be too small."
                if same < repeated
                else "seed: they give no error."
            ),
        )


def unreadable(response: str, left_out: Sequence[str]) -> Iterator[Statement]:
    if left_out:
        yield (
            "data",
            "doubt",
            f"{response}: {count(len(left_out), 'value')} left out for being no finite number: container "
            f"{joined(left_out, 6)}.",
        )


def _missing(sample: Sample) -> str:
    """'In progress, 7 of 8 runs: run 8 (CPU = 1500m, ...) has no observation yet: ...'"""
    coding, runs = sample.coding, len(sample.study.treatments)
    named = joined([_run_text(sample, run) for run in sample.missing_runs], 4)
    verb = "has" if len(sample.missing_runs) == 1 else "have"
    text = (
        f"{sample.response}: in progress, {runs - len(sample.missing_runs)} of {runs} runs: {named} {verb} no "
        "observation yet"
    )
    lost, partial = list(coding.dropped), coding.partial
    if not lost and not partial:
        return f"{text}: all terms of the model can be told apart already, but less precisely."
    parts: list[str] = []
    if lost:
        parts.append(
            f"{joined(_named(sample, lost), 6)} cannot be told from the other terms and "
            f"{'is' if len(lost) == 1 else 'are'} not in the model"
        )
    parts += [
        f"of {_named(sample, [term])[0]} {some} of {all_of} degrees of freedom can be estimated"
        for term, (some, all_of) in partial.items()
    ]
    text += f": {'; '.join(parts[:6])}"
    judged_so = _named(sample, [term for term in coding.terms if term in sample.fit.conditional])
    if judged_so:
        verb = "is" if len(judged_so) == 1 else "are"
        text += f"; {joined(judged_so, 6)} {verb} judged as if the rest were zero, since the runs cannot tell it from that"
    biased = _named(sample, [term for term, leaks in coding.leaks.items() if leaks and term in coding.terms])
    if biased:
        text += f"; if not zero, {'it is' if len(lost) == 1 else 'they are'} counted in {joined(biased, 8)}"
    needed = runs_that_complete(sample.design, coding, sample.study.terms)
    if needed:
        numbers = joined([str(run) for run in needed])
        text += f". {'Run' if len(needed) == 1 else 'Runs'} {numbers} would complete the model"
    return f"{text}."


def _named(sample: Sample, terms: Sequence[str]) -> list[str]:
    return [with_alias(term, sample.design.aliases(term)) for term in terms]


def _run_text(sample: Sample, run: int) -> str:
    treatment = sample.study.treatments[run - 1]
    levels = ", ".join(f"{name} = {level}" for name, level in treatment.levels.items())
    return f"run {run} ({levels})"


def unfitted(sample: Sample) -> str | None:
    """Why there is no model of these observations; None if there is one."""
    if sample.is_constant:
        value = short(float(sample.y[0]))
        return (
            f"{sample.response}: all {len(sample.y)} observations are {value}: there is nothing to explain."
        )
    largest, spread = float(np.abs(sample.y).max()), float(np.ptp(sample.y / 2)) * 2
    if largest > SQUARABLE or spread < 1 / SQUARABLE:
        found = f"values of up to {largest:.2g}" if largest > SQUARABLE else f"values within {spread:.2g}"
        return (
            f"{sample.response}: found {found}, whose squares are no numbers of 64 bits: nothing is said of it. Measure it "
            "in another unit, or take out what diverged."
        )
    if not sample.coding.terms and CURVATURE not in sample.coding.blocks:
        return (
            f"{sample.response}: the runs observed ({joined([str(place + 1) for place in sample.coding.present], 8)}) "
            "cannot estimate any effect."
        )
    return None
