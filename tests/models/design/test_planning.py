"""Power, run sheets and further runs, against published figures and by what they must keep."""

import random
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import nct, t

from models.declared.study import Study, load_study
from models.design.lenth import power as lenth_power
from models.design.lenth import reference
from models.design.planning import (
    design_text,
    follow_up_sheet,
    follow_up_text,
    next_runs,
    power_table,
    run_sheet,
)
from models.design.power import f_power

FLTK = load_study(Path(__file__).parents[3] / "models" / "studies" / "fltk_2_4_1.toml")


def study(*generators: str, factors: str = "ABC", **more: object) -> Study:
    return Study.model_validate(
        {
            "name": "s",
            "folders": "{run}",
            "factors": {letter: ["-", "+"] for letter in factors},
            "generators": list(generators),
            "responses": {"y": {"metric": "y"}},
            **more,
        }
    )


def test_power_of_the_half_fraction_is_the_published_one() -> None:
    # 2^(4-1), all seven contrasts in the model, one SD at 5 %: the figures that came with the task, by the method
    # of Minitab's power for two-level factorial designs
    table = power_table(FLTK).filter(pl.col("method") == "F")
    power = dict(table.select("replicates", "power").iter_rows())
    assert [round(power[n], 3) for n in (2, 3, 4, 5, 6, 8)] == [0.421, 0.633, 0.775, 0.866, 0.922, 0.976]
    assert table.filter(pl.col("replicates") == 4)["df_error"].item() == 24


@pytest.mark.parametrize(("noncentrality", "df"), [(4.0, 8), (1.0, 3), (9.0, 60)])
def test_power_of_one_degree_of_freedom_is_that_of_the_two_sided_t_test(
    noncentrality: float, df: int
) -> None:
    limit, shift = t.ppf(0.975, df), np.sqrt(noncentrality)
    expected = nct.sf(limit, df, shift) + nct.cdf(-limit, df, shift)
    assert f_power(noncentrality, 1, df) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("contrasts", "critical"), [(7, 2.297), (15, 2.156)])
def test_lenths_test_keeps_the_level_of_its_published_critical_values(
    contrasts: int, critical: float
) -> None:
    # Ye and Hamada, Critical values of the Lenth method for unreplicated factorial designs, JQT 32 (2000): IER 5 %
    assert np.quantile(reference(contrasts).sizes, 0.95) == pytest.approx(critical, abs=0.02)
    assert lenth_power(contrasts, 0.0) == pytest.approx(0.05, abs=0.005)


def test_without_replicates_a_saturated_design_is_judged_by_lenths_test() -> None:
    first = power_table(FLTK, size=3.0).row(0, named=True)
    assert (first["df_error"], first["method"]) == (0, "Lenth")
    assert 0.1 < first["power"] < power_table(FLTK, size=3.0)["power"][1]


def test_factors_with_more_levels_have_power_of_their_own_and_centre_points_add_error_df() -> None:
    more = Study.model_validate(
        {
            "name": "s",
            "folders": "{run}",
            "factors": {"A": ["1", "2", "3"], "B": ["x", "y"]},
            "responses": {"y": {"metric": "y"}},
        }
    )
    table = power_table(more, replicates=[1, 2])
    assert table["levels"].to_list() == [2, 3, 2, 3]
    assert table["power"].to_list()[:2] == [None, None]
    assert table["power"][2] > table["power"][3]
    centers = study(factors="AB", center={"A": "0", "B": "0"}, center_runs=4)
    assert power_table(centers, replicates=[1])["df_error"].item() == 3


def test_a_run_sheet_holds_every_run_once_a_replicate_in_the_seeds_order() -> None:
    sheet = run_sheet(FLTK, replicates=3, seed=11)
    assert sheet.equals(run_sheet(FLTK, replicates=3, seed=11))
    assert not sheet.equals(run_sheet(FLTK, replicates=3, seed=12))
    assert sheet["run_order"].to_list() == list(range(1, 25))
    assert sorted(sheet["std_order"].to_list()) == list(range(1, 25))
    assert sheet["std_order"].to_list() != list(range(1, 25))
    assert sheet.group_by("run").len()["len"].to_list() == [3] * 8
    for row in sheet.iter_rows(named=True):
        treatment = FLTK.treatments[row["run"] - 1]
        assert treatment.levels == {name: row[name] for name in FLTK.factors}
    random.seed(1)
    assert sheet.equals(run_sheet(FLTK, replicates=3, seed=11))


