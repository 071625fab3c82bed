"""Rows of a table made into runs: those that failed left out, merged cells filled, long forms made wide."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from flows.survey.columns import numbers_in
from flows.survey.factors.roles import OUTCOMES

STEPS = ("step", "global_step", "epoch", "iteration", "training_iteration", "total_steps", "it")
_FINE = {"completed", "complete", "ok", "success", "succeeded", "done", "finished", "passed", "true"}
_ERRORS = {"error", "errors", "exception", "traceback", "error_message", "failure"}
# Rows that stand for others: the sums of locust, the repeats of Google's benchmark beside their means.
_TOTALS = {"name": {"aggregated"}, "run_type": {"iteration"}}
_LONG = {"metric", "metrics", "measure", "variable", "tag", "response", "metric_name", "name"}
FILE = "\0"  # among the columns: of which path each row is
_VALUE = {"value", "val", "metric_value"}
_COMMA = re.compile(r"|[+-]?[0-9]+(?:,[0-9]+)?(?:\s*[^\s0-9.,;][^\s0-9]*)?")


def step_column(texts: Mapping[str, object] | Sequence[str]) -> str | None:
    """The column that counts steps, however it is written: `Step` of TensorBoard's CSV files, `Training Iteration`."""
    names = {re.sub(r"[ .]", "_", each).lower(): each for each in texts}
    return next((names[each] for each in STEPS if each in names), None)


def finished(texts: dict[str, list[str]], place: dict[str, object]) -> dict[str, list[str]]:
    """The rows that went well, where a column says how they ended."""
    told = going_well(texts)
    if told is None:
        return texts
    column, fine = told
    place["where"] = {column: fine if len(fine) != 1 else fine[0]}
    keep = [cell in fine for cell in texts[column]]
    return {
        name: [text for text, is_fine in zip(each, keep, strict=True) if is_fine]
        for name, each in texts.items()
    }


def going_well(texts: Mapping[str, Sequence[str]]) -> tuple[str, list[str]] | None:
    """A column that says how rows ended, with its texts of those that went well; an empty one of an error is one."""
    for column, cells in texts.items():
        word = column.lower().rpartition(".")[2].strip('"')
        kinds = set(filter(None, cells))
        fine = sorted(each for each in kinds if each.lower() in _FINE)
        if word in OUTCOMES and fine and len(fine) < len(kinds):
            return column, fine
        totals = sorted(each for each in kinds if each.lower() in _TOTALS.get(word, ()))
        if 0 < len(totals) < len(kinds):
            return column, totals
        if word in _ERRORS and 0 < sum(map(bool, cells)) * 2 < len(cells):
            return column, [""]
    return None


def last_steps(texts: dict[str, list[str]], place: dict[str, object]) -> dict[str, list[str]]:
    """The last row of each run, where a column counts steps that start again and again."""
    found = step_column(texts)
    if not found or len(set(texts[found])) < 2 or not numbers_in(texts[found]):
        return texts
    steps = [float(each or "nan") for each in texts[found]]
    ends = [place for place, (one, other) in enumerate(pairwise([*steps, -1.0])) if not other > one]
    if len(ends) * 2 > len(steps):
        return texts
    place["take"] = "last"
    return {name: [cells[end] for end in ends] for name, cells in texts.items() if name != found}


def with_points(texts: dict[str, list[str]], place: dict[str, object]) -> dict[str, list[str]]:
    """Numbers with decimal points, where commas are."""
    commas = [name for name, cells in texts.items() if any(cells) and all(map(_COMMA.fullmatch, cells))]
    if not any("," in cell for name in commas for cell in texts[name]):
        return texts
    place["decimal"] = ","
    return texts | {name: [cell.replace(",", ".") for cell in texts[name]] for name in commas}


def long_as_wide(texts: dict[str, list[str]], place: dict[str, object]) -> dict[str, list[str]]:
    """A row a run, where a column names what another holds and every run has each name once."""
    if place.get("header") == 0 and (told := _nameless(texts)):
        place |= {"names": told[0], "values": told[1]}
        return _wide_by(texts, [FILE], *told)
    named = [each for each in texts if each.lower() in _LONG]
    held = [each for each in texts if each.lower() in _VALUE and numbers_in(texts[each])]
    if not named or not held or len(set(texts[named[0]])) < 2:
        return texts
    kinds = list(dict.fromkeys(texts[named[0]]))
    shared = [each for each in texts if each not in (named[0], held[0])]
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    keys = list(zip(*(texts[each] for each in shared), strict=True))
    for key, kind, cell in zip(keys, texts[named[0]], texts[held[0]], strict=True):
        rows.setdefault(key, {})[kind] = cell
    if len(rows) * len(kinds) < len(keys):
        return texts  # a name comes twice: nothing tells the runs apart
    place |= {"names": named[0], "values": held[0]}
    return _wide_by(texts, shared, named[0], held[0])


def _wide_by(
    texts: Mapping[str, Sequence[str]], shared: Sequence[str], names: str, values: str
) -> dict[str, list[str]]:
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for key, kind, cell in zip(
        zip(*(texts[each] for each in shared), strict=True), texts[names], texts[values], strict=True
    ):
        rows.setdefault(key, {})[kind] = cell
    wide = {each: [key[i] for key in rows] for i, each in enumerate(shared)}
    return wide | {kind: [row.get(kind, "") for row in rows.values()] for kind in dict.fromkeys(texts[names])}


def _nameless(texts: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """Of tables without names, one a run, the column with the same words in each, and the first that holds numbers."""
    files = texts[FILE]
    words = [name for name in texts if name != FILE and _comes_once_a_file(texts[name], files)]
    numbers = [name for name in texts if name != FILE and numbers_in(texts[name]) and any(texts[name])]
    return (words[0], numbers[0]) if len(set(files)) > 1 and words and numbers else None


def _comes_once_a_file(cells: Sequence[str], files: Sequence[str]) -> bool:
    by_file: dict[str, list[str]] = {}
    for cell, file in zip(cells, files, strict=True):
        by_file.setdefault(file, []).append(cell)
    first = sorted(next(iter(by_file.values())))
    are_words = all(re.match(r"[A-Za-z]", each) for each in first) and len(set(first)) == len(first) > 1
    return are_words and all(sorted(each) == first for each in by_file.values())


def filled(texts: dict[str, list[str]], place: dict[str, object]) -> dict[str, list[str]]:
    """Merged cells with the text of the first, where the empty ones follow in equal numbers."""
    merged = [name for name, cells in texts.items() if _is_merged(cells)]
    if not merged:
        return texts
    place["fill"] = True
    done = dict(texts)
    for name in merged:
        last = ""
        done[name] = [last := cell or last for cell in texts[name]]
    return done


def _is_merged(cells: Sequence[str]) -> bool:
    told = [place for place, cell in enumerate(cells) if cell]
    gaps = {b - a for a, b in pairwise([*told, len(cells)])}
    return len(set(cells)) > 2 and told[:1] == [0] and len(gaps) == 1 and gaps != {1}
