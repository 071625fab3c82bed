"""Rows from trees: elements of lists, parallel lists, a line a row; which of them is the run."""

import json

import polars as pl
import pytest

from flows.reading.records.rows import Problem, Records, Shape, read_records


def read(content: object, *wanted: str, name: str = "x.json", **shape: object) -> Records:
    text = content if isinstance(content, str) else json.dumps(content)
    return read_records(text.encode(), name, wanted, Shape(**shape))  # type: ignore[arg-type]


def rows(content: object, *wanted: str, name: str = "x.json", **shape: object) -> list[tuple[object, ...]]:
    """Line, element, item and cells of a file without a problem."""
    records = read(content, *wanted, name=name, **shape)
    assert records.problems == ()
    return records.frame.rows()


def told(records: Records) -> list[tuple[str, int | None, str]]:
    return [(problem.code, problem.line, problem.found) for problem in records.problems]


def test_one_object_is_one_row() -> None:
    assert rows('{"lr": 1e-3, "test": {"acc": 0.50}}', "test.acc", "lr") == [(1, 1, 1, "0.50", "1e-3")]
    assert rows("lr: 1e-3\ntest: {acc: 0.50}", "test.acc", "lr", name="x.yml") == [(1, 1, 1, "0.50", "1e-3")]
    assert rows("lr = 1e-3\n[test]\nacc = 0.50", "test.acc", "lr", name="x.toml") == [
        (1, 1, 1, "0.50", "1e-3")
    ]


def test_a_list_is_a_row_an_element() -> None:
    content = [{"a": 1}, {"a": 2, "b": None}, {"b": 3}]
    assert rows(content, "a", "b") == [(1, 1, 1, "1", None), (2, 2, 1, "2", None), (3, 3, 1, None, "3")]
    assert rows({"jobs": content}, "a", "b", rows="jobs") == rows(content, "a", "b")


def test_a_line_a_row_whatever_the_name_says() -> None:
    text = '{"step": 1, "loss": 0.5}\n\n# a comment\n{"step": 2, "loss": NaN, "acc": 1}\n'
    for name in ("x.jsonl", "x.ndjson", "x.json", "result.json"):
        records = read(text, "step", "loss", "acc", name=name)
        assert records.frame.rows() == [(1, 1, 1, "1", "0.5", None), (4, 2, 1, "2", "nan", "1")]
        assert records.columns == ("step", "loss", "acc")
        assert records.problems == ()
    assert rows('{"step": 1}', "step", name="x.jsonl") == [(1, 1, 1, "1")]
    assert rows('[\n{"step": 1},\n{"step": 2}\n]', "step", name="x.jsonl") == [(1, 1, 1, "1"), (2, 2, 1, "2")]


def test_a_torn_last_line_is_told_and_the_others_are_kept() -> None:
    records = read('{"a": 1}\n{"a": 2}\n{"a": 3', "a")
    assert records.frame["a"].to_list() == ["1", "2"]
    assert told(records) == [
        ("Q323", 3, "a last line without a line end, expecting ',' delimiter at column 8")
    ]  # fmt: skip


def test_lines_that_are_broken_are_told_once_with_a_count() -> None:
    records = read('{"a": 1}\n{"a": 100,00}\n{"a": 3}\nnonsense\n', "a", name="x.jsonl")
    assert records.frame["line"].to_list() == [1, 3]
    assert len(records.problems) == 1
    assert records.problems[0].line == 2 and records.problems[0].found.endswith("(and 1 more like it)")
    every = read('{"counter-value" : 100,00}\n{"counter-value" : 7,5}\n', "counter-value", name="x.jsonl")
    assert [(p.code, p.line) for p in every.problems] == [("Q325", 1)]


def test_parallel_lists_become_rows_together() -> None:
    content = {
        "results": [
            {"n": "1", "times": [0.1, 0.2], "exit_codes": [0, 1]},
            {"n": "2", "times": [0.3], "exit_codes": [0]},
        ]
    }
    each = ("times", "exit_codes")
    assert rows(content, "n", "times", "exit_codes", rows="results", each=each) == [
        (1, 1, 1, "1", "0.1", "0"), (1, 1, 2, "1", "0.2", "1"), (2, 2, 1, "2", "0.3", "0")
    ]  # fmt: skip
    assert rows(content, "times", rows="results", each=each, where={"exit_codes": "0.0"}) == [
        (1, 1, 1, "0.1"), (2, 2, 1, "0.3")
    ]  # fmt: skip


