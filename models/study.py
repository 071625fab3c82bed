"""The study file: what was varied, what was measured and what must hold, read and refused by sentences."""

import hashlib
import json
import tomllib
from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import product
from math import prod
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from models.confounding import Confounding, default_terms, read_generators, read_terms
from models.folders import Pattern, read_pattern
from models.names import LONG_COLUMNS, WIDE_COLUMNS, check_columns, check_study_name, has_control
from models.refusals import sentences

MOST_RUNS = 4096  # a design with more is a slip of the pen

Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Text = Annotated[str, Field(min_length=1)]
Stamp = Literal["create", "start", "stop"]


class StudyError(ValueError):
    """Where, what was found, what was expected, what to do: one line for each trouble."""


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Response(Strict):
    """A metric reduced to one value a container, or the seconds between two of its stamps."""

    metric: Text | None = None
    reduce: Literal["last", "first", "max", "min", "mean"] = "last"
    between: tuple[Stamp, Stamp] | None = None
    unit: str = ""
    goal: Literal["maximize", "minimize"] | None = None
    range: tuple[StrictFloat, StrictFloat] | None = None
    scale: Literal["identity", "log"] | None = None

    @model_validator(mode="after")
    def _is_one_measure(self) -> "Response":
        if (self.metric is None) == (self.between is None):
            both = "neither metric nor between" if self.metric is None else "metric and between"
            raise ValueError(f"found {both}, expected one of the two. Say where the values come from.")
        if self.between and "reduce" in self.model_fields_set:
            raise ValueError("found reduce beside between, expected it beside metric only. Remove reduce.")
        order = ("create", "start", "stop")
        if self.between and order.index(self.between[0]) >= order.index(self.between[1]):
            raise ValueError(
                f"found between = {list(self.between)}, expected the earlier of create, start, stop first. Swap them."
            )
        if self.range and not self.range[0] < self.range[1]:
            raise ValueError(
                f"found range = {list(self.range)}, expected the lower bound first. Swap the two."
            )
        return self


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


class Treatment(NamedTuple):
    """A row of the design: its number from 1 and the level text of every factor."""

    run: int
    levels: dict[str, str]
    is_center: bool


class Claim(NamedTuple):
    """What a folder's path says. `run` is None if no run of the design fits it; `levels` are those in the path."""

    run: int | None
    replicate: str | None
    levels: dict[str, str]