def test_a_run_sheet_names_the_folders_that_the_study_will_claim() -> None:
    named = study(folders="night/{A}_{run}_{replicate}")
    for row in run_sheet(named, replicates=2, seed=1).iter_rows(named=True):
        claim = named.claim(row["folder"])
        assert claim is not None
        assert (claim.run, claim.replicate) == (row["run"], str(row["replicate"]))
    once = run_sheet(FLTK, replicates=2, seed=1)
    assert once.filter(pl.col("replicate") == 1)["folder"].null_count() == 0
    assert once.filter(pl.col("replicate") == 2)["folder"].null_count() == 8
    with pytest.raises(ValueError, match="found 0 replicates"):
        run_sheet(FLTK, replicates=0, seed=1)


def test_a_full_fold_over_of_even_words_is_refused_and_a_fold_on_one_factor_gives_the_full_design() -> None:
    found = next_runs(FLTK, ["CPU:Memory"], replicates=4)
    assert found.sets == (("CPU:Memory", "Network:Epochs"),)
    options = {option.name: option for option in found.options}
    refused = options["full fold-over"]
    assert not refused.separates and refused.runs.is_empty()
    assert refused.sentence.startswith("refused: every word of I = ABCD has an even number of letters")
    fold = options["fold on CPU"]
    made = {tuple(treatment.levels.values()) for treatment in FLTK.treatments}
    folded = set(fold.runs.drop("std_order").rows())
    assert len(made | folded) == 16
    assert "gives the full 2^4" in fold.sentence
    # the full 2^4 with a shift between its halves: 64 values, 6 + 2 parameters
    assert fold.power == pytest.approx(f_power(16.0, 1, 64 - 8))


def test_the_smallest_set_separates_with_as_few_runs_as_there_are_equations_short() -> None:
    found = next_runs(FLTK, ["CPU:Memory"], replicates=4)
    assert found.proposal is not None
    assert found.proposal.name == "smallest set" and len(found.proposal.runs) == 2
    rows = found.proposal.runs.drop("std_order").rows()
    high = [levels[1] for levels in FLTK.factors.values()]
    signs = np.array([[1 if a == b else -1 for a, b in zip(row, high, strict=True)] for row in rows])
    made = np.array([[-1, -1, -1, -1], [1, -1, -1, 1], [-1, 1, -1, 1], [1, 1, -1, -1],
                     [-1, -1, 1, 1], [1, -1, 1, -1], [-1, 1, 1, -1], [1, 1, 1, 1]])  # fmt: skip

    def matrix(x: np.ndarray, shift: int) -> np.ndarray:
        return np.column_stack(
            [np.ones(len(x)), np.full(len(x), shift), x, x[:, 0] * x[:, 1], x[:, 2] * x[:, 3]]
        )

    both = np.vstack([matrix(made, 0), matrix(signs, 1)])
    assert np.linalg.matrix_rank(both) == 8
    assert np.linalg.matrix_rank(both[:-1]) == 7
    # of all pairs out of the other half, none tells the two effects apart with less variance
    rest = np.array(list(np.ndindex(2, 2, 2, 2))) * 2 - 1
    rest = rest[rest.prod(axis=1) == -1]
    uncertainty = []
    for i in range(8):
        for j in range(i):
            trial = np.vstack([matrix(made, 0), matrix(rest[[i, j]], 1)])
            if np.linalg.matrix_rank(trial) == 8:
                uncertainty.append(np.diag(np.linalg.inv(trial.T @ trial))[-2:].mean())
    assert np.diag(np.linalg.inv(both.T @ both))[-2:].mean() == pytest.approx(min(uncertainty))


