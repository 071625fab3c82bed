"""The study file: what was varied, what was measured and what must hold, read and refused by sentences."""

import hashlib
import json
import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field, StrictBool, ValidationError, ValidationInfo, field_validator, model_validator

from models.confounding.confounding import Confounding
from models.confounding.generators import read_generators
from models.confounding.terms import default_terms, read_terms
from models.declared.durations import seconds
from models.declared.factors import Factors, check_center, check_factors, check_size, cross
from models.declared.folders import Match, Pattern, read_pattern
from models.declared.levels import declared_level
from models.declared.names import WIDE_COLUMNS, check_columns, check_study_name, is_block_name, own_blocks
from models.declared.promises import Promises, broken_promises
from models.declared.refusals import sentences
from models.declared.responses import STAMPS, Response, Strict
from models.declared.source import Source

__all__ = [
    "Claim", "Declared", "Promises", "Refused", "Response", "Study", "StudyError", "Treatment", "load_studies",
    "load_study",
]  # fmt: skip

# What decides how folders are read, so that a study that changes it has them read again.
READING = (
    "timezone", "restarts", "allow_torn", "folders", "source", "factors", "generators", "center", "center_runs",
    "ran_with", "promises",
)  # fmt: skip

_NAME = re.compile(r"""^\s*name\s*=\s*["']([^"']*)["']""", re.MULTILINE)

Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]


class StudyError(ValueError):
    """Where, what was found, what was expected, what to do: one line for each trouble."""


class Treatment(NamedTuple):
    """A row of the design: its number from 1 and the level text of every factor."""

    run: int
    levels: dict[str, str]
    is_center: bool


class Claim(NamedTuple):
    """What a folder's path says: `run` is None if no run of the design fits it."""

    run: int | None
    replicate: str | None
    levels: dict[str, str]


