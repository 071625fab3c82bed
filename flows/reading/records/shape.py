"""What is asked of a result file, with what comes back: rows, problems."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

import polars as pl

PLACES = ("line", "element", "item")  # columns of every frame
MOST_UNPACKED = 512 << 20  # bytes of a file that is packed
MOST_CELLS = MOST_UNPACKED // 16  # of a table, as each takes 16 bytes at least
NOTHING_COUNTS = "R115"  # the problem of a file of which `where` leaves no row
_KINDS = 20  # of problems that are listed; a file of nothing but damage stays one screen


class Shape(NamedTuple):
    """How a file holds its rows; `rows`, `each` and `product` are for trees, the last three for tables."""

    rows: str = ""  # path of the list whose elements are the rows; "": the top, a list or one object
    each: tuple[str, ...] = ()  # paths, from an element, of parallel lists that become rows together
    # path -> the level it must be, or one of several; "*": anything but missing; "": missing
    where: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})
    take: Literal["each", "first", "last"] = "each"  # of the file; with `each`, of every element
    # Lines that hold the names, from 1; 0: none does, the columns are 1, 2, 3 ...; None: the first line of text
    # that is no comment, the first row of a sheet.
    header: int | tuple[int, ...] | None = None
    separator: str | None = None
    sheet: str | None = None
    product: str = ""  # path, from an element, of a list of lists that `each` crosses, the last one fastest
    encoding: str | None = None  # of text; None: UTF-8, or UTF-16 that says so
    is_turned: bool = False  # whether the columns of a table are its rows
    is_report: bool = False  # whether lines `name: value` among others are the rows, with the columns 1 and 2


def header_lines(shape: Shape) -> tuple[int, ...] | None:
    """The lines that hold the names; none of them if nothing does, None if they are to be found."""
    if shape.header is None or isinstance(shape.header, tuple):
        return shape.header
    return (shape.header,) if shape.header else ()


def joined_names(rows: Sequence[Sequence[str]]) -> list[str]:
    """One name a column of several lines of names: `accuracy` over `mean` is `accuracy.mean`.

    What stands once over several columns holds for those to its right, as in merged cells.
    """
    *above, lowest = rows
    filled = []
    for row in above:
        last = ""
        filled.append([last := each.strip() or last for each in row])
    columns = zip(*filled, (each.strip() for each in lowest), strict=True)
    return [".".join(dict.fromkeys(filter(None, parts))) for parts in columns]


class Problem(NamedTuple):
    """`R115` no row is to count, `Q323` a row or cell has another form, `Q324` rows, columns or keys are missing,
    `Q325` the file cannot be understood, `Q316` it is too large."""

    line: int | None  # null: the file as a whole
    code: str
    found: str
    expected: str
    remedy: str


class RecordError(Exception):
    """A file, or a place in it, of which nothing can be read."""

    def __init__(
        self, code: str, found: str, expected: str, remedy: str = "Correct the file.", line: int | None = None
    ) -> None:
        super().__init__(f"found {found}, expected {expected}. {remedy}")
        self.problem = Problem(line, code, found, expected, remedy)

    @property
    def code(self) -> str:
        return self.problem.code


class ProblemLog:
    """The problems of one file; what was expected in the same words is one problem with a count."""

    __slots__ = ("_counted",)

    def __init__(self) -> None:
        self._counted: dict[tuple[str, str], tuple[Problem, int]] = {}

    def add(self, problem: Problem, times: int = 1) -> None:
        """Of problems of one kind the first is told, so they are added in the order of the file."""
        key = (problem.code, problem.expected)
        first, count = self._counted.get(key, (problem, 0))
        if count or len(self._counted) < _KINDS:
            self._counted[key] = (first, count + times)

    def problems(self) -> tuple[Problem, ...]:
        return tuple(
            first._replace(found=f"{first.found} (and {count - 1:,} more like it)") if count > 1 else first
            for first, count in self._counted.values()
        )


class Records(NamedTuple):
    frame: pl.DataFrame  # line, element, item, and a String column for every path that was asked for
    columns: tuple[str, ...]  # names or flattened paths that were met, the first 1,000
    problems: tuple[Problem, ...]


def no_rows(paths: tuple[str, ...]) -> pl.DataFrame:
    """A frame of Records without rows."""
    texts: dict[str, pl.DataType] = dict.fromkeys(paths, pl.String())
    return pl.DataFrame(schema={**dict.fromkeys(PLACES, pl.Int64()), **texts})


class Asked(NamedTuple):
    """What every reader is given beside the bytes."""

    wanted: tuple[str, ...]
    shape: Shape
    literal: Collection[str]  # paths whose cells are names or levels
    log: ProblemLog
