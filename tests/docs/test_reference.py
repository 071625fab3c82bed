"""docs/reference is what the code says, and every link of docs/ leads somewhere."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from markdown.extensions.toc import slugify

from reports.pages.response_page import MEANINGS
from tests.houses import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_reference", DOCS / "write_reference.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_code_says(writer: ModuleType) -> None:
    for name, text in writer.pages().items():
        assert (DOCS / "reference" / name).read_text() == text, f"docs/reference/{name}: run `make reference`"


def test_a_key_without_a_word_is_refused(writer: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(writer.STUDY, "alpha")
    with pytest.raises(ValueError, match="alpha"):
        writer.study()


def headings(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    return {slugify(re.sub(r"[`*]", "", one), "-") for one in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for href in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if not re.match(r"[a-z]+:", href):
            path, _, part = href.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), href
            assert not part or part in headings(target), href


def test_every_chapter_that_a_page_speaks_of_is_there() -> None:
    named = set()
    for page in (ROOT / "reports").rglob("*.j2"):
        named |= set(re.findall(r"manual/([a-z-]+)\.html(?:#([a-z-]+))?", page.read_text()))
    assert {("reading-results", "aliases"), ("quarantine", "")} <= named
    named |= {("reading-results", place) for place, _ in MEANINGS.values()}
    for chapter, place in named - {("index", "")}:
        assert not place or place in headings(DOCS / f"{chapter}.md"), place
