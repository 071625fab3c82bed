"""No sentence says what a table denies: both are read, of published data sets and of the published experiment."""

import re
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.analysis import analyse
from models.conformance.comparison import RESPONSE, load_data_sets
from models.declared.study import Study
from models.textbook import textbook_observations

Tables = dict[str, pl.DataFrame]
SETS = load_data_sets()
ANALYSES = [(name, place) for name, one in SETS.items() for place in range(len(one.analyses))]
# 'A:B = C:D +1.2 s [0.3, 2.1]': the figures after a term's name
SIZE = (
    r"(?: = [^+−×\[(]*)?(?: \([^()]*\))* (?P<ratio>×)?(?P<effect>[+−]?[0-9.]+)[^\[\];]*?"
    r" \[(?P<low>[−0-9.]+), (?P<high>[−0-9.]+)\]"
)


def value(text: str) -> float:
    return float(text.replace("−", "-").replace("+", ""))


def last_place(text: str) -> float:
    return 10.0 ** -len(text.partition(".")[2]) / 2 * 1.0001


def assert_agree(tables: Tables, response: str) -> int:
    """How many effects stand in the sentences with their intervals."""
    compared = 0
    fits = tables["fits"].filter(response=response)
    if fits.is_empty():
        return 0
    scale = fits.filter("is_decisive")["scale"].item()
    effects = tables["effects_by_scale"].filter(response=response, scale=scale)
    tests = tables["effect_tests"].filter(response=response, scale=scale)
    said = tables["statements"].filter(response=response, topic="outcome")["sentence"].to_list()
    active = effects.filter(pl.col("is_active"))["term"].to_list()
    head = said[0]
    if effects["is_active"].null_count() == effects.height:
        assert "no effect can be judged" in head
        return 0
    assert ("no effect stands out" in head) == (not active)
    assert set(tests.filter("is_decisive", "is_active")["term"]) == set(active)
    assert set(tests.filter("is_decisive")["error_unit"]) == set(effects["error_unit"].drop_nulls())
    assert ("folders as the unit" in head) == (effects["error_unit"].drop_nulls()[0] == "folder")
    idle = next((sentence for sentence in said if sentence.startswith("Not shown to matter")), "")
    idle = re.sub(r"most at [^():]*: ", "", idle)  # names levels, which look like an effect of the factor
    for row in effects.drop_nulls("effect").iter_rows(named=True):
        where = head if row["is_active"] else idle
        found = re.search(rf"(?:[:,] |and ){re.escape(row['term'])}{SIZE}", where)
        if found is None:
            continue  # among the "more" of a long list, or of several degrees of freedom
        compared += 1
        shown = [
            10 ** row[name] if scale == "log10" else row[name] for name in ("effect", "ci_low", "ci_high")
        ]
        assert (found["ratio"] == "×") == (scale == "log10")
        for text, number in zip((found["effect"], found["low"], found["high"]), shown, strict=True):
            assert value(text) == pytest.approx(number, abs=last_place(text)), (row["term"], where)
        if row["is_active"]:
            neutral = 1 if scale == "log10" else 0
            assert not value(found["low"]) <= neutral <= value(found["high"])
    if active:
        assert any(term in head for term in active)
        at_once = effects.filter(pl.col("is_active_at_once"))["term"].to_list()
        assert ("judged at once" in head) == (set(active) - set(at_once) != set())
    read = tables["diagnostics"].filter(response=response, scale=scale)
    doubts = tables["statements"].filter(response=response, topic="diagnostics", kind="doubt")["sentence"]
    assert set(doubts) <= {f"{one['diagnostic']}: {one['reading']}" for one in read.iter_rows(named=True)}
    return compared


@pytest.mark.parametrize(("name", "place"), ANALYSES)
def test_sentences_and_tables_of_published_sets_agree(name: str, place: int) -> None:
    one = SETS[name]
    study = one.study(name, one.analyses[place].terms)
    assert_agree(analyse(study, textbook_observations(study, {RESPONSE: one.of_runs})), RESPONSE)


