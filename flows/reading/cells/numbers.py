"""What cells of text mean: nothing measured, a run that diverged, a number, a level."""

import polars as pl

from models.declared.levels import level_key, same_level

__all__ = ["as_numbers", "level_key", "meant", "same_level"]

MISSING = ("", "NA", "N/A", "n/a", "null", "NULL", "None", "<NA>", "<not supported>", "<not counted>", "-")
_NAN = ("nan", "NaN", "NAN", "-nan", "-NaN", "+nan", ".nan", ".NaN", ".NAN")
_INF = ("inf", "Inf", "INF", "infinity", "Infinity", ".inf", ".Inf", ".INF")

_MEANT: dict[str, str | None] = {
    **dict.fromkeys(MISSING),
    **dict.fromkeys(_NAN, "nan"),
    **{sign + each: "inf" for each in _INF for sign in ("", "+")},
    **{f"-{each}": "-inf" for each in _INF},
}


def meant(cells: pl.Series, is_literal: bool = False) -> pl.Series:
    """Cells without blanks at their ends, what is missing as null, `nan` and `inf` in one spelling.

    Literal cells are names and levels, among which a text such as `None` or `-` may be one: only empty is null.
    """
    cells = cells.str.strip_chars()
    meanings = {"": None} if is_literal else _MEANT
    # Looking costs a tenth of replacing, and most columns have nothing to replace.
    return cells.replace(meanings) if cells.is_in(list(meanings)).any() else cells


def as_numbers(cells: pl.Series, decimal: str = ".") -> tuple[pl.Series, pl.Series]:
    """The double nearest to each text, and which texts are no number; null stays null and is not bad.

    `nan` and `inf` are kept. With `decimal = ","` a point is bad, as it may part thousands.
    """
    texts = cells.cast(pl.String).str.strip_chars()
    if decimal != ".":
        is_foreign = texts.str.contains(".", literal=True)
        texts = texts.str.replace(decimal, ".", literal=True)
        values = pl.select(pl.when(~is_foreign).then(texts)).to_series().cast(pl.Float64, strict=False)
    else:
        values = texts.cast(pl.Float64, strict=False)
    return values.alias(cells.name), (values.is_null() & cells.is_not_null()).alias("is_bad")


def no_text(count: int) -> pl.Series:
    """So many missing cells."""
    return pl.Series([None], dtype=pl.String).new_from_index(0, count)
