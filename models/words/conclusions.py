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
from models.words.replanned import plan_text

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
                "alpha": sample.alpha,
                "minimum_effect": smallest_that_counts(sample),
                "is_active": verdict.is_active,
                "is_decisive": one is judgement.decisive and sample is analysis.decisive,
                "is_firm": sample.is_firm,
                "looks": plan_text(sample.study),
                "replicates": int(sample.folders_of_runs.min()),
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
    before: pl.DataFrame,
    now: pl.DataFrame,
    new_folders: Sequence[str],
    on: date | None = None,
    word: str = "folder",
) -> pl.DataFrame:
    """Rows of `statements` on what became or ceased to be active between two frames of `conclusions`.

    One sentence for each study and response with a change, on the scale and under the unit that decide now;
    `new_folders` of the study arrived in between, `on` is the day, since sentences are read later, and `word` what an
    execution is called. Studies and responses that were not concluded on before are passed over: all of theirs is new.
    """
    old = {tuple(row[name] for name in KEYS): row for row in before.iter_rows(named=True)}
    new = {tuple(row[name] for name in KEYS): row for row in now.iter_rows(named=True)}
    arrived = (
        f"{joined(list(new_folders), 6)} arrived in between"
        if new_folders
        else f"no new {word} arrived in between"
    )
    day = f", {on:%Y-%m-%d}" if on else ""
    rows: list[Row] = []
    for study, response in sorted({one[:2] for one in old} & {one[:2] for one in new}):
        group = _deciding(new, study, response)
        former = _deciding(old, study, response)
        parts = _parts(old, new, group) if group else []
        parts += _shifts(old, new, group, bool(new_folders)) if group else []
        if former and group and former[2:] != group[2:]:
            parts.insert(0, f"{_manner(group, word)} instead of {_manner(former, word)}")
        if former and not group:
            parts = ["no effect can be judged any more"]
        if parts:
            shown = group or former
            assert shown
            sentence = f"{study}{day}: {response} ({_manner(shown, word)}): {'; '.join(parts)}; {arrived}."
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


def _deciding(conclusions: Conclusions, study: str, response: str) -> tuple[str, ...] | None:
    """Study, response, scale and unit that decide; of nights that did not keep it, none."""
    groups = (one[:4] for one, row in conclusions.items() if row.get("is_decisive"))
    return next((group for group in groups if group[:2] == (study, response)), None)


def _manner(group: tuple[str, ...], word: str) -> str:
    """'as ratios, folders as the unit'."""
    scale = {"identity": "as observed", "log10": "as ratios"}.get(group[2], group[2])
    return f"{scale}, {word if group[3] == 'folder' else group[3]}s as the unit"


def _parts(old: Conclusions, new: Conclusions, group: tuple[str, ...]) -> list[str]:
    terms = {one[4]: None for one in [*new, *old] if one[:4] == group}
    if not any(one[:4] == group for one in old):
        return []  # all of it is new

    def was(conclusions: Conclusions, term: str) -> bool | None:
        row = conclusions.get((*group, term))
        return None if row is None else bool(row["is_active"])

    became = [term for term in terms if was(new, term) and not was(old, term)]
    ceased = [term for term in terms if was(old, term) and was(new, term) is False]
    gone = [term for term in terms if was(old, term) and was(new, term) is None]
    rows = {**old, **new}
    return [
        f"{joined([_named(rows[*group, term]) for term in names])} {text if len(names) == 1 else texts}"
        for names, text, texts in (
            (became, "became active", "became active"),
            (ceased, "is no longer active", "are no longer active"),
            (gone, "can no longer be judged", "can no longer be judged"),
        )
        if names
    ]


def _shifts(old: Conclusions, new: Conclusions, group: tuple[str, ...], has_more: bool) -> list[str]:
    """Effects that moved by more than the smallest that counts; where none is declared, out of their old interval."""
    parts: list[str] = []
    for one, row in new.items():
        before = old.get(one)
        if one[:4] != group or before is None:
            continue
        effect, was = row["effect"], before["effect"]
        limit = row.get("minimum_effect") or _margin(before)
        if not (isinstance(effect, float) and isinstance(was, float) and isinstance(limit, float)):
            continue
        if abs(effect - was) > limit:
            name, former = _named(row), _named(before)
            half = _half_of_shift(before, row) if has_more and name == former else 0.0
            moved = _moved(group[2], was, effect, half, "" if name == former else f" as {former}")
            parts.append(f"{name} moved {moved}")
    return parts


def _half_of_shift(before: Mapping[str, object], row: Mapping[str, object]) -> float:
    """Half of the interval of what further data add to an estimate, 0 where it is not known.

    Its variance is that before less that after (Jennison and Turnbull, Group Sequential Methods, 2000, 3.1), if both
    estimate the same; intervals that are held to different levels do not tell it.
    """
    own, former = _margin(row) or 0.0, _margin(before) or 0.0
    if before.get("alpha") is not None and before["alpha"] != row.get("alpha"):
        return 0.0
    return float(max(former**2 - own**2, 0.0) ** 0.5)


def _margin(row: Mapping[str, object]) -> float | None:
    """Half of its interval; nights of old did not keep it."""
    low, high = row.get("ci_low"), row.get("ci_high")
    return (high - low) / 2 if isinstance(low, float) and isinstance(high, float) else None


def _moved(scale: str, was: float, effect: float, half: float, former: str = "") -> str:
    """'from −1.08 to −0.77, by +0.310 [0.120, 0.500]'; ratios on the log scale; `former` is what it was called."""
    shift = effect - was
    if scale == "log10":
        shown = [f"×{number(power_of_ten(value))}" for value in (was, effect, shift)]
        ends = [number(power_of_ten(shift - half)), number(power_of_ten(shift + half))]
    else:
        shown = [signed(was), signed(effect), signed(shift)]
        ends = [number(shift - half), number(shift + half)]
    interval = f" [{ends[0]}, {ends[1]}]" if half else ""
    return f"from {shown[0]}{former} to {shown[1]}, by {shown[2]}{interval}"


def _named(row: Mapping[str, object]) -> str:
    """An effect as all sentences name it; the memory of former nights may be without aliases."""
    return with_alias(str(row["term"]), links(str(row.get("aliases") or "")))
