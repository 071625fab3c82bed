"""The page that searches the site: studies, factors, responses, folders, relations and their columns."""

import json
from collections.abc import Iterator

from reports.pages.page import Files, Page
from reports.tables.tables import Results
from reports.text.slugs import run_href, slug

QUERIES = ("search_entries",)
Entry = tuple[str, str, str, str]  # kind, name, other words, place below the site


def search_page(results: Results, dictionary: Results) -> Files:
    """search.html and what it looks through (QUERIES, and those of the dictionary)."""
    page = Page("", "search.html", results)
    entries = [*_entries(results), *_relations(dictionary)]
    told = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    page.files["assets/entries.js"] = f"const ENTRIES = {told};\n".encode()
    return page.html("search.html.j2", trail=[], contents=[])


def _entries(results: Results) -> Iterator[Entry]:
    for kind, study, name, words in (
        results["search_entries"].frame.select("kind", "study", "name", "words").rows()
    ):
        if study is None:
            continue  # a folder that no study claims has no page
        place = slug(study)
        place += {
            "study": "/index.html",
            "factor": "/index.html#design",
            "response": f"/{slug(name)}.html",
            "folder": f"/{run_href(name)}",
        }[kind]
        yield kind, name, f"{words or ''}" if kind == "study" else f"{study}; {words or ''}", place


def _relations(dictionary: Results) -> Iterator[Entry]:
    kinds = {}
    for relation, kind, comment in dictionary["dictionary_relations"].frame.rows():
        kinds[relation] = kind
        yield kind, relation, comment or "", f"dictionary.html#relation-{slug(relation)}"
    columns = dictionary["dictionary_columns"].frame.select("relation", "column_name", "comment")
    for relation, column, comment in columns.rows():
        if relation in kinds:
            yield (
                "column",
                f"{relation}.{column}",
                comment or "",
                f"dictionary.html#relation-{slug(relation)}",
            )
