"""File names for what users name: safe on every file system, and never two alike."""

import hashlib
import re
import unicodedata
from urllib.parse import quote

from models.declared.source import RESULT_ENDINGS

RESERVED = {
    "assets",
    "conformance",
    "curves",
    "data",
    "dictionary",
    "figures",
    "index",
    "manual",
    "quality",
    "runs",
    "search",
    "tonight",
}
LONGEST = 80
RUNS = "runs.html"
_ROW = re.compile(rf"(?:{'|'.join(map(re.escape, RESULT_ENDINGS))}):.", re.IGNORECASE)


def slug(name: str) -> str:
    """The name itself where it is plain; else what of it is, with eight digits of its digest."""
    if (
        re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name)
        and len(name) <= LONGEST
        and name.lower() not in RESERVED
    ):
        return name
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-")[:40]
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain}-{digest}".lstrip("-")


def is_row(folder: str) -> bool:
    """Whether an execution is a row of a result table: `results.csv:12`."""
    return _ROW.search(folder) is not None


def run_href(folder: str) -> str:
    """Where a page of a study finds an execution: its place on the page of runs; of a row, of which a table may have a
    million, the line in the study's table of runs."""
    return "index.html#runs" if is_row(folder) else f"{RUNS}#folder={quote(folder, safe='')}"
