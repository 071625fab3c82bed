"""What is made at set-up stands in for what a night would make, as long as it is made from the same."""

from pathlib import Path

import pytest
from jinja2 import DictLoader

from reports.pages import manual_pages, set_up
from reports.pages.page import environment


def test_files_are_made_once_and_taken_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_up, "PLACE", tmp_path / "share")
    made = {"a/b.html": "ä".encode(), "c.png": bytes(range(256))}
    assert set_up.kept("one", lambda: made) == made
    set_up.keep("one", made)
    assert set_up.kept("one", dict) == made
    assert set_up.kept("another", dict) == {}


def test_the_manual_is_the_one_that_a_night_would_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, "PLACE", tmp_path)
    set_up.keep(manual_pages.name(), manual_pages.made())
    assert manual_pages.manual_pages() == manual_pages.made()
    monkeypatch.setattr(manual_pages, "made_from", lambda: "another text")
    assert not (tmp_path / f"{manual_pages.name()}.zip").exists()


def test_a_template_that_changed_after_set_up_is_compiled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, "PLACE", tmp_path)
    before = environment.__wrapped__().overlay(loader=DictLoader({"a": "before"}))
    before.bytecode_cache = set_up.FileSystemBytecodeCache(str(tmp_path), "%s.template")
    assert before.get_template("a").render() == "before"
    (compiled,) = tmp_path.iterdir()
    content = compiled.read_bytes()
    after = environment.__wrapped__().overlay(loader=DictLoader({"a": "after"}))
    assert after.get_template("a").render() == "after"
    assert compiled.read_bytes() == content
