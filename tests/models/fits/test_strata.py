"""Blocks and whole plots: each effect by the error of its stratum, against R."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
import statsmodels.formula.api as smf

from models.analysis import analyse
from models.declared.study import Study
from models.design.design import Design
from models.fits.error_terms import judge
from models.fits.samples import in_order, samples

Tables = dict[str, pl.DataFrame]

# npk and oats of R 4.2.2 (packages datasets and MASS): yields in the order of their rows.
NPK = (
    *("011", "110", "000", "101", "100", "111", "001", "010", "010", "111", "100", "001"),
    *("100", "111", "001", "010", "110", "000", "101", "011", "101", "110", "011", "000"),
)
PEAS = (
    *(49.5, 62.8, 46.8, 57.0, 59.8, 58.5, 55.5, 56.0, 62.8, 55.8, 69.5, 55.0),
    *(62.0, 48.8, 45.5, 44.2, 52.0, 51.5, 49.8, 48.8, 57.2, 59.0, 53.2, 56.0),
)
OATS = (
    *(
        111,
        130,
        157,
        174,
        117,
        114,
        161,
        141,
        105,
        140,
        118,
        156,
        61,
        91,
        97,
        100,
        70,
        108,
        126,
        149,
        96,
        124,
        121,
        144,
    ),
    *(
        68,
        64,
        112,
        86,
        60,
        102,
        89,
        96,
        89,
        129,
        132,
        124,
        74,
        89,
        81,
        122,
        64,
        103,
        132,
        133,
        70,
        89,
        104,
        117,
    ),
    *(
        62,
        90,
        100,
        116,
        80,
        82,
        94,
        126,
        63,
        70,
        109,
        99,
        53,
        74,
        118,
        113,
        89,
        82,
        86,
        104,
        97,
        99,
        119,
        121,
    ),
)
PEA_FACTORS = {"N": ("0", "1"), "P": ("0", "1"), "K": ("0", "1")}
OAT_FACTORS = {"V": ("Golden.rain", "Marvellous", "Victory"), "N": ("0.0", "0.2", "0.4", "0.6")}


def observed(study: Study, rows: Sequence[tuple[tuple[str, ...], str, float]]) -> pl.DataFrame:
    """Levels, block and value of each folder, in the order of execution, four days apart from block to block."""
    run_of = {tuple(run.levels.values()): run.run for run in study.treatments}
    made = []
    for place, (levels, block, value) in enumerate(rows):
        began = datetime(2026, 3, 1, 8) + timedelta(days=4 * int(block), minutes=place)
        run = run_of[levels]
        made.append(
            {
                "response": "y",
                "run": run,
                "replicate": block,
                "folder": f"{block}_{run:03}",
                "container_id": f"{block}_{run:03}",
                "started_at": began,
                "stopped_at": began + timedelta(seconds=30),
                "value": float(value),
            }
        )
    return pl.DataFrame(made)


def peas(study: Study) -> pl.DataFrame:
    return observed(study, [(tuple(levels), str(i // 4 + 1), PEAS[i]) for i, levels in enumerate(NPK)])


def oats(study: Study) -> pl.DataFrame:
    varieties = ("Victory", "Golden.rain", "Marvellous")
    nitrogen = OAT_FACTORS["N"]
    rows = [
        ((varieties[i // 4 % 3], nitrogen[i % 4]), str(i // 12 + 1), float(y)) for i, y in enumerate(OATS)
    ]
    return observed(study, rows)


def judged(tables: Tables) -> dict[str, dict[str, Any]]:
    rows = tables["effect_tests"].filter(scale="identity", error_unit="folder").to_dicts()
    return {row["term"]: row for row in rows}


@pytest.mark.parametrize("block", ["replicate", "date"])
def test_blocks_are_taken_out_as_r_takes_them_out(declare: Any, block: str) -> None:
    """summary(aov(yield ~ N*P*K + Error(block), npk)), stratum Within; without blocks K has p .097."""
    study = declare(PEA_FACTORS, block=[block], folders="{replicate}_{run}")
    tables = analyse(study, peas(study))
    found = judged(tables)
    for term, (f_value, p_value) in {
        "N": (12.2587, 0.004372),
        "P": (0.5441, 0.474904),
        "K": (6.1657, 0.028795),
        "N:P": (1.3783, 0.263165),
        "N:K": (2.1460, 0.168648),
        "P:K": (0.0312, 0.862752),
    }.items():
        assert found[term]["statistic"] ** 2 == pytest.approx(f_value, abs=6e-5)
        assert found[term]["p_value"] == pytest.approx(p_value, abs=1e-6)
        assert found[term]["df"] == 12
    (row,) = tables["anova_by_scale"].filter(scale="identity", source="Block").to_dicts()
    assert (row["df"], f"{row['sum_sq']:.2f}", f"{row['f_value']:.4f}") == (5, "343.29", "4.4467")
    said = " ".join(tables["statements"].filter(topic="error_terms")["sentence"])
    assert f"what blocks (by {block}) differ by is taken out first" in said


@pytest.mark.parametrize(
    "where",
    [
        {"folders": "{field}_{run}"},
        {"source": {"files": "{field}_{run}/**/events*-{container}"}},
        {"source": {"table": "{field}_{run}/*.csv", "columns": {"N": "n", "P": "p", "K": "k"}}},
    ],
)
def test_blocks_may_be_told_by_a_placeholder_of_the_path(declare: Any, where: dict[str, Any]) -> None:
    source = {"folders": "", **where}
    study = declare(PEA_FACTORS, block=["field"], **source)
    rows = peas(study)
    if "table" in where.get("source", {}):
        rows = rows.with_columns(folder=pl.col("folder") + "/a.csv:b:17")
    found = judged(analyse(study, rows))
    assert found["K"]["p_value"] == pytest.approx(0.028795, abs=1e-6)  # as above
    assert found["K"]["df"] == 12


def test_blocks_may_be_a_column_of_the_table(declare: Any) -> None:
    columns = {"N": "n", "P": "p", "K": "k", "field": "plot"}
    study = declare(
        PEA_FACTORS, block=["field"], folders="", source={"table": "peas.csv", "columns": columns}
    )
    rows = peas(study).with_columns(block=pl.concat_str(pl.lit('{"field": "'), "replicate", pl.lit('"}')))
    assert judged(analyse(study, rows))["K"]["p_value"] == pytest.approx(0.028795, abs=1e-6)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"block": ["N"], "folders": "{N}_{run}"}, "a name that is no factor's"),
        ({"block": ["container"], "folders": "{container}_{run}"}, "expected replicate, date, or a name"),
        ({"block": ["node"], "folders": "{run}"}, "expected {node} in it"),
        (
            {"block": ["node"], "source": {"files": "{run}/e*"}},
            "tells the block node; expected {node} in the path",
        ),
        ({"block": ["node"], "source": {"table": "{run}.csv"}}, "or a column (columns.node)"),
        ({"folders": "{node}_{run}"}, "found {node}"),
        ({"source": {"table": "{run}.csv", "columns": {"node": "host"}}}, "found columns.node"),
    ],
)
def test_blocks_that_nothing_tells_are_refused(declare: Any, keys: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValueError, match=re.escape(expected)):
        declare(PEA_FACTORS, **{"folders": "", **keys})


def test_folders_that_do_not_tell_their_block_are_named(declare: Any) -> None:
    columns = {"N": "n", "P": "p", "K": "k", "field": "plot"}
    source = {"table": "peas.csv", "columns": columns}
    terms = ["N", "P", "K", "N:P", "N:K", "P:K", "N:P:K"]
    study = declare(PEA_FACTORS, block=["field"], folders="", source=source, terms=terms)

    def said(tables: Tables) -> str:
        return " ".join(tables["statements"]["sentence"])

    told = peas(study).with_columns(block=pl.concat_str(pl.lit('{"field": "'), "replicate", pl.lit('"}')))
    assert "block (by field)" not in said(analyse(study, told))
    sixth = pl.when(pl.col("replicate") == "6").then(pl.lit('{"field": null}')).otherwise("block")
    assert "4 of 24 rows do not tell their block (by field), such as" in said(
        analyse(study, told.with_columns(block=sixth))
    )
    none = analyse(study, told.with_columns(block=pl.lit(None, pl.String)))
    assert judged(none)["K"]["p_value"] == pytest.approx(0.09746, abs=1e-5)  # R's, without blocks: see below
    assert "No row tells its block (by field)" in said(none)
    assert "is taken out first" not in said(none)


def test_without_its_blocks_the_same_experiment_hides_an_effect(declare: Any) -> None:
    study = declare(
        PEA_FACTORS, folders="{replicate}_{run}", terms=["N", "P", "K", "N:P", "N:K", "P:K", "N:P:K"]
    )
    assert judged(analyse(study, peas(study)))["K"]["p_value"] == pytest.approx(0.09746, abs=1e-5)


def test_an_interaction_that_goes_with_blocks_is_not_in_the_model(declare: Any) -> None:
    terms = ["N", "P", "K", "N:P", "N:K", "P:K", "N:P:K"]
    study = declare(PEA_FACTORS, block=["replicate"], folders="{replicate}_{run}", terms=terms)
    tables = analyse(study, peas(study))
    assert tables["fits"]["dropped"].to_list() == [["N:P:K"]] * 2
    assert judged(tables)["K"]["p_value"] == pytest.approx(0.028795, abs=1e-6)


def test_whole_plots_have_their_own_error_as_in_r(declare: Any) -> None:
    """summary(aov(Y ~ N*V + Error(B/V), MASS::oats)): V F(2, 10), N F(3, 45), N:V F(6, 45)."""
    study = declare(OAT_FACTORS, block=["replicate"], whole_plot=["V"], folders="{replicate}_{run}")
    tables = analyse(study, oats(study))
    found = judged(tables)
    for term, stratum, df, f_value, p_value in (
        ("V", "whole plots", 10, 1.4853, 0.2724),
        ("N", "folders inside whole plots", 45, 37.6856, 2.458e-12),
        ("V:N", "folders inside whole plots", 45, 0.3028, 0.9322),
    ):
        row = found[term]
        assert (row["method"], row["df"]) == (stratum, df)
        assert row["statistic"] == pytest.approx(f_value, abs=6e-5)
        assert row["p_value"] == pytest.approx(p_value, rel=2e-4)
    said = tables["statements"].filter(topic="error_terms")["sentence"].to_list()
    assert any("V by whole plots (10 degrees of freedom)" in sentence for sentence in said)


def test_two_level_whole_plots_agree_with_a_mixed_model(declare: Any, two_level: Any) -> None:
    """REML with random whole plots, balanced: the same estimates and errors, by statsmodels."""
    rng = np.random.default_rng(5)
    study = declare(two_level("ABC"), whole_plot=["A"], block=["replicate"], folders="{replicate}_{run}")
    rows = []
    for block in range(1, 5):
        for a in "-+":
            plot = rng.normal(0, 2)
            for b in "-+":
                for c in "-+":
                    value = 20 + plot + (3 if b == "+" else 0) + rng.normal(0, 1)
                    rows.append(((a, b, c), str(block), value))
    found = judged(analyse(study, observed(study, rows)))
    coded = {
        name: [0.5 if levels[i] == "+" else -0.5 for levels, _, _ in rows] for i, name in enumerate("ABC")
    }
    data = pl.DataFrame(
        {
            **coded,
            "y": [y for *_, y in rows],
            "block": [b for _, b, _ in rows],
            "plot": [f"{b}{levels[0]}" for levels, b, _ in rows],
        }
    ).to_pandas()
    mixed = smf.mixedlm("y ~ block + A + B + C + A:B + A:C + B:C", data, groups=data["plot"]).fit(reml=True)
    for term in ("A", "B", "A:B"):
        assert found[term]["effect"] == pytest.approx(
            mixed.params[term] / (2 if ":" in term else 1), abs=1e-6
        )
    assert found["B"]["error"] == pytest.approx(mixed.bse["B"], rel=1e-3)
    assert found["A"]["error"] == pytest.approx(mixed.bse["A"], rel=1e-3)
    assert (found["A"]["df"], found["B"]["df"]) == (3, 19)


def test_what_looks_like_a_whole_plot_or_a_block_is_said_until_it_is_declared(declare: Any) -> None:
    bare = declare(OAT_FACTORS, folders="{replicate}_{run}")
    said = " ".join(analyse(bare, oats(bare))["statements"].filter(topic="order")["sentence"])
    assert 'V 17 times. If they were not set anew for every folder, whole_plot = ["V"]' in said
    assert "The folders ran in 6 spells with hours between them" in said and 'block = ["date"]' in said
    study = declare(OAT_FACTORS, block=["date"], whole_plot=["V"], folders="{replicate}_{run}")
    said = " ".join(analyse(study, oats(study))["statements"].filter(topic="order")["sentence"])
    assert "whole_plot" not in said and "spells" not in said


def test_whole_plots_of_no_factor_or_of_all_are_refused(declare: Any) -> None:
    with pytest.raises(ValueError, match="found X, expected names of V, N"):
        declare(OAT_FACTORS, whole_plot=["X"])
    with pytest.raises(ValueError, match="found all factors, expected those that are hard to change"):
        declare(OAT_FACTORS, whole_plot=["V", "N"])


def test_a_lost_folder_moves_no_mean_of_its_whole_plot(declare: Any) -> None:
    """R 4.2.2, lmerTest 3.1.3: anova(lmer(Y ~ B + V*N + (1|B:V), MASS::oats[-c(4, 18, 19, 39), ])).

    V: F(2, 10.2) = 1.39242; inside whole plots P anova(lm(Y ~ P + N), lm(Y ~ P + N + V:N)): F(6, 41) = 0.644.
    """
    study = declare(OAT_FACTORS, block=["replicate"], whole_plot=["V"], folders="{replicate}_{run}")
    kept = oats(study).with_row_index().filter(~pl.col("index").is_in([3, 17, 18, 38])).drop("index")
    found = judged(analyse(study, kept))
    assert found["V"]["statistic"] == pytest.approx(1.39242, abs=2e-5)
    assert (found["V"]["df"], found["V"]["method"]) == (10, "whole plots")
    assert found["V"]["p_value"] == pytest.approx(0.2919, abs=0.003)
    assert found["V:N"]["statistic"] == pytest.approx(0.644, abs=5e-4)
    assert found["V:N"]["df"] == found["N"]["df"] == 41


def test_whole_plots_reject_as_often_as_they_should_when_folders_are_lost(declare: Any) -> None:
    """A does nothing; B moves the mean by 5 standard deviations, in whole plots of which some lack one of its levels."""
    study = declare({"A": ("0", "1"), "B": ("0", "1", "2")}, whole_plot=["A"], block=["replicate"])
    levels = [tuple(run.levels.values()) for run in study.treatments]
    rng = np.random.default_rng(5)
    rejected = 0
    for _ in range(300):
        rows = [
            (of, str(block), shared[int(of[0])] + 5 * int(of[1]) + rng.normal())
            for block in range(1, 6)
            for shared in [rng.normal(size=2)]
            for of in levels
        ]
        kept = [row for row in rows if rng.random() > 0.12]
        design = Design.of(study)
        ((_, sample, _),) = samples(study, design, in_order(study, observed(study, kept)))
        assert sample is not None
        deciding = judge(sample).decisive
        assert deciding is not None
        rejected += deciding["A"].is_active
    assert 0.02 < rejected / 300 < 0.085


# Effects of the filtration rate (Montgomery, Design and Analysis of Experiments, 8th ed., table 6.12), without ABCD.
FILTRATION_EFFECTS = {
    "A": 21.625,
    "B": 3.125,
    "C": 9.875,
    "D": 14.625,
    "A:B": 0.125,
    "A:C": -18.125,
    "A:D": 16.625,
    "B:C": 2.375,
    "B:D": -0.375,
    "C:D": -1.125,
    "A:B:C": 1.875,
    "A:B:D": 4.125,
    "A:C:D": -1.625,
    "B:C:D": -2.625,
}


def test_lenth_judges_the_contrasts_that_blocks_leave(declare: Any, filtration: Any) -> None:
    """Two batches that differ by 20, A:B:C:D confounded with them (the same book, example 7.2): no other effect moves."""
    study = declare(dict.fromkeys("ABCD", ("-", "+")), block=["replicate"])
    signs = Design.of(study).signs
    rows = [
        (tuple(run.levels.values()), "1" if product < 0 else "2", value - 20 * (product < 0))
        for run, value, product in zip(study.treatments, filtration, signs.prod(axis=1), strict=True)
    ]
    tables = analyse(study, observed(study, rows))
    found = judged(tables)
    assert {term: row["effect"] for term, row in found.items()} == pytest.approx(FILTRATION_EFFECTS)
    sizes = np.abs(list(FILTRATION_EFFECTS.values()))
    inner = sizes[sizes < 2.5 * 1.5 * np.median(sizes)]
    assert found["A"]["error"] == pytest.approx(1.5 * np.median(inner))
    assert {term for term, row in found.items() if row["is_active"]} == {"A", "C", "D", "A:C", "A:D"}
    assert "what blocks (by replicate) differ by is taken out first" in " ".join(
        tables["statements"]["sentence"]
    )


def test_blocks_that_take_parts_of_contrasts_leave_lenth_nothing(declare: Any, filtration: Any) -> None:
    study = declare(dict.fromkeys("ABCD", ("-", "+")), block=["replicate"])
    rows = [
        (tuple(run.levels.values()), str(int(run.run > 3)), value)
        for run, value in zip(study.treatments, filtration, strict=True)
    ]
    said = " ".join(analyse(study, observed(study, rows))["statements"]["sentence"])
    assert "serve as error: the verdicts hold if those terms are zero" in said


def test_strata_without_repeats_are_judged_by_lenth_each(declare: Any) -> None:
    """2^5, whole plots of A, B, C: 7 contrasts between them, 24 inside; the pseudo standard errors by Lenth's formula."""
    study = declare(dict.fromkeys("ABCDE", ("-", "+")), whole_plot=["A", "B", "C"])
    signs = Design.of(study).signs
    rng = np.random.default_rng(1)
    order = np.lexsort([signs[:, 2], signs[:, 1], signs[:, 0]])
    between = np.repeat(5 * rng.normal(size=8), 4)
    values = np.empty(32)
    values[order] = 100 + between + rng.normal(size=32)
    values += 4 * signs[:, 3]
    rows = [(tuple(study.treatments[i].levels.values()), "1", values[i]) for i in order.tolist()]
    tables = analyse(study, observed(study, rows))
    found = judged(tables)
    outside = [term for term in found if not {"D", "E"} & set(term.split(":"))]
    assert len(outside) == 7 and len(found) == 31
    for terms, name in (
        (outside, "whole plots (Lenth)"),
        (found.keys() - set(outside), "folders inside whole plots (Lenth)"),
    ):
        sizes = np.abs(
            [
                values @ np.prod([signs[:, "ABCDE".index(name)] for name in term.split(":")], axis=0) / 16
                for term in terms
            ]
        )
        inner = sizes[sizes < 2.5 * 1.5 * np.median(sizes)]
        assert {found[term]["method"] for term in terms} == {name}
        assert {round(found[term]["error"], 9) for term in terms} == {round(1.5 * float(np.median(inner)), 9)}
    assert [term for term, row in found.items() if row["is_active"]] == ["D"]


