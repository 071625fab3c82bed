"""The grammar of paths: keys, elements, choices, second places."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.reading.records.paths import ABSENT, read_path, value_at
from flows.reading.records.trees import RecordError, flatten, load_tree

TREE = {
    "optim": {"name": "adam", "lr": "1e-3"},
    "job options": {"bs": "4k"},
    "percentile": {"50.000000": "10", 'a"b': "11", "eval/loss": "12"},
    "env": [{"name": "LR", "value": "0.1"}, {"name": "BS", "value": "64"}, {"name": "64.0", "value": "x"}],
    "times": ["1.5", "2.5"],
    "raw": [["1", "2"], ["3", None]],
    "pods": [{"metadata": {"name": "job-1"}, "code": "0"}, {"metadata": {"name": "job-2"}, "code": "1"}],
    "failed": None,
    "$": "dollar",
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("optim.name", "adam"),
        (" optim . lr ", "1e-3"),
        ('"job options".bs', "4k"),
        ("job options.bs", "4k"),
        ('percentile."50.000000"', "10"),
        ('percentile."a""b"', "11"),
        ("percentile.eval/loss", "12"),
        ("env[name=LR].value", "0.1"),
        ('env[name="LR"].value', "0.1"),
        ("env[name=64].value", "x"),  # equal as numbers
        ("pods[metadata.name=job-2].code", "1"),
        ("times[0]", "1.5"),
        ("times[-1]", "2.5"),
        ("times[2]", None),
        ("times[-3]", None),
        ("raw[1][0]", "3"),
        ("optim.momentum", None),
        ("optim.name.first", None),
        ("times.name", None),
        ("optim[0]", None),
        ("optim.momentum | optim.lr", "1e-3"),
        ("failed | optim.lr", "1e-3"),
        ('"nothing" | "job options".bs', "4k"),
        ("$.optim.name", "adam"),
        ("$", "dollar"),
        ('"$"', "dollar"),
    ],
)
def test_a_path_leads_to_its_value(path: str, value: str | None) -> None:
    assert value_at(TREE, read_path(path)) == value


def test_a_dollar_leads_from_the_top_of_the_file() -> None:
    row = {"job options": {"rw": "read"}}
    top = {"global options": {"bs": "4k"}, "jobs": [row]}
    path = read_path('"job options".bs | $."global options".bs')
    assert value_at(row, path, top) == "4k"
    assert value_at({"job options": {"bs": "8k"}}, path, top) == "8k"


def test_a_missing_place_is_not_a_place_that_holds_null() -> None:
    assert value_at(TREE, read_path("failed"), absent=ABSENT) is None
    assert value_at(TREE, read_path("passed"), absent=ABSENT) is ABSENT
    assert value_at(TREE, read_path("passed | failed"), absent=ABSENT) is None


def test_two_elements_that_answer_to_a_choice_are_refused() -> None:
    with pytest.raises(RecordError, match=r"2 elements with \[name=LR\], expected one"):
        value_at({"env": [{"name": "LR"}, {"name": "LR"}]}, read_path("env[name=LR].name"))


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "a.", ".a", "a..b", "a[", "a[]", "a[x]", "a[=x]", "a]b", 'a"b', '"a', "a |", "| a",
     "a[0]b", '"a"b', "a[*]"],
)  # fmt: skip
def test_nonsense_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"^found .+ at character \d+ of the path .+, expected .+\. Correct it\.$"
    ):
        read_path(text)


KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
TREES = st.recursive(
    st.none() | st.text(max_size=4),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_every_flattened_path_leads_back_to_its_value(tree: dict[str, object]) -> None:
    for path, value in flatten(tree):
        assert value_at(tree, read_path(path), absent=ABSENT) == value


def test_flatten_names_every_scalar_in_the_order_of_the_file() -> None:
    tree = load_tree(b'{"b": 1.50, "a": {"x y": [true, null], "1.0": {}}}', "x.json")
    assert list(flatten(tree)) == [("b", "1.50"), ('a."x y"[0]', "true"), ('a."x y"[1]', None)]
    assert list(flatten(tree, 1)) == [("b", "1.50")]
