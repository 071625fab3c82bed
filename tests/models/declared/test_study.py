"""Study files: what is read, and one refusal for each way to get it wrong."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from models.declared.study import Study, StudyError, load_studies, load_study

FLTK = Path(__file__).parents[3] / "models" / "studies" / "fltk_2_4_1.toml"
TERMS = 'terms = ["CPU", "Memory", "Network", "Epochs", "CPU:Memory", "CPU:Network", "Memory:Network"]'


def changed(folder: Path, *changes: tuple[str, str]) -> Study:
    text = FLTK.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "study.toml"
    path.write_text(text)
    return load_study(path)


def refusals(folder: Path, *changes: tuple[str, str]) -> list[str]:
    with pytest.raises(StudyError) as refused:
        changed(folder, *changes)
    lines = str(refused.value).splitlines()
    assert all(line.startswith(f"{folder / 'study.toml'}: ") for line in lines)
    assert all(line.endswith(".") for line in lines)
    return [line.removeprefix(f"{folder / 'study.toml'}: ") for line in lines]


def test_the_published_study_is_read_as_declared() -> None:
    (study,) = load_studies(FLTK.parent).studies
    assert study.name == "fltk_2_4_1"
    assert list(study.factors) == ["CPU", "Memory", "Network", "Epochs"]
    assert study.responses["Accuracy"].reduce == "last"
    assert study.responses["Time"].between == ("start", "stop")
    assert study.promises.path == "{Network}_fashion-mnist"
    assert study.treatments[1].levels == {
        "CPU": "1500m",
        "Memory": "1.5Gi",
        "Network": "FashionMNISTCNN",
        "Epochs": "10",
    }


def test_terms_left_out_are_the_main_effects_and_one_interaction_of_each_alias_set(tmp_path: Path) -> None:
    study = changed(tmp_path, (TERMS, ""))
    assert study.terms == (
        "CPU", "Memory", "Network", "Epochs", "CPU:Memory", "CPU:Network", "Memory:Network",
    )  # fmt: skip


def test_terms_are_written_in_the_order_of_the_factors(tmp_path: Path) -> None:
    study = changed(tmp_path, (TERMS, 'terms = ["Epochs : CPU", "Network"]'))
    assert study.terms == ("CPU:Epochs", "Network")


def test_a_design_with_more_levels_gets_main_effects_and_two_factor_interactions(tmp_path: Path) -> None:
    study = changed(
        tmp_path,
        ('generators = ["D = ABC"]', ""),
        (TERMS, ""),
        ('CPU = ["750m", "1500m"]', 'CPU = ["1", "2", "3"]'),
    )
    assert len(study.terms) == 4 + 6
    assert len(study.treatments) == 3 * 2 * 2 * 2


@pytest.mark.parametrize(
    ("generators", "sentence"),
    [
        ('"D ABC"', "found 'D ABC', expected a generator like 'D = ABC'"),
        ('"D = ABQ"', "found 'D = ABQ', but no factor has the letter Q; expected letters out of A = CPU"),
        ('"I = ABCD"', "no factor has the letter I"),
        ('"D = ABC", "D = AB"', "found 'D = ABC' and 'D = AB', expected one generator for D"),
        ('"D = ABD"', "found 'D = ABD', expected each letter once"),
        ('"D = A"', "make the columns of CPU and Epochs identical (I = AD)"),
        ('"D = -A"', "make the columns of CPU and Epochs opposite (I = -AD)"),
        ('"C = AB", "D = AB"', "make the columns of Network and Epochs identical (I = CD)"),
        ('"C = AB", "D = ABC"', "found 'D = ABC', but 'C = AB' defines C itself"),
    ],
)
def test_generators_that_make_no_design_are_refused(tmp_path: Path, generators: str, sentence: str) -> None:
    (line,) = refusals(tmp_path, ('"D = ABC"', generators))
    assert line.startswith("generators: ") and sentence in line


def test_generators_beside_three_levels_are_refused(tmp_path: Path) -> None:
    (line,) = refusals(tmp_path, ('["750m", "1500m"]', '["750m", "1500m", "3000m"]'))
    assert "generators beside CPU with more than two levels" in line and "full factorial" in line


def test_a_design_that_nobody_runs_is_refused(tmp_path: Path) -> None:
    factors = "\n".join(f'F{i} = ["0", "1"]' for i in range(40))
    lines = refusals(tmp_path, ('generators = ["D = ABC"]', ""), ("\n[factors]", f"\n[factors]\n{factors}"))
    assert any("found a design of" in line for line in lines)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (
            '"CPU:Memory", "Network:Epochs"',
            "found the terms CPU:Memory and Network:Epochs, which are aliased under I = ABCD",
        ),
        ('"CPU", "Memory:Network:Epochs"', "CPU and Memory:Network:Epochs, which are aliased"),
        ('"CPU:Memory:Network:Epochs"', "aliased with the mean under I = ABCD"),
        ('"CPU:Disk"', "'Disk' is no factor"),
        ('"CPU:CPU"', "found 'CPU' twice"),
        ('"CPU:Memory", "Memory:CPU"', "found the term CPU:Memory twice"),
    ],
)
def test_terms_that_cannot_be_estimated_are_refused(tmp_path: Path, terms: str, sentence: str) -> None:
    (line,) = refusals(tmp_path, (TERMS, f"terms = [{terms}]"))
    assert line.startswith("terms: ") and sentence in line


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    lines = refusals(
        tmp_path,
        ("fltk_2_4_1", "Runs!"),
        ("Europe/Amsterdam", "Mars/Base"),
        ('equals = "Epochs"', 'equals = "CPU"'),
        ("exp_1{run}", "../exp_{foo}"),
        ("containers = 4", 'containers = "4"'),
        ('"maximize"', '"max"'),
        ('unit = "s"', 'unitt = "s"'),
    )
    where = [line.split(":")[0] for line in lines]
    assert set(where) == {
        "name", "timezone", "promises", "folders", "containers", "responses.Accuracy.goal", "responses.Time.unitt",
    }  # fmt: skip
    (unknown,) = [line for line in lines if "unitt" in line]
    assert "expected one of metric, column, key, within, reduce, between, unit, goal, range, scale" in unknown


@pytest.mark.parametrize("name", ["", "1a", "A", "a-b", 'x" as select 1; --', "a" * 64, "ä"])
def test_a_study_name_that_cannot_be_a_view_is_refused(tmp_path: Path, name: str) -> None:
    (line,) = refusals(tmp_path, ('name = "fltk_2_4_1"', f"name = '{name}'"))
    assert line.startswith("name: ")


def test_a_study_may_not_take_the_name_of_a_relation() -> None:
    with pytest.raises(StudyError, match="a relation of the warehouse already"):
        load_study(FLTK, reserved={"FLTK_2_4_1"})


@pytest.mark.parametrize("name", ["C", "Q", "I", "CPU share", "Größe", 'a "b"', "it's", "x-y", "é.b[0]"])
def test_factor_and_response_names_are_the_users(tmp_path: Path, name: str) -> None:
    key = "'''" + name + "'''" if '"' in name else f'"{name}"'
    quoted = f"'{name}'" if '"' in name else f'"{name}"'
    study = changed(
        tmp_path,
        ("CPU = [", f"{quoted} = ["),
        (TERMS, f"terms = [{key}]"),
        ("[responses.Time]", "[responses.Zeit]"),
    )
    assert next(iter(study.factors)) == name
    assert study.terms == (name,)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('"latest"', "'latest'"),
        ('"Last"', "'Last'"),
        ('""', "''"),
        ("true", "True"),
        ('["last"]', "['last']"),
    ],
)
def test_a_rule_for_restarts_that_is_none_is_refused(tmp_path: Path, value: str, found: str) -> None:
    (line,) = refusals(tmp_path, ("containers = 4", f"containers = 4\nrestarts = {value}"))
    assert line == f"restarts: found {found}, expected 'quarantine', 'first' or 'last'. Correct it."


@pytest.mark.parametrize("name", ["x = y", "a + b", "a - b", "- a", "+a", "-A"])
def test_names_that_read_as_aliases_are_refused(tmp_path: Path, name: str) -> None:
    """With `D = ABC`, a factor `x = y` for A made pages say that C is the effect of x (models/wording.py, `links`)."""
    (line,) = refusals(tmp_path, ("CPU = [", f'"{name}" = ['))[:1]
    assert f"found the factor name {name!r}, expected one without =, + or - between blanks" in line


@pytest.mark.parametrize(
    "name", ["", " ", "a:b", " a", "a\\nb", "a\\u2028b", "Run", "FOLDER", "container_id", "memory", "value"]
)
def test_names_that_cannot_be_columns_are_refused(tmp_path: Path, name: str) -> None:
    lines = refusals(tmp_path, ("CPU = [", f'"{name}" = ['))
    assert any(line.startswith("factors: found the factor name") and "Rename it." in line for line in lines)


def test_a_response_may_not_be_called_as_a_factor(tmp_path: Path) -> None:
    (line,) = refusals(tmp_path, ("[responses.Time]", "[responses.cpu]"))
    assert "found the response name 'cpu', but 'CPU' is taken" in line


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        ('["1"]', "two or more different levels"),
        ('["1", "1"]', "two or more different levels"),
        ('["1", " 2"]', "texts without control characters"),
        ('["1", ""]', "texts without control characters"),
        ("[1, 2]", "Write it in quotes."),
        ('"1"', "expected"),
    ],
)
def test_levels_that_cannot_be_are_refused(tmp_path: Path, levels: str, sentence: str) -> None:
    lines = refusals(tmp_path, ('CPU = ["750m", "1500m"]', f"CPU = {levels}"))
    assert any(sentence in line for line in lines)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('metric = "accuracy per epoch"\nreduce', "reduce"), "none of metric, column, key and between"),
        (('between = ["start", "stop"]', 'between = ["start", "stop"]\nmetric = "x"'), "metric and between"),
        (('["start", "stop"]', '["stop", "start"]'), "expected the earlier stamp first"),
        (('["start", "stop"]', '["start", "start"]'), "expected the earlier stamp first"),
        (("range = [0, 100]", "range = [100, 0]"), "expected the lower bound first"),
        (("range = [0, 100]", "range = [0, nan]"), "expected the lower bound first"),
        (('reduce = "last"', 'reduce = "median"'), "expected 'last', 'first', 'max', 'min' or 'mean'"),
    ],
)
def test_responses_that_say_two_things_or_nothing_are_refused(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    (line,) = refusals(tmp_path, change)
    assert line.startswith("responses.") and sentence in line


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("/exp_{run}", "below the log root"),
        ("a/../exp_{run}", "'..'"),
        ("a//{run}", "empty part"),
        ("exp_{run", "without its partner"),
        ("exp_{Run}", "expected {run}, {replicate}, {CPU}"),
        ("exp_*", "does not tell the run"),
        ("{CPU}_{Memory}_{Network}", "({Epochs} missing)"),
        ("{run}{replicate}*", "some text between the two"),
        ("exp_{run}_{replicate}*", "some text between the two"),
    ],
)
def test_folder_patterns_that_cannot_be_read_are_refused(tmp_path: Path, pattern: str, sentence: str) -> None:
    lines = refusals(tmp_path, ("exp_1{run}", pattern))
    assert any(line.startswith("folders: ") and sentence in line for line in lines)


@pytest.mark.parametrize(
    ("pattern", "folder", "run", "replicate"),
    [
        ("exp_1{run}", "exp_18", 8, None),
        ("exp_1{run}", "exp_19", None, None),
        ("exp_1{run}", "exp_10", None, None),
        ("night/exp_{run}_{replicate}", "night/exp_3_b", 3, "b"),
        ("exp_{run}{replicate}", "exp_3b", 3, "b"),
        ("*_{run}*", "any_thing_3 of May", 3, None),
        ("{Epochs}/{Network}_{CPU}_{Memory}", "10/FashionMNISTCNN_1500m_1.5Gi", 2, None),
        ("{Epochs}/{Network}_{CPU}_{Memory}", "5/FashionMNISTCNN_1500m_1.5Gi", None, None),
        ("{Epochs}/{Network}_{CPU}_{Memory}", "20/FashionMNISTCNN_1500m_1.5Gi", None, None),
    ],
)
def test_a_folder_is_claimed_with_its_run_and_replicate(
    tmp_path: Path, pattern: str, folder: str, run: int | None, replicate: str | None
) -> None:
    claim = changed(tmp_path, ("exp_1{run}", pattern)).claim(folder)
    assert claim is not None
    assert (claim.run, claim.replicate) == (run, replicate)


@pytest.mark.parametrize(
    "folder", ["exp_2", "exp_1x", "exp_18/train_job_0", "x/exp_18", "exp_1８", "exp_18\n"]
)
def test_other_folders_are_not_claimed(folder: str) -> None:
    assert load_study(FLTK).claim(folder) is None


def test_levels_in_the_path_are_given_even_where_they_contradict_the_run(tmp_path: Path) -> None:
    claim = changed(tmp_path, ("exp_1{run}", "exp_{run}_{CPU}")).claim("exp_1_1500m")
    assert claim is not None
    assert (claim.run, claim.levels) == (1, {"CPU": "1500m"})


def test_centre_points_are_runs_after_those_of_the_design(tmp_path: Path) -> None:
    center = 'center_runs = 2\ncenter = { CPU = "1", Memory = "2", Network = "3", Epochs = "7" }\n\n[factors]'
    study = changed(tmp_path, ("\n[factors]", f"\n{center}"))
    assert [treatment.run for treatment in study.treatments if treatment.is_center] == [9, 10]
    claim = study.claim("exp_110")
    assert claim is not None and claim.run == 10


@pytest.mark.parametrize(
    ("center", "sentence"),
    [
        ('{ CPU = "1" }', "expected levels of CPU, Memory, Network, Epochs"),
        (
            '{ CPU = "750m", Memory = "2", Network = "3", Epochs = "7" }',
            "expected one between 750m and 1500m",
        ),
    ],
)
def test_a_centre_that_is_none_is_refused(tmp_path: Path, center: str, sentence: str) -> None:
    (line,) = refusals(tmp_path, ("\n[factors]", f"\ncenter = {center}\n\n[factors]"))
    assert line.startswith("center: ") and sentence in line


@pytest.mark.parametrize(
    ("promise", "sentence"),
    [
        ('path = "x/{CPU}"', "expected one segment"),
        ('path = "constant"', "expected one segment of a path with a factor"),
        ('path = "{run}"', "found {run}"),
        ('config = { file = "../c.json", levels = { CPU = "a" } }', "'..'"),
        ('config = { file = "c.json", levels = { Disk = "a" } }', "found config.levels.Disk"),
        ("longest_seconds = 0", "greater than 0"),
    ],
)
def test_promises_about_nothing_are_refused(tmp_path: Path, promise: str, sentence: str) -> None:
    (line,) = refusals(tmp_path, ('path = "{Network}_fashion-mnist"', promise))
    assert line.startswith("promises") and sentence in line


def test_a_file_that_is_no_toml_or_no_text_is_refused_with_the_line(tmp_path: Path) -> None:
    assert "at line 1" in refusals(tmp_path, ('name = "fltk_2_4_1"', "name = fltk"))[0]
    (tmp_path / "study.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(StudyError, match="not UTF-8"):
        load_study(tmp_path / "study.toml")
    with pytest.raises(StudyError, match="Check the path"):
        load_study(tmp_path / "none.toml")


def test_all_files_of_a_folder_are_judged_together(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(FLTK.read_text())
    (tmp_path / "c.toml").write_text("x = 1")
    with pytest.raises(StudyError) as refused:
        load_studies(tmp_path)
    text = str(refused.value)
    assert f"{tmp_path / 'b.toml'}: name: found 'fltk_2_4_1', which {tmp_path / 'a.toml'} has" in text
    assert f"{tmp_path / 'c.toml'}: x: found an unknown key" in text


def test_a_refused_file_stands_beside_the_studies_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(FLTK.read_text())
    (tmp_path / "b.toml").write_text('title = "b"\n  name = "other" # broken below\nx = [\n')
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe")
    declared = load_studies(tmp_path)
    assert [study.name for study in declared.studies] == ["fltk_2_4_1"]
    assert [(each.file.name, each.name) for each in declared.refused] == [
        ("b.toml", "other"),
        ("c.toml", None),
    ]


def test_the_digest_changes_with_the_declaration_only(tmp_path: Path) -> None:
    study = load_study(FLTK)
    assert changed(tmp_path, ("# low, high", "# from, to")).digest() == study.digest()
    assert changed(tmp_path, ("exp_1{run}", "exp_{run}")).digest() != study.digest()
    swapped = ('Memory = ["1.5Gi", "3Gi"]\nNetwork', 'Memory = ["3Gi", "1.5Gi"]\nNetwork')
    assert changed(tmp_path, swapped).digest() != study.digest()


def test_reading_a_study_imports_no_heavy_library() -> None:
    heavy = "numpy scipy pandas statsmodels polars pyDOE2 great_expectations altair prefect"
    code = f"import sys, models.declared.study; print([name for name in '{heavy}'.split() if name in sys.modules])"
    root = FLTK.parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"


CENTRED = {
    "name": "centred",
    "folders": "a{A}_b{B}_{replicate}",
    "factors": {"A": ["1", "2"], "B": ["10", "20"]},
    "center": {"A": "1.5", "B": "15"},
    "center_runs": 3,
    "responses": {"y": {"metric": "y"}},
}


def test_folders_at_the_centre_are_told_by_their_levels() -> None:
    centred = Study.model_validate(CENTRED)
    names = ["a1.5_b15_1", "a1.50_b15.0_2", "a1.5_b15_3", "a1.5_b15_0", "a1.5_b15_x", "a2_b15_1", "a2_b20_3"]
    claims = [centred.claim(name) for name in names]
    assert [claim and claim.run for claim in claims] == [5, 6, 7, 7, 5, None, 4]


def test_a_folder_counts_for_the_levels_that_it_ran_with() -> None:
    study = Study.model_validate({**CENTRED, "ran_with": {"a1_b10_2": {"B": "20"}}})
    planned, other = study.claim("a1_b10_1"), study.claim("a1_b10_2")
    assert planned and other and (planned.run, other.run) == (1, 3)
    assert other.levels == {"A": "1", "B": "20"}
    with pytest.raises(ValidationError, match=r"found ran_with.*b_10, which folders = .* does not claim"):
        Study.model_validate({**CENTRED, "ran_with": {"b_10": {"B": "20"}}})
    with pytest.raises(ValidationError, match="found B = '21' of a1_b10_2"):
        Study.model_validate({**CENTRED, "ran_with": {"a1_b10_2": {"B": "21"}}})


def test_levels_of_no_run_of_a_fraction_are_a_run_beside_it() -> None:
    """In I = ABC run 1 is (-, -, +); B alone turned gives (-, +, +), which the fraction lacks."""
    keys = {**CENTRED, "folders": "x{run}", "center": {}, "center_runs": 1, "generators": ["C = AB"]}
    keys["factors"] = {"A": ["1", "2"], "B": ["10", "20"], "C": ["x", "y"]}
    study = Study.model_validate({**keys, "ran_with": {"x1": {"B": "20"}}})
    claim = study.claim("x1")
    assert claim and (claim.run, claim.levels) == (5, {"A": "1", "B": "20", "C": "y"})
    assert len(study.treatments) == 4 and [other.run for other in study.others] == [5]
    stray = study.claim("x5")  # no folder is run 5 by its number
    assert stray and stray.run is None
    del keys["folders"]
    columns = {"container": "id", "A": "a", "B": "b", "C": "c"}
    keys |= {"source": {"table": "t.csv", "columns": columns}, "responses": {"y": {"column": "y"}}}
    some = Study.model_validate({**keys, "ran_with": {"t.csv:1": {"B": "20"}}})
    whole = Study.model_validate({**keys, "ran_with": {"t.csv:1": {"A": "1", "B": "20", "C": "y"}}})
    assert (some.others, [other.run for other in whole.others]) == ((), [5])
    assert whole.execution_word == "row"
