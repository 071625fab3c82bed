"""What was edited in a study since the night before, so that a conclusion that turns with it is understood."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from models.declared.study import Study

if TYPE_CHECKING:
    import polars as pl

TABLES = ("factors", "responses", "promises")  # whose entries are told one by one


def study_edits(studies: Iterable[Study], known: Mapping[str, tuple[str, str]]) -> dict[str, list[str]]:
    """Study -> what was edited in it since it was loaded last; of those that were edited.

    `known` are the studies as they were loaded: the digest of each definition, and the definition.
    """
    return {
        study.name: edits
        for study in studies
        if study.name in known and (edits := list(edits_between(known[study.name][1], study)))
    }


def edits_between(before: str, study: Study) -> Iterator[str]:
    """`before` is the definition as JSON; one of an older doehouse lacks what could not be declared then."""
    old, new = json.loads(before), json.loads(study.model_dump_json())
    for key in new:
        if key in TABLES:
            yield from edits_of_entries(key.removesuffix("s"), old.get(key) or {}, new[key] or {})
        elif key == "source" and old.get(key) and new[key]:
            yield from edits_of_keys(key, old[key], new[key])
        elif key in old and old[key] != new[key]:
            yield f"{key} {shown(old[key])} -> {shown(new[key])}"


def edits_of_entries(noun: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in old.keys() - new.keys():
        yield f"{noun} {name} removed"
    for name in new.keys() - old.keys():
        yield f"{noun} {name} added"
    for name in old:
        if name not in new or old[name] == new[name]:
            continue
        if isinstance(old[name], dict) and isinstance(new[name], dict):
            yield from edits_of_keys(f"{noun} {name}:", old[name], new[name])
        else:
            yield f"{noun} {name}: {shown(old[name])} -> {shown(new[name])}"
    if list(old) != list(new) and old.keys() == new.keys():
        yield f"order of the {noun}s {shown(list(old))} -> {shown(list(new))}"


def edits_of_keys(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """What an older doehouse could not declare is no edit."""
    for key in {**old, **new}:
        if old.get(key) != new.get(key) and key in old:
            yield f"{where} {key} {shown(old[key])} -> {shown(new.get(key))}"


def shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def edit_statements(study: str, edits: list[str]) -> "pl.DataFrame":
    """The edits as a sentence beside what they change."""
    import polars as pl

    sentence = (
        f"{study}: the study file was edited: {'; '.join(sorted(edits))}. Conclusions before and after are drawn from "
        "different declarations."
    )
    row = {
        "study": study,
        "response": None,
        "topic": "change",
        "position": 0,
        "kind": "doubt",
        "sentence": sentence,
    }
    return pl.DataFrame([row], schema_overrides={"response": pl.String})
