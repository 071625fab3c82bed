"""Tables of a page: a frame, and how each of its columns reads."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import polars as pl
from markupsafe import Markup, escape
from polars import selectors as cs

from reports.text.numbers import MISSING, decimals_of, moment, number, p_value, signed, size

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


Results = Mapping[str, Result]


class Cell(NamedTuple):
    """Text as shown, with all its digits in `exact` where they were cut; `tone` colours verdicts.

    A `href` that begins with / is below the site.
    """

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

    def body(self, root: str) -> Markup:
        """The rows as HTML: a template takes ten times as long, and pages are mostly rows. `root` leads to the site."""
        if not self.lines:
            return Markup('<tr><td colspan="{}">None.</td></tr>').format(len(self.columns))
        kinds = ["number" if column.is_numeric else column.kind for column in self.columns]
        lines = []
        for cells, run in self.lines:
            first, *rest = (
                f' class="{kind}">{_marked(one, root)}' for kind, one in zip(kinds, cells, strict=True)
            )
            about = "" if run is None else f' data-run="{run}"'
            others = "".join(f"<td{each}</td>" for each in rest)
            lines.append(f'<tr{about}><th scope="row"{first}</th>{others}</tr>')
        return Markup("\n".join(lines))


def table(
    slug: str, caption: str, frame: pl.DataFrame, columns: Sequence[Column], source: str, note: str = ""
) -> Table:
    """Every row of a frame; a column `run` ties rows to the marks of the charts."""
    columns = [
        column
        for column in columns
        if not column.is_optional or frame[column.name].null_count() < frame.height
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


def _marked(cell: Cell, root: str) -> str:
    """A cell's content as HTML, escaped."""
    text = escape(cell.text)
    if cell.level:
        return f'<span class="level level-{cell.level}">{text}</span>'
    if cell.href:
        href = root + cell.href[1:] if cell.href[0] == "/" else cell.href
        return f'<a href="{escape(href)}">{text}</a>'
    if cell.tone:
        return f'<span class="tone {cell.tone}">{text}</span>'
    if cell.exact:
        return f'<data value="{escape(cell.exact)}">{text}</data>'
    return str(text)


def code_cell(row: Row) -> Cell:
    """The code of a promise or notice, which leads to what the manual says of it."""
    page = "promises" if "-" in row["code"] else "notices"
    return Cell(row["code"], href=f"/manual/reference/{page}.html#{row['code'].lower()}")


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


def columns_json(frame: pl.DataFrame, key: str) -> dict[Any, str]:
    """The rows of each key as JSON, column by column: times as milliseconds since 1970, numbers as text, since JSON has
    no NaN; what stands in lists as it is."""
    plain = frame.with_columns(cs.datetime().dt.epoch("ms"), cs.float().cast(pl.String))
    of_each = plain.group_by(key, maintain_order=True).agg(pl.all())
    return dict(zip(of_each[key], of_each.drop(key).write_ndjson().split("\n"), strict=False))
