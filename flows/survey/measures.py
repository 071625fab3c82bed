"""Which tags, columns and keys look like responses, the likeliest first."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from flows.survey.event_units import Tag
from flows.survey.factors.roles import UNITS, unit_below, without_unit

_RATE = r"per[_ ]sec(?:ond)?\b|/s(?:ec)?$"
_BETTER = re.compile(
    r"acc|f1|auc|precision|recall|score|reward|bleu|rouge|\bmap\b|throughput|dice|iou|r2|top[15]|\btps$|"
    + _RATE,
    re.I,
)
_WORSE = re.compile(r"loss|err|rmse|mae|mse|perplexity|latency|fid\b|wer\b|cer\b", re.I)
_SECONDS = re.compile(
    r"seconds|duration|elapsed|runtime|wall_?(?:time|clock)?$|_time$|time_|(?:^|[^a-z])time(?:$|[^a-z])|secs?$|latency|makespan|^took$",
    re.I,
)
_CENTRE = re.compile(r"\b(?:mean|bw|iops|result|objective|fitness|runtime|user)\b|value$", re.I)
_OF_A_DISTRIBUTION = re.compile(
    r'[._ "](?:std(?:dev)?|min|max|iqr|q[0-9]|p[0-9]+|\w*iqr|[0-9.]+"?|N)$|__M(?:IN|AX)$'
)
_HELD_OUT = ("validation", "val", "valid", "test", "eval", "evaluation", "dev")
_START = re.compile(r"(?:^|_)(?:start|begin|began|started)", re.I)
_STOP = re.compile(r"(?:^|_)(?:end|stop|finish|complet|ended)", re.I)
_UNIT_COLUMN = re.compile(r"(?i)(?P<parent>.*\.)?(?P<stem>[^.]*?)[_ -]?units?")


class Measure(NamedTuple):
    """A response as the study declares it, with what is said of it."""

    name: str
    fields: dict[str, object]
    said: str = ""
    is_unit_guessed: bool = False


def is_measure(name: str) -> bool:
    """Whether a name speaks of something measured."""
    if is_of_a_distribution(name):
        return False
    return any(kind.search(name) for kind in (_BETTER, _WORSE, _CENTRE, _SECONDS))


def is_of_a_distribution(name: str) -> bool:
    """Whether a key is a quantile, an extreme, a spread or a count of a histogram: `latency_us.750`, `stats.q1`."""
    return is_percentile(name) or bool(_OF_A_DISTRIBUTION.search(name))


def is_percentile(name: str) -> bool:
    """Whether a column is called by the share that lies below: `99%`, `99.9%`."""
    return bool(re.fullmatch(r"[0-9.]+%", name))


def is_start(name: str) -> bool:
    return bool(_START.search(name))


def is_stop(name: str) -> bool:
    return bool(_STOP.search(name))


def from_tags(tags: Sequence[Tag], runs: int) -> tuple[list[Measure], list[str]]:
    """One response that should grow and one that should fall, else the first tag; and a line for every other tag."""
    told = sorted(tags, key=_rank)
    chosen: list[Tag] = []
    for pattern in (_BETTER, _WORSE):
        chosen += [
            tag for tag in told if pattern.search(tag.name) and tag.runs * 2 > runs and tag not in chosen
        ][:1]
    chosen = chosen or told[:1]
    measures: list[Measure] = []
    for tag in chosen:
        rest = [each.within for each in tags if each.name == tag.name and each.within != tag.within]
        fields: dict[str, object] = {"metric": tag.name}
        if rest:
            fields["within"] = tag.within
        fields |= {"reduce": "last", **goal_of(tag.name)}
        measures.append(Measure(name_of(tag.name, measures), fields, said_of(tag, runs)))
    others = [
        f"{tag.name!r}{f' below {tag.within}/' if tag.within else ''}: {said_of(tag, runs)}"
        for tag in told
        if tag not in chosen
    ]
    return measures, others


def _rank(tag: Tag) -> tuple[int, int, int, str]:
    kind, held_out = rank_of(tag.name, tag.within)
    return kind, held_out, -tag.runs, tag.name


def rank_of(name: str, within: str = "") -> tuple[int, int]:
    """What should grow before what should fall before all else; of held-out data before of training.

    Parts of a distribution (its quantiles, extremes, the counts of a histogram) come last.
    """
    where = f"{within}/{name}".lower()
    held_out = next(
        (i for i, word in enumerate(_HELD_OUT) if re.search(rf"(?:^|[/_ .-]){word}(?:$|[/_ .-])", where)), 9
    )
    if is_of_a_distribution(name):
        return 9, held_out
    kinds = (_BETTER, _WORSE, _CENTRE)
    return next((place for place, kind in enumerate(kinds) if kind.search(name)), len(kinds)), held_out


def said_of(tag: Tag, runs: int) -> str:
    fewest, most = tag.points
    points = f"{fewest} points" if fewest == most else f"{fewest} to {most} points"
    low, high = tag.last
    return f"{points} in each of {tag.runs} of {runs} runs, last values {low:.6g} to {high:.6g}"


def goal_of(name: str) -> dict[str, str]:
    if _BETTER.search(name):
        return {"goal": "maximize"}
    return {"goal": "minimize"} if _WORSE.search(name) or _SECONDS.search(name) else {}


def name_of(name: str, before: Iterable[Measure], factors: Iterable[str] = ()) -> str:
    """A response's name: Accuracy and Loss as such, else the last part of the tag; no factor has it."""
    name = without_unit(unit_below(name)[0])
    last = re.split(r"[./](?!s(?:ec)?$)", name)[-1] or name
    short = (
        "Accuracy"
        if re.search("acc", last, re.I)
        else "Loss"
        if re.search("loss", last, re.I)
        else re.sub(r"[^\w ]+", "_", last).strip("_ ")
    )
    short = short or "Response"
    taken = {each.casefold() for each in (*(each.name for each in before), *factors)}
    if short.casefold() in taken:
        short = re.sub(r"[^\w ]+", "_", name).strip("_ ") or short
    return short if short.casefold() not in taken else f"{short} {len(taken) + 1}"


