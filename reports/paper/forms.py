"""A table in the forms that papers take: CSV with all digits, LaTeX (booktabs), Markdown and a drawing."""

import csv as csv_rows
import io
from collections.abc import Iterable

from reports.charts.figures import Spec
from reports.charts.theme import SANS
from reports.paper.drawings import Drawing, drawn, svg
from reports.tables.tables import Cell, Column, Table
from reports.text.numbers import MISSING

LONG = 40  # rows that go over a page of a paper
MOST_DRAWN = 200  # rows
PROSE = "p{5.5cm}"
# What LaTeX would read as a command, and what its fonts lack.
LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$", ">": "$>$", "|": "$|$", '"': "''",
        "\u2212": "$-$", "\u202f": r"\,", "\u00a0": "~", "×": r"$\times$", "±": r"$\pm$", "…": r"\dots{}", "·": r"$\cdot$",
        "η": r"$\eta$", "λ": r"$\lambda$", "σ": r"$\sigma$",
        "α": r"$\alpha$", "∞": r"$\infty$", "≤": r"$\le$", "≥": r"$\ge$", "µ": r"\textmu{}", "μ": r"$\mu$", "–": "--",
        "—": "---", "→": r"$\rightarrow$", "⁻": r"\textsuperscript{--}",
        **{mark: rf"\textsuperscript{{{digit}}}" for digit, mark in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
        "\n": " ", "\r": " ",
    }
)  # fmt: skip


def csv(table: Table) -> str:
    """Columns by the names of the query, numbers with all their digits."""
    text = io.StringIO()
    writer = csv_rows.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    for cells, _ in table.lines:
        writer.writerow(_exact(column, cell) for column, cell in zip(table.columns, cells, strict=True))
    return text.getvalue()


def _exact(column: Column, cell: Cell) -> str:
    if cell.exact:
        return cell.exact
    if cell.text == MISSING:
        return ""
    return cell.text.replace("\u202f", "").replace("\u2212", "-") if column.is_numeric else cell.text


def markdown(table: Table) -> str:
    """A pipe table; a bar within a cell is escaped."""
    rules = ("---:" if column.is_numeric else "---" for column in table.columns)
    return "".join(map(_bars, [_headers(table), rules, *_texts(table)]))


def _bars(cells: Iterable[str]) -> str:
    shown = (" ".join(cell.replace("\\", "\\\\").replace("|", "\\|").split()) for cell in cells)
    return f"| {' | '.join(shown)} |\n"


def latex(table: Table, label: str) -> str:
    """An environment `table`, or `longtable` where it goes over a page, with the rules of booktabs."""
    import pandas as pd

    frame = pd.DataFrame([[escaped(text) for text in row] for row in _texts(table)])
    frame = frame.reindex(columns=range(len(table.columns)))
    frame.columns = pd.Index([escaped(text) for text in _headers(table)])
    is_long = len(table.lines) > LONG
    written: str = frame.style.hide(axis="index").to_latex(
        hrules=True,
        column_format="".join(_alignment(column) for column in table.columns),
        caption=escaped(caption(table)),
        label=label,
        environment="longtable" if is_long else None,
        position=None if is_long else "tbp",
        position_float=None if is_long else "centering",
    )
    return written


def _alignment(column: Column) -> str:
    return "r" if column.is_numeric else PROSE if column.kind == "prose" else "l"


def escaped(text: str) -> str:
    """Text as LaTeX prints it."""
    return text.translate(LATEX)


def caption(table: Table) -> str:
    return f"{table.caption.rstrip('.')}. {table.note}".strip()


def drawing(table: Table) -> Drawing | None:
    """The table as a drawing as wide as its columns need; none of one that no page could hold."""
    if not 0 < len(table.lines) <= MOST_DRAWN:
        return None
    return drawn(svg(_drawn_table(table)))


CHARACTER, BETWEEN, LINE, LETTERS = (
    6.3,
    18,
    20,
    12,
)  # px: of a letter on average, of columns, of rows, and of the font


def _drawn_table(table: Table) -> Spec:
    """Texts at the edges of their columns, and the three rules of booktabs."""
    rows = [_headers(table), *_texts(table)]
    widths = [CHARACTER * max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    starts = [sum(widths[:i]) + BETWEEN * i for i in range(len(widths))]
    whole = starts[-1] + widths[-1]
    texts = [
        {"x": starts[i] + widths[i] * column.is_numeric, "y": LINE * (place + 0.5), "text": row[i]}
        | {"align": "right" if column.is_numeric else "left"}
        for place, row in enumerate(rows)
        for i, column in enumerate(table.columns)
    ]
    rules = [{"y": y, "width": width} for y, width in ((0, 1.2), (LINE, 0.7), (LINE * len(rows), 1.2))]
    own = {"scale": None, "type": "quantitative", "axis": None}
    line = {"type": "rule", "color": "var(--ink)"}
    return {
        "width": whole,
        "height": LINE * len(rows),
        "padding": 4,
        "config": {"font": SANS, "view": {"stroke": None}},
        "layer": [
            *(
                {
                    "data": {"values": [one for one in texts if one["align"] == side]},
                    "mark": {"type": "text", "align": side, "fontSize": LETTERS, "color": "var(--ink)"},
                    "encoding": {axis: {"field": axis, **own} for axis in "xy"}
                    | {"text": {"field": "text", "type": "nominal"}},
                }
                for side in ("left", "right")
            ),
            *(
                {
                    "data": {"values": [rule]},
                    "mark": {**line, "strokeWidth": rule["width"]},
                    "encoding": {"y": {"field": "y", **own}, "x": {"value": 0}, "x2": {"value": whole}},
                }
                for rule in rules
            ),
        ],
    }


def _headers(table: Table) -> list[str]:
    return [column.header for column in table.columns]


def _texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in cells] for cells, _ in table.lines]
