"""What pydantic found wrong with a declaration, in sentences for the person who wrote it."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


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
            yield f"{where}: found a key that means nothing here, expected one of {keys}. Correct or remove it."
        else:
            expected = trouble["msg"].removeprefix("Input should be ")
            yield f"{where}: found {_shown(trouble['input'])}, expected {expected}. {_remedy(trouble['type'])}"


def _keys(model: type[BaseModel], loc: list[int | str]) -> list[str]:
    """The keys that the table at `loc` may have."""
    kind: Any = model
    for part in loc:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[str(part)].annotation
        while not isinstance(kind, type) or not issubclass(kind, BaseModel):
            inner = [one for one in get_args(kind) if one is not type(None)]
            if not inner:
                break
            kind = inner[-1]
    return list(kind.model_fields)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _remedy(kind: str) -> str:
    return "Write it in quotes." if kind == "string_type" else "Correct it."
