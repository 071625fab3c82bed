"""The verdict on an effect in a few words: by which units it is active, and which of them decides."""

from typing import Any

import pytest

from reports.text.wording import VERDICTS, verdict


@pytest.mark.parametrize(
    ("container", "folder", "decides", "text"),
    [
        (True, True, "folder", "active"),
        (True, False, "folder", "active only with containers as the unit"),
        (False, True, "folder", "active only with folders as the unit"),
        (None, True, "folder", "active"),
        (None, None, None, "not judged"),
        (True, None, "container", "active"),
        (True, None, None, "active only with containers as the unit"),  # runs are missing: nothing decides
    ],
)
def test_a_verdict_names_the_unit_it_holds_under(
    container: Any, folder: Any, decides: Any, text: str
) -> None:
    row = {"is_active_container": container, "is_active_folder": folder, "error_unit": decides}
    assert verdict(row) == text and text in VERDICTS
