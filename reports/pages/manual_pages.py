"""The manual: the files of docs/ as pages of the site, so that it is of the version that made the other pages."""

import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from reports.pages.page import Files, Link, Page
from reports.pages.set_up import code_digest, kept

DOCS = Path(__file__).parents[2] / "docs"
TUTORIAL, EXPLANATION, REFERENCE = (
    ("first-study",),
    ("reading-results", "statistics", "house", "measured"),
    "reference",
)
CODE = re.compile(r"[A-Z]{1,3}-?[0-9]{1,3}")  # of a promise or notice


class Chapter(NamedTuple):
    """A page: its place below manual/ without ending, its title, and what it is of four kinds."""

    place: str
    title: str
    kind: str


def chapters() -> list[Chapter]:
    """In the order of the contents: what to begin with, how to do what, why, then all there is."""
    found = [
        Chapter(place, path.read_text().splitlines()[0].removeprefix("# "), _kind(place))
        for place, path in _files()
    ]
    kinds = ("Begin", "How to", "Why", "Reference")
    return sorted(found, key=lambda chapter: (kinds.index(chapter.kind), chapter.title.lower()))


def _files() -> Iterator[tuple[str, Path]]:
    for path in sorted(DOCS.rglob("*.md")):
        yield path.relative_to(DOCS).with_suffix("").as_posix(), path


def _pictures() -> list[Path]:
    return sorted(DOCS.rglob("*.png"))


def _kind(place: str) -> str:
    if place.startswith(f"{REFERENCE}/"):
        return "Reference"
    return "Begin" if place in TUTORIAL else "Why" if place in EXPLANATION else "How to"


def manual_pages() -> Files:
    """manual/index.html and a page for each file of docs/."""
    return kept(name(), made)


def name() -> str:
    """What these pages are made from, in short."""
    return f"manual-{sha256((code_digest() + made_from()).encode()).hexdigest()[:32]}"


def made() -> Files:
    kinds: dict[str, list[Chapter]] = {}
    for chapter in chapters():
        kinds.setdefault(chapter.kind, []).append(chapter)
    files = Page("manual", "index.html", {}).html(
        "manual.html.j2",
        trail=[Link("Manual", "index.html")],
        contents=[],
        title="Manual",
        body="",
        kinds=kinds,
    )
    for place, path in _files():
        files |= _page(place, path.read_text())
    return files | {f"manual/{path.relative_to(DOCS).as_posix()}": path.read_bytes() for path in _pictures()}


def _page(place: str, text: str) -> Files:
    folder, _, name = f"manual/{place}".rpartition("/")
    made = Markdown(
        extensions=["tables", "fenced_code", "toc", Readable(place)],
        extension_configs={"tables": {"use_align_attribute": True}},
    )
    body = made.convert(text)
    up = "../" * place.count("/")
    (first,) = made.toc_tokens
    return Page(folder, f"{name}.html", {}).html(
        "manual.html.j2",
        trail=[Link("Manual", f"{up}index.html"), Link(first["name"], f"{name}.html")],
        contents=[Link(one["name"], f"#{one['id']}") for one in first["children"]],
        title=first["name"],
        body=body.replace("<pre>", '<pre tabindex="0">'),  # it may scroll
        kinds={},
    )


class Readable(Extension):  # type: ignore[misc]
    """What the site asks of its pages: links that lead somewhere, wide things that scroll, codes that can be linked to."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.treeprocessors.register(Reader(md, self.place), "readable", 1)


class Reader(Treeprocessor):  # type: ignore[misc]
    def __init__(self, md: Markdown, place: str) -> None:
        super().__init__(md)
        self.place = place

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            self._lead(link)
        for image in list(root.iter("img")):
            self._say(image)
        for row in root.iter("tr"):
            text = "".join(row[0].itertext()).strip()
            if row[0].tag == "td" and CODE.fullmatch(text):
                row.set("id", text.lower())
        for parent in list(root.iter()):
            for place, child in enumerate(list(parent)):
                if child.tag == "table":
                    parent[place] = _scrolling(child)

    def _say(self, image: Element) -> None:
        """A picture outside docs/ is not on the site: its words stand for it."""
        if ((DOCS / self.place).parent / image.get("src", "")).resolve() in map(Path.resolve, _pictures()):
            return
        image.tag, image.text = "em", image.get("alt", "")
        image.attrib.clear()

    def _lead(self, link: Element) -> None:
        """To the page of another chapter; what lies outside docs/ is not on the site and stays a word."""
        href = link.get("href", "")
        if re.match(r"[a-z]+:|#", href):
            return
        path, _, part = href.partition("#")
        target = ((DOCS / self.place).parent / path).resolve()
        if target.suffix == ".md" and target.is_relative_to(DOCS.resolve()):
            link.set("href", path.removesuffix(".md") + ".html" + (f"#{part}" if part else ""))
        else:
            link.tag = "span"
            link.attrib.pop("href")


def _scrolling(table: Element) -> Element:
    names = ", ".join("".join(cell.itertext()) for cell in table.iter("th"))
    region = Element(
        "div", {"class": "scroll", "role": "region", "tabindex": "0", "aria-label": f"Table: {names}"}
    )
    region.append(table)
    return region


@cache
def made_from() -> str:
    """What the manual's pages change with, beside the templates."""
    return "\n".join(
        [
            version("markdown"),
            *(path.read_text() for _, path in _files()),
            *(sha256(path.read_bytes()).hexdigest() for path in _pictures()),
        ]
    )
