"""What a night concludes of a study, as rows, and what changed since the night before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

import polars as pl

from models.design.alias_sets import Aliases, joined_aliases
from models.fits.effects import key
from models.fits.error_terms import Judgement
from models.fits.samples import Sample
from models.results import Row, frame
from models.wording import joined

KEYS = ("study", "response", "scale", "error_unit", "term")


def conclusion_rows(sample: Sample, judgement: Judgement, aliases: Aliases) -> Iterator[Row]:
    """Each effect's verdict under each error term."""
    for one in judgement.error_terms:
        for verdict in one.verdicts:
            yield {
                **key(sample),
                "term": verdict.term,
                "aliases": joined_aliases(aliases.get(verdict.term, ())),
                "error_unit": one.unit,
                "effect": verdict.effect,
                "is_active": verdict.is_active,
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


def changes(before: pl.DataFrame, now: pl.DataFrame, new_folders: Sequence[str]) -> pl.DataFrame:
    """Rows of `statements` on what became or ceased to be active between two frames of `conclusions`.

    One sentence for each study, response, scale and error term with a change; `new_folders` arrived in between.
    Studies and responses that were not concluded on before are passed over: all of theirs is new.
    """
    old = {tuple(row[name] for name in KEYS): bool(row["is_active"]) for row in before.iter_rows(named=True)}
    new = {tuple(row[name] for name in KEYS): bool(row["is_active"]) for row in now.iter_rows(named=True)}
    # the memory of former nights may be without aliases
    aliases = {
        str(row["term"]): row.get("aliases") for one in (before, now) for row in one.iter_rows(named=True)
    }
    arrived = (
        f"{joined(list(new_folders), 6)} arrived in between"
        if new_folders
        else "no new folder arrived in between"
    )
    rows: list[Row] = []
    positions: dict[tuple[str, ...], int] = {}
    for group in sorted({one[:4] for one in old} & {one[:4] for one in new}):
        study, response, scale, unit = group
        terms = {one[4]: None for one in [*new, *old] if one[:4] == group}
        became = [term for term in terms if new.get((*group, term)) and not old.get((*group, term))]
        ceased = [term for term in terms if old.get((*group, term)) and new.get((*group, term)) is False]
        gone = [term for term in terms if old.get((*group, term)) and (*group, term) not in new]
        parts = [
            f"{joined([_named(term, aliases) for term in names])} {text if len(names) == 1 else texts}"
            for names, text, texts in (
                (became, "became active", "became active"),
                (ceased, "is no longer active", "are no longer active"),
                (gone, "can no longer be judged", "can no longer be judged"),
            )
            if names
        ]
        if parts:
            position = positions[(study, response)] = positions.get((study, response), 0) + 1
            rows.append(
                {
                    "study": study,
                    "response": response,
                    "topic": "change",
                    "position": position,
                    "kind": "finding",
                    "sentence": f"{response} ({scale}, {unit}s as the unit): {'; '.join(parts)}; {arrived}.",
                }
            )
    return frame("statements", rows)


def _named(term: str, aliases: Mapping[str, str | None]) -> str:
    """An interaction never stands without its aliases."""
    partners = aliases.get(term) if ":" in term else None
    return f"{term} = {partners}" if partners else term
