"""Words that pages and charts share."""

from typing import Any

import polars as pl

from models.wording import links, with_alias

SCALES = {"identity": "as measured", "log10": "log10"}
VERDICTS = (
    "active",
    "active only with containers as the unit",
    "active only with folders as the unit",
    "not active",
    "not judged",
)


# What charts and tables say of the executions of a run, which are folders where nothing else is said.
_OF_FOLDERS = (
    "folders as the unit",
    "only with folders",
    "noise between folders",
    "between-folder error",
    "within-folder error",
    "folders: margin",
    "folders by ",
    ">folders only<",
    "folders that came",
    "Containers of one folder are repeats; folders are executions",
)


def in_words_of(text: str, word: str) -> str:
    """A page of a study whose executions are rows or files: what it says of folders, in their word."""
    for each in _OF_FOLDERS if word != "folder" else ():
        text = text.replace(each, each.replace("folder", word))
    return text


def aliased(term: str, aliases: str | None) -> str:
    """An effect under all its names: an interaction is never printed without those it cannot be told from."""
    return with_alias(term, links(aliases or ""))


def verdict(row: dict[str, Any]) -> str:
    """One of VERDICTS from the tests with containers and with folders as the unit, and which of them decides."""
    container, folder = row["is_active_container"], row["is_active_folder"]
    if (
        row["error_unit"] is None
    ):  # runs are missing, or it serves as error itself: containers do not decide for it
        return VERDICTS[4]
    if container is None or folder is None:
        return VERDICTS[0] if container or folder else VERDICTS[3]
    return VERDICTS[{(True, True): 0, (True, False): 1, (False, True): 2}.get((container, folder), 3)]


def deciding_error(rows: pl.DataFrame) -> str:
    """What the intervals of effects or means are made from: "folders as the unit (Lenth's method)"."""
    known = rows.filter(pl.col("error_unit").is_not_null())
    if known.is_empty():
        return "no error that could be judged"
    method = known["method"][0] if "method" in known.columns else ""
    return f"{known['error_unit'][0]}s as the unit" + (" (Lenth's method)" if method == "Lenth" else "")


def look(is_firm: bool | None) -> str:
    """Whether verdicts are those of the look that was planned; nothing of nights before that was kept."""
    return {True: "Firm", False: "Provisional", None: ""}[is_firm]


def difference_unit(unit: str, scale: str = "identity") -> str:
    """The unit of a difference: percentages differ by percentage points; logarithms have their own."""
    if scale != "identity":
        return f"log10 {unit}".strip()
    return "percentage points" if unit == "%" else unit


def titled(name: str, unit: str) -> str:
    """An axis title: the name with its unit."""
    return f"{name} ({unit})" if unit else name


def share_of(count: int, whole: int) -> str:
    return f"all {whole}" if count == whole else f"none of {whole}" if count == 0 else f"{count} of {whole}"


def answer(statements: pl.DataFrame, response: str) -> list[dict[str, Any]]:
    """What leads a page: the verdict, whichever way it went, and what is found or doubted beside it."""
    outcome = said(statements, "outcome", response)
    return [one for place, one in enumerate(outcome) if place == 0 or one["kind"] != "note"]


def said(statements: pl.DataFrame, topic: str, response: str) -> list[dict[str, Any]]:
    """What was said of a response about a topic, less its name, which stands above (query study_statements)."""
    mine = statements.filter((pl.col("response") == response) & (pl.col("topic") == topic))
    rows = mine.with_columns(pl.col("sentence").str.strip_prefix(f"{response}: ")).to_dicts()
    return [{**row, "sentence": row["sentence"][:1].upper() + row["sentence"][1:]} for row in rows]
