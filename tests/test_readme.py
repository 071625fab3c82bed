"""The README names what there is."""

from pathlib import Path

from expectations.promises import CATALOGUE
from flows.reading.notices.findings import MEANINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_every_promise_stands_in_the_readme() -> None:
    for promise in CATALOGUE:
        assert f"| {promise.code} | {promise.severity} | {promise.sentence} |" in README


def test_every_code_of_the_reader_stands_in_the_readme() -> None:
    for code, meaning in MEANINGS.items():
        assert f"| {code} | {meaning} |" in README


def test_every_study_shown_is_the_one_on_disk() -> None:
    assert (ROOT / "models" / "studies" / "fltk_2_4_1.toml").read_text().strip() in README
