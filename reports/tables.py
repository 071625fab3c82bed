"""Tables of a page: a frame, and how each of its columns reads."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import polars as pl

from reports.numbers import MISSING, decimals_of, moment, number, p_value, signed, size

Kind = Literal[
    "text",
    "prose",
    "code",
    "path",
    "number",
    "signed",
    "percent",
    "p",
    "count",
    "time",
    "bytes",
    "flag",
    "sign",
]
Row = Mapping[str, Any]


class Result(NamedTuple):
    """What a query gave, and the query as a reader can paste it into `doehouse sql`."""

    frame: pl.DataFrame
    sql: str


class Cell(NamedTuple):
    """Text as shown, with all its digits in `exact` where they were cut; `tone` colours verdicts."""

    text: str
    exact: str = ""
    tone: str = ""
    href: str = ""
    level: int = 0


class Column(NamedTuple):
    """`error` names the column of the standard error by which a number is cut; `cell` makes it from the whole row.

    An optional column is left out where no row has a value.
    """

    name: str
    header: str
    kind: Kind = "text"
    error: str = ""
    decimals: int | None = None
    cell: Callable[[Row], Cell] | None = None
    is_optional: bool = False

    @property
    def is_numeric(self) -> bool:
        return self.kind not in ("text", "prose", "code", "path", "flag")


class Line(NamedTuple):
    """One row: its cells, and the run it speaks of."""

    cells: list[Cell]
    run: int | None


class Table(NamedTuple):
    """A table of a page; `source` is the query behind it."""

    slug: str
    caption: str
    columns: Sequence[Column]
    lines: list[Line]
    source: str
    note: str = ""


def table(
    slug: str, caption: str, frame: pl.DataFrame, columns: Sequence[Column], source: str, note: str = ""
) -> Table:
    """Every row of a frame; a column `run` ties rows to the marks of the charts."""
    columns = [
        column for column in columns if not column.is_optional or frame[column.name].is_not_null().any()
    ]
    lines = [
        Line(
            [cell(column, row) for column in columns], row["run"] if isinstance(row.get("run"), int) else None
        )
        for row in frame.iter_rows(named=True)
    ]
    return Table(slug, caption, columns, lines, source, note)


def cell(column: Column, row: Row) -> Cell:
    if column.cell:
        return column.cell(row)
    value = row[column.name]
    if value is None:
        return Cell(MISSING)
    decimals = column.decimals
    if column.error:
        decimals = decimals_of(row[column.error])
    match column.kind:
        case "number":
            return Cell(number(value, decimals), repr(value))
        case "signed":
            return Cell(signed(value, decimals), repr(value))
        case "percent":
            return Cell(number(value, 1), repr(value))
        case "p":
            return Cell(p_value(value), repr(value))
        case "count":
            return Cell(number(value, 0))
        case "time":
            return Cell(moment(value))
        case "bytes":
            return Cell(size(value), str(value))
        case "flag":
            return Cell("yes" if value else "no")
        case "sign":
            return Cell({-1.0: "−", 1.0: "+"}.get(value, number(value)), tone="low" if value < 0 else "high")
        case _:
            return Cell(str(value))


def verdict_cell(name: str, active: str = "active", idle: str = "not active") -> Callable[[Row], Cell]:
    """Words and a tone for a verdict that may be missing."""

    def of(row: Row) -> Cell:
        if row[name] is None:
            return Cell("not judged", tone="idle")
        return Cell(active, tone="active") if row[name] else Cell(idle, tone="idle")

    return of


def csv(frame: pl.DataFrame) -> bytes:
    """The frame as CSV with all digits: UTC times in ISO form, lists and maps as JSON."""
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    flat = frame.with_columns(
        pl.col(times).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"),
        *(pl.Series(name, [None if v is None else str(v) for v in frame[name].to_list()]) for name in nested),
    )
    return flat.write_csv().encode()
