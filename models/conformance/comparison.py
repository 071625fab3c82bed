"""Published data sets, analysed as every study is, beside the figures that were printed of them."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import log10
from pathlib import Path

import polars as pl
from pydantic import Field

from models.analysis import analyse
from models.declared.responses import Strict
from models.declared.study import Study
from models.design.design import Design
from models.textbook import textbook_observations

FOLDER = Path(__file__).parent / "data_sets"
RESPONSE = "y"

SCHEMA = {
    "data_set": pl.String(),
    "title": pl.String(),
    "source": pl.String(),
    "checked": pl.String(),
    "model": pl.String(),
    "quantity": pl.String(),
    "printed": pl.String(),
    "doehouse": pl.String(),
    "digits": pl.Int32(),
    "log_relative_error": pl.Float64(),
    "agrees": pl.Boolean(),
}

# Which column of a result table names the row that a printed figure is about.
NAMED_BY = {
    "design": "name",
    "alias_sets": "term",
    "coefficients": "name",
    "effects_by_scale": "term",
    "effect_tests": "term",
    "anova_by_scale": "source",
    "fits": "response",
    "diagnostics": "diagnostic",
}
ONLY = {"alias_sets": {"scope": "declared"}, "effect_tests": {"error_unit": "folder"}}
NOUNS = {
    "sum_sq": "sum of squares",
    "mean_sq": "mean square",
    "df": "degrees of freedom",
    "f_value": "F",
    "p_value": "p",
    "std_err": "standard error",
    "coef": "coefficient",
    "percent_of_variation": "percentage of variation",
    "residual_sd": "residual standard deviation",
    "r_squared": "R²",
    "r_squared_adjusted": "adjusted R²",
    "r_squared_predicted": "predicted R²",
    "press": "PRESS",
    "error": "pseudo standard error",
    "conventional_margin": "margin of error",
    "conventional_simultaneous_margin": "simultaneous margin of error",
    "is_active": "active",
    "defining_relation": "defining relation",
}
MOST_DIGITS = 15  # certified figures have no more, so that agreement beyond them means nothing

Figures = Mapping[str, Mapping[str, Mapping[str, str]]]  # result table -> row -> column -> as printed


class Analysis(Strict):
    """A model of the data set and what was printed of it; `significant` digits must agree, else all printed."""

    model: str
    where: str
    terms: tuple[str, ...]
    significant: int | None = None
    printed: dict[str, dict[str, dict[str, str]]]


class DataSet(Strict):
    """A file of models/conformance/data_sets/: where the data and the figures come from, and how they were checked.

    values: one number, a list of replicates, or a table of them by block, for each run in Yates order, then each
    centre point.
    """

    title: str
    source: str
    checked: str
    factors: dict[str, tuple[str, ...]]
    generators: tuple[str, ...] = ()
    center: dict[str, str] = Field(default_factory=dict)
    center_runs: int = 1
    block: tuple[str, ...] = ()
    whole_plot: tuple[str, ...] = ()
    values: tuple[float | tuple[float, ...] | dict[str, float], ...]
    analyses: tuple[Analysis, ...]

    @property
    def of_runs(self) -> list[tuple[float, ...] | dict[str, float]]:
        return [(value,) if isinstance(value, int | float) else value for value in self.values]

    def study(self, name: str, terms: Sequence[str]) -> Study:
        """The study that a user would declare for these data."""
        declared = {
            "name": name,
            "title": self.title,
            "folders": "run_{run}_*",
            "factors": self.factors,
            "generators": self.generators,
            "center": self.center,
            "center_runs": self.center_runs,
            "block": self.block,
            "whole_plot": self.whole_plot,
            "terms": terms,
            "responses": {RESPONSE: {"metric": RESPONSE}},
        }
        return Study.model_validate(declared)


def load_data_sets(folder: Path = FOLDER) -> dict[str, DataSet]:
    """Every *.toml of a folder by its stem. Raises ValidationError or TOMLDecodeError for a file that is none."""
    return {
        path.stem: DataSet.model_validate(tomllib.loads(path.read_text()))
        for path in sorted(folder.glob("*.toml"))
    }


def conform(data_sets: Mapping[str, DataSet] | None = None) -> pl.DataFrame:
    """A row for each printed figure: what doehouse makes of it in the same digits, and whether they agree.

    Columns data_set, title, source, checked (how), model, quantity, printed, doehouse, digits (which must agree),
    log_relative_error (of certified figures: the digits that do agree, at most 15) and agrees. Raises LookupError
    where a printed figure belongs to no single row of the analysis.
    """
    sets = load_data_sets() if data_sets is None else data_sets
    rows = [row for name, one in sets.items() for row in _rows(name, one)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _rows(name: str, one: DataSet) -> Iterator[dict[str, object]]:
    values = one.of_runs
    for analysis in one.analyses:
        study = one.study(name, analysis.terms)
        tables = {
            **analyse(study, textbook_observations(study, {RESPONSE: values})),
            "design": _design(Design.of(study)),
        }
        about = {
            "data_set": name,
            "title": one.title,
            "source": f"{one.source}: {analysis.where}",
            "checked": one.checked,
            "model": analysis.model,
        }
        for table, row, column, printed in _figures(analysis.printed):
            value = _found(tables, table, row, column)
            yield {
                **about,
                "quantity": _quantity(table, row, column),
                "printed": printed,
                **compare(printed, value, analysis.significant),
            }


def _design(design: Design) -> pl.DataFrame:
    words = {"defining_relation": design.defining_relation(), "resolution": design.resolution}
    return pl.DataFrame([{"name": "design", **words}])


def _figures(printed: Figures) -> Iterator[tuple[str, str, str, str]]:
    for table, rows in printed.items():
        for row, columns in rows.items():
            for column, figure in columns.items():
                yield table, row, column, figure


def _found(tables: Mapping[str, pl.DataFrame], table: str, row: str, column: str) -> object:
    frame = tables[table].filter(pl.col(NAMED_BY[table]) == row)
    wanted = dict(ONLY.get(table, {}))
    if "scale" in frame.columns:
        wanted["scale"] = "identity"
    found = frame.filter(**wanted)[column].to_list()
    if len(found) != 1:
        raise LookupError(
            f"{table}: found {len(found)} rows of {row}, expected one with {column}. Correct the file."
        )
    return found[0]


def _quantity(table: str, row: str, column: str) -> str:
    noun = NOUNS.get(column, column)
    if table == "diagnostics":
        return row if column == "value" else f"{noun} of {row}"
    if table in ("design", "fits"):
        return f"{noun} of the model" if column in ("f_value", "p_value") else noun
    return f"{row} {noun}" if column == "is_active" else f"{noun} of {row}"


def compare(printed: str, value: object, significant: int | None = None) -> dict[str, object]:
    """doehouse's value as text, the digits that must agree, and whether they do.

    A printed number agrees with what it may have been rounded from: half a unit of its last place, ties included.
    With `significant`, the relative error must be below 10^-significant (NIST's log relative error, McCullough
    1998, The American Statistician 52).
    """
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if not isinstance(value, int | float):
        return {"doehouse": str(value), "agrees": value == printed}
    number = Decimal(printed)
    digits = len(number.as_tuple().digits)
    if significant is None or isinstance(value, int):
        exact = Decimal(f"{value:.13g}")  # what a double surely holds
        unit = Decimal(1).scaleb(int(number.as_tuple().exponent))
        rounded = exact.quantize(unit, ROUND_HALF_UP)
        plain = f"{abs(rounded) if rounded == 0 else rounded:f}"
        return {
            "doehouse": f"{value:.{digits - 1}e}" if "e" in printed else plain,
            "digits": digits,
            "agrees": abs(exact - number) <= unit / 2,
        }
    error = abs(value / float(printed) - 1)
    reached = min(-log10(error), MOST_DIGITS) if error else float(MOST_DIGITS)
    return {
        "doehouse": f"{value:.{digits - 1}E}",
        "digits": significant,
        "log_relative_error": reached,
        "agrees": reached >= significant,
    }
