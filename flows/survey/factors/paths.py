"""Paths that are alike, laid side by side: the text that all share, with what varies between."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_TOKEN = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # a UUID
    r"|[0-9]{4}-?[0-9]{2}-?[0-9]{2}[-_T ][0-9]{2}[-:.]?[0-9]{2}[-:.]?[0-9]{2}(?:\.[0-9]+)?"  # a moment
    r"|[A-Z][a-z]{2}[0-9]{2}_[0-9]{2}-[0-9]{2}-[0-9]{2}"  # a moment as torch names folders
    r"|[0-9]+(?:\.[0-9]+)*(?:[eE][+-]?[0-9]+(?![A-Za-z0-9])|[A-Za-z%]*)"  # a number, with its unit
    r"|[A-Za-z]+|[^A-Za-z0-9]+"
)
_HYPHENED = re.compile(r"[A-Za-z]-$")  # where hyphens stand for all marks, the decimal point among them
_NUMBER = re.compile(r"[0-9]")
_KEY = re.compile(
    r"(?:^|[^A-Za-z])(?P<key>[A-Za-z]+(?:_[A-Za-z]+)*)(?P<mark>[=:_\-. ]*)(?P<head>(?:[0-9]+[-.])*)$"
)
_BEHIND = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)*)(?P<word>[A-Za-z]{3,})")

# A word before a number that says nothing of it, and words before a word that name what follows.
GENERIC = {
    "experiment", "exp", "job", "trainjob", "results", "result", "version", "log", "logs", "events", "output",
    "outputs", "cloud", "test", "task", "train", "model", "checkpoint",
}  # fmt: skip
NAMING = {
    "opt", "optimizer", "optim", "model", "net", "network", "arch", "dataset", "data", "act", "activation", "loss",
    "sched", "scheduler", "aug", "augment", "init", "norm", "mode", "method", "algo", "algorithm", "env",
    "backbone", "strategy", "kernel", "type", "size", "device", "policy", "cpu", "memory", "mem",
}  # fmt: skip

# Words that follow another in a name.
SECOND = {
    "size", "rate", "decay", "dim", "dims", "layers", "epochs", "units", "workers", "nodes", "cores", "level",
    "factor", "type", "name", "steps", "heads", "width", "depth", "ratio", "length",
}  # fmt: skip


class Column(NamedTuple):
    """What varies at one place of the paths, a text a path, and the word before it that names it."""

    values: tuple[str, ...]
    key: str = ""
    is_marked: bool = False  # `key=value`, not only a word before


Item = str | Column


def align(paths: Sequence[str]) -> list[Item]:
    """Texts and columns of paths of one depth."""
    items: list[Item] = []
    for number, segments in enumerate(zip(*(path.split("/") for path in paths), strict=True)):
        if number:
            items.append("/")
        items += _named(_merged(_aligned([_TOKEN.findall(each) for each in segments])))
    return _joined(items)


def tokens(text: str) -> list[str]:
    """The parts of a text that may be ids."""
    return [each for each in _TOKEN.findall(text) if re.match(r"[A-Za-z0-9]", each)]


def _aligned(rows: Sequence[list[str]]) -> list[Item]:
    if len({len(row) for row in rows}) == 1:
        columns = list(zip(*rows, strict=True))
        if all(len(set(column)) == 1 or re.match(r"[A-Za-z0-9]", column[0]) for column in columns):
            return [column[0] if len(set(column)) == 1 else Column(column) for column in columns]
    items: list[Item] = []
    before = [0] * len(rows)
    for places in [*_anchors(rows), [len(row) for row in rows]]:
        gaps = [row[a:b] for row, a, b in zip(rows, before, places, strict=True)]
        items += _gap(gaps)
        if places[0] < len(rows[0]):
            items.append(rows[0][places[0]])
        before = [place + 1 for place in places]
    return items


def _anchors(rows: Sequence[list[str]]) -> Iterator[list[int]]:
    """Where a word stands that every row has once, in the same order."""
    last = [-1] * len(rows)
    for token in rows[0]:
        if not re.match(r"[A-Za-z]", token) or any(row.count(token) != 1 for row in rows):
            continue
        places = [row.index(token) for row in rows]
        if all(place > end for place, end in zip(places, last, strict=True)):
            last = places
            yield places


def _gap(gaps: Sequence[list[str]]) -> Iterator[Item]:
    """What stands between two anchors: its columns where all have as many, else one text; marks at its ends apart."""
    if len({len(gap) for gap in gaps}) == 1:
        columns = list(zip(*gaps, strict=True))
        if all(len(set(column)) == 1 or re.match(r"[A-Za-z0-9]", column[0]) for column in columns):
            yield from (column[0] if len(set(column)) == 1 else Column(column) for column in columns)
            return
    begin = gaps[0][0] if all(gap and gap[0] == gaps[0][0] for gap in gaps) and _is_mark(gaps[0][0]) else ""
    rest = [gap[1:] if begin else gap for gap in gaps]
    end = rest[0][-1] if all(gap and gap[-1] == rest[0][-1] for gap in rest) and _is_mark(rest[0][-1]) else ""
    texts = tuple("".join(gap[:-1] if end else gap) for gap in rest)
    yield from (each for each in (begin, Column(texts) if any(texts) else "", end) if each)


def _is_mark(text: str) -> bool:
    return not re.match(r"[A-Za-z0-9]", text)


def _merged(items: list[Item]) -> list[Item]:
    """`lr-0-005` beside `lr-1-010`: two numbers that a hyphen parts, the first with a name, are one."""
    items = _joined(items)
    done: list[Item] = []
    for item in items:
        first = done[-2] if len(done) > 2 and done[-1] == "-" else None
        is_second = _are_numbers(item) and first is not None and _are_numbers(first)
        if (
            is_second
            and isinstance(item, Column)
            and isinstance(first, Column)
            and _HYPHENED.search(str(done[-3]))
        ):
            done[-2:] = [Column(tuple(f"{a}-{b}" for a, b in zip(first.values, item.values, strict=True)))]
        else:
            done.append(item)
    return done


def _are_numbers(item: Item) -> bool:
    return isinstance(item, Column) and all(each.isdigit() for each in item.values)


def _named(items: list[Item]) -> list[Item]:
    """Columns with the word before them; of `lr-0-` before `005` the digits belong to the value."""
    done: list[Item] = []
    for place, item in enumerate(items):
        before = done[-1] if done and isinstance(done[-1], str) else ""
        found = _KEY.search(before)
        if not isinstance(item, Column) or not found:
            done.append(item)
            continue
        key, mark, head = found["key"], found["mark"], found["head"]
        is_marked = mark in ("=", ":")
        if not is_marked:
            key = last_name(key, mark)
        is_number = all(_NUMBER.match(each) for each in item.values)
        after = items[place + 1] if place + 1 < len(items) else ""
        is_name = is_marked or is_number or key.lower() in NAMING or _is_pair(before, found, str(after))
        if head and is_name and is_number:
            done[-1] = before[: len(before) - len(head)]
            item = Column(tuple(head + each for each in item.values))
        elif head:
            is_name = False
        if is_name and (is_marked or not is_number or key.lower() not in GENERIC):
            item = Column(item.values, key, is_marked)
        done.append(item)
    return [part for item in done for part in _with_word_behind(item)]


def _is_pair(before: str, found: re.Match[str], after: str) -> bool:
    """Whether twice the mark parts a key and its value from others: `kind_list__size_100`."""
    twice = 2 * found["mark"]
    return bool(twice) and (before[: found.start("key")].endswith(twice) or after.startswith(twice))


def last_name(key: str, mark: str) -> str:
    """The last of several names that underscores join; `batch_size` is one, and of `hostLR` the capitals are."""
    if mark in ("", "_"):
        before, _, last = key.rpartition("_")
        key = f"{before.rpartition('_')[2]}_{last}" if before and last.lower() in SECOND else last
    found = re.search(r"[a-z](?P<capitals>[A-Z]{2,})$", key)
    return found["capitals"] if found else key


def _with_word_behind(item: Item) -> list[Item]:
    """`5epochs` beside `10epochs`: the word behind the numbers is their name."""
    if isinstance(item, str) or item.key:
        return [item]
    found = [_BEHIND.fullmatch(each) for each in item.values]
    words = {match["word"] if match else "" for match in found}
    if len(words) > 1 or "" in words:
        return [item]
    word = words.pop()
    return [Column(tuple(match["number"] for match in found if match), word), word]


def _joined(items: Sequence[Item]) -> list[Item]:
    joined: list[Item] = []
    for item in items:
        if isinstance(item, str) and joined and isinstance(joined[-1], str):
            joined[-1] += item
        elif item != "":
            joined.append(item)
    return joined
