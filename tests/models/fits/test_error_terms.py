"""Each effect under containers and under folders as the unit."""

from typing import Any

import numpy as np
import polars as pl
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from models.analysis import analyse
from models.design.lenth import lenth, reference, sparsity_p
from models.fits.anova import fit
from models.fits.folder_weights import folder_weights
from models.textbook import textbook_observations

Tables = dict[str, pl.DataFrame]


def verdicts(
    tables: Tables, unit: str, response: str = "y", scale: str = "identity"
) -> dict[str, dict[str, Any]]:
    rows = tables["effect_tests"].filter(error_unit=unit, response=response, scale=scale).to_dicts()
    return {row["term"]: row for row in rows}


def active(rows: dict[str, dict[str, Any]]) -> set[str]:
    return {term for term, row in rows.items() if row["is_active"]}


def in_folders(observations: pl.DataFrame, containers: int) -> pl.DataFrame:
    """Textbook rows as containers: so many after one another share a folder."""
    folder = (
        "run_"
        + pl.col("run").cast(pl.String)
        + "_"
        + ((pl.col("replicate").cast(pl.Int64) - 1) // containers).cast(pl.String)
    )
    return observations.with_columns(folder=folder)


def test_lenth_of_the_filtration_rate_is_that_of_the_books(
    textbook: Any, two_level: Any, filtration: Any, all_of_four: Any
) -> None:
    rows = verdicts(textbook(two_level("ABCD"), filtration, terms=all_of_four), "folder")
    assert rows["A"]["method"] == "Lenth"
    printed = ("error", "conventional_margin", "conventional_simultaneous_margin")
    assert [f"{rows['A'][name]:.3f}" for name in printed] == [
        "2.625",
        "6.748",
        "13.699",
    ]
    assert rows["A"]["df"] == pytest.approx(5.0)
    assert active(rows) == {"A", "C", "D", "A:C", "A:D"}


def test_lenth_takes_all_contrasts_of_the_design_even_those_not_in_the_model(
    textbook: Any, two_level: Any, filtration: Any
) -> None:
    tables = textbook(two_level("ABCD"), filtration, terms=["A", "C"])
    rows = verdicts(tables, "folder")
    assert len(rows) == 15 and f"{rows['A:B:C:D']['effect']:.3f}" == "1.375"
    assert f"{rows['A']['error']:.3f}" == "2.625"


@pytest.mark.parametrize(
    ("response", "scale", "error", "margin", "simultaneous", "found"),
    [
        (
            "Accuracy",
            "identity",
            "0.0769",
            "0.289",
            "0.693",
            {"Network": -1.076, "Memory": -0.226, "Memory:Network": -0.264},
        ),
        ("Time", "identity", "2290", "8621", "20632", {}),
        ("Time", "log10", "0.0428", "0.161", "0.385", {"CPU": -0.321, "Network": 1.025, "Epochs": 0.307}),
    ],
)
def test_folders_of_the_published_experiment_are_judged_by_lenth(
    published: Tables,
    response: str,
    scale: str,
    error: str,
    margin: str,
    simultaneous: str,
    found: dict[str, float],
) -> None:
    rows = verdicts(published, "folder", response, scale)
    for row in rows.values():
        for name, text in (
            ("error", error),
            ("conventional_margin", margin),
            ("conventional_simultaneous_margin", simultaneous),
        ):
            decimals = len(text.partition(".")[2])
            assert f"{row[name]:.{decimals}f}" == text
    assert {term: round(rows[term]["effect"], 3) for term in active(rows)} == found


def test_containers_of_the_published_experiment_find_more(published: Tables) -> None:
    rows = verdicts(published, "container", "Accuracy")
    assert active(rows) == {"Network", "Memory", "Memory:Network"}
    assert {row["method"] for row in rows.values()} == {"within-folder error"}
    assert {row["df"] for row in rows.values()} == {24.0}
    assert len(active(verdicts(published, "container", "Time"))) == 7
    decisive = published["effect_tests"].filter("is_decisive")
    assert set(decisive["error_unit"]) == {"folder"}  # the study leaves it open


def test_the_effects_are_those_of_the_error_that_decides(study: Any, observations: pl.DataFrame) -> None:
    for unit in ("container", "folder"):
        tables = analyse(study.model_copy(update={"unit": unit}), observations)
        decisive = tables["effect_tests"].filter("is_decisive")
        columns = ["response", "scale", "term", "p_value", "p_holm", "is_active", "is_active_at_once"]
        assert set(decisive.select(columns).rows()) == set(tables["effects_by_scale"].select(columns).rows())
        assert set(tables["effects_by_scale"]["error_unit"]) == {unit}
        widths = tables["effects_by_scale"].join(decisive, on=["response", "scale", "term"])
        assert (widths["ci_high"] - widths["effect"]).to_numpy() == pytest.approx(widths["margin"].to_numpy())


def test_lenths_reference_is_that_of_a_simulation_in_r() -> None:
    """R 4.2.2: e <- matrix(abs(rnorm(2e5*m)), 2e5); s <- 1.5*median, PSE 1.5*median(e[e < 2.5*s]) by rows; the 95 %
    quantiles of e/PSE and of its largest, and how often e/PSE exceeds qt(.975, m/3)."""
    simulated = {
        7: (2.296723, 4.845089, 0.01964429),
        15: (2.159875, 4.24382, 0.02903433),
        31: (2.066682, 3.913469, 0.0378371),
    }
    for m, (one, largest, by_t) in simulated.items():
        null = reference(m)
        assert np.quantile(null.sizes, 0.95) == pytest.approx(one, rel=0.01)
        assert np.quantile(null.largest, 0.95) == pytest.approx(largest, rel=0.02)
        assert (null.sizes > stats.t.ppf(0.975, m / 3)).mean() == pytest.approx(by_t, abs=0.001)


def test_the_published_effects_by_lenths_own_reference(published: Tables) -> None:
    """Two Python peers that simulate it (process-improve, doe-analyzer) give Memory:Network .024 and .12 at once."""
    rows = verdicts(published, "folder", "Accuracy")
    assert rows["Memory:Network"]["p_value"] == pytest.approx(0.024, abs=0.001)
    assert rows["Memory"]["p_value"] == pytest.approx(0.033, abs=0.001)
    assert f"{rows['Memory:Network']['conventional_p_value']:.3f}" == "0.060"
    assert f"{rows['Memory']['conventional_p_value']:.3f}" == "0.082"
    at_once = {term for term, row in rows.items() if row["is_active_at_once"]}
    assert at_once == {"Network"}
    statistic = abs(rows["Memory:Network"]["statistic"])
    assert reference(7).p_at_once(statistic) == pytest.approx(0.12, abs=0.005)


def test_many_real_effects_are_told_from_sparse_ones() -> None:
    rng = np.random.default_rng(1989)
    few, half = rng.normal(size=(2, 300, 15))
    few[:, :3] += 6
    half[:, :9] += 6
    assert np.mean([sparsity_p(effects) < 0.05 for effects in few]) < 0.05
    assert np.mean([sparsity_p(effects) < 0.05 for effects in half]) > 0.7


def test_holm_of_folders_is_that_of_their_p_values(published: Tables) -> None:
    rows = verdicts(published, "container", "Accuracy")
    assert [f"{rows[term]['p_holm']:.3f}" for term in ("Memory", "Memory:Network")] == ["0.229", "0.130"]


def test_several_folders_a_run_give_the_error_of_a_mixed_model(two_level: Any, declare: Any) -> None:
    """For balanced data REML with random folders and the analysis of folder means are the same."""
    rng = np.random.default_rng(3)
    study = declare(two_level("ABC"), terms=["A", "B", "C", "A:B"])
    values = []
    for run in range(8):
        folders = rng.normal(0, 2, 3).repeat(4)
        values.append((50 + 3 * (run % 2) + folders + rng.normal(0, 1, 12)).tolist())
    observations = in_folders(textbook_observations(study, {"y": values}), 4)
    tables = analyse(study, observations)
    rows = verdicts(tables, "folder")
    coded = observations.with_columns(
        **{name: pl.when(pl.col(name) == "+").then(0.5).otherwise(-0.5) for name in "ABC"}
    ).to_pandas()
    mixed = smf.mixedlm("value ~ A + B + A:B + C", coded, groups=coded["folder"]).fit(reml=True)
    for term in ("A", "B", "C"):
        assert rows[term]["effect"] == pytest.approx(mixed.params[term], rel=1e-6)
        assert rows[term]["error"] == pytest.approx(mixed.bse[term], rel=1e-3)
    assert {row["method"] for row in rows.values()} == {"between-folder error and left-out terms"}
    assert {row["df"] for row in rows.values()} == {24 - 5}
    about = " ".join(tables["statements"].filter(topic="error_terms")["sentence"])
    assert (
        "the error has 19 degrees of freedom: 16 from the means of folders of the same run, 3 from terms"
        in about
    )
    containers = verdicts(tables, "container")
    assert {row["method"] for row in containers.values()} == {"pooled error"}
    assert containers["A"]["error"] < rows["A"]["error"]


def test_one_container_a_folder_is_judged_once(textbook: Any, two_level: Any, etch: Any) -> None:
    tables = textbook(two_level("ABC"), etch)
    assert tables["effect_tests"]["error_unit"].unique().to_list() == ["folder"]
    assert tables["effect_tests"]["is_decisive"].all()
    assert (
        f"{verdicts(tables, 'folder')['C']['statistic'] ** 2:.1f}" == "185.9"
    )  # without A:B:C: 374850 / 2016.3


def test_one_more_folder_does_not_replace_lenth_by_an_error_of_one_degree_of_freedom(
    textbook: Any, two_level: Any, filtration: Any
) -> None:
    values: list[Any] = list(filtration)
    values[0] = (45, 47)
    assert verdicts(textbook(two_level("ABCD"), values), "folder")["A"]["method"] == "Lenth"


def test_the_study_declares_which_error_term_decides(study: Any, observations: pl.DataFrame) -> None:
    for unit in ("container", "folder"):
        tests = analyse(study.model_copy(update={"unit": unit}), observations)["effect_tests"]
        assert tests.filter("is_decisive")["error_unit"].unique().to_list() == [unit]


def test_three_contrasts_are_too_few_for_lenth(textbook: Any, two_level: Any) -> None:
    tables = textbook(two_level("AB"), [15, 45, 25, 75])
    assert tables["effect_tests"].is_empty()
    sentences = " ".join(tables["statements"]["sentence"])
    assert "4 runs give 3 contrasts, and Lenth's method needs 7 or more" in sentences


def test_effects_that_are_all_alike_leave_lenth_without_an_error(textbook: Any, two_level: Any) -> None:
    tables = textbook(two_level("ABC"), [1, 2, 1, 2, 1, 2, 1, 2])
    assert tables["effect_tests"].is_empty()
    assert "most contrasts are exactly zero" in " ".join(tables["statements"]["sentence"])


def test_repeats_that_are_all_identical_leave_no_error(textbook: Any, two_level: Any) -> None:
    values = [[0.1 * run] * 3 for run in range(1, 5)]
    tables = textbook(two_level("AB"), values)
    assert tables["effect_tests"].is_empty()
    assert tables["effects_by_scale"]["p_value"].null_count() == tables["effects_by_scale"].height
    assert tables["fits"]["n"].to_list() == [4, 4]
    sentences = tables["statements"]["sentence"].to_list()
    assert sentences[0].startswith("y (8 copies of other values left out): no effect can be judged")
    assert "repeats the first of its run to the last digit, as with a fixed seed" in " ".join(sentences)


def test_copies_of_a_value_make_no_effect_active(textbook: Any, two_level: Any) -> None:
    """The same eight numbers once and four times over: the same verdicts, to the digit."""
    once = [[value] for value in (3.1, 4.0, 2.2, 5.9, 3.3, 4.4, 2.8, 3.9)]
    terms = ["A", "B", "C"]
    single = textbook(two_level("ABC"), once, terms=terms)
    fourfold = textbook(two_level("ABC"), [4 * run for run in once], terms=terms)
    assert single["effect_tests"].equals(fourfold["effect_tests"])
    assert single["anova_by_scale"].equals(fourfold["anova_by_scale"])
    doubts = fourfold["statements"].filter(topic="data", kind="doubt")["sentence"].to_list()
    assert len(doubts) == 1 and "24 copies are no replicates and left out" in doubts[0]


def test_rounding_is_no_effect(textbook: Any, two_level: Any) -> None:
    """Sums of 0.1 in 53 bits, and percentages that an event file held in 24."""
    for values in (
        [0.1 + 0.2, 0.3, 0.7 - 0.4, 0.3, 10.0, 10.1, 10.0 + 1e-15, 10.1],
        [float(np.float32(value)) for value in (91.1, 91.2, 91.1, 91.2, 88.3, 88.4, 88.3, 88.4)],
    ):
        effects = textbook(two_level("ABC"), values)["effects_by_scale"].filter(scale="identity")
        assert effects.filter(term="B")["effect"].item() == 0.0
        assert effects.filter(term="A")["effect"].item() > 0.04


def test_lenth_of_box_and_meyer_is_by_the_formula() -> None:
    effects = np.array([0.0, 1, -2, 3, 4, -20, 30])
    first = 1.5 * 3
    assert lenth(effects).pse == pytest.approx(1.5 * np.median([e for e in abs(effects) if e < 2.5 * first]))


def test_left_out_terms_are_the_error_where_nothing_else_is(textbook: Any) -> None:
    values = [float(value) for value in (3, 5, 9, 4, 6, 12, 8, 9, 15)]
    tables = textbook({"A": ["1", "2", "3"], "B": ["1", "2", "3"]}, values, terms=["A", "B"])
    rows = verdicts(tables, "folder")
    assert {row["method"] for row in rows.values()} == {"left-out terms"} and rows["A"]["df"] == 4


def test_folders_of_unequal_size_are_weighted_as_a_mixed_model_weighs_them(
    declare: Any, two_level: Any
) -> None:
    """The estimates of REML with random folders, by statsmodels; their errors by Knapp and Hartung."""
    rng = np.random.default_rng(21)
    study = declare(two_level("AB"), terms=["A", "B"])
    sizes = [(1, 12, 3), (8, 2, 2), (1, 1, 9), (5, 5, 12)]
    values = [
        np.concatenate([50 + 3 * (run % 2) + rng.normal(0, 1) + rng.normal(0, 1, size) for size in of_run])
        for run, of_run in enumerate(sizes)
    ]
    observations = textbook_observations(study, {"y": [run.tolist() for run in values]})
    folder = [
        f"run_{run}_{i}"
        for run, of_run in enumerate(sizes, 1)
        for i, n in enumerate(of_run)
        for _ in range(n)
    ]
    observations = observations.with_columns(folder=pl.Series(folder))
    rows = verdicts(analyse(study, observations), "folder")
    coded = observations.with_columns(
        **{name: pl.when(pl.col(name) == "+").then(0.5).otherwise(-0.5) for name in "AB"}
    ).to_pandas()
    mixed = smf.mixedlm("value ~ A + B", coded, groups=coded["folder"]).fit(reml=True)
    for term in "AB":
        assert rows[term]["effect"] == pytest.approx(mixed.params[term], abs=1e-3)
        assert rows[term]["error"] == pytest.approx(mixed.bse[term], rel=0.25)
        assert rows[term]["df"] == 12 - 3


@pytest.mark.parametrize("between", [0.0, 0.3, 1.0])
def test_folders_of_very_unequal_size_reject_as_often_as_they_should(between: float) -> None:
    """Two folders of one container against eight of twenty: with equal weights up to 41 % at a nominal 5 %."""
    rng = np.random.default_rng(22)
    sizes = np.array([1, 1] + [20] * 8)
    X = np.column_stack([np.ones(10), np.repeat([-1.0, 1.0], [2, 8])])
    rejected = 0
    for _ in range(500):
        means = between * rng.normal(size=10) + rng.normal(size=10) / np.sqrt(sizes)
        within = float(rng.chisquare((sizes - 1).sum()))
        weights = folder_weights(means, sizes, X, within, int((sizes - 1).sum()))
        roots = np.ones((10, 1)) if weights is None else np.sqrt(weights)[:, None]
        blocks = {"Intercept": X[:, :1], "A": X[:, 1:]}
        found = fit(means, blocks, np.arange(10), whiten=lambda columns, roots=roots: columns * roots)
        rejected += found.tests["A"].p_value < 0.05
    assert 0.01 < rejected / 500 < 0.085
