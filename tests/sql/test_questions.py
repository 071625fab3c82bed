"""Questions, written down before the queries, as somebody asks who has seen no more than the list of relations."""

from typing import Any

import pytest

from flows.warehouse.warehouse import Warehouse

CONTAINERS = 32
QUESTIONS: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "How accurate was each network?": (
        "select Network, round(avg(Accuracy), 2) from fltk_2_4_1 group by Network order by Network",
        [("FashionMNISTCNN", 89.02), ("FashionMNISTResNet", 87.95)],
    ),
    "Which effect on the accuracy is the largest?": (
        "select term, round(effect, 2) from effects where response = 'Accuracy' "
        "order by abs(effect) desc limit 1",
        [("Network", -1.08)],
    ),
    "Is it significant?": (
        "select p_value < 0.001 from anova_rows where response = 'Accuracy' and source = 'Network'",
        [(True,)],
    ),
    "How long did each run take on average?": (
        "select run, round(mean) from treatment_means where response = 'Time' order by mean limit 2",
        [(4, 169.0), (2, 348.0)],
    ),
    # Readers asked for container, seconds: the listing names the columns now.
    "How long did each container run?": (
        "select folder, duration_seconds from container_times order by duration_seconds desc limit 1",
        [("exp_15", 8301.0)],
    ),
    # They asked for final_metrics.last.
    "What did each container come to?": (
        "select count(*), round(avg(last_value), 1) from final_metrics where tag = 'accuracy per epoch'",
        [(CONTAINERS, 88.5)],
    ),
    "How far is run 1 from run 2?": (
        "select round(difference, 2), unit from run_differences "
        "where response = 'Accuracy' and run = 1 and other_run = 2",
        [(0.02, "%")],
    ),
    # A reader nearly took the difference of logarithms for seconds.
    "How many times as long as run 1 did run 8 take?": (
        "select unit, round(ratio, 2), round(ratio_low, 1), round(ratio_high, 1) from run_differences "
        "where response = 'Time' and run = 8 and other_run = 1",
        [(None, 9.39, 6.0, 14.8)],
    ),
    "Which folder worked the longest?": (
        "select folder from container_times order by duration_seconds desc limit 1",
        [("exp_15",)],
    ),
    "How did the accuracy grow in run 1?": (
        "select step, round(avg(value), 1) from metrics where tag = 'accuracy per epoch' and run = 1 "
        "group by step order by step",
        [(1, 82.6), (2, 85.6), (3, 87.3), (4, 88.3), (5, 89.0)],
    ),
    "Was anything left out?": ("select folder, reason from quarantine", []),
    "Is any promise broken?": ("select code, promise from promises_now where is_broken", []),
    "Which folders hold run 1, and do they count?": (
        "select folder, verdict from runs where run = 1",
        [("exp_11", "accepted")],
    ),
    "What cannot be told from CPU:Memory?": (
        "select aliases from alias_sets where term = 'CPU:Memory' and scope = 'declared'",
        [("Network:Epochs",)],
    ),
    "How many event files were read?": (
        "select count(*) from files where kind = 'events'",
        [(CONTAINERS,)],
    ),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_first_query_that_comes_to_mind_answers(warehouse: Warehouse, question: str) -> None:
    query, answer = QUESTIONS[question]
    assert warehouse.connection.sql(query).fetchall() == answer
