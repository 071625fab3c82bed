"""What pydantic found wrong with a declaration, in sentences for the person who wrote it."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

PLAIN = {
    "a valid string": "text",
    "a valid tuple": "a list",
    "a valid dictionary": "a table",
    "Tuple": "list",
    " after validation": "",
}


def sentences(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    """One sentence a trouble: where in the file, what was found, what was expected, what to do."""
    for trouble in error.errors(include_url=False):
        loc = [part for part in trouble["loc"] if part != "[key]"]
        where = ".".join(str(part) for part in loc)
        if trouble["type"] == "value_error":
            for line in str(trouble["ctx"]["error"]).splitlines():
                yield f"{where}: {line}" if where else line
        elif trouble["type"] == "missing":
            yield f"{where}: found nothing, expected a value. Add it."
        elif trouble["type"] == "extra_forbidden":
            keys = ", ".join(_keys(model, loc[:-1]))
            yield f"{where}: found an unknown key, expected one of {keys}. Correct or remove it."
        else:
            message = trouble["msg"]
            for technical, plain in PLAIN.items():
                message = message.replace(technical, plain)
            expected = message.removeprefix("Input should be ")
            reason = (
                f", expected {expected}" if expected != message else f": {message[:1].lower()}{message[1:]}"
            )
            yield f"{where}: found {_shown(trouble['input'])}{reason}. {_remedy(trouble['type'])}"


def _keys(model: type[BaseModel], loc: list[int | str]) -> list[str]:
    """The keys that the table at `loc` may have."""
    kind: Any = model
    for part in loc:
        kind = get_args(kind)[1] if get_origin(kind) is dict else kind.model_fields[str(part)].annotation
        if get_origin(kind) is UnionType:
            kind = get_args(kind)[0]
    return list(kind.model_fields)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _remedy(kind: str) -> str:
    return "Write it in quotes." if kind == "string_type" else "Correct it."
