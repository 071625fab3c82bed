"""The factors of a study as pages show them."""

from typing import Any

import polars as pl


def factor_list(levels: pl.DataFrame) -> list[dict[str, Any]]:
    """Name, letter, position and levels of each factor, as declared (query study_levels)."""
    factors = []
    for (position, name), mine in levels.group_by(["factor_position", "factor"], maintain_order=True):
        shown = [
            {"text": row["level"], "position": row["level_position"], "color": colour(row["level_position"])}
            for row in mine.iter_rows(named=True)
        ]
        factors.append({"name": name, "letter": mine["letter"][0], "position": position, "levels": shown})
    return factors


def colour(level_position: int) -> int:
    """Which of the seven colours a level has on every page."""
    return (level_position - 1) % 7 + 1


def run_numbers(treatments: pl.DataFrame) -> list[int]:
    return treatments["run"].unique().sort().to_list()
