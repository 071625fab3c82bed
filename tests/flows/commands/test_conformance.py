"""The command that writes the comparison with published data sets."""

from pathlib import Path

import pytest

from flows.commands.conformance import write_page
from flows.house.errors import UsageError


def test_the_page_is_written_with_all_it_needs(tmp_path: Path) -> None:
    lines, do_agree = write_page(tmp_path / "deep" / "page", sets=4, fewer=2)
    assert lines[-1].endswith(f"data sets agree: {tmp_path}/deep/page/conformance.html")
    assert do_agree == (not any("expected 3 to 8 %" in line for line in lines))
    assert any("nothing is wrong: Durbin-Watson in" in line and "(before: 55 %)" in line for line in lines)
    page = (tmp_path / "deep/page/conformance.html").read_text()
    for name in ("style.css", "theme.js", "page.js"):
        assert f"assets/{name}" in page and (tmp_path / "deep/page/assets" / name).stat().st_size


def test_a_folder_that_cannot_be_made_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(UsageError, match="taken: File exists, expected a folder to write the page into"):
        write_page(tmp_path / "taken")