def test_means_of_a_split_plot_have_both_errors(declare: Any) -> None:
    """R, lme4 1.1.31: VarCorr(lmer(Y ~ B + V * N + (1 | B:V), oats)) is 106.06186 and 177.08332."""
    plots, inside = 106.0618569, 177.0833207
    response = {"y": {"metric": "y", "goal": "maximize"}}
    study = declare(
        OAT_FACTORS, block=["replicate"], whole_plot=["V"], folders="{replicate}_{run}", responses=response
    )
    rows = analyse(study, oats(study))["settings"]
    best = rows.filter("is_best").row(0, named=True)
    # each nitrogen stands once in each of 18 whole plots, of which 10 degrees of freedom are left
    spread = (plots + inside) / 18
    t = 2.228138852  # qt(.975, 10)
    assert best["levels"].endswith("N = 0.6")
    assert best["ci_high"] - best["mean"] == pytest.approx(t * spread**0.5, rel=1e-5)
    assert best["predicted_high"] - best["mean"] == pytest.approx(
        t * (spread + plots + inside) ** 0.5, rel=1e-5
    )


def said(tables: Tables, topic: str) -> list[str]:
    return tables["statements"].filter(topic=topic)["sentence"].to_list()


def test_a_factor_with_as_many_levels_as_whole_plots_is_named_as_not_judged(
    declare: Any, two_level: Any
) -> None:
    study = declare(two_level("AB"), whole_plot=["A"], folders="{replicate}_{run}", replicates=2)
    values = {"--": 5.1, "-+": 6.3, "+-": 25.2, "++": 27.4}
    levels = [(key, again) for key in ("--", "-+") for again in (0, 1)]
    levels += [(key, again) for key in ("+-", "++") for again in (0, 1)]
    rows = [(tuple(key), "1", values[key] + 0.3 * again) for key, again in levels]
    made = observed(study, rows).with_columns(
        folder=pl.format("{}_{}", "folder", pl.int_range(pl.len())),
        container_id=pl.int_range(pl.len()).cast(pl.String),
    )
    outcome = said(analyse(study, made), "outcome")
    assert (
        "A (- → +) +20.6 is not judged: 2 whole plots leave no degree of freedom for an error. Set A anew more often."
        in [sentence.replace("+20.600", "+20.6") for sentence in outcome]
    )
    assert not any(sentence.startswith("Not shown to matter") and " A (" in sentence for sentence in outcome)


