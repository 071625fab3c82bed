"""No sentence says what a table denies: both are read, of published data sets and of the published experiment."""

import re
from typing import Any

import polars as pl
import pytest

from models.analysis import analyse
from models.conformance.comparison import RESPONSE, load_data_sets
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
