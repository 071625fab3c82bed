"""What a night concludes of a study, as rows, and what changed since the night before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import count

import polars as pl

from models.checks.response_analysis import ResponseAnalysis
from models.design.alias_sets import joined_aliases
from models.fits.effects import key
from models.fits.minimum import smallest_that_counts
from models.fits.samples import Scale, power_of_ten
from models.results import Row, frame
from models.wording import joined, links, number, signed, with_alias

KEYS = ("study", "response", "scale", "error_unit", "term")


def conclusion_rows(analysis: ResponseAnalysis, scale: Scale) -> Iterator[Row]:
    """Each effect's interval and verdict under each error term."""
    sample, judgement = analysis.samples[scale], analysis.judgements[scale]
    for one in judgement.error_terms:
        for verdict in one.verdicts:
            margin = one.margins.get(verdict.term)
            yield {
                **key(sample),
                "term": verdict.term,
                "aliases": joined_aliases(analysis.aliases.get(verdict.term, ())),
                "error_unit": one.unit,
                "effect": verdict.effect,
                "ci_low": None if margin is None else verdict.effect - margin,
                "ci_high": None if margin is None else verdict.effect + margin,
                "minimum_effect": smallest_that_counts(sample),
                "is_active": verdict.is_active,
                "is_decisive": one is judgement.decisive and sample is analysis.decisive,
                "is_firm": sample.is_firm,
            }


def statement_rows(study: str, said: Iterable[tuple[str | None, str, str, str]]) -> Iterator[Row]:
    """Rows of `statements` from (response, topic, kind, sentence), numbered within response and topic."""
    positions: dict[tuple[str | None, str], Iterator[int]] = {}
    for response, topic, kind, sentence in said:
        position = next(positions.setdefault((response, topic), count(1)))
        yield {
            "study": study,
            "response": response,
            "topic": topic,
            "position": position,
            "kind": kind,
            "sentence": sentence,
        }


def changes(
    before: pl.DataFrame, now: pl.DataFrame, new_folders: Sequence[str], on: date | None = None
) -> pl.DataFrame:
    """Rows of `statements` on what became or ceased to be active between two frames of `conclusions`.

    One sentence for each study and response with a change, on the scale and under the unit that decide now;
    `new_folders` of the study arrived in between, and `on` is the day, since sentences are read later. Studies and
    responses that were not concluded on before are passed over: all of theirs is new.
    """
    old = {tuple(row[name] for name in KEYS): row for row in before.iter_rows(named=True)}
    new = {tuple(row[name] for name in KEYS): row for row in now.iter_rows(named=True)}
    # of each study and response; the memory of former nights may be without aliases
    aliases = {(*one[:2], one[4]): row.get("aliases") for one, row in (*old.items(), *new.items())}
    arrived = (
        f"{joined(list(new_folders), 6)} arrived in between"
        if new_folders
        else "no new folder arrived in between"
    )
    day = f", {on:%Y-%m-%d}" if on else ""
    rows: list[Row] = []
    for study, response in sorted({one[:2] for one in old} & {one[:2] for one in new}):
        group = _deciding(new, study, response)
        former = _deciding(old, study, response)
        parts = _parts(old, new, group, aliases) if group else []
        parts += _shifts(old, new, group, aliases) if group else []
        if former and group and former[2:] != group[2:]:
            parts.insert(0, f"{_manner(group)} instead of {_manner(former)}")
        if former and not group:
            parts = ["no effect can be judged any more"]
        if parts:
            shown = group or former
            assert shown
            sentence = f"{study}{day}: {response} ({_manner(shown)}): {'; '.join(parts)}; {arrived}."
            rows.append(
                {
                    "study": study,
                    "response": response,
                    "topic": "change",
                    "position": 1,
                    "kind": "finding",
                    "sentence": sentence,
                }
            )
    return frame("statements", rows)


