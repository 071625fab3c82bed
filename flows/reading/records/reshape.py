"""Tables whose rows are not the runs: long ones, wide ones, those with merged cells."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from flows.reading.records.shape import PLACES, Problem

CELL = "{}"  # of an unfolded table: the column that a row comes from


def told_column(name: str) -> str:
    """The column of what is told of a row by something else than a cell of its own; no file has such names."""
    return f"{CELL}{name}"


class Series(NamedTuple):
    """Columns of a wide table that belong to one run of each row: what their names tell, and tag -> column."""

    told: Mapping[str, str]
    columns: Mapping[str, str]


def filled(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Empty cells with the text above them: of merged cells only the first holds it."""
    return frame.with_columns(pl.col(each).forward_fill() for each in columns if each in frame.columns)


def pivoted(
    frame: pl.DataFrame, shared: Sequence[str], names: str, values: str, tags: Sequence[str]
) -> tuple[pl.DataFrame, list[Problem]]:
    """A row for all rows that agree in the shared columns, with a column for every tag among the names.

    Rows that say one name twice are left out: nobody knows which counts. Of one tag alone every row stands for itself.
    """
    own = frame.filter(pl.col(names).is_in(list(tags)))
    problems = [
        Problem(None, "Q324", f"no row whose {names} is {tag!r}", "some", "Correct the name of the response.")
        for tag in tags
        if not frame.is_empty() and not (own[names] == tag).any()
    ]
    if len(tags) == 1:
        return own.with_columns(pl.col(values).alias(tags[0])).select(*PLACES, *shared, *tags), problems
    cells = [pl.col(values).filter(pl.col(names) == tag).first().alias(tag) for tag in tags]
    most = pl.max_horizontal([(pl.col(names) == tag).sum() for tag in tags]).alias("times")
    places = [pl.col(place).first() for place in PLACES]
    rows = own.group_by(list(shared), maintain_order=True).agg(*places, *cells, most)
    doubled = rows.filter(pl.col("times") > 1)
    if doubled.height:
        found = f"{doubled.height:,} runs that name a value twice (the first from line {doubled['line'][0]})"
        remedy = "Name the column that tells the runs apart: columns.replicate or columns.container."
        problems.append(Problem(doubled["line"][0], "Q323", found, "each once a run", remedy))
    return rows.filter(pl.col("times") == 1).select(*PLACES, *shared, *tags), problems


def unfolded(frame: pl.DataFrame, shared: Sequence[str], found: Sequence[Series]) -> pl.DataFrame:
    """A row for each row and series, with what the names of its columns tell (`told_column`)."""
    told = dict.fromkeys(name for each in found for name in each.told)
    tags = dict.fromkeys(tag for each in found for tag in each.columns)
    parts = [
        frame.select(
            "line",
            "element",
            pl.lit(place, dtype=pl.Int64).alias("item"),
            *shared,
            *(
                pl.col(each.columns[tag]).alias(tag)
                if tag in each.columns
                else pl.lit(None, dtype=pl.String).alias(tag)
                for tag in tags
            ),
            *(pl.lit(each.told.get(name), dtype=pl.String).alias(told_column(name)) for name in told),
            pl.lit(next(iter(each.columns.values()))).alias(CELL),
        )
        for place, each in enumerate(found, 1)
    ]
    return pl.concat(parts).sort("line", "item") if parts else frame.clear()
