"""Runs, containers and values that are not there, said by their consequence."""

from typing import Any

import polars as pl
import pytest

from models.analysis import analyse
from models.conformance.comparison import RESPONSE, load_data_sets
from models.declared.study import Study
from models.design.alias_sets import aliases_in, aliases_of
from models.design.coding import FitError, code
from models.design.design import Design
from models.textbook import textbook_observations

Tables = dict[str, pl.DataFrame]


def about_data(tables: Tables, response: str = "Accuracy") -> list[str]:
    return tables["statements"].filter(topic="data", response=response)["sentence"].to_list()


def test_a_missing_run_takes_a_term_and_biases_the_others(study: Any, observations: pl.DataFrame) -> None:
    tables = analyse(study, observations.filter(pl.col("run") != 8))
    sentence = about_data(tables)[0]
    assert sentence.startswith("Accuracy: in progress, 7 of 8 runs: run 8 (CPU = 1500m, Memory = 3Gi, ")
    assert (
        "Memory:Network = CPU:Epochs cannot be told from the other terms and is not in the model" in sentence
    )
    assert sentence.endswith("Run 8 would complete the model.")
    assert (
        "it is counted in CPU, Memory, Network, Epochs, CPU:Memory = Network:Epochs and CPU:Network = Memory:Epochs"
        in sentence
    )
    fits = tables["fits"].filter(response="Accuracy", scale="identity").to_dicts()
    assert (
        fits[0]["dropped"] == ["Memory:Network"] and not fits[0]["is_balanced"] and fits[0]["df_resid"] == 21
    )
    aliases = dict(
        tables["effects_by_scale"]
        .filter(response="Accuracy", scale="identity")
        .select("term", "aliases")
        .rows()
    )
    assert aliases["CPU:Memory"] == "Network:Epochs - Memory:Network"


def test_without_a_run_folders_judge_the_largest_model_that_they_bear(
    study: Any, observations: pl.DataFrame
) -> None:
    """R 4.2.2: lm(y ~ CPU + Memory + Network + Epochs) of the seven means without run 4: Network p .04091, 2 df."""
    tables = analyse(study, observations.filter(pl.col("run") != 4))
    rows = tables["effect_tests"].filter(response="Accuracy", scale="identity", error_unit="folder")
    (network,) = rows.filter(term="Network").to_dicts()
    assert (f"{network['p_value']:.3f}", network["df"], network["method"]) == ("0.041", 2.0, "left-out terms")
    assert set(rows["term"]) == {"CPU", "Memory", "Network", "Epochs"} and rows["is_decisive"].all()
    outcome = tables["statements"].filter(topic="outcome", response="Accuracy")["sentence"][0]
    assert outcome.startswith(
        "Accuracy (in progress, 7 of 8 runs), if the interactions that these runs cannot bear are zero: Network"
    )


def test_half_of_a_fraction_gives_no_verdict_and_says_which_runs_would(
    study: Any, observations: pl.DataFrame
) -> None:
    tables = analyse(study, observations.filter(pl.col("run") <= 4))
    assert not tables["effect_tests"]["is_decisive"].any()
    outcome = tables["statements"].filter(topic="outcome", response="Time")["sentence"].to_list()
    assert len(outcome) == 1 and outcome[0].startswith(
        "Time (in progress, 4 of 8 runs): no effect can be judged yet: 4 of 8 runs are missing"
    )
    assert about_data(tables, "Time")[0].endswith("Runs 5, 6, 7 and 8 would complete the model.")
    aliases = dict(tables["effects_by_scale"].select("term", "aliases").rows())
    assert aliases["CPU"] == "-CPU:Network = -Memory:Epochs = Memory:Network:Epochs"


@pytest.mark.parametrize("lost", range(1, 9))
def test_a_lost_run_makes_no_conclusion_stronger(
    study: Any, observations: pl.DataFrame, published: Tables, lost: int
) -> None:
    def active(tables: Tables) -> set[tuple[str, str]]:
        scales = tables["fits"].filter("is_decisive").select("response", "scale")
        rows = (
            tables["effect_tests"].filter("is_decisive", "is_active").join(scales, on=["response", "scale"])
        )
        return set(rows.select("response", "term").rows())

    assert active(analyse(study, observations.filter(pl.col("run") != lost))) <= active(published)