Conclusions = Mapping[tuple[str, ...], Mapping[str, object]]
Aliases = Mapping[tuple[str, ...], object]  # by study, response and term


def _deciding(conclusions: Conclusions, study: str, response: str) -> tuple[str, ...] | None:
    """Study, response, scale and unit that decide; of nights that did not keep it, none."""
    groups = (one[:4] for one, row in conclusions.items() if row.get("is_decisive"))
    return next((group for group in groups if group[:2] == (study, response)), None)


def _manner(group: tuple[str, ...]) -> str:
    """'as ratios, folders as the unit'."""
    scale = {"identity": "as observed", "log10": "as ratios"}.get(group[2], group[2])
    return f"{scale}, {group[3]}s as the unit"


def _parts(old: Conclusions, new: Conclusions, group: tuple[str, ...], aliases: Aliases) -> list[str]:
    terms = {one[4]: None for one in [*new, *old] if one[:4] == group}
    if not any(one[:4] == group for one in old):
        return []  # all of it is new

    def was(conclusions: Conclusions, term: str) -> bool | None:
        row = conclusions.get((*group, term))
        return None if row is None else bool(row["is_active"])

    became = [term for term in terms if was(new, term) and not was(old, term)]
    ceased = [term for term in terms if was(old, term) and was(new, term) is False]
    gone = [term for term in terms if was(old, term) and was(new, term) is None]
    return [
        f"{joined([_named((*group[:2], term), aliases) for term in names])} {text if len(names) == 1 else texts}"
        for names, text, texts in (
            (became, "became active", "became active"),
            (ceased, "is no longer active", "are no longer active"),
            (gone, "can no longer be judged", "can no longer be judged"),
        )
        if names
    ]


def _shifts(old: Conclusions, new: Conclusions, group: tuple[str, ...], aliases: Aliases) -> list[str]:
    """Effects that moved by more than the smallest that counts; where none is declared, out of their old interval."""
    parts: list[str] = []
    for one, row in new.items():
        before = old.get(one)
        if one[:4] != group or before is None:
            continue
        effect, was = row["effect"], before["effect"]
        margin, margin_was = _margin(row), _margin(before)
        limit = row.get("minimum_effect") or margin_was
        if not (isinstance(effect, float) and isinstance(was, float) and isinstance(limit, float)):
            continue
        if abs(effect - was) > limit:
            own, former = margin or 0.0, margin_was or 0.0
            # what further data add to an estimate: its variance before less that after
            # (Jennison and Turnbull, Group Sequential Methods, 2000, 3.1)
            half = max(former**2 - own**2, 0.0) ** 0.5
            moved = _moved(group[2], was, effect, half)
            parts.append(f"{_named((*one[:2], one[4]), aliases)} moved {moved}")
    return parts


def _margin(row: Mapping[str, object]) -> float | None:
    """Half of its interval; nights of old did not keep it."""
    low, high = row.get("ci_low"), row.get("ci_high")
    return (high - low) / 2 if isinstance(low, float) and isinstance(high, float) else None


def _moved(scale: str, was: float, effect: float, half: float) -> str:
    """'from −1.08 to −0.77, by +0.310 [0.120, 0.500]'; ratios on the log scale."""
    shift = effect - was
    if scale == "log10":
        shown = [f"×{number(power_of_ten(value))}" for value in (was, effect, shift)]
        ends = [number(power_of_ten(shift - half)), number(power_of_ten(shift + half))]
    else:
        shown = [signed(was), signed(effect), signed(shift)]
        ends = [number(shift - half), number(shift + half)]
    return f"from {shown[0]} to {shown[1]}, by {shown[2]}" + (f" [{ends[0]}, {ends[1]}]" if half else "")


def _named(one: tuple[str, ...], aliases: Aliases) -> str:
    """An effect of a study and response as all sentences name it."""
    return with_alias(one[2], links(str(aliases.get(one) or "")))
