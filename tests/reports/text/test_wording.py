"""The verdict on an effect in a few words: by which units it is active, and which of them decides."""

from typing import Any

import polars as pl
import pytest

from reports.charts.effect_rows import leading
from reports.text.wording import VERDICTS, answer, verdict


@pytest.mark.parametrize(
    ("container", "folder", "decides", "text"),
    [
        (True, True, "folder", "active"),
        (True, False, "folder", "active only with containers as the unit"),
        (False, True, "folder", "active only with folders as the unit"),
        (None, True, "folder", "active"),
        (None, None, None, "not judged"),
        (True, None, "container", "active"),
        (True, None, None, "not judged"),  # runs are missing: containers do not decide for them
    ],
)
def test_a_verdict_names_the_unit_it_holds_under(
    container: Any, folder: Any, decides: Any, text: str
) -> None:
    row = {"is_active_container": container, "is_active_folder": folder, "error_unit": decides}
    assert verdict(row) == text and text in VERDICTS


def test_that_nothing_stands_out_is_an_answer_and_leads_as_any_other() -> None:
    said_of_y = [
        ("note", "Y: no effect stands out with folders as the unit."),
        ("note", "Not shown to matter, but possible: A."),
        ("doubt", "Half of the effects seem to be real."),
    ]
    rows = [{"response": "Y", "topic": "outcome", "kind": kind, "sentence": text} for kind, text in said_of_y]
    statements = pl.DataFrame(rows)
    assert [one["sentence"] for one in answer(statements, "Y")] == [
        "No effect stands out with folders as the unit.",
        "Half of the effects seem to be real.",
    ]


@pytest.mark.parametrize(
    ("deciding", "line"),
    [
        ("folder", "none active; A +1 only with containers as the unit"),
        ("container", "A +1, active only with containers as the unit"),
    ],
)
def test_the_index_leads_with_what_the_unit_that_decides_calls_active(deciding: str, line: str) -> None:
    rows = pl.DataFrame(
        {"label": ["A"], "text": ["+1"], "verdict": ["active only with containers as the unit"]}
    )
    assert leading(rows, deciding) == line
