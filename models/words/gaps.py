"""What is missing from a response's data, said by its consequence."""

from collections.abc import Iterator, Sequence

import numpy as np

from models.design.coding import CURVATURE
from models.fits.response_analysis import ResponseAnalysis
from models.fits.samples import Sample
from models.wording import count, joined, with_alias
from models.words.outcomes import Statement


def gap_statements(analysis: ResponseAnalysis, left_out: Sequence[str]) -> Iterator[Statement]:
    """Values that are no numbers, runs without observations, runs with fewer than others."""
    sample = analysis.identity
    yield from unreadable(sample.response, left_out)
    runs = len(sample.study.treatments)
    if sample.missing_runs:
        yield "data", "doubt", _missing(analysis)
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


def unreadable(response: str, left_out: Sequence[str]) -> Iterator[Statement]:
    if left_out:
        yield (
            "data",
            "doubt",
            f"{response}: {count(len(left_out), 'value')} left out for being no finite number: container "
            f"{joined(left_out, 6)}.",
        )


def _missing(analysis: ResponseAnalysis) -> str:
    """'Run 8 (CPU = 1500m, ...) has no observation: ...'"""
    sample = analysis.identity
    named = joined([_run_text(sample, run) for run in sample.missing_runs], 4)
    verb = "has" if len(sample.missing_runs) == 1 else "have"
    text = f"{sample.response}: {named} {verb} no observation"
    dropped = list(sample.coding.dropped)
    if not dropped:
        return f"{text}: all terms of the model can still be told apart, but less precisely."
    runs = sample.coding.present.size
    lost = [with_alias(term, sample.design.aliases(term)) for term in dropped]
    text += (
        f": {count(runs, 'run')} cannot carry all terms, so {joined(lost, 6)} "
        f"{'was' if len(dropped) == 1 else 'were'} left out of the model"
    )
    biased = [
        with_alias(term, sample.design.aliases(term))
        for term, leaks in sample.coding.leaks.items()
        if leaks and term in sample.coding.terms
    ]
    if biased:
        text += (
            f"; if not zero, {'it is' if len(dropped) == 1 else 'they are'} counted in {joined(biased, 8)}"
        )
    return f"{text}."


def _run_text(sample: Sample, run: int) -> str:
    treatment = sample.study.treatments[run - 1]
    levels = ", ".join(f"{name} = {level}" for name, level in treatment.levels.items())
    return f"run {run} ({levels})"


def unfitted(sample: Sample) -> str | None:
    """Why there is no model of these observations; None if there is one."""
    if sample.is_constant:
        value = f"{sample.y[0]:g}"
        return (
            f"{sample.response}: all {len(sample.y)} observations are {value}: there is nothing to explain."
        )
    if not sample.coding.terms and CURVATURE not in sample.coding.blocks:
        return (
            f"{sample.response}: the runs observed ({joined([str(place + 1) for place in sample.coding.present], 8)}) "
            "cannot estimate any effect."
        )
    return None