def test_sentences_and_tables_of_the_published_experiment_agree(published: Tables) -> None:
    for response in ("Accuracy", "Time"):
        assert assert_agree(published, response) == 7


@pytest.mark.parametrize("lost", range(1, 9))
def test_they_agree_while_a_run_is_missing(study: Any, observations: pl.DataFrame, lost: int) -> None:
    tables = analyse(study, observations.filter(pl.col("run") != lost))
    for response in ("Accuracy", "Time"):
        assert_agree(tables, response)


def simulated(seed: int, **keys: Any) -> tuple[Study, pl.DataFrame]:
    """A study of some kind with values of a fixed seed: effects of A and A:B, runs and folders as the kind has them."""
    lost, containers, kind = keys.pop("lost", ()), keys.pop("containers", 1), keys.pop("kind", "normal")
    folders, shift = keys.pop("made", keys.get("replicates", 1)), keys.pop("shift", 8.0)
    response = {"metric": "y", "unit": "s", "goal": "minimize", **keys.pop("response", {})}
    study = Study.model_validate(
        {"name": "kind", "folders": "{replicate}_{run}", "responses": {"y": response}, **keys}
    )
    rng, rows = np.random.default_rng(seed), []
    for replicate in range(1, folders + 1):
        for run in study.treatments:
            if run.run in lost or (run.run, replicate) in lost:
                continue
            first = list(study.factors["A"]).index(run.levels["A"]) if not run.is_center else 0.5
            mean = 40 + shift * first + 2 * replicate + rng.standard_normal()
            for place in range(containers):
                drawn = {
                    "normal": mean + rng.standard_normal(),
                    "poisson": float(rng.poisson(mean)),
                    "binomial": float(rng.binomial(100, mean / 100)),
                    "gamma": mean * rng.gamma(20) / 20,
                }[kind]
                began = datetime(2026, 1, 1) + timedelta(hours=len(rows), seconds=place)
                folder = f"{replicate}_{run.run}"
                rows.append(
                    {
                        "response": "y",
                        "run": run.run,
                        "replicate": str(replicate),
                        "folder": folder,
                        "container_id": f"{folder}_{place}",
                        "started_at": began,
                        "stopped_at": began + timedelta(minutes=30),
                        "value": drawn,
                    }
                )
    return study, pl.DataFrame(rows)


