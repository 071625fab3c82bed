"""JSON, YAML and TOML as text as it was written; nothing constructed, nothing unbounded."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.reading.records.trees import MOST_DEPTH, RecordError, load_tree

ROOT = Path(__file__).parents[4]


def json_tree(text: str) -> object:
    return load_tree(text.encode(), "x.json")


def yaml_tree(text: str) -> object:
    return load_tree(text.encode(), "x.yaml")


def test_json_scalars_are_the_text_that_was_written() -> None:
    text = (
        '{"a": 1e-3, "b": 64.0, "c": 010203, "d": [true, false, null, NaN, -Infinity], "e": 1.10, "f": "x"}'
    )
    assert json_tree(text.replace("010203", "12345678901234567890")) == {
        "a": "1e-3", "b": "64.0", "c": "12345678901234567890", "d": ["true", "false", None, "NaN", "-Infinity"],
        "e": "1.10", "f": "x",
    }  # fmt: skip


def test_yaml_scalars_are_the_text_that_was_written() -> None:
    text = """
    a: 1e-3
    b: [010, 1:30, 2026:11:28, on, yes, True, ~, null, "null", '', .nan, 2026-11-28]
    ? quoted key
    : 'single'
    e:
    1: one
    true: yes
    f: |
      two
      lines
    """
    assert yaml_tree(text) == {
        "a": "1e-3",
        "b": ["010", "1:30", "2026:11:28", "on", "yes", "True", None, None, "null", "", ".nan", "2026-11-28"],
        "quoted key": "single", "e": None, "1": "one", "true": "yes", "f": "two\nlines\n",
    }  # fmt: skip


def test_toml_scalars_are_text() -> None:
    text = 'a = 1\nb = 1e-3\nc = true\n[d]\ne = 2026-01-01T00:00:00Z\nf = ["x", 2.50]\n'
    assert load_tree(text.encode(), "x.toml") == {
        "a": "1", "b": "1e-3", "c": "true", "d": {"e": "2026-01-01 00:00:00+00:00", "f": ["x", "2.50"]}
    }  # fmt: skip


SCALARS = st.none() | st.text(max_size=5) | st.integers() | st.floats() | st.booleans()
DOCUMENTS = st.recursive(
    SCALARS, lambda below: st.lists(below) | st.dictionaries(st.text(max_size=5), below), max_leaves=15
)


@settings(deadline=None)
@given(DOCUMENTS)
def test_json_holds_what_pythons_own_reader_finds(document: object) -> None:
    text = json.dumps(document)
    words = {True: "true", False: "false", None: None}

    def as_text(value: object) -> object:
        if isinstance(value, dict):
            return {key: as_text(each) for key, each in value.items()}
        if isinstance(value, list):
            return [as_text(each) for each in value]
        return words[value] if value is None or isinstance(value, bool) else value

    assert json_tree(text) == as_text(json.loads(text, parse_float=str, parse_int=str, parse_constant=str))


@settings(deadline=None)
@given(DOCUMENTS, st.booleans())
def test_yaml_holds_what_the_base_loader_finds(document: object, is_flow: bool) -> None:
    text = yaml.safe_dump(document, default_flow_style=is_flow, allow_unicode=True)

    def without_nulls(value: object) -> object:
        if isinstance(value, dict):
            return {key: without_nulls(each) for key, each in value.items()}
        if isinstance(value, list):
            return [without_nulls(each) for each in value]
        return None if value in ("", "null", "~") else value

    assert without_nulls(yaml_tree(text)) == without_nulls(yaml.load(text, yaml.BaseLoader))


def test_objects_in_yaml_are_plain_nodes_and_nothing_is_executed(tmp_path) -> None:  # type: ignore[no-untyped-def]
    text = f"""
    run: !!python/object/apply:os.system ["touch {tmp_path}/executed"]
    net: !!python/object:torch.nn.Module {{width: 64}}
    loss: !!python/name:torch.nn.functional.cross_entropy ''
    lr: !custom 0.1
    """
    assert yaml_tree(text) == {
        "run": [f"touch {tmp_path}/executed"], "net": {"width": "64"}, "loss": "", "lr": "0.1"
    }  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_yaml_anchors_and_merges_are_followed() -> None:
    text = "base: &b {lr: 0.1, bs: 64}\nrun: {<<: *b, bs: 128}\nboth: {<<: [*b, {seed: 1, lr: 9}]}\nsame: *b"
    assert yaml_tree(text) == {
        "base": {"lr": "0.1", "bs": "64"}, "run": {"bs": "128", "lr": "0.1"},
        "both": {"lr": "0.1", "bs": "64", "seed": "1"}, "same": {"lr": "0.1", "bs": "64"},
    }  # fmt: skip


def laughs(levels: int) -> str:
    """Nine aliases of nine aliases of ..., 9^levels leaves."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, levels)]
    return "\n".join(lines)


