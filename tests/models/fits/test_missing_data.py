"""Runs, containers and values that are not there, said by their consequence."""

from typing import Any

import polars as pl
import pytest

from models.analysis import analyse
from models.design.alias_sets import aliases_in, aliases_of
from models.design.coding import FitError, code
from models.design.design import Design

Tables = dict[str, pl.DataFrame]


def about_data(tables: Tables, response: str = "Accuracy") -> list[str]:
    return tables["statements"].filter(topic="data", response=response)["sentence"].to_list()


def test_a_missing_run_takes_a_term_and_biases_the_others(study: Any, observations: pl.DataFrame) -> None:
    tables = analyse(study, observations.filter(pl.col("run") != 8))
    sentence = about_data(tables)[0]
    assert sentence.startswith("Accuracy: run 8 (CPU = 1500m, Memory = 3Gi, ")
    assert (
        "7 runs cannot carry all terms, so Memory:Network = CPU:Epochs was left out of the model" in sentence
    )
    assert (
        "it is counted in CPU, Memory, Network, Epochs, CPU:Memory = Network:Epochs and CPU:Network = Memory:Epochs"
        in sentence
    )
    fits = tables["fits"].filter(response="Accuracy", scale="identity").to_dicts()
    assert (
        fits[0]["dropped"] == ["Memory:Network"] and not fits[0]["is_balanced"] and fits[0]["df_resid"] == 21
    )
    aliases = dict(
        tables["effects"].filter(response="Accuracy", scale="identity").select("term", "aliases").rows()
    )
    assert aliases["CPU:Memory"] == "Network:Epochs = Memory:Network"


def test_without_all_runs_there_is_no_verdict_of_folders(study: Any, observations: pl.DataFrame) -> None:
    tables = analyse(study, observations.filter(pl.col("run") != 8))
    assert tables["effect_tests"]["error_unit"].unique().to_list() == ["container"]
    sentences = tables["statements"].filter(topic="error_terms")["sentence"]
    assert sentences.str.contains(
        "1 of 8 runs is missing, and Lenth's method needs the contrasts of all"
    ).any()


def test_a_missing_container_makes_the_sums_of_squares_marked_not_wrong(
    study: Any, observations: pl.DataFrame
) -> None:
    tables = analyse(study, observations.filter(pl.col("container_id") != "3_0_1"))
    assert not tables["fits"]["is_balanced"].any()
    assert "run 3 (3) has fewer observations than the 4 of others" in about_data(tables)[0]
    assert tables["fits"]["dropped"].list.len().sum() == 0


def test_a_larger_design_loses_a_run_and_keeps_its_terms(
    textbook: Any, two_level: Any, filtration: Any
) -> None:
    values: list[Any] = [[value] for value in filtration]
    values[4] = []
    tables = textbook(two_level("ABCD"), values)
    assert "all terms of the model can still be told apart" in about_data(tables, "y")[0]
    methods = tables["effect_tests"].select("error_unit", "method").unique().rows()
    assert methods == [("folder", "left-out terms")]


def test_values_that_are_no_numbers_are_left_out_and_named(study: Any, observations: pl.DataFrame) -> None:
    broken = observations.with_columns(
        value=pl.when(pl.col("container_id") == "1_0_1").then(float("nan")).otherwise(pl.col("value"))
    )
    tables = analyse(study, broken)
    assert about_data(tables)[0] == (
        "Accuracy: 1 value left out for being no finite number: container 1_0_1 in exp_11."
    )
    assert tables["fits"]["n"].to_list() == [31] * 4


def test_a_constant_response_is_not_fitted(study: Any, observations: pl.DataFrame) -> None:
    constant = observations.with_columns(
        value=pl.when(pl.col("response") == "Time").then(5.0).otherwise(pl.col("value"))
    )
    tables = analyse(study, constant)
    assert set(tables["fits"]["response"]) == {"Accuracy"}
    assert about_data(tables, "Time") == ["Time: all 32 observations are 5: there is nothing to explain."]


def test_one_run_alone_is_not_fitted(study: Any, observations: pl.DataFrame) -> None:
    tables = analyse(study, observations.filter(run=1))
    assert tables["fits"].is_empty()
    assert about_data(tables) == ["Accuracy: the runs observed (1) cannot estimate any effect."]


def test_no_observation_at_all_is_a_sentence(study: Any, observations: pl.DataFrame) -> None:
    tables = analyse(study, observations.clear())
    assert about_data(tables) == ["Accuracy: there is no observation of it."]
    assert all(tables[table].is_empty() for table in tables if table not in ("statements", "alias_sets"))
    assert set(tables["alias_sets"]["scope"]) == {"declared"}


def test_observations_of_another_design_are_refused(study: Any, observations: pl.DataFrame) -> None:
    with pytest.raises(FitError, match="found run 9 in folder exp_18, expected 1 to 8"):
        analyse(study, observations.with_columns(run=pl.col("run").replace(8, 9)))
    with pytest.raises(FitError, match="found no column value in the observations"):
        analyse(study, observations.drop("value"))


@pytest.mark.parametrize(
    ("letters", "generators"),
    [
        ("ABCD", ["D = ABC"]),
        ("ABCDE", ["E = ABCD"]),
        ("ABCDEF", ["E = ABC", "F = -BCD"]),
        ("ABC", ["C = AB"]),
    ],
)
def test_aliases_by_columns_are_those_of_the_defining_relation(
    declare: Any, two_level: Any, letters: str, generators: list[str]
) -> None:
    design = Design.of(declare(two_level(letters), generators=generators))
    found = aliases_of(design, design.runs["run"].to_numpy() - 1)
    for term, partners in found.items():
        if partners != ("mean",):
            assert sorted(partners) == sorted(design.aliases(term))


def test_in_half_of_a_factorial_the_runs_present_have_the_aliases_of_a_fraction(
    declare: Any, two_level: Any
) -> None:
    design = Design.of(declare(two_level("ABC")))
    half = (design.signs.prod(axis=1) > 0).nonzero()[0]
    found = aliases_in(design, code(design, ["A", "B", "C"], half))
    assert found["A"] == ("B:C",) and found["A:B:C"] == ("mean",)


def test_alias_sets_are_rows_of_both_scopes(study: Any, observations: pl.DataFrame) -> None:
    rows = analyse(study, observations.filter(pl.col("run") != 8))["alias_sets"]
    declared = {row["term"]: row for row in rows.filter(scope="declared").to_dicts()}
    present = {row["term"]: row for row in rows.filter(scope="present").to_dicts()}
    assert len(declared) == 4 + 6 + 4
    assert (declared["CPU:Memory"]["letters"], declared["CPU:Memory"]["aliases"]) == ("AB", "Network:Epochs")
    assert declared["CPU"]["aliases"] == "Memory:Network:Epochs"
    assert present["CPU"]["aliases"] == "Memory:Network:Epochs = Memory:Network"
    assert present["Memory:Network"]["aliases"].startswith("CPU:Epochs = CPU = Memory")