def test_all_active_pairs_of_the_published_design_need_four_runs() -> None:
    found = next_runs(FLTK, FLTK.terms, replicates=4)
    assert len(found.sets) == 3
    assert found.proposal is not None and len(found.proposal.runs) == 4


def test_a_resolution_iii_design_may_be_folded_to_free_its_main_effects() -> None:
    found = next_runs(study("C = AB"), ["A", "B"])
    assert found.sets == (("A", "B:C"), ("B", "A:C"))
    fold = next(option for option in found.options if option.name == "full fold-over")
    assert fold.separates and len(fold.runs) == 4
    saturated = next_runs(study("D = AB", "E = AC", "F = BC", "G = ABC", factors="ABCDEFG"), ["A", "B"])
    fold = next(option for option in saturated.options if option.name == "full fold-over")
    assert fold.sentence.startswith(
        "8 runs: tells A and B from their aliases, but does not tell B:D, C:E, F:G"
    )


def test_missing_runs_are_among_the_candidates() -> None:
    found = next_runs(FLTK, ["CPU:Memory"], present={1, 2, 3, 4, 6, 7, 8})
    assert found.proposal is not None and found.proposal.separates


def test_effects_without_short_aliases_need_no_further_runs() -> None:
    found = next_runs(FLTK, ["CPU", "Network", "Epochs"])
    assert found.proposal is None and found.sets == ()
    assert "no further runs are needed" in follow_up_text(FLTK, ["CPU", "Network", "Epochs"], found)


def test_unknown_effects_and_designs_without_aliases_are_refused() -> None:
    with pytest.raises(ValueError, match="'Disk' is no factor"):
        next_runs(FLTK, ["CPU:Disk"])
    more = study().model_copy(
        update={"factors": {"A": ("1", "2", "3"), "B": ("x", "y")}, "terms": ("A", "B")}
    )
    with pytest.raises(ValueError, match="A full factorial has no aliases"):
        next_runs(more, ["A"])


def test_the_sheet_of_further_runs_is_seeded_too() -> None:
    proposal = next_runs(FLTK, ["CPU:Memory"], replicates=4).proposal
    assert proposal is not None
    sheet = follow_up_sheet(proposal, replicates=4, seed=5)
    assert sheet.columns == ["run_order", "std_order", "replicate", "CPU", "Memory", "Network", "Epochs"]
    assert sheet.equals(follow_up_sheet(proposal, replicates=4, seed=5))
    assert sheet["run_order"].to_list() == list(range(1, 9))


def test_the_text_of_a_design_shows_signs_aliases_resolution_and_power() -> None:
    lines = design_text(FLTK).splitlines()
    assert lines[1] == "2^(4-1), I = ABCD, resolution IV, 8 runs × 4 containers"
    assert "run  I  A  B  C  D  AB  AC  BC" in lines
    assert "  2  +  +  −  −  +  −   −   +" in lines
    assert "  CPU:Memory = Network:Epochs" in lines
    assert "         4            32        24  0.775  F" in lines


def test_the_text_of_further_runs_names_every_option_and_the_proposal() -> None:
    found = next_runs(FLTK, ["CPU:Memory"], replicates=4)
    text = follow_up_text(FLTK, ["CPU:Memory"], found)
    assert "To be told apart: CPU:Memory = Network:Epochs." in text
    assert "- full fold-over: refused:" in text
    assert "Proposed: smallest set" in text


@pytest.mark.parametrize(
    ("df", "noncentrality", "alpha", "power"),
    [
        (5, 3000, 0.05, 1.0),
        (17, 3000, 1e-4, 1.0),
        (10_000, 1500, 2e-4, 1.0),
        (3, 1000, 1e-4, 0.71837892),
        (4, 2000, 4e-8, 0.043138513),
    ],
)
def test_power_is_a_number_where_the_noncentral_f_of_scipy_is_none(
    df: int, noncentrality: float, alpha: float, power: float
) -> None:
    """R 4.2.2: pf(qf(alpha, 1, df, lower.tail = FALSE), 1, df, ncp = noncentrality, lower.tail = FALSE)."""
    assert f_power(noncentrality, 1, df, alpha) == pytest.approx(power, rel=1e-6)
