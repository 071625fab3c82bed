"""In which order folders and containers ran, from their stamps."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from models.analysis import analyse
from models.checks.execution_order import execution_order
from models.design.design import Design

Tables = dict[str, pl.DataFrame]

NOON = datetime(2024, 1, 1, 12)


def containers(spans: dict[str, list[tuple[int, int]]]) -> pl.DataFrame:
    """Containers of folders run_<n> by the minutes of their start and stop."""
    rows = [
        {
            "folder": folder,
            "run": int(folder.removeprefix("run_")),
            "container_id": f"{folder}_{i}",
            "started_at": NOON + timedelta(minutes=start),
            "stopped_at": NOON + timedelta(minutes=stop),
        }
        for folder, of_folder in spans.items()
        for i, (start, stop) in enumerate(of_folder)
    ]
    return pl.DataFrame(rows)


@pytest.mark.parametrize(
    ("spans", "manner"),
    [
        ([(0, 5), (5, 9), (10, 12)], "one after another"),
        ([(0, 5), (4, 9), (10, 12)], "overlapping"),
        ([(0, 20), (1, 3), (4, 9)], "overlapping"),
        ([(0, 20), (1, 13), (4, 9)], "at once"),
        ([(0, 20)], None),
    ],
)
def test_containers_of_a_folder_run_in_one_of_three_manners(
    declare: Any, two_level: Any, spans: list[tuple[int, int]], manner: str | None
) -> None:
    order = execution_order(Design.of(declare(two_level("AB"))), containers({"run_1": spans}))
    assert order is not None and order.folders["manner"].to_list() == [manner]


def test_contrasts_are_correlated_with_the_order_of_the_folders(published: Tables) -> None:
    rows = published["diagnostics"].filter(pl.col("diagnostic").str.starts_with("Correlation with order"))
    found = {row["diagnostic"].rpartition(": ")[2]: row["value"] for row in rows.to_dicts()}
    printed = {"Network": "0.87", "Memory": "0.44", "CPU": "0.22", "Epochs": "0.00"}
    assert {term: f"{found[term]:.2f}" for term in printed} == printed


def test_the_published_order_is_said_in_sentences(published: Tables) -> None:
    first, second, kept, third = published["statements"].filter(topic="order")["sentence"].to_list()
    assert "change level as seldom" in kept.replace("changed", "change") and "Network 1 time." in kept
    assert first.startswith("The containers of a folder ran at once in 8 folders:")
    assert second == "The folders ran in the order " + ", ".join(f"exp_1{run}" for run in range(1, 9)) + "."
    assert "would look like an effect of Network (r = 0.87)" in third


def test_a_balanced_order_looks_like_no_effect(study: Any, observations: pl.DataFrame) -> None:
    # of all orders one whose largest correlation is smallest, 0.44
    place = {run: i for i, run in enumerate([1, 2, 3, 5, 8, 7, 6, 4])}
    shift = pl.col("run").replace_strict(place, return_dtype=pl.Int64) - pl.col("run")
    shifted = observations.with_columns(
        *(
            (pl.col(stamp) + pl.duration(hours=3) * shift).alias(stamp)
            for stamp in ("started_at", "stopped_at")
        )
    )
    statements = analyse(study, shifted)["statements"].filter(topic="order")
    assert "The order of the folders goes with no effect" in statements["sentence"][-1]
    assert "largest correlation" in statements["sentence"][-1] and "0.44" in statements["sentence"][-1]
    assert statements["kind"][-1] == "note"


def test_folders_that_ran_at_the_same_time_are_counted(declare: Any, two_level: Any) -> None:
    spans = {"run_1": [(0, 10)], "run_2": [(5, 20)], "run_3": [(19, 30)], "run_4": [(30, 40)]}
    order = execution_order(Design.of(declare(two_level("AB"))), containers(spans))
    assert order is not None and order.overlapping_folders == 2


def test_without_stamps_the_order_is_unknown(textbook: Any, two_level: Any, etch: Any) -> None:
    statements = textbook(two_level("ABC"), etch)["statements"].filter(topic="order")
    assert statements["sentence"].to_list() == [
        "No container has both time stamps, so that the order of execution is unknown."
    ]