# R 4.2.2 with car 3.1: d <- expand.grid(r = 1:4, Temp = factor(1:3), Mat = factor(1:3)); d$y <- the battery lives;
# options(contrasts = c("contr.sum", "contr.poly")); m <- lm(y ~ Mat*Temp, subset(d, !(Mat == 3 & Temp == 3)));
# drop1(m, . ~ ., test = "F"), the same as Anova(m, type = 3, singular.ok = TRUE).
BATTERY = [
    *((130, 155, 74, 180), (150, 188, 159, 126), (138, 110, 168, 160)),
    *((34, 40, 80, 75), (136, 122, 106, 115), (174, 120, 150, 139)),
    *((20, 70, 82, 58), (25, 70, 58, 45), (96, 104, 82, 60)),
]
LOST_CELL: dict[int, dict[str, tuple[float, int, float | None, float | None]]] = {
    9: {
        "Mat": (3800.2, 1, 5.3287, 0.029905),
        "Temp": (8325.4, 1, 11.6740, 0.002263),
        "Mat:Temp": (9585.3, 3, 4.4802, 0.012374),
        "Residual": (17115.8, 24, None, None),
    },
    4: {
        "Mat": (1683, 1, 2.4397, 0.1314),
        "Temp": (39043, 1, 56.5836, 9.222e-08),
        "Mat:Temp": (2572, 3, 1.2424, 0.3163),
        "Residual": (16560, 24, None, None),
    },
}


@pytest.mark.parametrize("lost", LOST_CELL)
def test_a_lost_cell_leaves_what_can_be_estimated_of_an_interaction(textbook: Any, lost: int) -> None:
    values = [list(cell) for cell in BATTERY]
    values[lost - 1] = []
    tables = textbook({"Mat": ["1", "2", "3"], "Temp": ["15", "70", "125"]}, values)
    rows = {row["source"]: row for row in tables["anova_by_scale"].filter(scale="identity").to_dicts()}
    for source, (sum_sq, df, f_value, p_value) in LOST_CELL[lost].items():
        assert rows[source]["df"] == df
        assert rows[source]["sum_sq"] == pytest.approx(sum_sq, abs=0.5)
        assert rows[source]["f_value"] == (f_value and pytest.approx(f_value, abs=1e-4))
        assert rows[source]["p_value"] == (p_value and pytest.approx(p_value, rel=1e-3))
    sentence = about_data(tables, "y")[0]
    assert "of Mat:Temp 3 of 4 degrees of freedom can be estimated" in sentence
    assert sentence.endswith(f"Run {lost} would complete the model.")
    assert tables["fits"]["dropped"].list.len().to_list() == [0, 0]


def test_levels_that_were_never_run_leave_the_others(textbook: Any) -> None:
    """R 4.2.2: anova(lm(y ~ A*B)) of the four cells: B F(1, 4) = 1191.1, A:B F(1, 4) = 0.363."""
    values = [(1, 1.5), (2, 2.5), (11, 11.2), (12, 12.9), (), ()]
    tables = textbook({"A": ["l", "h"], "B": ["1", "2", "3"]}, values)
    rows = {row["source"]: row for row in tables["anova_by_scale"].filter(scale="identity").to_dicts()}
    assert (rows["B"]["df"], f"{rows['B']['f_value']:.1f}") == (1, "1191.1")
    assert (rows["A:B"]["df"], f"{rows['A:B']['f_value']:.3f}") == (1, "0.363")
    outcome = tables["statements"].filter(topic="outcome")["sentence"][0]
    assert outcome.startswith("y (in progress, 4 of 6 runs): B (1 → 2) +10.02 [9.22, 10.83] and A (l → h)")
    sentence = about_data(tables, "y")[0]
    assert "of B 1 of 2 degrees of freedom can be estimated; of A:B 1 of 2" in sentence
    assert "counted in" not in sentence and sentence.endswith("Runs 5 and 6 would complete the model.")