def test_parallel_lists_of_other_lengths_are_told_and_the_element_left_out() -> None:
    content = [{"t": [1, 2], "e": [0]}, {"t": [3], "e": [0]}, {"t": [4]}, {"t": 5, "e": [0]}]
    records = read(content, "t", each=("t", "e"))
    assert records.frame.rows() == [(2, 2, 1, "3")]
    assert told(records) == [("Q323", 1, "2 of t, 1 of e"), ("Q323", 3, "no e (and 1 more like it)")]


def test_items_may_be_objects() -> None:
    content = {
        "metrics": {"acc": {"observations": [{"value": [0.1], "step": 0}, {"value": [0.2], "step": 1}]}}
    }
    path = "metrics.acc.observations"
    assert rows(content, f"{path}.value[0]", f"{path}.step", each=(path,)) == [
        (1, 1, 1, "0.1", "0"), (1, 1, 2, "0.2", "1")
    ]  # fmt: skip


def test_lists_in_the_order_of_a_product_have_its_levels() -> None:
    content = {"r": [[1, 2, 3, None, 5, "nan"], [["'a'", "'b'"], ["10", "20", "30"]]]}
    assert rows(content, "r[1][0]", "r[1][1]", "r[0]", each=("r[0]",), product="r[1]") == [
        (1, 1, 1, "a", "10", "1"), (1, 1, 2, "a", "20", "2"), (1, 1, 3, "a", "30", "3"),
        (1, 1, 4, "b", "10", None), (1, 1, 5, "b", "20", "5"), (1, 1, 6, "b", "30", "nan"),
    ]  # fmt: skip
    failed = {"r": [None, [["1"], ["2"]]]}
    assert told(read(failed, "r[0]", each=("r[0]",), product="r[1]"))[0] == ("Q324", None, "no rows")
    wide = {"r": [[1], [["0"] * 100] * 10]}
    assert told(read(wide, "r[0]", each=("r[0]",), product="r[1]"))[0] == (
        "Q323", 1, f"1 of r[0], {100**10:,} of r[1]"
    )  # fmt: skip
    for product in ("r", "q"):
        assert told(read(content, "r[0]", each=("r[0]",), product=product))[0][0] == "Q323"


def test_take_is_of_the_file_or_with_each_of_every_element() -> None:
    lines = '{"a": 1, "b": null}\n{"a": 2, "b": 5}\n{"a": 3, "b": 6}\n{"a": 4}\n'
    assert rows(lines, "a", take="last") == [(4, 4, 1, "4")]
    assert rows(lines, "a", take="first", where={"b": "*"}) == [(2, 2, 1, "2")]
    assert rows(lines, "a", take="last", where={"b": "*"}) == [(3, 3, 1, "3")]
    runs = [{"v": [1, 2]}, {"v": [3, 4, None]}]
    assert rows(runs, "v", each=("v",), take="last") == [(1, 1, 2, "2"), (2, 2, 3, None)]
    assert rows(runs, "v", each=("v",), take="last", where={"v": "*"}) == [(1, 1, 2, "2"), (2, 2, 2, "4")]
    assert rows(runs, "v", each=("v",), take="first") == [(1, 1, 1, "1"), (2, 2, 1, "3")]


def test_a_place_from_the_top_is_beside_every_row() -> None:
    content = {"datetime": "2026", "epoch": 9, "runs": [{"epoch": 1}, {}]}
    assert rows(content, "epoch", "$.datetime", rows="runs") == [
        (1, 1, 1, "1", "2026"),
        (2, 2, 1, None, "2026"),
    ]
    assert read(content, "epoch", rows="runs").columns == (
        "epoch",
        "$.datetime",
        "$.epoch",
        "$.runs[0].epoch",
    )


