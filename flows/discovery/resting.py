"""Studies whose file is refused tonight: they stay as they were declared last, and nothing of them is read."""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import ValidationError

from models.declared.study import Declared, Study, StudyError

REMEDY = "The other studies go on; of the study of this file nothing is read, and what was read and concluded stays."


class LeftOut(NamedTuple):
    """The name of a study file that is refused, and one sentence of what is wrong with it."""

    file: str
    reason: str


def left_out(declared: Declared) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(each.file.name, f"{sentence} {REMEDY}")
        for each in declared.refused
        for sentence in each.sentences
    )


def resting_studies(declared: Declared, known: Mapping[str, tuple[str, str]]) -> list[Study]:
    """The known studies that a refused file seems to declare, as they were declared last.

    A refused file that names no known study may be any that is missing: all of them rest. Raises StudyError where a
    definition is none to this doehouse any more.
    """
    if not declared.refused:
        return []
    there = {study.name for study in declared.studies}
    named = {each.name for each in declared.refused}
    missing = [name for name in known if name not in there]
    wanted = [name for name in missing if name in named] if named <= known.keys() else missing
    try:
        return [Study.model_validate_json(known[name][1]) for name in sorted(wanted)]
    except ValidationError as error:
        sentences = [sentence for each in declared.refused for sentence in each.sentences]
        sentences.append(
            "found a last declaration that this version of doehouse does not take either, expected one. Correct the "
            "files; nothing was published."
        )
        raise StudyError("\n".join(sentences)) from error