class Study(Strict):
    """The fields stand in the order in which they are checked: what refers to others comes later."""

    name: str
    title: str = ""
    timezone: str = "UTC"
    restarts: Literal["quarantine", "first", "last"] = "quarantine"  # which stamps of several of a kind count
    allow_torn: StrictBool = False  # whether files of stopped containers may end inside a record
    containers: Count | None = None
    replicates: Count | None = None
    looks: tuple[Count, ...] = Field(
        default=(), validate_default=True
    )  # replicates of each run at which it is looked
    fresh_within: str | None = None  # how old the newest file may be before somebody is told
    unit: Literal["container", "folder"] | None = None
    scale: Literal["log"] | None = None
    alpha: Annotated[float, Field(strict=True, gt=0, lt=0.5)] = (
        0.05  # how often an inert effect may be called active
    )
    factors: Annotated[Factors, Field(min_length=1)]
    generators: tuple[str, ...] = Field(default=(), validate_default=True)
    center: dict[str, str] = Field(default_factory=dict)
    center_runs: Count = 1
    terms: tuple[str, ...] = Field(default=(), validate_default=True)
    block: tuple[
        str, ...
    ] = ()  # what executions shared beside their run: replicate, date, or names of their own
    whole_plot: tuple[
        str, ...
    ] = ()  # factors that stay as they are from one execution to the next within a block
    folders: str = Field(default="", validate_default=True)
    ran_with: dict[str, dict[str, str]] = Field(
        default_factory=dict
    )  # folder -> levels other than the planned
    responses: Annotated[dict[str, Response], Field(min_length=1)]
    source: Source | None = Field(default=None, validate_default=True)
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

    @field_validator("looks")
    @classmethod
    def _lead_to_the_whole(cls, looks: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        whole = info.data.get("replicates")
        if not looks or "replicates" not in info.data:
            return looks
        if whole is None or list(looks) != sorted({*looks}) or looks[-1] > whole:
            planned = "without replicates" if whole is None else f"beside replicates = {whole}"
            raise ValueError(
                f"found looks = {list(looks)} {planned}, expected ascending numbers of replicates of each run up to "
                "replicates, the last look. Correct it."
            )
        return looks if looks[-1] == whole else (*looks, whole)

    @field_validator("fresh_within")
    @classmethod
    def _is_a_length_of_time(cls, length: str | None) -> str | None:
        if length is not None and not seconds(length):
            raise ValueError(
                f"found {length!r}, expected a length of time such as '36h' or '7d' (s, min, h or d). Correct it."
            )
        return length

    @field_validator("factors")
    @classmethod
    def _have_levels(cls, factors: Factors) -> Factors:
        check_factors(factors)
        return factors

    @field_validator("generators")
    @classmethod
    def _make_a_fraction(cls, texts: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        factors = info.data.get("factors")
        if factors is None:
            return texts
        generators = read_generators(factors, texts)
        check_size(factors, Confounding(tuple(factors), generators))
        return tuple(generator.text for generator in generators)

    @field_validator("center")
    @classmethod
    def _lies_between(cls, center: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        factors = info.data.get("factors")
        if not center or factors is None:
            return center
        check_center(center, factors)
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

    @field_validator("block")
    @classmethod
    def _are_told(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        strange = [name for name in names if name in info.data.get("factors", ()) or not is_block_name(name)]
        if strange:
            raise ValueError(
                f"found {', '.join(map(repr, strange))}, expected replicate, date, or a name that is no factor's, stands "
                "as {name} in the path or as a column of a table. Correct the name."
            )
        return names

    @field_validator("whole_plot")
    @classmethod
    def _are_some_factors(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        factors = info.data.get("factors")
        if factors is None:
            return names
        if unknown := [name for name in names if name not in factors]:
            raise ValueError(
                f"found {', '.join(unknown)}, expected names of {', '.join(factors)}. Correct the name."
            )
        if set(names) == set(factors):
            raise ValueError(
                "found all factors, expected those that are hard to change. Leave the others out."
            )
        return tuple(name for name in factors if name in names)

    @field_validator("folders")
    @classmethod
    def _determine_the_run(cls, folders: str, info: ValidationInfo) -> str:
        factors = info.data.get("factors")
        if factors is None or not folders:
            return folders
        blocks = own_blocks(info.data.get("block", ()))
        names = read_pattern(folders, factors, blocks=blocks).names
        if untold := [name for name in blocks if name not in names]:
            raise ValueError(
                f"found {folders!r} beside block = [{', '.join(map(repr, untold))}], expected {{{untold[0]}}} in it. Put "
                "the placeholder where its text stands."
            )
        if "run" not in names and (missing := [name for name in factors if name not in names]):
            raise ValueError(
                f"found {folders!r}, which does not tell the run of a folder; expected {{run}} or the level "
                f"of every factor ({', '.join(f'{{{name}}}' for name in missing)} missing). Add it."
            )
        return folders

    @field_validator("source")
    @classmethod
    def _is_the_only_place(cls, source: Source | None, info: ValidationInfo) -> Source | None:
        factors = info.data.get("factors")
        if "folders" in info.data and bool(info.data["folders"]) == bool(source):
            found = "folders and [source]" if source else "neither folders nor [source]"
            raise ValueError(f"found {found}, expected one of the two. Say where the study's data lie.")
        if source and factors is not None and "responses" in info.data:
            headings = [each.heading for each in info.data["responses"].values() if each.heading]
            if problems := list(source.problems(factors, headings, own_blocks(info.data.get("block", ())))):
                raise ValueError("\n".join(problems))
        return source

    @field_validator("ran_with")
    @classmethod
    def _are_levels(
        cls, ran_with: dict[str, dict[str, str]], info: ValidationInfo
    ) -> dict[str, dict[str, str]]:
        factors = info.data.get("factors", {})
        problems = [
            f"found {name} = {level!r} of {folder}, expected a factor with one of its levels "
            f"({', '.join(factors.get(name, factors))}). Correct it; a folder that ran with none of them is taken out of "
            "the log root."
            for folder, levels in ran_with.items()
            for name, level in levels.items()
            if level not in factors.get(name, ())
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return ran_with

    @field_validator("responses")
    @classmethod
    def _have_their_own_names(
        cls, responses: dict[str, Response], info: ValidationInfo
    ) -> dict[str, Response]:
        check_columns("response", responses, (*WIDE_COLUMNS, *info.data.get("factors", ())))
        for name, response in responses.items():
            if isinstance(response.trials, str) and response.trials not in responses:
                raise ValueError(
                    f"found trials = {response.trials!r} of {name}, expected a number or one of "
                    f"{', '.join(responses)}. Correct it."
                )
            if response.distribution and info.data.get("whole_plot"):
                raise ValueError(
                    f"found distribution = {response.distribution!r} of {name} beside whole_plot, whose two errors are "
                    "those of normal values. Remove one of them."
                )
        return responses

    @field_validator("promises")
    @classmethod
    def _are_about_factors(cls, promises: Promises, info: ValidationInfo) -> Promises:
        factors = info.data.get("factors")
        if factors is not None and (problems := list(broken_promises(promises, factors))):
            raise ValueError("\n".join(problems))
        return promises

    @property
    def fresh_seconds(self) -> int | None:
        """How old the newest file may be; None where nothing is declared."""
        return seconds(self.fresh_within) if self.fresh_within else None

    @model_validator(mode="after")
    def _claims_what_ran_otherwise(self) -> "Study":
        lost = [folder for folder in self.ran_with if not self.source and self.claim(folder) is None]
        if lost:
            raise ValueError(
                f"found ran_with of {', '.join(lost)}, which folders = {self.folders!r} does not claim; expected the path "
                "of a folder below the log root. Correct it."
            )
        return self

    @cached_property
    def confounding(self) -> Confounding:
        return Confounding(tuple(self.factors), read_generators(self.factors, self.generators))

    @cached_property
    def treatments(self) -> tuple[Treatment, ...]:
        """The design's runs in Yates order (first factor fastest), from 1, then the centre's runs."""
        rows = [
            Treatment(run, levels, is_center=False)
            for run, levels in enumerate(cross(self.factors, self.confounding), 1)
        ]
        centers = self.center_runs if self.center else 0
        rows += [Treatment(len(rows) + i, dict(self.center), is_center=True) for i in range(1, centers + 1)]
        return tuple(rows)

    @cached_property
    def others(self) -> tuple[Treatment, ...]:
        """Levels that folders ran with and that no run of the design has, numbered after its runs.

        None where there are centre points, whose numbers follow the design's, and none of folders whose path does not
        tell the planned levels, unless the study tells the level of every factor.
        """
        if self.center:
            return ()
        ran = [{**self._planned_levels(folder), **told} for folder, told in self.ran_with.items()]
        new = dict.fromkeys(
            texts
            for levels in ran
            if len(levels) == len(self.factors)
            and (texts := tuple(levels[name] for name in self.factors)) not in self._run_of_levels
        )
        return tuple(
            Treatment(run, dict(zip(self.factors, texts, strict=True)), is_center=False)
            for run, texts in enumerate(new, len(self.treatments) + 1)
        )

    def _planned_levels(self, folder: str) -> dict[str, str]:
        """What the path of a folder tells of the levels that were planned; nothing where it does not fit."""
        match = self._pattern_of_units.match(folder)
        run = None if match is None else self.claim_of(match).run
        return {} if run is None else self.treatments[run - 1].levels

    @cached_property
    def pattern(self) -> Pattern:
        """Of the path of a folder, or of a file where the study has a source."""
        blocks = own_blocks(self.block)
        if self.source:
            return self.source.pattern(self.factors, blocks)
        return read_pattern(self.folders, self.factors, blocks=blocks)

    def blocks_of(self, folder: str) -> Mapping[str, str]:
        """What the path of a folder, or of a table that it is a row of, tells of its blocks."""
        pattern = self._pattern_of_units
        path = _plain_path(folder)
        texts = (
            [path, *(path[: found.start()] for found in re.finditer(":", path))] if self.source else [path]
        )
        return next((match.blocks for text in texts if (match := pattern.match(text))), {})

    @cached_property
    def _pattern_of_units(self) -> Pattern:
        return self.pattern.of_units() if self.source and not self.source.is_table else self.pattern

    @cached_property
    def _run_of_levels(self) -> dict[tuple[str, ...], int]:
        runs: dict[tuple[str, ...], int] = {}
        for treatment in self.treatments:
            runs.setdefault(tuple(treatment.levels.values()), treatment.run)
        return runs

    def claim(self, folder: str) -> Claim | None:
        """What the path of a folder below the log root says; None if it is not this study's."""
        if self.source:
            return None
        match = self.pattern.match(_plain_path(folder))
        return None if match is None else self.actual(_plain_path(folder), self.claim_of(match))

    def claim_of(self, match: Match) -> Claim:
        """What a path says that fits the pattern; the run is None where levels are still missing, or two ways fit."""
        if not match.is_clear:
            return Claim(None, match.replicate, {})
        if match.run is None:
            run = self.run_of(match.levels, match.replicate)
        else:
            run = match.run if 1 <= match.run <= len(self.treatments) else None
        return Claim(run, match.replicate, match.levels)

    def run_of(self, levels: Mapping[str, str], replicate: str | None = None) -> int | None:
        """The run of the design with these levels, as declared or equal as numbers; None if there is none.

        Of the centre's runs, which are alike, each replicate takes its own: the first, the second and so on in turn.
        """
        texts = tuple(
            declared_level(
                levels.get(name, ""), (*self.factors[name], *filter(None, [self.center.get(name)]))
            )
            for name in self.factors
        )
        run = self._run_of_levels.get(texts)
        if run is None or not self.treatments[run - 1].is_center or not (replicate or "").isdecimal():
            return run
        return run + (int(replicate or 1) - 1) % self.center_runs

    def actual(self, folder: str, claim: Claim) -> Claim:
        """The claim by the levels that a folder ran with, where the study declares that they were not the planned."""
        told = self.ran_with.get(folder)
        if not told or claim.run is None:
            return claim
        levels = {**self.treatments[claim.run - 1].levels, **told}
        run = self.run_of(levels, claim.replicate)
        if run is None:
            run = next((other.run for other in self.others if other.levels == levels), None)
        return claim._replace(run=run, levels=levels)

    @property
    def execution_word(self) -> str:
        """What an execution is called: of a table it is a row, of files that lie flat a file."""
        if self.source is None:
            return "folder"
        return "row" if self.source.is_table else "file" if self.pattern.is_of_files else "folder"

    @property
    def is_result(self) -> bool:
        """Whether values stand in result files, one a run, and not in event files."""
        if self.source is None or self.source.is_table:
            return False
        return not self.source.is_event_files or any(
            each.column or each.key for each in self.responses.values()
        )

    @property
    def stamps_asked_for(self) -> tuple[str, ...]:
        """Which of create, start and stop every container must have."""
        if self.source is None:
            return ("start", "stop")
        asked = {stamp for response in self.responses.values() for stamp in response.between or ()}
        if self.source.done == "stop.log":
            asked.add("stop")
        return tuple(stamp for stamp in STAMPS if stamp in asked)

    @property
    def stamps_beside(self) -> dict[str, str]:
        """The stamps that are asked for and stand in columns of the table that tells the levels."""
        levels = self.source.levels if self.source else None
        return (
            {name: column for name, column in levels.stamps.items() if name in self.stamps_asked_for}
            if levels
            else {}
        )

    @property
    def asks_for_stamps(self) -> bool:
        """Whether a response or the end of a run is told by start, stop or create."""
        return bool(self.stamps_asked_for)

    @staticmethod
    def reading(definition: str) -> str:
        """What of a definition (the study as JSON) decides how its folders are read."""
        declared = json.loads(definition)
        # a definition of before a key came says what its default says
        reading = {key: declared.get(key) or None for key in READING}
        if reading["source"]:
            # Of result files only what the responses name is read.
            names = ("column", "key", "between", "metric", "unit")
            reading["asked"] = [[each.get(name) for name in names] for each in declared["responses"].values()]
        return json.dumps(reading)

    def digest(self) -> str:
        """SHA-256 of the declaration, so that a night can see that it was changed."""
        text = json.dumps(self.model_dump(), ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=1024)  # every study is asked about the same folder in turn
def _plain_path(folder: str) -> str:
    if folder and "/" not in folder:
        return folder
    return PurePosixPath(folder).as_posix()


def load_study(path: Path, reserved: Collection[str] = ()) -> Study:
    """Read one study file; `reserved` are the warehouse's relations. Raises StudyError with every trouble."""
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


class Refused(NamedTuple):
    """A study file that declares no study: the name that it seems to give, and what is wrong with it."""

    file: Path
    name: str | None
    sentences: tuple[str, ...]


class Declared(NamedTuple):
    studies: list[Study]
    refused: list[Refused]


def load_studies(folder: Path, reserved: Collection[str] = ()) -> Declared:
    """Every *.toml of a folder, sorted by name: the studies, and the files that declare none.

    Of two files with one name neither is taken. Raises StudyError where the folder is none, and one with the troubles
    of all files where no study is left.
    """
    if not folder.is_dir():
        raise StudyError(
            f"{folder}: found no such folder, expected study files (*.toml) in it. Check the path."
        )
    found: dict[str, tuple[Path, Study]] = {}
    refused: list[Refused] = []
    doubled: set[str] = set()
    for path in sorted(folder.glob("*.toml")):
        try:
            study = load_study(path, reserved)
        except StudyError as error:
            refused.append(Refused(path, name_in(path), tuple(str(error).splitlines())))
            continue
        if study.name in found:
            doubled.add(study.name)
            first = found[study.name][0]
            sentence = f"{path}: name: found {study.name!r}, which {first} has. Rename one of them."
            refused.append(Refused(path, study.name, (sentence,)))
        else:
            found[study.name] = path, study
    studies = [study for name, (_, study) in found.items() if name not in doubled]
    if refused and not studies:
        raise StudyError("\n".join(sentence for each in refused for sentence in each.sentences))
    return Declared(studies, refused)


def name_in(path: Path) -> str | None:
    """The name that a refused file seems to give its study."""
    try:
        told = _NAME.search(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return told[1] if told else None
