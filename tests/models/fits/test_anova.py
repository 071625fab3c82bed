"""Fits and Type III tests against formulas of statsmodels, nested models, printed tables and NIST."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import scipy.stats
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.stats.anova import anova_lm

from models.analysis import analyse
from models.design.coding import FitError
from models.fits.anova import fit, lack_of_fit
from models.textbook import textbook_observations

Tables = dict[str, pl.DataFrame]
NIST = Path(scipy.stats.__file__).parent / "tests/data/nist_anova"


def sums(tables: Tables) -> dict[str, dict[str, Any]]:
    return {row["source"]: row for row in tables["anova_by_scale"].filter(scale="identity").to_dicts()}


def test_unbalanced_data_agree_with_the_formulas_of_statsmodels(declare: Any) -> None:
    rng = np.random.default_rng(7)
    study = declare(
        {"A": ["l", "h"], "B": ["1", "2", "3"], "D": ["x", "y"]}, terms=["A", "B", "D", "A:B", "A:D"]
    )
    values = [rng.normal(20, 2, size=1 + run % 3).tolist() for run in range(12)]
    observations = textbook_observations(study, {"y": values})
    found = sums(analyse(study, observations))
    formula = "value ~ C(A, Sum) * C(B, Sum) + C(A, Sum) * C(D, Sum)"
    wanted = anova_lm(smf.ols(formula, observations.to_pandas()).fit(), typ=3)
    for source, row in wanted.iterrows():
        name = str(source).replace("C(", "").replace(", Sum)", "")
        assert found[name]["sum_sq"] == pytest.approx(row["sum_sq"], rel=1e-9)
        assert found[name]["df"] == row["df"]
        if name != "Residual":
            assert found[name]["f_value"] == pytest.approx(row["F"], rel=1e-9)
            assert found[name]["p_value"] == pytest.approx(row["PR(>F)"], rel=1e-7)


def test_an_interaction_without_its_main_effects_keeps_its_one_column(
    textbook: Any, two_level: Any, etch: Any
) -> None:
    """A formula would silently give A:C three degrees of freedom here."""
    found = sums(textbook(two_level("ABC"), etch, terms=["A:C"]))
    assert found["A:C"]["df"] == 1
    assert found["A:C"]["sum_sq"] == pytest.approx(94402.5625)


def test_plasma_etch_is_the_table_of_the_book(textbook: Any, two_level: Any, etch: Any, pick: Any) -> None:
    tables = textbook(two_level("ABC"), etch, terms=["A", "B", "C", "A:B", "A:C", "B:C", "A:B:C"])
    found = sums(tables)
    printed = {
        "A": (41310.5625, 18.34),
        "B": (217.5625, 0.10),
        "C": (374850.0625, 166.41),
        "A:B": (2475.0625, 1.10),
        "A:C": (94402.5625, 41.91),
        "B:C": (18.0625, 0.01),
        "A:B:C": (126.5625, 0.06),
    }
    for term, (sum_sq, F) in printed.items():
        assert found[term]["sum_sq"] == pytest.approx(sum_sq)
        assert f"{found[term]['f_value']:.2f}" == f"{F:.2f}"
    assert found["Residual"]["sum_sq"] == pytest.approx(18020.50)
    reduced = pick(textbook(two_level("ABC"), etch, terms=["A", "C", "A:C"])["fits"], scale="identity")
    assert [
        f"{reduced[name]:.4f}" for name in ("r_squared", "r_squared_adjusted", "r_squared_predicted")
    ] == ["0.9608", "0.9509", "0.9302"]
    assert reduced["press"] == pytest.approx(37080.44, abs=0.005)


def test_lack_of_fit_is_the_comparison_of_nested_models(
    textbook: Any, two_level: Any, etch: Any, declare: Any
) -> None:
    found = sums(textbook(two_level("ABC"), etch, terms=["A", "C", "A:C"]))
    study = declare(two_level("ABC"))
    rows = textbook_observations(study, {"y": etch}).to_pandas()
    rows["folder_run"] = rows["run"].astype(str)
    nested = anova_lm(smf.ols("value ~ A * C", rows).fit(), smf.ols("value ~ folder_run", rows).fit())
    assert found["Lack of fit"]["f_value"] == pytest.approx(nested["F"].iloc[1])
    assert found["Lack of fit"]["p_value"] == pytest.approx(nested["Pr(>F)"].iloc[1])
    assert found["Lack of fit"]["sum_sq"] + found["Pure error"]["sum_sq"] == pytest.approx(
        found["Residual"]["sum_sq"]
    )


def test_centre_points_show_the_curvature_of_the_book(
    textbook: Any, two_level: Any, filtration: Any, all_of_four: Any
) -> None:
    """Montgomery, example 6.7: four centre points of 73, 75, 66 and 69."""
    tables = textbook(
        two_level("ABCD"),
        [*filtration, 73, 75, 66, 69],
        terms=all_of_four,
        center=dict.fromkeys("ABCD", "0"),
        center_runs=4,
    )
    found = sums(tables)
    assert found["Curvature"]["sum_sq"] == pytest.approx(1.5125)
    assert f"{found['Curvature']['f_value']:.3f}" == "0.093"
    assert found["Residual"]["mean_sq"] == pytest.approx(16.25)
    assert found["A"]["sum_sq"] == pytest.approx(1870.5625)  # as without centre points


def test_factors_of_three_levels_are_the_table_of_the_book(textbook: Any) -> None:
    """Battery life, Montgomery, table 5.1: rows of material types, each at three temperatures."""
    by_material = [
        [(130, 155, 74, 180), (34, 40, 80, 75), (20, 70, 82, 58)],
        [(150, 188, 159, 126), (136, 122, 106, 115), (25, 70, 58, 45)],
        [(138, 110, 168, 160), (174, 120, 150, 139), (96, 104, 82, 60)],
    ]
    values = [by_material[material][temperature] for temperature in range(3) for material in range(3)]
    tables = textbook({"Material": ["1", "2", "3"], "Temperature": ["15", "70", "125"]}, values)
    found = sums(tables)
    printed = {
        "Material": ("10683.72", 2, "7.91"),
        "Temperature": ("39118.72", 2, "28.97"),
        "Material:Temperature": ("9613.78", 4, "3.56"),
    }
    for term, (sum_sq, df, F) in printed.items():
        row = found[term]
        assert (f"{row['sum_sq']:.2f}", row["df"], f"{row['f_value']:.2f}") == (sum_sq, df, F)
    assert f"{found['Residual']['sum_sq']:.2f}" == "18230.75"
    levels = {row["name"]: row["coef"] for row in tables["coefficients"].filter(scale="identity").to_dicts()}
    means = {f"Material[{i + 1}]": np.mean(rows) for i, rows in enumerate(by_material)}
    for name, mean in means.items():
        assert levels[name] == pytest.approx(mean - levels["Intercept"])
    effects = tables["effects_by_scale"].filter(scale="identity")
    assert effects["effect"].null_count() == 3
    assert effects["term"].to_list() == ["Temperature", "Material", "Material:Temperature"]


@pytest.mark.parametrize(
    ("name", "digits"),
    [
        ("SiRstv", 9),
        ("AtmWtAg", 8),
        *((f"SmLs0{i}", 9) for i in range(1, 7)),
        *((f"SmLs0{i}", 3) for i in range(7, 10)),
    ],
)
def test_certified_figures_of_nist_are_met(textbook: Any, name: str, digits: int) -> None:
    """One-way analyses of NIST StRD; to as many digits as doubles can hold of the values themselves."""
    lines = (NIST / f"{name}.dat").read_text().splitlines()
    certified = [line.split() for line in lines[:60] if line.startswith(("Between", "Within"))]
    data = [line.split() for line in lines[60:] if len(line.split()) == 2]
    values: dict[str, list[float]] = {}
    for treatment, value in data:
        values.setdefault(treatment, []).append(float(value))
    found = sums(textbook({"Treatment": list(values)}, list(values.values())))
    between, within = certified
    for row, printed in ((found["Treatment"], between[-4:]), (found["Residual"], within[-3:])):
        assert row["df"] == int(printed[0])
        assert row["sum_sq"] == pytest.approx(float(printed[1]), rel=10.0**-digits)
    assert found["Treatment"]["f_value"] == pytest.approx(float(between[-1]), rel=10.0**-digits)


def test_aliased_terms_are_refused_where_statsmodels_would_halve_them() -> None:
    ones, a = np.ones((4, 1)), np.array([[-1.0], [1], [-1], [1]])
    rows = np.repeat(np.arange(4), 3)
    with pytest.raises(FitError, match="aliased terms among Intercept, A, BC"):
        fit(np.arange(12.0), {"Intercept": ones, "A": a, "BC": -a}, rows)


def test_more_parameters_than_observations_are_refused() -> None:
    blocks = {"Intercept": np.ones((2, 1)), "A": np.eye(2)}
    with pytest.raises(FitError, match="found 2 observations for 3 parameters"):
        fit(np.arange(2.0), blocks, np.arange(2))


def test_a_large_offset_eats_no_digits(textbook: Callable[..., Tables], two_level: Any, etch: Any) -> None:
    near = sums(textbook(two_level("ABC"), etch))
    far = sums(textbook(two_level("ABC"), [[value + 2.0**40 for value in run] for run in etch]))
    for term in ("A", "C", "A:C", "Residual"):
        assert far[term]["sum_sq"] == pytest.approx(near[term]["sum_sq"], rel=1e-12)


def test_lack_of_fit_needs_repeats_and_something_left_out() -> None:
    y, a = np.array([1.0, 2, 3, 5]), np.array([[-1.0], [1], [-1], [1]])
    model = fit(y, {"Intercept": np.ones((4, 1)), "A": a}, np.arange(4))
    assert lack_of_fit(model, np.arange(4)) is None
    assert lack_of_fit(model, np.array([0, 1, 0, 1])) is None
    assert model.overall.f_value == pytest.approx(
        stats.linregress(a[:, 0], y).rvalue ** 2 * 2 / (1 - stats.linregress(a[:, 0], y).rvalue ** 2)
    )


def test_residuals_that_are_rounding_are_no_error(textbook: Any, two_level: Any) -> None:
    """Values that are exactly a sum of main effects, in numbers that have no exact double."""
    values = [1000 / 3 + 0.1 * (i & 1) + 0.7 * (i >> 1 & 1) + 0.3 * (i >> 2) for i in range(8)]
    tables = textbook(two_level("ABC"), values, terms=["A", "B", "C"])
    p_values = tables["effects_by_scale"].filter(scale="identity")["p_value"]
    assert p_values.null_count() == len(p_values) == 3
    assert "no effect can be judged yet" in tables["statements"].filter(topic="outcome")["sentence"][0]
