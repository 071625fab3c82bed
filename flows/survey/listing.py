"""The files below a log root, sorted by what they may hold."""

import re
from collections.abc import Callable, Iterable, Sequence
from os.path import commonpath
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.discovery.find_units import walk
from flows.log_root.regular_file import RefusedError, read_regular, shown
from flows.log_root.tree import Disk
from flows.reading.cells.numbers import meant
from flows.reading.cells.quantities import as_quantities, unit_in
from flows.reading.records.paths import quoted
from flows.reading.records.rows import AS_IT_IS, Records, read_records, unzipped
from flows.reading.records.shape import PLACES, RecordError, Shape
from flows.reading.records.tree_rows import KEY
from flows.reading.records.trees import as_text, flatten, load_tree

TABLES = (".csv", ".tsv", ".parquet", ".xlsx", ".jsonl", ".ndjson")
TEXTS = (".txt", ".dat", ".tab", ".md", ".jtl", ".log", ".out", ".data", ".res")  # tables, where they are any
TREES = (".json", ".yaml", ".yml", ".toml")
CONFIGS = (
    "hparams.yaml", "config.json", "config.yaml", "config.yml", "params.json", "params.yaml", "args.json",
    "args.yaml", "hparams.json", "settings.json", "settings.yaml", "config.toml", "opts.json", "hyperparameters.json",
)  # fmt: skip
_STATISTIC = re.compile(
    r"(?i)mean|median|average|avg|mode|sum|count|slope|std(?:_?dev)?|var(?:iance)?|min|max|mad|median_abs_dev|iqr|range"
    r"|(?:p|q|perc(?:entile)?_?)[0-9.]+"
)
MOST_FILES = 200_000
MOST_PARTS = 20  # more folders beside each other are rather runs than experiments
MOST_BYTES = 16 << 20  # of a file that is only looked at
MOST_LEAVES = 2_000
MOST_IN_LEVEL = 8  # elements of a list that may be a level, such as the layers of a network


class Listing(NamedTuple):
    """Paths below the log root."""

    events: list[str]
    tables: list[str]
    texts: list[str]  # text that may be a table
    trees: list[str]
    logs: list[str]  # start.log and stop.log
    others: list[str]  # what is not read
    is_cut: bool  # more files than were looked at

    def only(self, is_wanted: Callable[[str], bool]) -> "Listing":
        """The same without the other paths."""
        kept = {name: [path for path in getattr(self, name) if is_wanted(path)] for name in self._fields[:-1]}
        return self._replace(**kept)  # type: ignore[arg-type]


def list_files(logs: Path) -> Listing:
    """What lies below the log root, hidden folders but Hydra's left out."""
    found = Listing([], [], [], [], [], [], is_cut=False)
    for count, (path, entry) in enumerate(walk(Disk(logs), [""])):
        if count == MOST_FILES:
            return found._replace(is_cut=True)
        if not entry.is_file(follow_symlinks=False) or shown(path) != path:
            continue
        name = entry.name
        if name.startswith("."):
            continue
        if "tfevents" in name:
            found.events.append(path)
        elif name in ("start.log", "stop.log"):
            found.logs.append(path)
        elif is_table(name):
            found.tables.append(path)
        elif is_tree(name):
            found.trees.append(path)
        elif is_text(name):
            found.texts.append(path)
        else:
            found.others.append(path)
    return found


def parts_of(listing: Listing) -> dict[str, Listing]:
    """What lies in each folder below the one that all share, and in that one itself; nothing of one folder or of many."""
    folders = {path.rpartition("/")[0] for each in listing[:-1] for path in each}
    home = commonpath(folders) if folders else ""
    depth = len(home.split("/")) if home else 0
    below = dict.fromkeys("/".join(folder.split("/")[: depth + 1]) for folder in sorted(folders))
    if not 1 < len(below) <= MOST_PARTS:
        return {}
    return {folder: listing.only(within(folder, is_deep=folder != home)) for folder in below}


def within(folder: str, is_deep: bool) -> Callable[[str], bool]:
    if is_deep:
        return lambda path: path.startswith(f"{folder}/")
    return lambda path: path.rpartition("/")[0] == folder


def is_table(name: str) -> bool:
    return name.lower().removesuffix(".gz").endswith(TABLES)


def is_text(name: str) -> bool:
    return name.lower().removesuffix(".gz").endswith(TEXTS)


def is_tree(name: str) -> bool:
    return name.lower().removesuffix(".gz").endswith(TREES)


