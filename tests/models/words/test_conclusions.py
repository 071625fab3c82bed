"""The sentences of a night: outcomes, where verdicts differ, aliases, and what changed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest

from models.analysis import analyse
from models.wording import chain, decimals_for, joined, links, number, p_text, percent, signed, with_alias
from models.words.conclusions import changes

Tables = dict[str, pl.DataFrame]


def said(tables: Tables, topic: str, response: str | None = None) -> list[str]:
    rows = tables["statements"].filter(pl.col("topic") == topic, pl.col("response").eq_missing(response))
    return rows.sort("position")["sentence"].to_list()


def test_the_outcome_of_accuracy_says_size_interval_unit_alias_and_what_holds_at_once(
    published: Tables,
) -> None:
    matters, possible = said(published, "outcome", "Accuracy")
    (best,) = said(published, "settings", "Accuracy")
    assert best == (
        "Best by these effects: Memory = 3Gi, Network = FashionMNISTCNN, mean 89.04 % [88.87, 89.22]; one more "
        "execution [88.74, 89.35]; of CPU and Epochs no effect was shown; of aliased effects the first is taken to act."
    )
    assert matters == (
        "Accuracy: Network (FashionMNISTCNN → FashionMNISTResNet) −1.08 percentage points [−1.25, −0.90], "
        "Memory:Network = CPU:Epochs −0.26 percentage points [−0.44, −0.09] and Memory (1.5Gi → 3Gi) −0.23 percentage "
        "points [−0.40, −0.05] matter with folders as the unit (Lenth's method); of all 7 effects judged at once only "
        "Network does."
    )
    assert possible.startswith(
        "Not shown to matter, but possible with 95 % confidence: CPU:Network = Memory:Epochs "
    )
    assert possible.endswith("Epochs (5 → 10) +0.03 percentage points [−0.15, 0.20].")


def test_the_outcome_of_time_leads_with_the_scale_and_names_three_ratios(published: Tables) -> None:
    sentence = said(published, "outcome", "Time")[0]
    assert sentence.startswith(
        "Time (as ratios, since Box-Cox rejects the values in s, p < 0.001): Network "
        "(FashionMNISTCNN → FashionMNISTResNet) ×10.6 [8.4, 13.3], CPU (750m → 1500m) ×0.477 [0.381, 0.599] and Epochs "
        "(5 → 10) ×2.03 [1.62, 2.54] matter"
    )


def test_no_effect_that_stands_out_is_no_proof_that_there_is_none(
    study: Any, observations: pl.DataFrame
) -> None:
    responses = {
        **study.responses,
        "Time": study.responses["Time"].model_copy(update={"scale": "identity"}),
    }
    tables = analyse(study.model_copy(update={"responses": responses}), observations)
    sentence = said(tables, "outcome", "Time")[0]
    assert (
        "no effect stands out with folders as the unit (Lenth's method), which does not show that there is none"
        in (sentence)
    )
    assert sentence.endswith(
        "Network (FashionMNISTCNN → FashionMNISTResNet) may still be anything from −1422 to 9132 s."
    )


def test_differing_verdicts_are_explained(published: Tables) -> None:
    sentences = said(published, "error_terms", "Time")
    assert sentences.pop(3).startswith("Permutation of the values gives the same verdicts")
    assert sentences[0] == (
        "The verdicts differ: Memory, CPU:Memory = Network:Epochs and CPU:Network = Memory:Epochs are active only "
        "counting containers as replicates."
    )
    assert "24 residual degrees of freedom compare containers inside the same folder" in sentences[1]
    assert "repeats of one execution" in sentences[1]
    assert (
        "Folders decide" in sentences[3] and 'unit = "container" would let containers decide' in sentences[3]
    )
    kinds = published["statements"].filter(topic="error_terms", response="Time").sort("position")["kind"]
    assert kinds[0] == "doubt"
    about = said(published, "error_terms", "Accuracy")[2]
    assert "pseudo standard error 0.0769 percentage points, margin ±0.177" in about
    assert "the t distribution that books use would give ±0.289 percentage points" in about


def test_no_sentence_names_an_interaction_without_its_alias(published: Tables) -> None:
    aliases = {"CPU:Memory": "Network:Epochs", "CPU:Network": "Memory:Epochs", "Memory:Network": "CPU:Epochs"}
    for sentence in [*published["statements"]["sentence"], *published["diagnostics"]["reading"]]:
        for term, alias in aliases.items():
            assert sentence.count(term) == sentence.count(f"{term} = {alias}")


def test_active_effects_with_aliases_are_a_doubt(published: Tables) -> None:
    assert said(published, "aliases", "Accuracy") == [
        "These runs cannot say which effect of Memory:Network = CPU:Epochs acts; further runs can (doehouse design --next)."
    ]


def test_what_missing_runs_leave_in_an_active_effect_is_no_matter_of_further_runs(
    study: Any, observations: pl.DataFrame
) -> None:
    """Without run 8 each effect holds the one given up with -1: the alias matrix (Box and Draper 2007, 3.9)."""
    without = observations.filter(pl.col("run") != 8)
    told = said(analyse(study.model_copy(update={"unit": "container"}), without), "aliases", "Accuracy")
    assert told[-1].startswith(
        "A part of other effects is counted in what is active: Network - Memory:Network"
    )
    assert told[-1].endswith("; run 8 to come can take it out.")
    assert not any("Network - Memory:Network" in one for one in told[:-1])


def test_a_declared_unit_is_the_only_one_the_outcome_speaks_of(
    study: Any, observations: pl.DataFrame
) -> None:
    tables = analyse(study.model_copy(update={"unit": "folder"}), observations)
    assert "with folders as the unit (Lenth's method)" in said(tables, "outcome", "Accuracy")[0]
    tables = analyse(study.model_copy(update={"unit": "container"}), observations)
    assert (
        "counting containers as replicates (within-folder error, 24 df)"
        in said(tables, "outcome", "Accuracy")[0]
    )
    tables = analyse(study.model_copy(update={"unit": "folder"}), observations)
    assert 'The study lets folders decide (unit = "folder").' in said(tables, "error_terms", "Accuracy")


def test_all_sentences_end_and_have_a_known_topic_and_kind(published: Tables) -> None:
    rows = published["statements"]
    assert rows["sentence"].str.ends_with(".").all()
    assert not rows["sentence"].str.contains("nan|None|  ").any()
    topics = {
        "outcome",
        "settings",
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
            "is_decisive": True,
        }
        for term in terms
    ]
    return pl.DataFrame(rows)


def test_what_became_and_ceased_to_be_active_is_said_with_the_folders_in_between() -> None:
    told = changes(conclusions("A"), conclusions("B", "C"), ["exp_19", "exp_20"], date(2026, 11, 28))
    assert told.to_dicts() == [
        {
            "study": "s",
            "response": "y",
            "topic": "change",
            "position": 1,
            "kind": "finding",
            "sentence": "s, 2026-11-28: y (as observed, folders as the unit): B and C became active; A is no longer "
            "active; exp_19 and exp_20 arrived in between.",
        }
    ]


def test_only_what_decides_is_said_to_change() -> None:
    """Both scales and both units are kept; three of the four do not decide."""
    before, now = conclusions("A"), conclusions("B")
    beside = {"scale": "log10", "error_unit": "container", "is_decisive": False}
    others = [frame.with_columns(**{k: pl.lit(v) for k, v in beside.items()}) for frame in (before, now)]
    told = changes(pl.concat([before, others[0]]), pl.concat([now, others[1]]), [])
    assert told.height == 1 and "as observed, folders as the unit" in told["sentence"][0]


def test_a_scale_that_decides_anew_is_a_change_by_itself() -> None:
    old, new = conclusions("A"), conclusions("A").with_columns(scale=pl.lit("log10"))
    now = pl.concat([old.with_columns(is_decisive=pl.lit(False)), new])
    (row,) = changes(old, now, []).to_dicts()
    assert "as ratios, folders as the unit instead of as observed, folders as the unit" in row["sentence"]


def test_nights_that_kept_no_decision_are_compared_on_what_decides_now() -> None:
    (row,) = changes(conclusions("A").drop("is_decisive"), conclusions("B"), []).to_dicts()
    assert "B became active; A is no longer active" in row["sentence"]


def test_terms_that_left_the_model_can_no_longer_be_judged() -> None:
    (row,) = changes(conclusions("A"), conclusions(terms="BC"), []).to_dicts()
    assert "A can no longer be judged; no new folder arrived in between" in row["sentence"]


def test_effects_that_moved_are_told_with_the_interval_of_the_shift() -> None:
    """Half of the interval: sqrt(0.5² - 0.3²) = 0.4, as the variances of looks at growing data differ."""
    before = conclusions("A", terms="A").with_columns(ci_low=pl.lit(0.5), ci_high=pl.lit(1.5))
    now = conclusions("A", terms="A").with_columns(
        effect=pl.lit(1.6), ci_low=pl.lit(1.3), ci_high=pl.lit(1.9)
    )
    (row,) = changes(before, now, ["exp_19"]).to_dicts()
    assert "A moved from +1.00 to +1.60, by +0.600 [0.200, 1.00]; exp_19 arrived" in row["sentence"]
    assert changes(before, now.with_columns(minimum_effect=pl.lit(0.7)), ["exp_19"]).is_empty()
    # held to other levels, by no further data, or of another mixture of effects, the intervals tell nothing of the shift
    levels = [frame.with_columns(alpha=pl.lit(alpha)) for frame, alpha in ((before, 0.0002), (now, 0.012))]
    for told in (changes(*levels, ["exp_19"]), changes(before, now, [])):
        assert "A moved from +1.00 to +1.60, by +0.600; " in told["sentence"].item()
    (row,) = changes(before.with_columns(aliases=pl.lit("- B:C")), now, ["exp_19"]).to_dicts()
    assert "A moved from +1.00 as A - B:C to +1.60, by +0.600; exp_19 arrived" in row["sentence"]
    ratio = [frame.with_columns(scale=pl.lit("log10")) for frame in (before, now)]
    (row,) = changes(*ratio, ["exp_19"]).to_dicts()
    assert "A moved from ×10.0 to ×39.8, by ×3.98 [1.58, 10.0]" in row["sentence"]


def test_the_same_verdicts_are_no_change_and_a_new_study_is_none() -> None:
    assert changes(conclusions("A"), conclusions("A"), ["exp_19"]).is_empty()
    assert changes(conclusions("A").clear(), conclusions("A"), ["exp_11"]).is_empty()


def test_a_change_names_an_interaction_with_its_alias() -> None:
    now = conclusions("A:B", terms=["A:B"]).with_columns(aliases=pl.lit("C:D"))
    (row,) = changes(conclusions(terms=["A:B"]), now, ["exp_19"]).to_dicts()
    assert "A:B = C:D became active" in row["sentence"]


def test_a_change_names_what_missing_runs_leave_in_an_effect_and_no_alias_of_another_study() -> None:
    """A partner with a + or - before it is no other name of the effect (models/wording.py, `chain`)."""
    before = conclusions(terms=["A", "A:B"])
    now = conclusions("A", "A:B", terms=["A", "A:B"])
    unfinished = now.with_columns(aliases=pl.Series(["B:C:D - B:C", "+ 0.5 C:D - B:C"]))
    other = now.with_columns(study=pl.lit("whole"), aliases=pl.lit(None, pl.String))
    olds = pl.concat([before, before.with_columns(study=pl.lit("whole"))])
    told = dict(
        changes(olds, pl.concat([unfinished, other], how="diagonal"), []).select("study", "sentence").rows()
    )
    assert "A - B:C and A:B + 0.5 C:D - B:C became active" in told["s"]
    assert "A and A:B became active" in told["whole"]


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
    assert with_alias("A", ("B:C:D", "- 0.5 B:C")) == "A - 0.5 B:C"
    assert with_alias("A:B", ("C:D", "+ B:C")) == chain(["A:B", "C:D", "+ B:C"]) == "A:B = C:D + B:C"
    assert links("A:B = C:D + B:C - 0.5 D") == ["A:B", "C:D", "+ B:C", "- 0.5 D"]
