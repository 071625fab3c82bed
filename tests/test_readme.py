"""The README is short, and the manual shows what is on disk."""

import re

from tests.houses import ROOT

README = (ROOT / "README.md").read_text()


def test_the_readme_is_read_in_a_minute() -> None:
    assert len(README.splitlines()) <= 130


def test_every_chapter_of_the_manual_is_named() -> None:
    chapters = {str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")}
    assert chapters == set(re.findall(r"\]\((docs/[^)#]+)", README))


def test_every_study_shown_is_the_one_on_disk() -> None:
    shown = (ROOT / "docs" / "testbed.md").read_text()
    assert (ROOT / "models" / "studies" / "fltk_2_4_1.toml").read_text().strip() in shown