def test_a_key_that_is_nowhere_is_told_with_what_is_there() -> None:
    records = read({"results": {"accuracy": 1, "times": [1, 2]}}, "results.acuracy")
    assert records.frame.rows() == [(1, 1, 1, None)]
    assert records.problems == (
        Problem(
            None, "Q324", "the keys 'results.accuracy', 'results.times'", "the key 'results.acuracy'",
            "Perhaps 'results.accuracy' is meant. Correct the study file or the file.",
        ),
    )  # fmt: skip
    [problem] = read({"when": 1, "runs": [{"a": 1}]}, "when", rows="runs").problems
    assert problem.remedy == "It stands at the top of the file: write '$.when'."
    assert told(read({"a": 1}, "a", rows="runs"))[0][:2] == ("Q324", None)
    assert read({"a": None}, "a").problems == ()


def test_a_list_or_an_object_is_no_value() -> None:
    [problem] = read({"a": [1, 2], "b": 1}, "a").problems
    assert problem[:4] == (1, "Q323", "a list of 2 at a", "one value")
    assert "[-1]" in problem.remedy
    [problem] = read({"a": {"x": 1, "y": 2}}, "a").problems
    assert problem.found == "an object of 2 keys at a" and problem.remedy == "Choose a key of it: x, y."


def test_elements_that_are_no_objects_are_told() -> None:
    records = read([{"a": 1}, 5, None, {"a": 2}], "a")
    assert records.frame.rows() == [(1, 1, 1, "1"), (4, 4, 1, "2")]
    assert told(records) == [("Q323", 2, "'5' as a row (and 1 more like it)")]
    assert told(read([1, 2], "a"))[0][0] == "Q323"


def test_two_elements_that_answer_to_a_choice_are_told_and_null() -> None:
    content = {"env": [{"name": "LR", "value": 1}, {"name": "LR", "value": 2}]}
    records = read(content, "env[name=LR].value")
    assert records.frame.rows() == [(1, 1, 1, None)]
    assert ("Q323", 1, "2 elements with [name=LR]") in told(records)


@pytest.mark.parametrize("missing", ["NaN", '"nan"', '"NaN"'])
def test_a_run_that_diverged_stays_one_in_every_spelling(missing: str) -> None:
    assert rows(f'{{"loss": {missing}}}', "loss") == [(1, 1, 1, "nan")]


@pytest.mark.parametrize("missing", ["null", '""', '"N/A"', '"<not supported>"', '"<not counted>"', '"None"'])
def test_missing_is_null_in_every_spelling(missing: str) -> None:
    assert rows(f'{{"loss": {missing}}}', "loss") == [(1, 1, 1, None)]


def test_a_truth_value_is_its_word() -> None:
    assert rows('{"a": true, "b": false}', "a", "b") == [(1, 1, 1, "true", "false")]
    assert rows("a: True\nb: off\n", "a", "b", name="x.yaml") == [(1, 1, 1, "True", "off")]


def test_more_lines_than_a_tree_may_hold_are_read() -> None:
    lines = "".join(f'{{"a": {i}, "b": 0.5, "c": "x"}}\n' for i in range(350_000))
    frame = read(lines, "a", take="each").frame
    assert frame["a"].to_list() == [str(i) for i in range(350_000)]
    assert frame["line"].equals(pl.int_range(1, 350_001, eager=True).alias("line"))


def test_a_thousand_names_are_told() -> None:
    content = [{f"k{i}": 1 for i in range(5_000)}]
    assert len(read(content, "k0").columns) == 1_000


@pytest.mark.parametrize(
    ("text", "name"),
    [("", "x.json"), ("  \n", "x.jsonl"), ("[]", "x.json"), ("", "x.yaml"), ("{}", "x.json"), ("[[]]", "x.json"),
     ("1", "x.json"), ("null", "x.json"), ('"text"', "x.yaml"), ("", "x.toml"),
     ('{"a"', "x.json"), ("[" * 9_999, "x.json")],
)  # fmt: skip
def test_files_without_a_record_are_told(text: str, name: str) -> None:
    records = read(text, "a", name=name)
    assert {problem.code for problem in records.problems} & {"Q323", "Q324", "Q325"}
    assert all(value is None for value in records.frame["a"])


def test_nonsense_for_a_path_is_a_problem() -> None:
    assert told(read({"a": 1}, "a[]")) == [("Q324", None, "'a[]'")]
    assert told(read({"a": 1}, "a", rows="a..b")) == [("Q324", None, "'a..b'")]