def test_what_is_lost_does_not_depend_on_the_order_of_levels(textbook: Any) -> None:
    values = [list(cell) for cell in BATTERY]
    values[4] = []
    forth = textbook({"M": ["1", "2", "3"], "T": ["a", "b", "c"]}, values)["anova_by_scale"]
    back = textbook({"M": ["3", "2", "1"], "T": ["c", "b", "a"]}, values[::-1])["anova_by_scale"]
    for column in ("sum_sq", "f_value"):
        assert forth[column].drop_nulls().to_numpy() == pytest.approx(back[column].drop_nulls().to_numpy())


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
    assert "all terms of the model can be told apart already" in about_data(tables, "y")[0]
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
    assert present["CPU"]["aliases"] == "Memory:Network:Epochs - Memory:Network"
    assert present["Memory:Network"]["aliases"].startswith("CPU:Epochs - CPU - Memory")


def test_a_term_that_no_run_tells_from_the_lost_part_of_another_is_said_to_be_judged_so() -> None:
    """R's drop1 gives wool no degree of freedom beside the lost cell (r_warpbreaks_lost_cell.toml)."""
    one = load_data_sets()["r_warpbreaks_lost_cell"]
    study = one.study("warpbreaks", ["wool", "tension", "wool:tension"])
    tables = analyse(study, textbook_observations(study, {RESPONSE: one.of_runs}))
    (gaps,) = [text for text in about_data(tables, RESPONSE) if "in progress" in text]
    assert "wool is judged as if the rest were zero, since the runs cannot tell it from that" in gaps
    (head,) = tables["statements"].filter(topic="outcome", kind="finding")["sentence"]
    wool = tables["effects_by_scale"].filter(term="wool", scale="identity")["is_active"].item()
    assert ("if what these runs cannot tell of wool:tension is zero" in head) == wool


def test_main_effects_alone_judge_nothing_where_box_cox_says_that_they_do_not_add_up(
    study: Any, observations: pl.DataFrame
) -> None:
    """In seconds nothing stands out of all eight runs; seven, fitted without interactions, must not say more."""
    declared = study.model_dump(mode="json", exclude_unset=True)
    declared["responses"]["Time"]["scale"] = "identity"
    seconds = Study.model_validate(declared)
    for lost in range(9):
        tables = analyse(seconds, observations.filter(pl.col("run") != lost))
        effects = tables["effects_by_scale"].filter(response="Time", scale="identity")
        assert not effects["is_active"].fill_null(False).any()
        head = tables["statements"].filter(response="Time", topic="outcome")["sentence"][0]
        assert ("those do not add up on this scale" in head) == (lost > 0)


ABD_AND_C = {"a+_b-_c-_d+_2": {"B": "+"}, "a-_b-_c+_d+_2": {"D": "-"}}


def beside_a_fraction(
    folders: str = "a{A}_b{B}_c{C}_d{D}_{replicate}", ran_with: dict[str, dict[str, str]] = ABD_AND_C
) -> Study:
    """A half fraction with I = ABCD, and folders that ran with levels of none of its runs."""
    return Study.model_validate(
        {
            "name": "beside",
            "folders": folders,
            "factors": {name: ["-", "+"] for name in "ABCD"},
            "generators": ["D = ABC"],
            "terms": ["A", "B", "C", "D", "A:B", "A:C", "A:D"],
            "responses": {"y": {"metric": "y"}},
            "ran_with": ran_with,
        }
    )


def filtration_rows(study: Study, filtration: Any, folders: list[str]) -> pl.DataFrame:
    """The filtration rates of Montgomery's whole 2^4, each at the levels that the folder ran with."""
    rows = []
    for folder in folders:
        claim = study.claim(folder)
        assert claim and claim.run
        levels = [*study.treatments, *study.others][claim.run - 1].levels
        place = sum(("-", "+").index(levels[name]) << i for i, name in enumerate("ABCD"))
        rows.append({"response": "y", "run": claim.run, "folder": folder, "container_id": folder,
                     "started_at": None, "stopped_at": None, "value": float(filtration[place])})  # fmt: skip
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys(("started_at", "stopped_at"), pl.Datetime("us")))


