"""Promises: what must hold of a study's data, beside what always must."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, field_validator

from models.declared.folders import read_pattern
from models.declared.responses import Strict, Text


class Steps(Strict):
    """As many points of the metric are recorded as the level of the factor says."""

    metric: Text
    equals: Text


class Config(Strict):
    """A JSON file in each folder that tells the levels; keys are dotted paths into it."""

    file: Text
    levels: dict[str, Text]

    @field_validator("file")
    @classmethod
    def _is_below_the_folder(cls, file: str) -> str:
        read_pattern(file, {}, numbered=False)
        return file


class Promises(Strict):
    steps: Steps | None = None
    path: Text | None = None
    config: Config | None = None
    longest_seconds: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] | None = None


def broken_promises(promises: Promises, factors: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Sentences about promises that name what the study has not."""
    names = ", ".join(factors)
    if promises.steps:
        factor = promises.steps.equals
        if factor not in factors:
            yield f"found steps.equals = {factor!r}, expected a factor ({names}). Correct the name."
        elif not all(level.isascii() and level.isdigit() for level in factors[factor]):
            yield (
                f"found steps.equals = {factor!r} with the levels {', '.join(factors[factor])}, expected "
                "levels that are whole numbers: points are counted. Name another factor or remove steps."
            )
    if promises.path is not None:
        try:
            found = read_pattern(promises.path, factors, numbered=False).names
        except ValueError as error:
            yield f"path: {error}"
        else:
            if "/" in promises.path or not found:
                yield (
                    f"found path = {promises.path!r}, expected one segment of a path with a factor in it, "
                    f"like '{{{next(iter(factors))}}}_data'. Correct it."
                )
    if promises.config:
        for factor in promises.config.levels:
            if factor not in factors:
                yield f"found config.levels.{factor}, expected a factor ({names}). Correct the name."