TWO = {"factors": dict.fromkeys("ABC", ("-", "+"))}
FOUR = {"factors": dict.fromkeys("ABCD", ("-", "+"))}
THREE = {"factors": {"A": ("1", "2", "3"), "B": ("1", "2", "3")}}
KINDS: dict[str, dict[str, Any]] = {
    "saturated": {**FOUR},
    "saturated, nothing active": {**FOUR, "shift": 0.0},
    "fraction": {**FOUR, "generators": ["D = ABC"]},
    "half done": {**FOUR, "generators": ["D = ABC"], "lost": (2, 3, 5, 8)},
    "half done, several folders": {**TWO, "replicates": 3, "lost": (7, 8), "containers": 2},
    "grouped": {**TWO, "replicates": 2, "containers": 3},
    "grouped, one night lost": {**TWO, "replicates": 2, "containers": 3, "lost": ((5, 2), (6, 2))},
    "containers decide": {**TWO, "containers": 4, "unit": "container"},
    "three levels": {**THREE, "replicates": 2},
    "three levels, a cell lost": {**THREE, "replicates": 2, "lost": (9,)},
    "three levels, a level lost": {**THREE, "replicates": 2, "lost": (7, 8, 9)},
    "centre": {
        "factors": {"A": ("1", "3"), "B": ("1", "3")},
        "center": {"A": "2", "B": "2"},
        "center_runs": 4,
    },
    "blocks": {**TWO, "replicates": 3, "block": ["replicate"]},
    "blocks, unfinished": {**TWO, "replicates": 3, "block": ["replicate"], "lost": ((3, 3), (4, 3), (8, 3))},
    "blocks, three levels": {**THREE, "replicates": 2, "block": ["replicate"]},
    "blocks that tell an interaction": {
        **TWO,
        "replicates": 2,
        "block": ["replicate"],
        "lost": ((1, 1), (4, 1), (6, 1), (7, 1), (2, 2), (3, 2), (5, 2), (8, 2)),
        "terms": ["A", "B", "C", "A:B", "A:B:C"],
    },
    "split plot": {**TWO, "replicates": 3, "block": ["replicate"], "whole_plot": ["A"]},
    "split plot, unfinished": {
        **TWO,
        "replicates": 3,
        "block": ["replicate"],
        "whole_plot": ["A"],
        "lost": ((3, 3), (8, 3)),
    },
    "split plot of two plots": {**TWO, "whole_plot": ["A"], "replicates": 1},
    "equivalence": {**TWO, "replicates": 3, "response": {"minimum_effect": 3.0}},
    "equivalence in percent": {**TWO, "replicates": 3, "scale": "log", "response": {"minimum_effect": "5 %"}},
    "provisional": {**TWO, "replicates": 4, "made": 2},
    "after the plan": {**TWO, "replicates": 2, "made": 3},
    "a look": {**TWO, "replicates": 4, "looks": [2], "made": 2},
    "an early look": {**FOUR, "replicates": 6, "looks": [1], "made": 1, "containers": 3},
    "an early look at counts": {
        **FOUR,
        "replicates": 6,
        "looks": [1],
        "made": 1,
        "kind": "poisson",
        "response": {"distribution": "poisson"},
    },
    "counts": {**TWO, "replicates": 2, "kind": "poisson", "response": {"distribution": "poisson"}},
    "counts in blocks": {
        **TWO,
        "replicates": 3,
        "block": ["replicate"],
        "kind": "poisson",
        "response": {"distribution": "poisson"},
    },
    "counts, unfinished": {
        **TWO,
        "replicates": 2,
        "kind": "poisson",
        "lost": (3, (4, 2)),
        "response": {"distribution": "poisson"},
    },
    "failures": {
        **TWO,
        "replicates": 2,
        "kind": "binomial",
        "response": {"distribution": "binomial", "trials": 100},
    },
    "times": {**THREE, "replicates": 3, "kind": "gamma", "response": {"distribution": "gamma"}},
    "unreplicated failures": {
        **FOUR,
        "kind": "binomial",
        "containers": 2,
        "response": {"distribution": "binomial", "trials": 100},
    },
    "unreplicated counts": {**FOUR, "kind": "poisson", "response": {"distribution": "poisson"}},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_they_agree_in_studies_of_every_kind(kind: str, seed: int) -> None:
    study, rows = simulated(seed, **KINDS[kind])
    tables = analyse(study, rows)
    assert_agree(tables, "y")
    assert_nothing_is_passed_over(study, tables)
    assert_progress_agrees(study, rows, tables)
    assert_the_error_is_the_one_used(tables)
    assert_settings_agree(tables)


def sentences(tables: Tables, *topics: str) -> str:
    return "\n".join(tables["statements"].filter(pl.col("topic").is_in(topics))["sentence"])


def decided(tables: Tables, table: str) -> pl.DataFrame:
    scale = tables["fits"].filter("is_decisive")["scale"].item()
    return tables[table].filter(scale=scale)


def assert_nothing_is_passed_over(study: Study, tables: Tables) -> None:
    """Every term of the study has its verdict said, with an interval or an F, or stands where it says why it has none."""
    effects = decided(tables, "effects_by_scale")
    head, *others = tables["statements"].filter(topic="outcome")["sentence"]
    if effects["is_active"].null_count() == effects.height:
        return
    idle = next((one for one in others if one.startswith("Not shown to matter")), "")
    reasons = "\n".join(one for one in others if "not judged: " in one) + sentences(
        tables, "data", "error_terms"
    )
    for term in study.terms:
        (row,) = effects.filter(term=term).to_dicts() or [None]
        where = reasons if row is None or row["is_active"] is None else head if row["is_active"] else idle
        is_named = re.search(rf"(^|[ :;]){re.escape(term)}( |$|,)", where, re.MULTILINE)
        assert is_named or re.search(r" \d+ more", where), (term, where)
    smaller = next((one for one in others if one.startswith("Smaller than")), "")
    for text, is_below in (("yes", True), ("no", False), ("cannot tell", None)):
        of = effects.filter(
            pl.col("minimum_effect").is_not_null() & pl.col("is_below_minimum").eq_missing(is_below)
        )
        told = re.search(rf"(?:; |: ){text}: ([^;]*?)(?:;|\.$)", smaller)
        named = set(re.split(r", | and ", told[1])) if told else set()
        names = {name.partition(" = ")[0] for name in named if not re.fullmatch(r"\d+ more", name)}
        assert names == set(of["term"]) or (names < set(of["term"]) and " more" in smaller), smaller


def assert_progress_agrees(study: Study, rows: pl.DataFrame, tables: Tables) -> None:
    """Firm or provisional, in progress or whole, and how many observations there are."""
    head = tables["statements"].filter(topic="outcome")["sentence"][0]
    made = dict(rows.group_by("run").agg(pl.col("folder").n_unique()).iter_rows())
    is_short = any(made.get(run.run, 0) < (study.replicates or 1) for run in study.treatments)
    assert ("in progress" in head) == is_short
    firm = tables["conclusions"]["is_firm"]
    data = sentences(tables, "data")
    if len(firm):
        assert firm.n_unique() == 1
        is_whole = rows["run"].n_unique() == len(study.treatments)
        assert firm[0] == ("provisional" not in data and is_whole)
    assert decided(tables, "fits")["n"].item() in (rows.height, rows["folder"].n_unique())


def assert_the_error_is_the_one_used(tables: Tables) -> None:
    fit = decided(tables, "fits").row(0, named=True)
    said = sentences(tables, "error_terms")
    if fit["error_unit"] == "folder" and fit["error_method"] not in ("Lenth", "error of strata"):
        noun = "degree" if fit["error_df"] == 1 else "degrees"
        assert f"{fit['error_df']:.0f} {noun} of freedom" in said
    tests = decided(tables, "effect_tests").filter("is_decisive")
    if fit["error_method"] == "error of strata":
        for row in tests.iter_rows(named=True):
            df = f"{row['df']:.0f} degree{'s' if row['df'] != 1 else ''} of freedom"
            assert row["method"].endswith("(Lenth)") or f"by {row['method']} ({df})" in said
    permuted = tests.filter(pl.col("permutation_p_value").is_not_null())
    differ = (permuted["permutation_p_value"] < fit["alpha"]) != permuted["is_active"]
    assert ("would decide otherwise" in said) == differ.any()
    assert ("gives the same verdicts" in said) == (permuted.height > 0 and not differ.any())


def assert_settings_agree(tables: Tables) -> None:
    """The best setting and its interval are those of the table."""
    said = sentences(tables, "settings")
    best = tables["settings"].filter("is_best")
    assert said.startswith("Best by these effects") == (best.height == 1)
    for row in best.iter_rows(named=True):
        levels = re.split(r", (?:mean|share) |[;.]", said.partition(": ")[2])[0].split(", ")
        assert {level for level in levels if " = " in level} <= set(row["levels"].split(", "))
        told = re.search(
            r"(?:mean|share) (?P<mean>[−0-9.]+)(?: s)? \[(?P<low>[−0-9.]+), (?P<high>[−0-9.]+)\]", said
        )
        assert (told is None) == (row["ci_low"] is None)
        for name, column in (("mean", "mean"), ("low", "ci_low"), ("high", "ci_high")):
            if told:
                assert value(told[name]) == pytest.approx(row[column], abs=last_place(told[name]))
