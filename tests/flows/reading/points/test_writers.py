"""What counts of the files of real writers: recorded with each library, beside what TensorBoard's reader ends with."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.night import Order
from tests.houses import ask, spend
from tests.made_once import made_once

RECORDED = Path(__file__).parents[3] / "recorded" / "events"
CASES = sorted(path.parent for path in RECORDED.rglob("expected.json"))
LATER = datetime(2027, 6, 1, tzinfo=UTC)
STUDY = """
name = "%s"
[factors]
A = ["1", "2"]
[source]
files = "%s/a{A}/**"
[responses.Y]
metric = "%s"
"""
# Where TensorBoard's reader ends with other values, and why doehouse does not follow.
OTHERWISE = {
    # It sorts files by name as text, so that .10 comes before .9 and the earlier write wins.
    "begun_in_one_second",
    # Its run is a folder: the end result that add_hparams wrote beside the curve becomes a point of it.
    "hparams_in_the_same_folder",
}


def label(path: Path) -> str:
    return str(path.relative_to(RECORDED))


def name_of(case: Path) -> str:
    """Of the study of a case, and of the folder that its files lie in."""
    return label(case).replace("/", "_").lower()


def tag_of(case: Path) -> str:
    """Of the response of its study: "loss", but of some."""
    if case.name == "hparams_twice":
        found = [tag for _, tag, _ in expected(case, "written")]
        return max(set(found), key=found.count)
    others = {"before_training": "accuracy", "rewritten_tag": "accuracy per epoch", "epochs": "epoch_loss"}
    return others.get(case.name, "loss")


def one_night(place: Path) -> Order:
    """A night on the files of all cases, each with a study of its own."""
    order = Order(place / "logs", place / "studies", place / "house")
    order.studies.mkdir()
    for case in CASES:
        name = name_of(case)
        (order.studies / f"{name}.toml").write_text(STUDY % (name, name, tag_of(case)))
        shutil.copytree(case / "logs", order.logs / name / "a1")
    spend(order, LATER)
    return order


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Order:
    return made_once(tmp_path_factory, "writers", one_night)


def runs_of(case: Path) -> dict[str, Any]:
    runs: dict[str, Any] = json.loads((case / "expected.json").read_text())["runs"]
    return runs


def expected(case: Path, kind: str) -> Iterator[tuple[str, str, list[list[float]]]]:
    for run, told in runs_of(case).items():
        for tag, lists in told["tags"].items():
            if lists[kind]:
                yield ("" if run == "." else run), tag, lists[kind]


def number(text: object) -> str:
    return repr(float(text))  # type: ignore[arg-type]


def told(order: Order, case: Path, query: str) -> list[Any]:
    """The rows of a query in which {} is the condition that they are of a case."""
    return ask(order, query.format(f"study = '{name_of(case)}'"))


def points(order: Order, case: Path, within: str, tag: str, is_whole: bool = True) -> list[tuple[int, str]]:
    """Step and value of every point of a series, or of those that count, by step."""
    rows = told(order, case, "select within, tag, step, value, is_superseded from metrics where {}")
    return sorted(
        (step, number(value))
        for at, name, step, value, is_superseded in rows
        if (at, name) == (within, tag) and (is_whole or not is_superseded)
    )


@pytest.mark.parametrize("case", CASES, ids=label)
def test_every_scalar_that_a_writer_wrote_is_kept_and_what_counts_is_what_tensorboard_ends_with(
    order: Order, case: Path
) -> None:
    """Of a step that TensorBoard keeps twice, the later write."""
    for within, tag, written in expected(case, "written"):
        assert points(order, case, within, tag) == sorted((step, number(value)) for step, value in written)
    if case.name in OTHERWISE:
        return
    # Within one file TensorBoard's page purges, and so does doehouse; its reader alone does not.
    kind = "shown" if case.name == "restart_in_one_file" else "tensorboard"
    for within, tag, ends in expected(case, kind):
        counted = points(order, case, within, tag, is_whole=False)
        assert counted == sorted({step: number(value) for step, value in ends}.items()), (within, tag)


def codes(order: Order, case: Path) -> list[tuple[str, str]]:
    return told(order, case, "select code, reason from findings where {} order by all")


@pytest.mark.parametrize("writer", ["tensorboardX", "torch"])
def test_the_file_begun_later_in_the_same_second_wins(order: Order, writer: str) -> None:
    case = RECORDED / writer / "begun_in_one_second"
    last = told(order, case, "select path, count(*) from metrics where not is_superseded and {} group by all")
    assert last and all(path.endswith(".10") for path, _ in last), last


def places_of(order: Order, case: Path) -> list[str]:
    rows = told(order, case, "select distinct within from metrics where tag = 'loss' and {} order by all")
    return [within for (within,) in rows]


@pytest.mark.parametrize("writer", ["tensorboardX", "torch"])
def test_sub_runs_are_kept_apart_and_a_response_that_means_either_is_refused_with_the_choice(
    order: Order, writer: str
) -> None:
    case = RECORDED / writer / "train_and_val"
    places = places_of(order, case)
    assert len(places) == 2
    assert told(order, case, "select count(*) from metrics where is_superseded and {}") == [(0,)]
    ((reason,),) = told(order, case, "select reason from breaches where code = 'OBS-1' and {}")
    assert "found 2 series of 'loss', expected one that Y means: say " in reason
    assert all(f'within = "{place}"' in reason for place in places)


def test_a_response_of_sub_runs_is_the_one_that_was_chosen(tmp_path: Path) -> None:
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    order.studies.mkdir()
    cases = [RECORDED / writer / "train_and_val" for writer in ("tensorboardX", "torch")]
    places = [
        sorted({within for within, tag, _ in expected(case, "written") if tag == "loss"})[1] for case in cases
    ]
    for case, place in zip(cases, places, strict=True):
        name = name_of(case)
        (order.studies / f"{name}.toml").write_text(STUDY % (name, name, "loss") + f'within = "{place}"\n')
        shutil.copytree(case / "logs", order.logs / name / "a1")
    spend(order, LATER)
    for case, place in zip(cases, places, strict=True):
        last = points(order, case, place, "loss", is_whole=False)[-1][1]
        found = told(order, case, "select value from observations where {}")
        assert [number(value) for (value,) in found] == [last]


def test_keras_train_and_validation_are_two_series(order: Order) -> None:
    case = RECORDED / "keras" / "epochs"
    series = "select distinct within from metrics where tag = 'epoch_loss' and {} order by all"
    assert told(order, case, series) == [("train",), ("validation",)]
    assert told(order, case, "select count(*) from observations where {}") == [(0,)]


@pytest.mark.parametrize("name", ["tensorboardX/hparams_twice", "torch/hparams_twice"])
def test_end_results_beside_hyperparameters_are_no_points_of_the_curve(order: Order, name: str) -> None:
    case = RECORDED / name
    series = [
        row[1:]
        for row in told(order, case, "select tag, is_result, points, last_value from final_metrics where {}")
        if row[0] == tag_of(case)
    ]
    assert [count for is_result, count, _ in series if is_result] == [1] * (len(series) - 1)
    assert told(order, case, "select value from observations where {}") == [
        (last,) for is_result, _, last in series if not is_result
    ]


@pytest.mark.parametrize("writer", ["tensorboardX", "torch"])
def test_a_restart_that_purges_is_told(order: Order, writer: str) -> None:
    case = RECORDED / writer / "restart_with_purge_step"
    ((_, reason),) = [each for each in codes(order, case) if each[0] == "R112"]
    assert "found a session that starts again at step 5" in reason


@pytest.mark.parametrize("writer", ["tensorboardX", "torch"])
def test_steps_that_go_back_in_a_second_file_are_told(order: Order, writer: str) -> None:
    case = RECORDED / writer / "restart_without_purge_step"
    assert "R107" in [code for code, _ in codes(order, case)]


@pytest.mark.parametrize("writer", ["tensorboardX", "torch"])
def test_values_that_all_stand_at_one_step_are_told_with_their_number(order: Order, writer: str) -> None:
    case = RECORDED / writer / "without_a_step"
    ((_, tag, written),) = expected(case, "written")
    ((_, reason),) = [each for each in codes(order, case) if each[0] == "R113"]
    assert f"found {len(written)} values of {tag!r} at step {written[0][0]}" in reason


@pytest.mark.parametrize("writer", ["tensorboardX", "torch"])
def test_a_value_before_training_leaves_the_run_accepted(order: Order, writer: str) -> None:
    case = RECORDED / writer / "before_training"
    assert told(order, case, "select min(step) from metrics where {}") == [(-1,)]
    assert told(order, case, "select verdict from runs where {}") == [("accepted",)]


def test_a_tag_that_was_rewritten_is_named_beside_the_one_that_is_missing(order: Order) -> None:
    case = RECORDED / "tensorboardX" / "rewritten_tag"
    ((reason,),) = told(order, case, "select reason from breaches where code = 'OBS-1' and {}")
    assert "found no value of Y (there are 'accuracy_per_epoch'" in reason


@pytest.mark.parametrize("writer", ["tensorboardX", "keras"])
def test_a_file_without_a_scalar_beside_one_that_has_some_is_no_news(order: Order, writer: str) -> None:
    case = RECORDED / writer / {"tensorboardX": "train_and_val", "keras": "begun_and_unused"}[writer]
    has_scalars = bool(list(expected(case, "written")))
    assert ("R104" in [code for code, _ in codes(order, case)]) == (not has_scalars)
