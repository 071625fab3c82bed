"""The trees of a file: one document, or one a line; content that says otherwise than the name wins."""

from collections.abc import Iterator
from typing import NamedTuple

from flows.reading.records.shape import Problem, ProblemLog, RecordError
from flows.reading.records.trees import as_text, load_tree, parse_json, settled


class Document(NamedTuple):
    line: int | None  # of a file with a document a line
    tree: object


def documents(content: bytes, name: str, log: ProblemLog) -> Iterator[Document]:
    """Raises RecordError for a file of which nothing can be read; bad lines among good ones are problems."""
    if name.endswith((".yaml", ".yml", ".toml")):
        yield Document(None, load_tree(content, name))
        return
    text = as_text(content)
    if not text.strip():
        raise RecordError("Q324", "an empty file", "JSON", "Check whether the job has written any.")
    if _is_document_a_line(text):
        yield from _lines(text, log)
        return
    try:
        yield Document(None, load_tree(content, name))
    except RecordError:
        if not name.endswith((".jsonl", ".ndjson")):
            raise
        yield from _lines(text, log)


def _is_document_a_line(text: str) -> bool:
    lines = (line for line in text.lstrip().split("\n", 100) if line.strip() and not line.startswith("#"))
    first, second = next(lines, ""), next(lines, "")
    if not second or not first.startswith(("{", "[")):
        return False
    try:
        parse_json(first)
    except RecordError:
        return False
    return True


def _lines(text: str, log: ProblemLog) -> Iterator[Document]:
    first_bad, bad = None, 0
    is_good = False
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            tree = settled(parse_json(line))
        except RecordError as error:
            where = "a last line without a line end, " if number == len(lines) else ""
            found = f"{where}{error.problem.found}"
            remedy = "Correct the line, or remove it."
            first_bad = first_bad or Problem(number, "Q323", found, "JSON in every line", remedy)
            bad += 1
            continue
        is_good = True
        yield Document(number, tree)
    if first_bad and not is_good:
        raise RecordError("Q325", first_bad.found, "JSON", line=first_bad.line)
    if first_bad:
        log.add(first_bad, bad)