def test_an_interaction_that_blocks_tell_is_named_as_not_judged(declare: Any) -> None:
    terms = ["N", "P", "K", "N:P", "N:K", "P:K", "N:P:K"]
    study = declare(PEA_FACTORS, block=["replicate"], folders="{replicate}_{run}", terms=terms)
    assert "N:P:K is not judged: it cannot be told from what blocks (by replicate) differ by." in said(
        analyse(study, peas(study)), "outcome"
    )


def test_levels_of_which_a_stratum_tells_a_part_are_not_named(declare: Any) -> None:
    """Whole plots tell a part of B, folders inside them another: its best level is that of neither."""
    factors = {"A": ("-", "+"), "B": ("0", "1", "2")}
    study = declare(factors, whole_plot=["A"], block=["replicate"], folders="{replicate}_{run}")
    runs = ((3, 1), (4, 1), (5, 1), (3, 2), (4, 2), (5, 2), (6, 2), (1, 3), (4, 3), (6, 3))
    values = (30.1, 10.2, 19.8, 30.0, 9.9, 20.1, 0.3, 10.1, 10.0, -0.2)
    levels = [tuple(study.treatments[run - 1].levels.values()) for run, _ in runs]
    rows = [(key, str(block), y) for key, (_, block), y in zip(levels, runs, values, strict=True)]
    head = said(analyse(study, observed(study, rows)), "outcome")[0]
    assert "and B (F = " in head and "if what these runs cannot tell of A:B is zero" in head


@pytest.mark.parametrize("keys", [{}, {"whole_plot": ["A"]}], ids=["plain", "whole plots"])
def test_levels_whose_means_are_the_same_to_the_last_digit_stop_no_night(textbook: Any, keys: Any) -> None:
    """By hand: each level of A has the mean 1.5, so that its sum of squares, and F in any stratum, is 0."""
    values = [(1, 2), (1, 2), (2, 2), (2, 1), (1, 2), (1, 1)]
    factors = {"A": ("1", "2", "3"), "B": ("1", "2")}
    tables = textbook(factors, values, terms=["A", "B"], unit="container", **keys)
    (row,) = tables["effect_tests"].filter("is_decisive", scale="identity", term="A").to_dicts()
    assert row["p_value"] == pytest.approx(1) and not row["is_active"]
    said = tables["statements"].filter(topic="outcome")["sentence"].to_list()
    assert said[-1].endswith("; A (F = 0, p = 1.00).")
