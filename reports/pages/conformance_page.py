"""The page of what doehouse makes of published data sets, beside what was printed of them."""

from typing import Any

import polars as pl

from models.wording import count
from reports.pages.page import Files, Link, Page
from reports.tables.tables import Cell, Column, Row, csv, table
from reports.text.numbers import number
from reports.text.slugs import slug

CSV = "data/conformance.csv"
RATES_CSV = "data/simulation.csv"


def conformance_page(figures: pl.DataFrame, rates: pl.DataFrame | None = None) -> Files:
    """conformance.html and its CSVs; it stands without a site.

    From the frames of `models.conformance`: `comparison.conform`, and `simulation.simulate` if it was run.
    """
    page = Page("", "conformance.html", {})
    page.files[CSV] = csv(figures)
    sets = [_data_set(page, mine) for _, mine in figures.group_by("data_set", maintain_order=True)]
    agreeing = int(figures["agrees"].sum())
    of = f"{count(figures.height, 'figure')} printed of {count(len(sets), 'published data set')}"
    result = (
        f"All {of} agree with what doehouse computes."
        if agreeing == figures.height
        else f"{agreeing} of {of} agree with what doehouse computes; the others are marked."
    )
    contents = [Link("Summary", "#summary"), Link("Data sets", "#data-sets")]
    if rates is not None:
        page.files[RATES_CSV] = csv(rates)
        contents.insert(1, Link("Simulation", "#simulation"))
    return page.html(
        "conformance.html.j2",
        contents=contents,
        rates=[] if rates is None else _rates(page, rates),
        rates_csv=RATES_CSV,
        lead=result,
        csv=CSV,
        summary=page.table(_summary(figures)),
        sets=sets,
    )


def _summary(figures: pl.DataFrame) -> Any:
    by_set = figures.group_by("data_set", "title", maintain_order=True).agg(
        pl.col("source").first(),
        pl.len().alias("figures"),
        pl.col("agrees").sum().alias("agreeing"),
        pl.col("digits").max().alias("digits"),
        pl.col("log_relative_error").min().alias("lowest"),
    )
    return table(
        "summary-table",
        "Published data sets",
        by_set,
        [
            Column(
                "title", "data set", cell=lambda row: Cell(row["title"], href=f"#{slug(row['data_set'])}")
            ),
            Column(
                "source", "from", cell=lambda row: Cell(row["source"].partition(" (")[0].partition(":")[0])
            ),
            Column("figures", "figures", "count"),
            Column("agreeing", "agree", "count"),
            Column("digits", "most digits asked for", "count"),
            Column("lowest", "digits reached (certified)", "number", decimals=1),
        ],
        "",
        "Digits reached: the smallest log relative error of a set whose figures NIST certifies to 15 digits.",
    )


def _rates(page: Page, rates: pl.DataFrame) -> list[Any]:
    """A table for each situation that was simulated."""
    columns = [
        Column("design", "design"),
        Column("what", "what spoke"),
        Column("sets", "data sets", "count"),
        Column("percent", "% of them", "number", decimals=1),
        Column("before", "% by version 0.1.0", "number", decimals=0, is_optional=True),
        Column("is_nominal", "verdict", cell=_nominal, is_optional=True),
    ]
    note = "Expected of a test at 5 %: 3 to 8 %, give or take two standard errors of so many data sets."
    return [
        page.table(
            table(
                f"simulation-{place}",
                f"{situation[:1].upper()}{situation[1:]}",
                mine,
                columns,
                "",
                note if mine["is_nominal"].count() else "",
            )
        )
        for place, ((situation,), mine) in enumerate(rates.group_by("situation", maintain_order=True), 1)
    ]


def _nominal(row: Row) -> Cell:
    if row["is_nominal"] is None:
        return Cell("")
    return Cell("as expected", tone="good") if row["is_nominal"] else Cell("not as expected", tone="stop")


def _data_set(page: Page, mine: pl.DataFrame) -> dict[str, Any]:
    first = mine.row(0, named=True)
    name = slug(first["data_set"])
    return {
        "id": name,
        "title": first["title"],
        "checked": first["checked"],
        "tables": [
            page.table(
                table(
                    f"{name}-{place}",
                    f"{one['title'][0]}: {model}",
                    one,
                    _columns(one),
                    "",
                    f"{source}.",
                )
            )
            for place, ((model, source), one) in enumerate(
                mine.group_by("model", "source", maintain_order=True), 1
            )
        ],
    }


def _columns(figures: pl.DataFrame) -> list[Column]:
    columns = [
        Column("quantity", "quantity"),
        Column("printed", "printed", "number", cell=lambda row: _as_printed(row, "printed")),
        Column("doehouse", "doehouse", "number", cell=lambda row: _as_printed(row, "doehouse")),
        Column("digits", "digits asked for", "count"),
    ]
    if figures["log_relative_error"].count():
        columns.append(
            Column(
                "log_relative_error",
                "digits reached",
                "number",
                cell=lambda row: Cell(number(row["log_relative_error"], 1)),
            )
        )
    return [*columns, Column("agrees", "verdict", cell=_verdict)]


def _as_printed(row: Row, name: str) -> Cell:
    """The text itself: another number of digits would be another figure."""
    text = row[name]
    return Cell(text if row["digits"] is None else text.replace("-", "−"))


def _verdict(row: Row) -> Cell:
    return Cell("agrees", tone="good") if row["agrees"] else Cell("differs", tone="stop")
