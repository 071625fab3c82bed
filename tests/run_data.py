"""What the page of a study's runs shows: the files of data beside it, read without a browser."""

import json
import re
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]


def told(page: Path) -> dict[str, Any]:
    """What a page tells its script."""
    (block,) = re.findall(r'<script type="application/json" id="told">(.*?)</script>', page.read_text())
    found: dict[str, Any] = json.loads(block)
    return found


def data_of(study: Path) -> dict[str, dict[str, Rows]]:
    """The rows of each folder of a study, by query."""
    page = told(study / "runs.html")
    numbers = dict(zip(page["folders"], page["files"], strict=True))
    files = {number: tables_of(study / "data" / f"runs-{number:03}.js") for number in set(numbers.values())}
    return {
        folder: {
            name: [row for row in rows if row["folder"] == folder] for name, rows in files[number].items()
        }
        for folder, number in numbers.items()
    }


def tables_of(file: Path) -> dict[str, Rows]:
    (call,) = re.findall(r"^runsOf\(\d+,(.*)\);$", file.read_text())
    return {
        name: [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        for name, columns in json.loads(call).items()
    }
