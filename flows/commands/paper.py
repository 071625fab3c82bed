"""The command `doehouse paper`: figures, tables, captions and citations of a study, for a paper."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.commands.options import HOUSE, HouseOption, PathArgument
from flows.house.current import published
from flows.house.errors import HouseError, UsageError
from flows.house.house import House
from flows.messages import say

if TYPE_CHECKING:
    from pydantic import BaseModel

    from flows.warehouse.warehouse import Warehouse


def paper(study: str, target: PathArgument, *, house: HouseOption = HOUSE) -> int:
    """Write a study's figures (SVG, PDF), tables (CSV, LaTeX, Markdown, SVG, PDF), captions and BibTeX for a paper.

    Parameters
    ----------
    study
        Name of the study.
    target
        Folder to write into; made if it is not there. README.md in it lists the rest.
    house
        Folder of the warehouse.
    """
    from flows.warehouse.warehouse import QueryError, open_published

    path = published(House.at(house))
    with open_published(path) as warehouse:
        try:
            refuse_another(warehouse, study)
            write(target, {})  # before the minute that drawing takes
            say(f"drawing the figures and tables of {study}")
            files = files_of(warehouse, study)
        except QueryError as error:
            raise HouseError(
                f"{path}: found no answer to what the pages ask ({str(error).splitlines()[0]}), expected the tables and "
                "views of this doehouse. Run `doehouse night --pages`, which makes them anew."
            ) from error
    write(target, files)
    for line in told(target, files):
        print(line)
    return 0


def refuse_another(warehouse: "Warehouse", study: str) -> None:
    """Raises UsageError where there is no such study."""
    known = [name for name, _ in warehouse.rows("night/definitions")]
    if study not in known:
        raise UsageError(
            f"found no study {study!r}, expected one of this house: {', '.join(known) or 'none'}. Name one of them."
        )


def files_of(warehouse: "Warehouse", study: str) -> Mapping[str, bytes]:
    """Everything by its path below the folder."""
    from flows.stages.answers import answers, answers_of_each
    from reports.pages.site import RESPONSE_QUERIES, STUDY_QUERIES, WIDE_QUERIES
    from reports.paper.paper import Night
    from reports.paper.paper import paper as files_for

    definitions = dict(warehouse.rows("night/definitions"))
    (results,) = answers_of_each(warehouse, STUDY_QUERIES, ["study"], [(study,)]).values()
    results |= answers(warehouse, WIDE_QUERIES, study=study)
    pairs = [(study, response) for response in results["study_responses"].frame["response"]]
    responses = answers_of_each(warehouse, RESPONSE_QUERIES, ["study", "response"], pairs)
    spent = warehouse.record("night/last_night")
    night = Night(spent["night_id"], spent["finished_at"], spent["doehouse_version"])
    return files_for(
        results, {key[1]: mine for key, mine in responses.items()}, night, study_file(definitions[study])
    )


def study_file(definition: str) -> str:
    """The study as TOML. What is as it is by default is left out: whether a key is named makes a difference to some."""
    import tomlkit

    from models.declared.promises import Promises
    from models.declared.responses import Response
    from models.declared.source import Levels, Source
    from models.declared.study import Study

    study = _named(Study, json.loads(definition))
    study["responses"] = {name: _named(Response, one) for name, one in study["responses"].items()}
    if "promises" in study:
        study["promises"] = _named(Promises, study["promises"])
    if "source" in study:
        study["source"] = _named(Source, study["source"])
        if "levels" in study["source"]:
            study["source"]["levels"] = _named(Levels, study["source"]["levels"])
    return tomlkit.dumps(study)


def _named(model: "type[BaseModel]", definition: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a part that are not as they are by default."""
    from pydantic_core import to_jsonable_python

    defaults = {
        name: to_jsonable_python(field.get_default(call_default_factory=True))
        for name, field in model.model_fields.items()
        if not field.is_required()
    }
    return {
        name: value
        for name, value in definition.items()
        if value is not None and (name not in defaults or value != defaults[name])
    }


def write(target: Path, files: Mapping[str, bytes]) -> None:
    """Raises UsageError where the folder cannot be written."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            place = target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    except OSError as error:
        raise UsageError(
            f"{target}: cannot be written ({error.strerror}), expected a folder for a paper. Name another."
        ) from error


def told(target: Path, files: Mapping[str, bytes]) -> list[str]:
    """What was written, and what of an earlier night lies among it."""
    numbers = {
        kind: len({path.rpartition(".")[0] for path in files if path.startswith(f"{kind}/")})
        for kind in ("figures", "tables")
    }
    lines = [f"{numbers['figures']} figures and {numbers['tables']} tables: {target / 'README.md'}"]
    strangers = sorted(
        str(path.relative_to(target))
        for kind in numbers
        for path in (target / kind).glob("*")
        if str(path.relative_to(target)) not in files
    )
    if strangers:
        lines.append(
            f"{len(strangers)} files are not of this study as it is now, {strangers[0]} first: remove what is not yours."
        )
    return lines
