"""Runs by the cells of the design, and those that are in none."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flows.rehearsal.claims import Known
from models.declared.levels import declared_level
from models.declared.study import Claim, Study

NAMED = 8


def counted(pairs: Iterable[tuple[Any, int]]) -> Counter[Any]:
    counts: Counter[Any] = Counter()
    for key, times in pairs:
        counts[key] += times
    return counts


def grid(study: Study, runs: Sequence[Known]) -> Iterator[str]:
    """Counts by cell: the levels of the last factor across, those of the others down."""
    counts = counted((each.claim.run, each.times) for each in runs)
    planned = [treatment for treatment in study.treatments if not treatment.is_center]
    empty = sum(not counts[treatment.run] for treatment in study.treatments)
    beside = {other.run for other in study.others}
    placed = sum(number for run, number in counts.items() if run is not None and run not in beside)
    yield f"Runs: {placed} in {len(study.treatments) - empty} of {len(study.treatments)} cells, {empty} empty."
    *down, across = study.factors
    table = [[*down, *(f"{across}={level}" for level in study.factors[across])]]
    by_row: dict[tuple[str, ...], dict[str, str]] = {}
    for treatment in planned:
        key = tuple(treatment.levels[name] for name in down)
        by_row.setdefault(key, {})[treatment.levels[across]] = str(counts[treatment.run] or "-")
    table += [
        [*key, *(cells.get(level, "") for level in study.factors[across])] for key, cells in by_row.items()
    ]
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    for row in table[:65]:
        cells = [
            text.ljust(width) if place < len(down) else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"  {'  '.join(cells)}".rstrip()
    if len(table) > 65:
        yield f"  ... and {len(table) - 65} more rows"
    for treatment in study.treatments:
        if treatment.is_center:
            yield f"  centre, run {treatment.run}: {counts[treatment.run]}"
    for other in study.others:
        yield f"  beside the design, run {other.run}: {counts[other.run]}"


def odd_runs(study: Study, runs: Sequence[Known]) -> Iterator[str]:
    """Runs without a cell, and those that claim one replicate twice."""
    strays = [each for each in runs if each.claim.run is None]
    reasons = counted((why(study, each.claim), each.times) for each in strays)
    for reason, number in reasons.most_common(NAMED):
        first = next(each.where for each in strays if why(study, each.claim) == reason)
        yield f"No run of the design: {number}, {reason}, such as {first}."
    twice = counted(
        ((each.claim.run, each.claim.replicate), each.times)
        for each in runs
        if each.claim.run and each.claim.replicate
    )
    doubled = [key for key, number in twice.items() if number > 1]
    if doubled:
        run, replicate = doubled[0]
        places = [each.where for each in runs if (each.claim.run, each.claim.replicate) == (run, replicate)]
        example = f"run {run} replicate {replicate} in {' and '.join(places[:2])}"
        yield f"Replicates told twice: {len(doubled)}, such as {example}."


def why(study: Study, claim: Claim) -> str:
    if missing := [name for name in study.factors if name not in claim.levels]:
        return f"nothing tells {', '.join(missing)}"
    strange = [
        f"{name}={level}"
        for name, level in claim.levels.items()
        if name in study.factors and declared_level(level, study.factors[name]) not in study.factors[name]
    ]
    return f"undeclared {', '.join(strange)}" if strange else "a combination that the design does not have"


def levels(study: Study, runs: Sequence[Known]) -> Iterator[str]:
    for name, declared in study.factors.items():
        seen = counted(
            (declared_level(each.claim.levels[name], declared), each.times)
            for each in runs
            if name in each.claim.levels
        )
        if not seen:  # the number of the run tells
            by_run = {
                treatment.run: treatment.levels[name] for treatment in (*study.treatments, *study.others)
            }
            seen = counted((by_run[each.claim.run], each.times) for each in runs if each.claim.run)
        told = ", ".join(f"{level} ({seen.get(level, 0)})" for level in declared)
        strange = [level for level in seen if level not in (*declared, study.center.get(name))]
        other = f"; undeclared: {', '.join(strange[:NAMED])}" if strange else ""
        yield f"Factor {name}: {told}{other}"