class Study(Strict):
    """The fields stand in the order in which they are checked: what refers to others comes later."""

    name: str
    title: str = ""
    timezone: str = "UTC"
    containers: Count | None = None
    replicates: Count | None = None
    unit: Literal["container", "folder"] | None = None
    scale: Literal["log"] | None = None
    factors: Annotated[dict[str, tuple[str, ...]], Field(min_length=1)]
    generators: tuple[str, ...] = ()
    center: dict[str, str] = {}
    center_runs: Count = 1
    terms: tuple[str, ...] = Field(default=(), validate_default=True)
    folders: Text
    responses: Annotated[dict[str, Response], Field(min_length=1)]
    promises: Promises = Promises()

    @field_validator("name")
    @classmethod
    def _names_a_view(cls, name: str, info: ValidationInfo) -> str:
        check_study_name(name, (info.context or {}).get("reserved", ()))
        return name

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError):
            raise ValueError(
                f"found {timezone!r}, expected a time zone like 'Europe/Amsterdam' or 'UTC'. Correct it."
            ) from None
        return timezone

    @field_validator("factors")
    @classmethod
    def _have_levels(cls, factors: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        problems: list[str] = []
        try:
            check_columns("factor", factors, (*WIDE_COLUMNS, *LONG_COLUMNS))
        except ValueError as error:
            problems.append(str(error))
        for name, levels in factors.items():
            if len(levels) < 2 or len(set(levels)) < len(levels):
                problems.append(
                    f"found {name} = {list(levels)}, expected two or more different levels, low first. Correct them."
                )
            if any(not level.strip() or level != level.strip() or has_control(level) for level in levels):
                problems.append(
                    f"found {name} = {list(levels)}, expected texts without control characters and blanks at their "
                    "ends. Correct them."
                )
        if not problems and prod(len(levels) for levels in factors.values()) > 2**20 * MOST_RUNS:
            problems.append(
                "found more level combinations than any experiment has. Use fewer factors or levels."
            )
        if problems:
            raise ValueError("\n".join(problems))
        return factors

    @field_validator("generators")
    @classmethod
    def _make_a_fraction(cls, texts: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        factors = info.data.get("factors")
        if factors is None:
            return texts
        generators = read_generators(factors, texts)
        base = Confounding(tuple(factors), generators).base
        runs = prod(len(list(factors.values())[i]) for i in base)
        if runs > MOST_RUNS:
            raise ValueError(
                f"found a design of {runs} runs, expected at most {MOST_RUNS}. Add generators or use fewer factors."
            )
        return tuple(generator.text for generator in generators)

    @field_validator("center")
    @classmethod
    def _lies_between(cls, center: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        factors = info.data.get("factors")
        if not center or factors is None:
            return center
        if list(many := [name for name, levels in factors.items() if len(levels) > 2]):
            raise ValueError(
                f"found centre points beside {', '.join(many)} with more than two levels, which show curvature "
                "themselves. Remove the centre points."
            )
        if set(center) != set(factors):
            raise ValueError(
                f"found a centre of {', '.join(center)}, expected one level for each of {', '.join(factors)}: a "
                "centre lies between the levels of every factor. Complete it, or remove it if a factor has no middle."
            )
        for name, level in center.items():
            if level in factors[name] or not level.strip() or has_control(level):
                raise ValueError(
                    f"found the centre {level!r} of {name}, expected a level between {' and '.join(factors[name])}. "
                    "Correct it, or remove the centre points if the factor has no middle."
                )
        return {name: center[name] for name in factors}

    @field_validator("terms")
    @classmethod
    def _can_be_told_apart(cls, terms: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "factors" not in info.data or "generators" not in info.data:
            return terms
        factors = info.data["factors"]
        confounding = Confounding(tuple(factors), read_generators(factors, info.data["generators"]))
        if not terms:
            return default_terms(confounding)
        return read_terms(confounding, terms)

    @field_validator("folders")
    @classmethod
    def _determine_the_run(cls, folders: str, info: ValidationInfo) -> str:
        factors = info.data.get("factors")
        if factors is None:
            return folders
        names = read_pattern(folders, factors).names
        if "run" not in names and (missing := [name for name in factors if name not in names]):
            raise ValueError(
                f"found {folders!r}, which does not tell the run of a folder; expected {{run}} or the level of every "
                f"factor ({', '.join(f'{{{name}}}' for name in missing)} missing). Add it."
            )
        return folders

    @field_validator("responses")
    @classmethod
    def _have_their_own_names(
        cls, responses: dict[str, Response], info: ValidationInfo
    ) -> dict[str, Response]:
        check_columns("response", responses, (*WIDE_COLUMNS, *info.data.get("factors", ())))
        return responses

    @field_validator("promises")
    @classmethod
    def _are_about_factors(cls, promises: Promises, info: ValidationInfo) -> Promises:
        factors = info.data.get("factors")
        if factors is not None and (problems := list(_broken_promises(promises, factors))):
            raise ValueError("\n".join(problems))
        return promises

    @cached_property
    def confounding(self) -> Confounding:
        return Confounding(tuple(self.factors), read_generators(self.factors, self.generators))

    @cached_property
    def treatments(self) -> tuple[Treatment, ...]:
        """The design's runs in Yates order (first factor fastest), numbered from 1, then the centre's runs."""
        names = list(self.factors)
        base = self.confounding.base
        rows: list[Treatment] = []
        for run, fast_last in enumerate(
            product(*(range(len(self.factors[names[i]])) for i in reversed(base))), 1
        ):
            place = dict(zip(reversed(base), fast_last, strict=True))
            for generator in self.confounding.generators:
                lows = sum(1 for i in base if generator.product.mask >> i & 1 and place[i] == 0)
                sign = generator.product.sign * (-1) ** lows
                place[generator.defines] = (sign + 1) // 2
            levels = {name: self.factors[name][place[i]] for i, name in enumerate(names)}
            rows.append(Treatment(run, levels, is_center=False))
        centers = self.center_runs if self.center else 0
        rows += [Treatment(len(rows) + i, dict(self.center), is_center=True) for i in range(1, centers + 1)]
        return tuple(rows)

    @cached_property
    def _pattern(self) -> Pattern:
        return read_pattern(self.folders, self.factors)

    @cached_property
    def _run_of_levels(self) -> dict[tuple[str, ...], int]:
        runs: dict[tuple[str, ...], int] = {}
        for treatment in self.treatments:
            runs.setdefault(tuple(treatment.levels.values()), treatment.run)
        return runs

    def claim(self, folder: str) -> Claim | None:
        """What the path of a folder below the log root (parts joined by '/') says; None if it is not this study's."""
        match = self._pattern.match(PurePosixPath(folder).as_posix())
        if match is None:
            return None
        if match.run is None:
            run = self._run_of_levels.get(tuple(match.levels[name] for name in self.factors))
        else:
            run = match.run if 1 <= match.run <= len(self.treatments) else None
        return Claim(run, match.replicate, match.levels)

    def digest(self) -> str:
        """SHA-256 of the declaration, so that a night can see that it was changed."""
        text = json.dumps(self.model_dump(), ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _broken_promises(promises: Promises, factors: dict[str, tuple[str, ...]]) -> Iterator[str]:
    names = ", ".join(factors)
    if promises.steps:
        factor = promises.steps.equals
        if factor not in factors:
            yield f"found steps.equals = {factor!r}, expected a factor ({names}). Correct the name."
        elif not all(level.isascii() and level.isdigit() for level in factors[factor]):
            yield (
                f"found steps.equals = {factor!r} with the levels {', '.join(factors[factor])}, expected levels that "
                "are whole numbers, to be compared with the points recorded. Name another factor or remove steps."
            )
    if promises.path is not None:
        try:
            found = read_pattern(promises.path, factors, numbered=False).names
        except ValueError as error:
            yield f"path: {error}"
        else:
            if "/" in promises.path or not found:
                yield (
                    f"found path = {promises.path!r}, expected one segment with a factor, like '{{{next(iter(factors))}}}"
                    "_data'. Correct it."
                )
    if promises.config:
        for factor in promises.config.levels:
            if factor not in factors:
                yield f"found config.levels.{factor}, expected a factor ({names}). Correct the name."


def load_study(path: Path, reserved: Collection[str] = ()) -> Study:
    """Read one study file; `reserved` are the relations of the warehouse. Raises StudyError with every trouble."""
    try:
        declared = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise StudyError(
            f"{path}: {error.strerror or error}, expected a study file. Check the path."
        ) from error
    except UnicodeDecodeError as error:
        raise StudyError(
            f"{path}: found a byte that is not UTF-8 ({error.reason}). Save it as UTF-8."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: found no valid TOML: {error}. Correct that line.") from error
    try:
        study = Study.model_validate(declared, context={"reserved": reserved})
    except ValidationError as error:
        raise StudyError("\n".join(f"{path}: {sentence}" for sentence in sentences(error, Study))) from error
    return study


def load_studies(folder: Path, reserved: Collection[str] = ()) -> list[Study]:
    """Every *.toml of a folder, sorted by name. Raises one StudyError with the troubles of all files."""
    problems: list[str] = []
    files: dict[str, Path] = {}
    studies: list[Study] = []
    if not folder.is_dir():
        raise StudyError(
            f"{folder}: found no such folder, expected study files (*.toml) in it. Check the path."
        )
    for path in sorted(folder.glob("*.toml")):
        try:
            study = load_study(path, reserved)
        except StudyError as error:
            problems.append(str(error))
            continue
        if study.name in files:
            problems.append(
                f"{path}: name: found {study.name!r}, which {files[study.name]} has. Rename one of them."
            )
        files.setdefault(study.name, path)
        studies.append(study)
    if problems:
        raise StudyError("\n".join(problems))
    return studies