def test_folders_beside_a_fraction_count_by_what_they_ran_with(filtration: Any) -> None:
    """R 4.2.2: lm(y ~ A+B+C+D+A:B+A:C+A:D) on the actual levels of ten folders, abd and c beside I = ABCD.

    The weights of aliases are R's lm(C*D ~ the same terms).
    """
    study = beside_a_fraction()
    planned = ["_".join(f"{n.lower()}{s}" for n, s in run.levels.items()) + "_1" for run in study.treatments]
    rows = filtration_rows(study, filtration, [*planned, *study.ran_with])
    assert rows["run"].to_list() == list(range(1, 11))
    tables = analyse(study, rows)
    effects = {row["term"]: row for row in tables["effects_by_scale"].filter(scale="identity").to_dicts()}
    halves = {"A": 10.3125, "B": 1.5625, "C": 6.1875, "D": 9.0625, "A:B": -0.875, "A:C": -8.875, "A:D": 9.125}
    assert {term: row["effect"] / 2 for term, row in effects.items()} == pytest.approx(halves, rel=1e-9)
    tests = dict(
        tables["effect_tests"].filter("is_decisive", scale="identity").select("term", "p_value").rows()
    )
    p_values = {"A": 0.0253563644442, "B": 0.4491841884510, "C": 0.0660377358491, "D": 0.0324729266951,
                "A:B": 0.6533421372308, "A:C": 0.0337900130047, "A:D": 0.0320506989448}  # fmt: skip
    assert tests == pytest.approx(p_values, rel=1e-9)
    assert effects["A:B"]["aliases"] == "+ 0.75 C:D + 0.25 B:D - 0.25 B:C"
    fits = tables["fits"].filter(scale="identity").to_dicts()[0]
    assert (fits["df_resid"], fits["is_balanced"]) == (2, False)
    said = tables["statements"].filter(topic="order")["sentence"].to_list()
    assert any(
        "_2 ran with B = + instead of the planned level" in each and "run 9, beside" in each for each in said
    )
    assert any(each.startswith("Runs 9 and 10 have levels that no run of the design has") for each in said)


def test_what_is_counted_of_an_alias_is_weighed_by_the_executions(filtration: Any) -> None:
    """R 4.2.2: lm(C*D ~ A+B+C+D+A:B+A:C+A:D), and of B*D and B*C, of thirteen folders: run 1 twice, run 2 three times."""
    study = beside_a_fraction()
    planned = ["_".join(f"{n.lower()}{s}" for n, s in run.levels.items()) for run in study.treatments]
    again = [f"{planned[0]}_7", f"{planned[1]}_7", f"{planned[1]}_8"]
    rows = filtration_rows(study, filtration, [*(f"{one}_1" for one in planned), *study.ran_with, *again])
    tables = analyse(
        study, rows.with_columns(pl.col("value") + pl.int_range(pl.len()) / 10)
    )  # equal ones are copies
    (effect,) = tables["effects_by_scale"].filter(scale="identity", term="A:B").to_dicts()
    assert effect["aliases"].startswith("+ 0.72 C:D + 0.28 B:D - 0.28 B:C")
    (row,) = tables["alias_sets"].filter(scope="present", term="A:B").to_dicts()
    assert row["aliases"] == effect["aliases"]
    # by R 0.009 of C:D is counted in A, which is as good as nothing
    of_main = tables["alias_sets"].filter(scope="present", term="A")["aliases"].item()
    assert of_main.startswith("+ 0.81 B:C:D") and " C:D" not in of_main


def test_a_botched_run_leaves_its_own_run_to_come(filtration: Any) -> None:
    """R 4.2.2: lm(y ~ A + B + C + D) of the seven planned runs that are there and abd, which ran instead of ad."""
    study = beside_a_fraction("r{run}", {"r2": {"B": "+"}})
    tables = analyse(study, filtration_rows(study, filtration, [f"r{run}" for run in range(1, 9)]))
    rows = tables["effect_tests"].filter("is_decisive", scale="identity")
    p_values = {"A": 0.356169988502, "B": 0.454782150686, "C": 0.352018965296, "D": 0.424367032145}
    assert dict(rows.select("term", "p_value").rows()) == pytest.approx(p_values, rel=1e-9)
    said = " ".join(tables["statements"]["sentence"].to_list())
    assert "8 runs + 1 beside the design, in progress: run 2 to come" in said