REFUSED = [
        ("x.json", "[" * 1_000_000, "nested deeper than 100"),
        ("x.json", '{"a":' * 1_000 + "1" + "}" * 1_000, "nested deeper than 100"),
        ("x.json", "[" * 101 + "1" + "]" * 101, "nested deeper than 100"),
        ("x.json", "[" + "0," * 1_000_000 + "0]", "more than 1,000,000 values"),
        ("x.json", "[" + "[]," * 20_000_000 + "0]", "more than 1,000,000 values"),
        ("x.json", '["' + "," * 3_000_000 + '"' + ",0" * 3_000_000 + "]", "more than 1,000,000 values"),
        ("x.yaml", "[" * 1_000_000, "nested deeper than 100"),
        ("x.yaml", "- " * 100_000 + "1", "nested deeper than 100"),
        ("x.yaml", "\n".join(" " * i + "a:" for i in range(1_000)), "nested deeper than 100"),
        ("x.yaml", "- 0\n" * 1_000_001, "more than 1,000,000 values"),
        ("x.yaml", laughs(40), "more than 1,000,000 values"),
        ("x.yaml", "a: &a [*a]", "the alias *a of nothing before it"),
        ("x.yaml", "a: *b", "the alias *b of nothing before it"),
        ("x.yaml", "a: 1\n---\na: 2\n", "a second document"),
        ("x.yaml", "? [a, b]\n: 1\n", "a list or mapping as a key"),
        ("x.yaml", "a: 1\na: 2\n", "the key 'a' twice with different values"),
        ("x.yaml", "a: [1, 2", "YAML"),
        ("x.yaml", "a: \x07", "control characters are not allowed"),
        ("x.toml", "a." * 10_000 + "b = 1", "nested deeper than 100"),
        ("x.toml", "a = " + "[" * 5_000 + "]" * 5_000, "nested deeper than 100"),
        ("x.toml", "'a' . \"b\" . " * 70_000 + "b = 1", "nested deeper than 100"),
        ("x.toml", "a = 1\na = 2", "cannot overwrite a value"),
        ("x.toml", "#" * 2_000_000, "2,000,000 bytes"),
        ("x.json", '{"a": 1, "a": 2}', "the key 'a' twice with different values"),
        ("x.json", '{"a": 1', "expecting ',' delimiter at column 8"),
        ("x.json", "", "expecting value"),
        ("x.json", "<html>", "expecting value"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "found"), REFUSED, ids=range(len(REFUSED)))
def test_hostile_and_broken_trees_are_refused_by_name(name: str, content: str, found: str) -> None:
    encoded = content.encode()
    begin = time.process_time()
    with pytest.raises(RecordError) as refused:
        load_tree(encoded, name)
    assert time.process_time() - begin < 20
    assert found in str(refused.value)
    assert refused.value.code == ("Q316" if "bytes" in found else "Q325")


def test_hostile_trees_are_refused_in_bounded_memory() -> None:
    """In a process that may take no more than 1 GB for them all, one after the other."""
    script = """
import resource
from flows.reading.records.trees import RecordError, load_tree
from tests.flows.reading.records.test_trees import REFUSED
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30),) * 2)
for name, content, found in REFUSED:
    try:
        load_tree(content.encode(), name)
    except RecordError as error:
        assert found in str(error)
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=300)


def test_a_hundred_levels_are_read() -> None:
    for name in ("x.json", "x.yaml"):
        tree = load_tree(b"[" * MOST_DEPTH + b"1" + b"]" * MOST_DEPTH, name)
        for _ in range(MOST_DEPTH):
            assert isinstance(tree, list)
            tree = tree[0]
        assert tree == "1"


def test_commas_inside_texts_are_no_values() -> None:
    assert json_tree('["' + r"\"," * 1_500_000 + '"]') == ['",' * 1_500_000]


def test_a_key_that_is_repeated_with_the_same_value_is_one() -> None:
    assert json_tree('{"a": 1, "a": 1}') == {"a": "1"}
    assert yaml_tree("a: 1\na: 1\n") == {"a": "1"}


def test_lines_before_the_document_are_read_over() -> None:
    text = 'note: both iodepth >= 1 and synchronous I/O engine are selected\n[note]\n{\n "jobs": [1]\n}\n'
    assert json_tree(text) == {"jobs": ["1"]}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_encoding(encoding: str) -> None:
    assert load_tree('{"ä": "ö"}'.encode(encoding), "x.json") == {"ä": "ö"}


def test_other_encodings_are_refused_with_their_line() -> None:
    with pytest.raises(RecordError, match="the byte 0xE4, expected UTF-8") as refused:
        load_tree('{\n"a": "ä"}'.encode("latin-1"), "x.json")
    assert refused.value.problem.line == 2
