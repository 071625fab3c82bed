"""Check the promises about one study's data: verdicts and the rows that break them, as data frames."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import polars as pl

from expectations import (
    containers,
    curve_lengths,
    design_runs,
    freshness,
    levels_seen,
    observations,
    runs,
    step_counts,
)
from expectations.evaluate import Outcome, evaluate
from expectations.promises import CATALOGUE, Promise
from expectations.relation import CheckError, Found, Frames, Relation
from models.declared.study import Study

VERDICTS_SCHEMA = pl.Schema(
    {
        "study": pl.String,
        "relation": pl.String,
        "code": pl.String,
        "severity": pl.String,
        "promise": pl.String,
        "is_kept": pl.Boolean,
        "rows_checked": pl.Int64,
        "rows_failing": pl.Int64,
        "observed": pl.String,
    }
)
BREACHES_SCHEMA = pl.Schema(
    {
        "study": pl.String,
        "relation": pl.String,
        "code": pl.String,
        "severity": pl.String,
        "folder": pl.String,
        "container_id": pl.String,
        "response": pl.String,
        "found": pl.String,
        "reason": pl.String,
    }
)
RELATIONS: dict[str, Relation] = {
    "runs": runs,
    "design_runs": design_runs,
    "containers": containers,
    "observations": observations,
    "step_counts": step_counts,
    "curve_lengths": curve_lengths,
    "levels_seen": levels_seen,
    "freshness": freshness,
}

# Of a study that waits for its first finished folder these are judged all the same.
OF_THE_STUDY = ("design_runs", "freshness")


class Checked(NamedTuple):
    """A verdict for each promise in the catalogue's order, and a breach for each row that breaks one."""

    verdicts: pl.DataFrame
    breaches: pl.DataFrame


def check(study: Study, frames: Frames) -> Checked:
    """Check one study, as check_all does."""
    (checked,) = check_all([(study, frames)])
    return checked


def check_all(data: Sequence[tuple[Study, Frames]]) -> list[Checked]:
    """Check studies with their frames, which are named and have the columns of RELATIONS; step_counts and
    levels_seen only where the study promises them.

    Studies that promise the same are validated together. A promise without any row to check is not kept. Raises
    CheckError where a promise could not be checked.
    """
    outcomes: list[dict[str, Outcome]] = [{} for _ in data]
    rows: dict[tuple[int, str], pl.DataFrame] = {}
    alike: dict[tuple[str, str], list[int]] = {}
    for place, (study, frames) in enumerate(data):
        typed = {name: read(name, frames) for name in applicable(study, frames)}
        for name in typed if has_finished(typed) else [each for each in typed if each in OF_THE_STUDY]:
            rows[place, name] = RELATIONS[name].prepare(study, typed)
            alike.setdefault((name, repr(RELATIONS[name].suite(study))), []).append(place)
    for (name, _), places in alike.items():
        rules = RELATIONS[name].suite(data[places[0]][0])
        found = evaluate(name, [rows[place, name] for place in places], rules)
        for place, outcome in zip(places, found, strict=True):
            outcomes[place] |= outcome
    return [
        judgement(study, outcomes[place], {name: rows[each, name] for each, name in rows if each == place})
        for place, (study, _) in enumerate(data)
    ]


def judgement(study: Study, outcomes: dict[str, Outcome], rows: Frames) -> Checked:
    """What came of one study's promises as frames, the rows that break one told in words."""
    breaches: list[dict[str, Any]] = []
    for promise in CATALOGUE:
        if outcome := outcomes.get(promise.code):
            for row in rows[promise.relation][outcome.failing].iter_rows(named=True):
                words = RELATIONS[promise.relation].describe(study, promise.code, row)
                remedy = words.remedy or promise.remedy.replace("folder", study.execution_word)
                words = words._replace(remedy=remedy)
                breaches.append(breach(study.name, promise, words, row))
    return Checked(
        pl.DataFrame(list(verdicts(study.name, outcomes)), VERDICTS_SCHEMA, orient="row"),
        pl.DataFrame(breaches, BREACHES_SCHEMA, orient="row"),
    )


def applicable(study: Study, frames: Frames) -> Sequence[str]:
    """The relations that this study's declarations are about."""
    optional = {
        # How many points there must be is promised, or is for the mates to tell.
        "curve_lengths": study.promises.steps is None
        and not frames.get("curve_lengths", pl.DataFrame()).is_empty(),
        "step_counts": study.promises.steps is not None,
        "levels_seen": bool(study.promises.path or study.promises.config)
        or not frames.get("levels_seen", pl.DataFrame()).is_empty(),
        "freshness": study.fresh_seconds is not None
        and not frames.get("freshness", pl.DataFrame()).is_empty(),
    }
    return [name for name in RELATIONS if optional.get(name, True)]


def has_finished(frames: Frames) -> bool:
    """Whether any row is expected at all: of a study that waits for its first folder only the design is judged."""
    return bool((frames["runs"]["state"] != "unfinished").any() or frames["design_runs"]["folders"].sum())


def read(name: str, frames: Frames) -> pl.DataFrame:
    """A frame with the types its relation wants."""
    relation = RELATIONS[name]
    if name not in frames:
        raise CheckError(f"found no frame {name!r}, expected one with {', '.join(relation.SCHEMA)}.")
    try:
        frame = frames[name].select(relation.SCHEMA.names()).cast(relation.SCHEMA)
    except pl.exceptions.PolarsError as error:
        raise CheckError(f"the rows of {name} could not be read: {error}") from error
    for column in relation.NEVER_NULL:
        if nulls := frame[column].null_count():
            raise CheckError(f"found {nulls} rows of {name} without {column}, expected one in every row.")
    return frame


def verdicts(study: str | None, outcomes: dict[str, Outcome]) -> Iterator[dict[str, Any]]:
    for promise in CATALOGUE:
        if outcome := outcomes.get(promise.code):
            yield {
                "study": study,
                "relation": promise.relation,
                "code": promise.code,
                "severity": promise.severity,
                "promise": promise.sentence,
                "is_kept": outcome.is_kept,
                "rows_checked": outcome.rows_checked,
                "rows_failing": len(outcome.failing),
                "observed": outcome.observed,
            }


def breach(study: str | None, promise: Promise, words: Found, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "study": study,
        "relation": promise.relation,
        "code": promise.code,
        "severity": promise.severity,
        "folder": row.get("folder"),
        "container_id": row.get("container_id"),
        "response": row.get("response"),
        "found": words.found,
        "reason": f"{words.where}: found {words.found}, expected {words.expected}. {words.remedy or promise.remedy}",
    }
