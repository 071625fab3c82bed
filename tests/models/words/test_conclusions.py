"""The sentences of a night: outcomes, where verdicts differ, aliases, and what changed."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from models.analysis import analyse
from models.wording import decimals_for, joined, number, p_text, percent, signed, with_alias
from models.words.conclusions import changes

Tables = dict[str, pl.DataFrame]


def said(tables: Tables, topic: str, response: str | None = None) -> list[str]:
    rows = tables["statements"].filter(pl.col("topic") == topic, pl.col("response").eq_missing(response))
    return rows.sort("position")["sentence"].to_list()


def test_the_outcome_of_accuracy_names_both_error_terms_with_size_interval_unit_and_alias(
    published: Tables,
) -> None:
    assert said(published, "outcome", "Accuracy") == [
        "Accuracy: Network (FashionMNISTCNN → FashionMNISTResNet) −1.08 percentage points [−1.37, −0.79] matters with "
        "folders as the unit (Lenth's method); counting containers as replicates (within-folder error, 24 df) so do "
        "Memory:Network = CPU:Epochs −0.26 percentage points [−0.49, −0.04] and Memory (1.5Gi → 3Gi) −0.226 percentage "
        "points [−0.448, −0.005]."
    ]


def test_the_outcome_of_time_in_seconds_is_that_nothing_stands_out_among_folders(published: Tables) -> None:
    (sentence,) = said(published, "outcome", "Time")
    assert sentence.startswith(
        "Time: no effect stands out with folders as the unit (Lenth's method): all lie within ±8621 s; counting "
        "containers as replicates"
    )
    assert "CPU (750m → 1500m) −1767 s [−1780, −1754]" in sentence
    assert sentence.endswith("CPU:Memory = Network:Epochs +1527 s [1514, 1540] and 3 more matter.")


def test_differing_verdicts_are_explained(published: Tables) -> None:
    sentences = said(published, "error_terms", "Accuracy")
    assert sentences[0] == (
        "The verdicts differ: Memory:Network = CPU:Epochs and Memory are active only counting containers as replicates."
    )
    assert "24 residual degrees of freedom compare containers inside the same folder" in sentences[1]
    assert "repeats of one execution" in sentences[1]
    assert "pseudo standard error 0.0769 percentage points, margin ±0.289" in sentences[2]
    assert 'unit = "folder" or unit = "container" settles it' in sentences[3]
    kinds = published["statements"].filter(topic="error_terms", response="Accuracy").sort("position")["kind"]
    assert kinds[0] == "doubt"


def test_no_sentence_names_an_interaction_without_its_alias(published: Tables) -> None:
    aliases = {"CPU:Memory": "Network:Epochs", "CPU:Network": "Memory:Epochs", "Memory:Network": "CPU:Epochs"}
    for sentence in [*published["statements"]["sentence"], *published["diagnostics"]["reading"]]:
        for term, alias in aliases.items():
            assert sentence.count(term) == sentence.count(f"{term} = {alias}")


def test_active_effects_with_aliases_are_a_doubt(published: Tables) -> None:
    assert said(published, "aliases", "Accuracy") == [
        "These runs cannot say which effect of Memory:Network = CPU:Epochs acts; further runs can (doehouse design --next)."
    ]


def test_a_declared_unit_is_the_only_one_the_outcome_speaks_of(
    study: Any, observations: pl.DataFrame
) -> None:
    tables = analyse(study.model_copy(update={"unit": "folder"}), observations)
    (sentence,) = said(tables, "outcome", "Accuracy")
    assert sentence.endswith("matters with folders as the unit (Lenth's method).")
    assert 'The study lets folders decide (unit = "folder").' in said(tables, "error_terms", "Accuracy")


def test_all_sentences_end_and_have_a_known_topic_and_kind(published: Tables) -> None:
    rows = published["statements"]
    assert rows["sentence"].str.ends_with(".").all()
    assert not rows["sentence"].str.contains("nan|None|  ").any()
    topics = {
        "outcome",
        "error_terms",
        "aliases",
        "scale",
        "order",
        "diagnostics",
        "design",
        "data",
        "change",
    }
    assert set(rows["topic"]) <= topics
    assert set(rows["kind"]) <= {"finding", "doubt", "note"}
    assert rows.select("response", "topic", "position").is_unique().all()


def conclusions(*active: str, terms: Sequence[str] = "ABC") -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {
            "study": "s",
            "response": "y",
            "scale": "identity",
            "term": term,
            "error_unit": "folder",
            "effect": 1.0,
            "is_active": term in active,
        }
        for term in terms
    ]
    return pl.DataFrame(rows)


def test_what_became_and_ceased_to_be_active_is_said_with_the_folders_in_between() -> None:
    told = changes(conclusions("A"), conclusions("B", "C"), ["exp_19", "exp_20"])
    assert told.to_dicts() == [
        {
            "study": "s",
            "response": "y",
            "topic": "change",
            "position": 1,
            "kind": "finding",
            "sentence": "y (identity, folders as the unit): B and C became active; A is no longer active; exp_19 and "
            "exp_20 arrived in between.",
        }
    ]


def test_terms_that_left_the_model_can_no_longer_be_judged() -> None:
    (row,) = changes(conclusions("A"), conclusions(terms="BC"), []).to_dicts()
    assert "A can no longer be judged; no new folder arrived in between" in row["sentence"]


def test_the_same_verdicts_are_no_change_and_a_new_study_is_none() -> None:
    assert changes(conclusions("A"), conclusions("A"), ["exp_19"]).is_empty()
    assert changes(conclusions("A").clear(), conclusions("A"), ["exp_11"]).is_empty()


def test_a_change_names_an_interaction_with_its_alias() -> None:
    now = conclusions("A:B", terms=["A:B"]).with_columns(aliases=pl.lit("C:D"))
    (row,) = changes(conclusions(terms=["A:B"]), now, ["exp_19"]).to_dicts()
    assert "A:B = C:D became active" in row["sentence"]


def test_a_night_with_a_replicated_folder_changes_the_published_verdicts(
    study: Any, observations: pl.DataFrame, published: Tables
) -> None:
    noisy = observations.with_columns(value=pl.col("value") + 2 * (pl.col("run") % 3 == 0).cast(pl.Int8))
    now = analyse(study, noisy)["conclusions"]
    told = changes(published["conclusions"], now, ["exp_13", "exp_16"])
    assert told.height and told["sentence"].str.contains("exp_13 and exp_16 arrived in between").all()


@pytest.mark.parametrize(
    ("value", "text"),
    [(1766.75, "1767"), (-0.034215, "−0.0342"), (0.0, "0"), (-0.0004, "−0.000400"), (12.345, "12.3")],
)
def test_numbers_have_three_digits_and_a_true_minus(value: float, text: str) -> None:
    assert number(value) == text


def test_numbers_as_in_reports() -> None:
    assert signed(3.0, 1) == "+3.0" and signed(-0.001, 1) == "+0.0"
    assert [decimals_for(margin) for margin in (13.0, 0.22, 1.4, 0.0)] == [0, 2, 1, 3]
    assert [p_text(p) for p in (3e-5, 0.0458, 0.7560)] == ["p < 0.001", "p = 0.046", "p = 0.76"]
    assert percent(0.99996) == "99.996 %" and percent(0.5) == "50.0 %"
    assert joined(["a", "b", "c", "d"], 3) == "a, b and 2 more" and joined(["a", "b"]) == "a and b"


def test_of_long_chains_the_shortest_aliases_are_named() -> None:
    assert with_alias("A", ("B:C:D",)) == "A"
    assert with_alias("A", ("B:C", "D:E", "F:G", "B:D:F")) == "A = B:C = D:E (and 1 more)"
    assert with_alias("A:B", ("C:D",)) == "A:B = C:D"
    assert with_alias("A:B", ()) == "A:B"
