"""What a paper cites: the methods that its numbers came by, and the tools."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

from reports.charts.figures import Figure
from reports.tables.tables import Results


class Citation(NamedTuple):
    """A sentence about a method, the keys that it cites, and whether the study used it."""

    sentence: str
    keys: tuple[str, ...]
    is_used: Callable[["Used"], bool] = lambda used: True


class Used(NamedTuple):
    """What the methods of a study are told by: the slugs of its figures, its diagnostics, its error terms."""

    figures: frozenset[str]
    diagnostics: frozenset[str]
    methods: frozenset[str]
    is_fraction: bool


def used(study: Results, responses: Mapping[str, Results], figures: list[Figure]) -> Used:
    frames = [results["response_diagnostics"].frame["diagnostic"] for results in responses.values()]
    tests = [results["response_tests"].frame["method"] for results in responses.values()]
    return Used(
        frozenset(figure.slug for figure in figures),
        frozenset(text.partition(" (")[0] for text in _texts(frames)),
        frozenset(_texts(tests)),
        study["study"].frame["defining_relation"][0] is not None,
    )


def _texts(columns: list[pl.Series]) -> list[str]:
    return [text for column in columns for text in column.drop_nulls().unique()]


def _has(diagnostic: str) -> Callable[[Used], bool]:
    return lambda used: diagnostic in used.diagnostics


METHODS = (
    Citation("The design is a fraction of a two-level factorial", ("boxhunterhunter2005",), lambda one: one.is_fraction),
    Citation(
        "The error of effects of unreplicated runs is Lenth's pseudo standard error",
        ("lenth1989",),
        lambda one: "Lenth" in one.methods,
    ),
    Citation("Effects are shown on a half-normal plot", ("daniel1959",), lambda one: "half-normal" in one.figures),
    Citation("Percentages of variation are shares of the total sum of squares", ("jain1991",)),
    Citation("The scale was judged by the profile likelihood of the power", ("boxcox1964",), _has("Box-Cox λ")),
    Citation("Residuals were tested for normality", ("shapirowilk1965",), _has("Shapiro-Wilk")),
    Citation("Equality of spread was tested", ("brownforsythe1974",), _has("Brown-Forsythe")),
    Citation("Equality of variances was tested", ("bartlett1937",), _has("Bartlett")),
    Citation("Serial correlation in the order of execution was tested", ("durbinwatson1950",), _has("Durbin-Watson")),
    Citation("Prediction was judged by PRESS", ("allen1974",), _has("PRESS")),
    Citation(
        "Data were kept in DuckDB, fitted with NumPy, SciPy and statsmodels, and drawn with Altair and Vega-Lite",
        ("duckdb2019", "numpy2020", "scipy2020", "statsmodels2010", "altair2018", "vegalite2017"),
    ),
)  # fmt: skip


def citations(used: Used) -> list[Citation]:
    """What this study made use of, in order."""
    return [one for one in METHODS if one.is_used(used)]


@cache
def entries() -> dict[str, str]:
    """BibTeX of all that can be cited, by its key."""
    text = (Path(__file__).parent / "references.bib").read_text()
    return {entry[2]: entry[1] for entry in re.finditer(r"(@\w+\{(\w+),\n.*?\n\}\n)", text, re.DOTALL)}


def doehouse_entry(version: str, year: int) -> str:
    """BibTeX of the version that spent the night."""
    return (
        "@misc{doehouse,\n  key = {doehouse},\n  title = {doehouse: a Nightly Warehouse for Designed Experiments},\n"
        f"  note = {{Version {version}}},\n  year = {{{year}}},\n}}\n"
    )
