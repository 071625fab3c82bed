"""Where things stand: the files of a study, and where its levels, stamps and values are found in them."""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, StrictBool, field_validator, model_validator

from models.declared.durations import DURATION, seconds
from models.declared.folders import Pattern, read_pattern
from models.declared.responses import Strict, Text

STAMP_COLUMNS = ("create", "start", "stop")
ROW_COLUMNS = ("replicate", "container", *STAMP_COLUMNS)
DEFAULT_DONE = "quiet 2h"

LEVEL_PLACES = ("table", "file", "folder", "hparams", "column")
FILE_NAME = "$file"  # as `names` of a long table: what stands in a file is named by the file itself

_DONE = re.compile(rf"(?:quiet (?P<quiet>{DURATION})|file (?P<file>[^/]+)|steps|stop\.log)")


_SIGNS = set("aAbBdfHImMpSyYz%")  # of strptime, which every reader of times knows
_OF_A_DAY = ({"d"}, {"m", "b", "B"}, {"y", "Y"})

Line = Annotated[int, Field(strict=True, ge=0, le=1000)]


class Levels(Strict):
    """Levels that the path does not tell: in a table by a key, in a file of the run's folder or several, in a folder
    with a file for each setting, in the event file, or together in the text of one column.

    `columns` (of a table) and `keys` (of a file or the HParams record) map factors to names there; a factor that is
    left out has its own name. `columns` may name those of create, start and stop too. `replicate` is the column or key
    that tells replicates apart. `pattern` says how the text of `column` is made, such as `lr={lr},bs={bs}`.
    """

    table: Text | None = None
    key: Text | None = None
    columns: dict[str, Text] = Field(default_factory=dict)
    file: Text | tuple[Text, ...] | None = None
    folder: Text | None = None
    hparams: StrictBool = False
    column: Text | None = None
    pattern: Text | None = None
    keys: dict[str, Text] = Field(default_factory=dict)
    replicate: Text | None = None

    @model_validator(mode="after")
    def _is_one_place(self) -> "Levels":
        places = [name for name in LEVEL_PLACES if getattr(self, name)]
        if len(places) != 1:
            found = " and ".join(places) or f"none of {', '.join(LEVEL_PLACES)}"
            raise ValueError(f"found {found}, expected one place where levels stand. Name one of them.")
        if bool(self.column) != bool(self.pattern):
            raise ValueError(
                "found column without pattern or pattern without column, expected both: how the text of the column is "
                "made, such as 'lr={lr},bs={bs}'. Add the other."
            )
        if bool(self.table) != bool(self.key):
            raise ValueError(
                "found table without key or key without table, expected both: the column whose text holds the "
                "container of a path. Add the other."
            )
        if self.keys and self.table:
            raise ValueError("found keys beside table, expected columns. Rename keys to columns.")
        if self.columns and not self.table:
            raise ValueError("found columns without table, expected keys. Rename columns to keys.")
        return self

    @field_validator("table", "file", "folder")
    @classmethod
    def _are_plain_paths(cls, told: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        for path in (told,) if isinstance(told, str) else told or ():
            if "*" in path or "{" in path:
                raise ValueError(
                    f"found {path!r}, expected the path of one file. Write it without wildcards."
                )
            read_pattern(path.removeprefix("../"), {}, numbered=False)
        return told

    @property
    def files(self) -> tuple[str, ...]:
        """Files of settings, by their paths from the folder of a run."""
        return (self.file,) if isinstance(self.file, str) else self.file or ()

    @property
    def stamps(self) -> dict[str, str]:
        """Create, start and stop -> the column of a table beside the runs that tells it."""
        return {name: column for name, column in self.columns.items() if name in STAMP_COLUMNS}

    def named(self, factors: Sequence[str]) -> dict[str, str]:
        """Factor -> its column or key."""
        told = self.columns or self.keys
        return {factor: told.get(factor, factor) for factor in factors}


class Source(Strict):
    """The files of a study by one pattern for their path below the log root, and what is read of them.

    `files`: event files, or one result file a run (JSON, CSV, ...). `table`: a result table whose rows are containers.
    `columns` says where a row tells factors, replicate, container and stamps; `rows` where the rows stand in a JSON
    file, `each` which of their lists are one value a repeat (`product` the lists that they cross), `where` which rows
    count; `step` and `time` are the columns of rows that follow each other in one run. In a long table the column
    `names` says what stands in the column `values`. `fill` gives an empty cell of a level the text above it.
    Without a header, and with ":" or "=" between names and values, other lines of a text are no rows.
    `dates` is the form of stamps that are not ISO 8601, in the signs of strptime.
    """

    files: Text | None = None
    table: Text | None = None
    levels: Levels | None = None
    columns: dict[str, Text] = Field(default_factory=dict)
    rows: str = ""
    each: tuple[Text, ...] = ()
    product: Text | None = None
    where: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    take: Literal["each", "first", "last"] = "each"
    step: Text | None = None
    time: Text | None = None
    names: Text | None = None
    values: Text | None = None
    fill: StrictBool = False
    header: Line | Annotated[tuple[Line, ...], Field(min_length=1)] | None = None
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    decimal: Literal[".", ","] = "."
    encoding: Text | None = None
    dates: Text | None = None
    transpose: StrictBool = False
    sheet: Text | None = None
    done: Text = DEFAULT_DONE

    @model_validator(mode="after")
    def _is_files_or_a_table(self) -> "Source":
        if (self.files is None) == (self.table is None):
            found = "files and table" if self.files else "neither files nor table"
            raise ValueError(f"found {found}, expected one of the two. Say where the study's data lie.")
        if self.table and (self.step or self.time):
            raise ValueError(
                "found step or time beside table, whose rows are containers; expected them beside files. Remove them."
            )
        if self.table and self.names == FILE_NAME:
            raise ValueError(
                f"found names = {FILE_NAME!r} beside table, whose rows are runs with all their responses; expected it "
                "beside files. Declare a study for each table, or put the values into one."
            )
        if bool(self.names) != bool(self.values):
            raise ValueError(
                "found names without values or values without names, expected both: the columns of a long table that "
                "say what was measured and how much. Add the other."
            )
        return self

    @field_validator("encoding")
    @classmethod
    def _is_of_text(cls, encoding: str | None) -> str | None:
        if encoding is not None:
            try:
                b"a".decode(encoding)
                codecs.lookup(encoding)
            except (LookupError, UnicodeError, ValueError):
                raise ValueError(
                    f"found {encoding!r}, expected an encoding such as 'cp1252', 'latin-1' or 'utf-16'. Correct it."
                ) from None
        return encoding

    @field_validator("dates")
    @classmethod
    def _has_a_whole_day(cls, form: str | None) -> str | None:
        signs = re.findall(r"%(.?)", form or "")
        if form is not None and not (set(signs) <= _SIGNS and all(set(signs) & each for each in _OF_A_DAY)):
            raise ValueError(
                f"found {form!r}, expected day, month and year such as '%d.%m.%Y %H:%M:%S', with the signs "
                f"{' '.join(f'%{each}' for each in sorted(_SIGNS - {'%'}))}. Correct it."
            )
        return form

    @field_validator("done")
    @classmethod
    def _can_be_told(cls, done: str) -> str:
        if not _DONE.fullmatch(done):
            raise ValueError(
                f"found {done!r}, expected 'quiet 2h' (s, min, h or d), 'file NAME', 'steps' or 'stop.log'. Correct it."
            )
        return done

    @property
    def is_table(self) -> bool:
        return self.table is not None

    @property
    def path(self) -> str:
        return self.table or self.files or ""

    @property
    def is_report(self) -> bool:
        """Whether files are text in which some lines are `name: value` or `name = value`: those are its rows."""
        marks = self.header, self.separator, self.names, self.values
        return marks in ((0, ":", "1", "2"), (0, "=", "1", "2"))

    @property
    def quiet_seconds(self) -> int | None:
        """How long nothing may have happened before a run counts as over; None where something else tells."""
        told = _DONE.fullmatch(self.done)
        return seconds(told["quiet"]) if told and told["quiet"] else None

    @property
    def done_file(self) -> str | None:
        """The file whose presence says that a run is over."""
        told = _DONE.fullmatch(self.done)
        return told["file"] if told else None

    def pattern(self, factors: Mapping[str, Sequence[str]], blocks: Sequence[str] = ()) -> Pattern:
        return read_pattern(self.path, factors, of_files=True, blocks=blocks)

    def problems(
        self, factors: Mapping[str, Sequence[str]], headings: Sequence[str] = (), blocks: Sequence[str] = ()
    ) -> Iterator[str]:
        """Sentences about what the study has not, or what tells no run; `headings` are columns with placeholders."""
        try:
            names = self.pattern(factors, blocks).names
        except ValueError as error:
            yield from (
                f"{'table' if self.is_table else 'files'}: {line}" for line in str(error).splitlines()
            )
            return
        known = [*factors, *ROW_COLUMNS, *(blocks if self.is_table else ())]
        if untold := [name for name in blocks if name not in names and name not in self.columns]:
            column = f" or a column (columns.{untold[0]})" if self.is_table else ""
            yield (
                f"found nothing that tells the block {untold[0]}; expected {{{untold[0]}}} in the path{column}. Say "
                "where it stands."
            )
        for column in self.columns:
            if column not in known:
                yield f"found columns.{column}, expected one of {', '.join(known)}. Correct the name."
        for place in ("columns", "keys"):
            for factor in getattr(self.levels, place) if self.levels else ():
                if factor not in factors and not (place == "columns" and factor in STAMP_COLUMNS):
                    yield (
                        f"found levels.{place}.{factor}, expected a factor ({', '.join(factors)}). Correct the name."
                    )
        told = [*names, *self.columns]
        joined = [self.levels.pattern] if self.levels and self.levels.pattern else []
        for text in (*headings, *joined):
            try:
                told += read_pattern(text, factors).names
            except ValueError as error:
                yield from str(error).splitlines()
        missing = [name for name in factors if name not in told]
        if missing and "run" not in told and (self.levels is None or self.levels.column):
            yield (
                f"found nothing that tells {', '.join(missing)}; expected {{{missing[0]}}} in the path, a column "
                f"(columns.{missing[0]}) or a place in levels. Say where the level stands."
            )
        if self.is_table and self.levels and (self.levels.file or self.levels.folder or self.levels.hparams):
            yield (
                "found levels in a file or HParams beside table, whose rows are runs; expected levels.table with "
                "columns.container, or columns. Say where a row tells its levels."
            )
        if self.is_table and self.levels and self.levels.table and "container" not in self.columns:
            yield (
                f"found a levels table but no column of the result table to look up in its column {self.levels.key!r}; "
                "expected columns.container. Name the column that stands in both."
            )
        elif (
            not self.is_table
            and self.levels
            and self.levels.table
            and not {"container", "run", *factors} & set(names)
        ):
            yield (
                f"found a levels table but nothing in {self.path!r} to look up in its column {self.levels.key!r}; "
                "expected {container} in the path. Put it where the key stands."
            )
        if self.columns and not self.is_table and self.is_event_files:
            yield "found columns of event files, which have none; expected them of a table or result files. Remove them."

    @property
    def is_event_files(self) -> bool:
        """Whether nothing says that the files are result files: neither their ending nor how they are read."""
        name = self.path.rpartition("/")[2].lower()
        is_read_otherwise = bool(self.separator or self.header or self.names or self.step)
        return not (self.is_table or is_read_otherwise or name.endswith(RESULT_ENDINGS) or _names_text(name))

    def is_result_file(self, name: str) -> bool:
        """Whether a file that the pattern claims is read as one of results, by its ending or because the study says so."""
        pattern = self.path.rpartition("/")[2]
        return bool(
            name.lower().endswith(RESULT_ENDINGS) or self.separator or not pattern.endswith(("*", "}"))
        )


def _names_text(name: str) -> bool:
    """Whether the last part of a pattern ends as a log or data file does, such as `training.log` or `{lr}.dat`."""
    return "tfevents" not in name and bool(re.search(r"\.(?!v2$)[a-z][a-z0-9]*$", name))


_PLAIN_ENDINGS = (
    ".csv",
    ".tsv",
    ".txt",
    ".json",
    ".jsonl",
    ".ndjson",
    ".yaml",
    ".yml",
    ".toml",
    ".parquet",
    ".xlsx",
)
RESULT_ENDINGS = (*_PLAIN_ENDINGS, *(f"{each}.gz" for each in _PLAIN_ENDINGS))


def ending_of(name: str) -> str:
    """The ending of a result file; empty where it has none of them."""
    return next((each for each in RESULT_ENDINGS if name.lower().endswith(each)), "")
