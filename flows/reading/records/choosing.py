"""Which rows of a file are the runs: those with certain levels, the first, the last."""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from flows.reading.cells.numbers import meant, no_text
from flows.reading.records.paths import Key, Place, read_path, written
from flows.reading.records.shape import NOTHING_COUNTS, PLACES, Asked, Problem, RecordError, Shape, no_rows
from models.declared.levels import level_key

_SHOWN = 12  # names that are listed in a problem


def chosen(frame: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """The rows that `where` and `take` leave, with the cells of `wanted` as they are meant."""
    shape, rows = asked.shape, frame.height
    for path, text in shape.where.items():
        frame = frame.filter(_answers(frame[path], text))
    if frame.is_empty() and rows:
        where = " and ".join(f"{path} = {_either(text)}" for path, text in shape.where.items())
        remedy = "Correct `where` in the study file."
        asked.log.add(
            Problem(None, NOTHING_COUNTS, f"none of {rows:,} rows with {where}", "one that counts", remedy)
        )
    elif frame.is_empty():
        remedy = "Check whether the job has written any."
        asked.log.add(Problem(None, "Q324", "no rows", "at least one row", remedy))
    if shape.take != "each":
        frame = _ends(frame, shape)
    cells = {path: meant(frame[path], path in asked.literal) for path in asked.wanted}
    return pl.DataFrame({**{place: frame[place] for place in PLACES}, **cells})


def _ends(frame: pl.DataFrame, shape: Shape) -> pl.DataFrame:
    """The first or last row of the file, or, as a file may hold many runs, of every element with items."""
    element = pl.col("element")
    if shape.each:
        return frame.filter(
            element.is_first_distinct() if shape.take == "first" else element.is_last_distinct()
        )
    return frame.head(1) if shape.take == "first" else frame.tail(1)


def columns_of(path: str, names: Sequence[str]) -> list[int]:
    """The columns of a table that a path means, the first place to look first; a name as it is wins."""
    if path in names:
        return [names.index(path)]
    try:
        places = read_path(path).places
    except ValueError:  # a name that is no path, and no column
        return []
    asked = [_name(place) for place in places]
    return [names.index(name) for name in asked if name in names]


def _name(place: Place) -> str | None:
    """The name that a column of this place has."""
    key = place.steps[0]
    if place.is_from_top or not isinstance(key, Key):
        return None
    return key.name if len(place.steps) == 1 else written(place.steps)


def table_columns(names: Sequence[str], asked: Asked) -> dict[str, list[int]]:
    """The columns of every path that is wanted or asked for by `where`."""
    columns = {path: columns_of(path, names) for path in dict.fromkeys((*asked.wanted, *asked.shape.where))}
    for path, found in columns.items():
        if not found:
            asked.log.add(missing("column", path, names))
    return columns


def missing(what: str, path: str, names: Sequence[str]) -> Problem:
    """The problem of a column or key that is nowhere in the file."""
    near = difflib.get_close_matches(path.casefold(), [name.casefold() for name in names[:1000]], 1, 0.6)
    meaning = next((name for name in names if name.casefold() == near[0]), None) if near else None
    remedy = f"Perhaps {shortened(meaning)} is meant. Correct the study file or the file." if meaning else (
        "Correct the study file or the file."
    )  # fmt: skip
    shown = ", ".join(shortened(name) for name in names[:_SHOWN]) or "none"
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return Problem(None, "Q324", f"the {what}s {shown}{more}", f"the {what} {path!r}", remedy)


def refuse_twice(names: Sequence[str], columns: Mapping[str, list[int]], header: int) -> None:
    """Raises RecordError for two columns of one name; those without a name only if one is asked for."""
    asked = {place for places in columns.values() for place in places}
    counts = Counter(names)
    for place, name in enumerate(names):
        if counts[name] > 1 and (name or place in asked):
            found = f"{counts[name]} columns {shortened(name)}"
            raise RecordError("Q325", found, "each name once", "Rename one of them.", header or None)


def shortened(name: str) -> str:
    return repr(name if len(name) <= 60 else f"{name[:60]}…")


def from_table(table: pl.DataFrame, columns: Mapping[str, list[int]], asked: Asked) -> pl.DataFrame:
    """The rows of a table (`line`, and text columns named by their number) for what is wanted."""
    if any(not columns[path] for path in asked.shape.where):
        return no_rows(asked.wanted)
    count = table.height
    places = {
        "line": table["line"],
        "element": pl.int_range(1, count + 1, eager=True),
        "item": pl.repeat(1, count, dtype=pl.Int64, eager=True),
    }
    cells = {path: _first_of(table, found, path in asked.literal) for path, found in columns.items()}
    return chosen(pl.DataFrame({**places, **cells}), asked)


def _first_of(table: pl.DataFrame, places: list[int], is_literal: bool) -> pl.Series:
    if not places:
        return no_text(table.height)
    cells = table[str(places[0])]
    for place in places[1:]:
        cells = meant(cells, is_literal).fill_null(table[str(place)])
    return cells


def _either(text: str | tuple[str, ...]) -> str:
    return (text or "nothing") if isinstance(text, str) else " or ".join(text)


def _answers(cells: pl.Series, text: str | tuple[str, ...]) -> pl.Series:
    cells = meant(cells, is_literal=text not in ("*", ""))
    if text in ("*", ""):
        return cells.is_not_null() if text else cells.is_null()
    wanted = {level_key(each) for each in ([text] if isinstance(text, str) else text)}
    return cells.is_in([each for each in cells.unique().drop_nulls() if level_key(each) in wanted])