def unit_of(name: str) -> str | None:
    """The unit that a name states."""
    if below := unit_below(name)[1]:
        return below
    if stated := re.search(r"[(\[]\s*([^()\[\]]{1,6}?)\s*[)\]]\s*$", name):
        return stated[1]
    return "ms" if re.search(r"_ms$|millis", name, re.I) else None


def are_seconds(name: str) -> bool:
    """Whether a name that states no unit speaks of a time, which most programs give in seconds."""
    is_other = re.search(rf"_[nuµ]s\b|latency|{_RATE}", name, re.I)
    return bool(_SECONDS.search(name)) and not is_other


def units_beside(name: str, texts: Mapping[str, Sequence[str]]) -> list[str]:
    """What columns say that hold the unit of another: `time_unit` of `real_time`, `scoreUnit` of `score`."""
    parent, _, last = name.lower().rpartition(".")
    found: set[str] = set()
    for column, cells in texts.items():
        match = _UNIT_COLUMN.fullmatch(column)
        if match and (match["parent"] or "").lower().rstrip(".") == parent and holds_units(column, cells):
            stem = match["stem"].lower()
            if last.endswith(stem) or last.startswith(stem):
                found |= {cell for cell in cells if cell}
    return sorted(found)


def holds_units(column: str, cells: Iterable[str]) -> bool:
    """Whether a column says in which unit the number beside it is."""
    told = {cell for cell in cells if cell}
    return bool(_UNIT_COLUMN.fullmatch(column) and told) and all(map(is_unit, told))


def is_unit(text: str) -> bool:
    return text in UNITS or bool(re.fullmatch(r"[A-Za-zµ]{1,12}/[A-Za-zµ]{1,8}", text))
