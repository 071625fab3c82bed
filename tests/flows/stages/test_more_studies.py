"""A second study by its file and its folders alone, under names that formulas and SQL choke on."""

import shutil
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pytest

from flows.night import Order, Summary
from tests.houses import SAMPLE, STUDIES, ask, contents, spend, verdicts
from tests.log_folders import edit, write_folder, write_study

HOSTILE = [
    ("C", "Q", "I"),
    ("learning rate", 'batch "size"', "it's"),
    ("select", "Residual", "größe; drop table points --"),
]


def add_factorial(order: Order, factors: tuple[str, ...]) -> dict[int, list[float]]:
    """Declare a 2^3 and write its eight folders of two containers; gives the last losses by run."""
    write_study(
        order.studies,
        "second",
        folders="second/{run}_{replicate}",
        containers=2,
        factors={name: ["low", 'it\'s "high"'] for name in factors},
        responses={
            'Final "loss"': {"metric": "loss", "reduce": "last"},
            "Wait": {"between": ["create", "stop"], "unit": "s"},
        },
    )
    losses = {}
    draw = np.random.default_rng(7)
    for run in range(1, 9):
        losses[run] = [float(np.float32(each)) for each in draw.normal(run, 0.1, 2)]
        points = {f"job-{run}-{place}": {"loss": [9.0, value]} for place, value in enumerate(losses[run])}
        write_folder(order.logs, f"second/{run}_a", points, seconds=10 + run)
    return losses


class Added(NamedTuple):
    """The sample's house after a night on which a second study came, with the last losses of its runs."""

    factors: tuple[str, ...]
    order: Order
    losses: dict[int, list[float]]
    counts: dict[str, Any]


@pytest.fixture(scope="module", params=HOSTILE, ids=lambda names: names[0])
def added(
    request: pytest.FixtureRequest, published_house: Summary, tmp_path_factory: pytest.TempPathFactory
) -> Added:
    place = tmp_path_factory.mktemp("second")
    order = Order(place / "logs", place / "studies", place / "house")
    for one, other in (
        (SAMPLE, order.logs),
        (STUDIES, order.studies),
        (published_house.house.root, order.house),
    ):
        shutil.copytree(one, other, symlinks=True)
    losses = add_factorial(order, request.param)
    return Added(request.param, order, losses, spend(order).night)


def test_a_full_factorial_is_added_by_its_file_and_folders_alone(
    added: Added, published_house: Summary
) -> None:
    factors, order, losses, counts = added
    assert (counts["folders_new"], counts["folders_changed"], counts["runs_accepted"]) == (8, 0, 16)
    assert counts["promises_broken"] == 0
    before = contents(order._replace(house=published_house.house.root))
    assert contents(order)["fltk_2_4_1"] == before["fltk_2_4_1"]

    columns = [row[0] for row in ask(order, "describe second")]
    assert columns == [
        *(
            "run",
            "replicate",
            "folder",
            "container_id",
            *factors,
            'Final "loss"',
            "Wait",
            "started_at",
            "stopped_at",
        )
    ]
    levels = ["low", 'it\'s "high"']
    expected = [
        (run, "a", f"second/{run}_a", f"job-{run}-{place}", *reversed(yates), losses[run][place], 15.0 + run)
        for run, yates in enumerate(product(levels, repeat=3), 1)
        for place in (0, 1)
    ]
    wide = ask(order, "select * exclude (started_at, stopped_at) from second order by container_id")
    assert wide == expected


def test_its_effects_are_the_contrasts_of_its_observations(added: Added) -> None:
    factors, order, losses, _ = added
    means = np.array([np.mean(losses[run]) for run in range(1, 9)])
    signs = np.array([list(reversed(row)) for row in product([-1, 1], repeat=3)]).T
    wanted = {name: float(means @ sign / 4) for name, sign in zip(factors, signs, strict=True)}
    for first, second in ((0, 1), (0, 2), (1, 2)):
        wanted[f"{factors[first]}:{factors[second]}"] = float(means @ (signs[first] * signs[second]) / 4)
    # Every contrast is judged, also those that the model leaves out; in SQL are those of its terms.
    every = wanted | {":".join(factors): float(means @ signs.prod(axis=0) / 4)}
    for relation, terms in (("effects", every), ("effects_sql", wanted)):
        found = dict(
            ask(
                order,
                f"select term, effect from {relation} where study = 'second' and scale = 'identity' "  # noqa: S608
                "and response <> 'Wait'",
            )
        )
        assert found.keys() == terms.keys()
        assert found == pytest.approx(terms, rel=1e-9), relation


def test_a_study_that_is_taken_away_takes_its_view_and_keeps_its_facts(second_night: Order) -> None:
    add_factorial(second_night, HOSTILE[0])
    spend(second_night)
    (second_night.studies / "second.toml").unlink()
    spend(second_night)
    assert ask(second_night, "select count(*) from duckdb_views() where view_name = 'second'") == [(0,)]
    assert ask(second_night, "select count(*), bool_and(is_gone) from folders where study = 'second'") == [
        (8, True)
    ]
    assert ask(second_night, "select count(*) from metrics where study = 'second'") == [(32,)]
    assert ask(second_night, "select count(*) from fltk_2_4_1") == [(32,)]


def test_a_study_file_that_is_refused_stops_the_night_with_its_sentence(second_night: Order) -> None:
    before = contents(second_night, is_whole=True)
    path = second_night.studies / "fltk_2_4_1.toml"
    edit(path, lambda text: text.replace('"CPU:Memory", ', '"CPU:Memory", "Network:Epochs", '))
    with pytest.raises(Exception, match=r"fltk_2_4_1\.toml: terms: .*aliased"):
        spend(second_night)
    assert contents(second_night, is_whole=True) == before


def test_studies_of_the_same_name_are_refused(second_night: Order) -> None:
    text = (second_night.studies / "fltk_2_4_1.toml").read_text()
    (second_night.studies / "copy.toml").write_text(text)
    with pytest.raises(Exception, match=r"name: found 'fltk_2_4_1', which .* has. Rename one of them\."):
        spend(second_night)


def test_a_study_may_not_take_the_name_of_a_relation(second_night: Order) -> None:
    write_study(
        second_night.studies,
        "runs",
        folders="other_{run}",
        factors={"A": ["1", "2"]},
        responses={"y": {"metric": "y"}},
    )
    (reason,) = spend(second_night).refused
    assert "found 'runs', which is a relation of the warehouse already" in reason


def test_a_study_without_any_folder_is_published_empty(second_night: Order, tmp_path: Path) -> None:
    write_study(
        second_night.studies,
        "planned",
        folders="planned_{run}",
        factors={"A": ["1", "2"], "B": ["1", "2"]},
        responses={"y": {"metric": "y"}},
    )
    summary = spend(second_night)
    assert ask(second_night, "select count(*) from planned") == [(0,)]
    assert summary.night["runs_accepted"] == 8
    assert set(verdicts(second_night).values()) == {"accepted"}


def test_studies_that_are_checked_and_fitted_in_parts_come_out_as_together(second_night: Order) -> None:
    add_factorial(second_night, HOSTILE[1])
    spend(second_night)
    before = contents(second_night)
    with (
        mock.patch("flows.stages.check.FOLDERS_AT_ONCE", 1),
        mock.patch("flows.stages.analyse.FOLDERS_AT_ONCE", 1),
    ):
        summary = spend(second_night._replace(everything=True))
    assert {each["study"] for each in summary.verdicts} == {"fltk_2_4_1", "second", None}
    assert {each["study"] for each in summary.effects} == {"fltk_2_4_1", "second"}
    assert contents(second_night) == before