def read_table(
    logs: Path, path: str, most_bytes: int = MOST_BYTES, shape: Shape = AS_IT_IS
) -> Records | None:
    """Every column of a table as text, names and levels as they stand; None for what is none.

    Text by any other name is a table only where all of its lines are rows of several cells, some of them numbers.
    """
    try:
        content = read_regular(logs, path, most_bytes).content
    except (RefusedError, OSError):
        return None
    names = read_records(content, path, [], shape).columns
    names = tuple(name for name in names if name and name not in PLACES and not name.startswith("$."))
    names = (*names, KEY) if shape.rows.endswith("*") else names
    records = read_records(content, path, names, shape, literal=names)
    if records.frame.is_empty() or not names or (is_text(path) and not is_drawn(records, names)):
        return None
    return records._replace(columns=names)


def read_report(logs: Path, path: str, separator: str) -> dict[str, str] | None:
    """Name and value of the lines `name: value` of a text, of names that stand once; None without two numbers."""
    try:
        content = read_regular(logs, path, MOST_BYTES).content
    except (RefusedError, OSError):
        return None
    shape = Shape(header=0, separator=separator, is_report=True)
    frame = read_records(content, path, ["1", "2"], shape, literal=["1"]).frame.unique("1", keep="none")
    numbers = sum(
        not as_quantities(pl.Series([each]), unit_in(each) or "s")[1][0] for each in frame["2"].drop_nulls()
    )
    return (
        {name: value or "" for name, value in frame.select("1", "2").sort("1").rows()}
        if numbers > 1
        else None
    )


def is_drawn(records: Records, names: Sequence[str]) -> bool:
    are_numbers = (not as_quantities(meant(records.frame[each]), "s")[1].any() for each in names)
    return len(names) > 1 and not records.problems and any(are_numbers)


def encoding_of(logs: Path, path: str) -> str | None:
    """cp1252 for text that is not Unicode, which is what Windows writes in the west; None for all else."""
    if not (is_text(path) or path.lower().endswith((".csv", ".tsv"))):
        return None
    try:
        content = read_regular(logs, path, MOST_BYTES).content
        as_text(content)
    except (RefusedError, OSError):
        return None
    except RecordError:
        return "cp1252" if b"\0" not in content else None
    return None


def list_of_rows(logs: Path, path: str) -> str | None:
    """The path of the longest list of objects at the top of a tree, or one key below; None where there is none."""
    try:
        tree = load_tree(*unzipped(read_regular(logs, path, MOST_BYTES).content, path))
    except (RefusedError, OSError, RecordError):
        return None
    lists = {"": tree} if isinstance(tree, list) else tree
    if not isinstance(lists, dict):
        return None
    found = {
        quoted(key) if key else "": len(each)
        for key, each in lists.items()
        if isinstance(each, list) and len(each) > 1 and all(isinstance(row, dict) for row in each)
    }
    for key, each in {"": tree, **lists}.items() if isinstance(tree, dict) else ():
        if (
            isinstance(each, dict)
            and len(each) > 3
            and _are_alike(list(each.values()))
            and not _are_statistics(each)
        ):
            found[f"{quoted(key)}.*" if key else "*"] = len(each)
    return max(found, key=lambda key: found[key]) if found else None


def _are_alike(values: list[object]) -> bool:
    """Whether all are mappings with the same keys."""
    return all(isinstance(each, dict) for each in values) and len({frozenset(each) for each in values}) == 1  # type: ignore[call-overload]


def _are_statistics(keys: Iterable[str]) -> bool:
    """Whether most keys are statistics of one sample, as criterion writes them: then all are of one run."""
    told = [bool(_STATISTIC.fullmatch(key)) for key in keys]
    return sum(told) * 2 > len(told)


def read_leaves(logs: Path, path: str) -> dict[str, str] | None:
    """Path and text of the scalars of a JSON, YAML or TOML file that is one mapping; None for what is none."""
    try:
        tree = load_tree(*unzipped(read_regular(logs, path, MOST_BYTES).content, path))
    except (RefusedError, OSError, RecordError):
        return None
    if not isinstance(tree, dict):
        return None
    leaves: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    for key, text in flatten(tree, MOST_LEAVES):
        head, bracket, _ = key.rpartition("[")
        if not bracket:
            leaves[key] = text or ""
        elif key.endswith("]") and "[" not in head and text is not None:
            lists.setdefault(head, []).append(text)
    short = {head: f"[{', '.join(texts)}]" for head, texts in lists.items() if len(texts) <= MOST_IN_LEVEL}
    return leaves | short | {f"{head}[-1]": texts[-1] for head, texts in lists.items()}


def config_of(logs: Path, folders: Sequence[str]) -> str | None:
    """The file of settings that stands in most of some folders, by its path below them; None if in few."""
    names = (*CONFIGS, ".hydra/config.yaml", "../hparams.yaml", "../config.json", "../config.yaml")
    for name in names:
        present = sum((logs / folder / name).is_file() for folder in folders)
        if present * 2 > len(folders):
            return name
    return None
