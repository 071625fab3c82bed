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

RECORDED = Path(__file__).parents[3] / "recorded" / "events"
CASES = sorted(path.parent for path in RECORDED.rglob("expected.json"))
LATER = datetime(2027, 6, 1, tzinfo=UTC)
STUDY = """
name = "recorded"
[factors]
A = ["1", "2"]
[source]
files = "a{A}/**"
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


def read(place: Path, case: Path, tag: str = "loss") -> Order:
    """A night on the files of a case."""
    order = Order(place / "logs", place / "studies", place / "house")
    order.studies.mkdir()
    (order.studies / "recorded.toml").write_text(STUDY % tag)
    shutil.copytree(case / "logs", order.logs / "a1")
    spend(order, LATER)
    return order


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


def points(order: Order, within: str, tag: str, is_whole: bool = True) -> list[tuple[int, str]]:
    """Step and value of every point of a series, or of those that count, by step."""
    rows = ask(order, "select within, tag, step, value, is_superseded from metrics")
    return sorted(
        (step, number(value))
        for at, name, step, value, is_superseded in rows
        if (at, name) == (within, tag) and (is_whole or not is_superseded)
    )


@pytest.mark.parametrize("case", CASES, ids=label)
def test_every_scalar_that_a_writer_wrote_is_kept_and_what_counts_is_what_tensorboard_ends_with(
    tmp_path: Path, case: Path
) -> None:
    """Of a step that TensorBoard keeps twice, the later write."""
    order = read(tmp_path, case)
    for within, tag, written in expected(case, "written"):
        assert points(order, within, tag) == sorted((step, number(value)) for step, value in written)
    if case.name in OTHERWISE:
        return
    # Within one file TensorBoard's page purges, and so does doehouse; its reader alone does not.
    kind = "shown" if case.name == "restart_in_one_file" else "tensorboard"
    for within, tag, ends in expected(case, kind):
        counted = points(order, within, tag, is_whole=False)
        assert counted == sorted({step: number(value) for step, value in ends}.items()), (within, tag)


def codes(order: Order) -> list[tuple[str, str]]:
    return ask(order, "select code, reason from findings where study is not null order by all")


@pytest.mark.parametrize("writer", ["tensorboardX", "torch"])
def test_the_file_begun_later_in_the_same_second_wins(tmp_path: Path, writer: str) -> None:
    case = RECORDED / writer / "begun_in_one_second"
    order = read(tmp_path, case)
    last = ask(order, "select path, count(*) from metrics where not is_superseded group by all")
    assert all(path.endswith(".10") for path, _ in last), last


@pytest.mark.parametrize("writer", ["tensorboardX", "torch"])
def test_sub_runs_are_kept_apart_and_a_response_that_means_either_is_refused_with_the_choice(
    tmp_path: Path, writer: str
) -> None:
    order = read(tmp_path, RECORDED / writer / "train_and_val")
    places = [
        row[0] for row in ask(order, "select distinct within from metrics where tag = 'loss' order by all")
    ]
    assert len(places) == 2
    assert ask(order, "select count(*) from metrics where is_superseded") == [(0,)]
    ((told,),) = ask(order, "select reason from breaches where code = 'OBS-1'")
    assert "found 2 series of 'loss', expected one that Y means: say " in told
    assert all(f'within = "{place}"' in told for place in places)
    (order.studies / "recorded.toml").write_text(STUDY % "loss" + f'within = "{places[1]}"\n')
    spend(order, LATER)
    last = points(order, places[1], "loss", is_whole=False)[-1][1]
    assert [number(value) for (value,) in ask(order, "select value from observations")] == [last]


def test_keras_train_and_validation_are_two_series(tmp_path: Path) -> None:
    order = read(tmp_path, RECORDED / "keras" / "epochs", "epoch_loss")
    assert ask(order, "select distinct within from metrics where tag = 'epoch_loss' order by all") == [
        ("train",),
        ("validation",),
    ]
    assert ask(order, "select count(*) from observations") == [(0,)]


@pytest.mark.parametrize("case", ["tensorboardX/hparams_twice", "torch/hparams_twice"])
def test_end_results_beside_hyperparameters_are_no_points_of_the_curve(tmp_path: Path, case: str) -> None:
    found = [tag for _, tag, _ in expected(RECORDED / case, "written")]
    tag = max(set(found), key=found.count)
    order = read(tmp_path, RECORDED / case, tag)
    series = [
        row[1:]
        for row in ask(order, "select tag, is_result, points, last_value from final_metrics")
        if row[0] == tag
    ]
    assert [count for is_result, count, _ in series if is_result] == [1] * (len(series) - 1)
    assert ask(order, "select value from observations") == [
        (last,) for is_result, _, last in series if not is_result
    ]


@pytest.mark.parametrize("writer", ["tensorboardX", "torch"])
def test_a_restart_that_purges_is_told(tmp_path: Path, writer: str) -> None:
    order = read(tmp_path, RECORDED / writer / "restart_with_purge_step")
    ((_, told),) = [each for each in codes(order) if each[0] == "R112"]
    assert "found a session that starts again at step 5" in told


@pytest.mark.parametrize("writer", ["tensorboardX", "torch"])
def test_steps_that_go_back_in_a_second_file_are_told(tmp_path: Path, writer: str) -> None:
    order = read(tmp_path, RECORDED / writer / "restart_without_purge_step")
    assert "R107" in [code for code, _ in codes(order)]


@pytest.mark.parametrize("writer", ["tensorboardX", "torch"])
def test_values_that_all_stand_at_one_step_are_told_with_their_number(tmp_path: Path, writer: str) -> None:
    case = RECORDED / writer / "without_a_step"
    order = read(tmp_path, case)
    ((_, tag, written),) = expected(case, "written")
    ((_, told),) = [each for each in codes(order) if each[0] == "R113"]
    assert f"found {len(written)} values of {tag!r} at step {written[0][0]}" in told


@pytest.mark.parametrize("writer", ["tensorboardX", "torch"])
def test_a_value_before_training_leaves_the_run_accepted(tmp_path: Path, writer: str) -> None:
    order = read(tmp_path, RECORDED / writer / "before_training", "accuracy")
    assert ask(order, "select min(step) from metrics") == [(-1,)]
    assert ask(order, "select verdict from runs") == [("accepted",)]


def test_a_tag_that_was_rewritten_is_named_beside_the_one_that_is_missing(tmp_path: Path) -> None:
    order = read(tmp_path, RECORDED / "tensorboardX" / "rewritten_tag", "accuracy per epoch")
    ((told,),) = ask(order, "select reason from breaches where code = 'OBS-1'")
    assert "found no value of Y (there are 'accuracy_per_epoch'" in told


@pytest.mark.parametrize("writer", ["tensorboardX", "keras"])
def test_a_file_without_a_scalar_beside_one_that_has_some_is_no_news(tmp_path: Path, writer: str) -> None:
    case = {"tensorboardX": "train_and_val", "keras": "begun_and_unused"}[writer]
    order = read(tmp_path, RECORDED / writer / case)
    has_scalars = bool(list(expected(RECORDED / writer / case, "written")))
    assert ("R104" in [code for code, _ in codes(order)]) == (not has_scalars)
