"""What a night tells people: progress to stderr, a short summary at its end."""

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from models.wording import by_cause

if TYPE_CHECKING:
    from flows.night import Summary

NAMED = 5  # of the folders that are held back
STAGES = 6  # discover, extract, load, check, analyse, publish


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A way to tell of each stage: a bar on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield say
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        stages = bar.add_task("looking for folders", total=STAGES)
        yield lambda message: bar.update(stages, description=message, advance=1)


def summarise(summary: "Summary") -> str:
    """The summary of a night in a few lines of plain text."""
    night = summary.night
    house = summary.house
    if summary.version is None:
        lines = [f"Nothing new: {count(night['folders_seen'], 'folder')} seen, no row changed."]
        lines += [f"Left out: {reason}" for reason in summary.refused]
        if summary.still_held:
            lines.append(f"Held back: {held_line(summary.still_held)}")
    else:
        lines = [
            f"Night {night['night_id']}: {count(night['folders_seen'], 'folder')} seen, "
            f"{night['folders_new']} new, {night['folders_changed']} loaded again, {night['folders_held']} held back, "
            f"{night['folders_gone']} gone; "
            f"{night['runs_accepted']} accepted, {night['runs_unfinished']} unfinished, "
            f"{night['runs_quarantined']} quarantined, {night['folders_unclaimed']} unclaimed.",
            f"Promises: {night['promises_kept']} kept, {night['promises_broken']} broken.",
            *reasons(summary.breaches, "code", "severity"),
            *reasons(summary.quarantine, "code", "outcome"),
            *effect_lines(summary.effects),
            *(f"Changed: {sentence}" for sentence in summary.changes),
        ]
    return "\n".join(
        [
            *lines,
            f"Warehouse: {house.root / 'warehouse.duckdb'}",
            f"Pages: {house.root / 'site' / 'index.html'}",
        ]
    )


def reasons(rows: list[dict[str, Any]], *shared: str) -> Iterator[str]:
    """A line a cause, with how often it was met."""
    for alike in by_cause(rows, shared):
        first = alike[0]
        more = f" (and {len(alike) - 1:,} more like it)" if len(alike) > 1 else ""
        severity = f" {first['severity']}:" if "severity" in first else ""
        yield f"  {first['code']}{severity} {first['reason']}{more}"


def held_line(folders: Sequence[str]) -> str:
    """How many folders are held back, the first of them, and what to do."""
    names = ", ".join(folders[:NAMED]) + (", …" if len(folders) > NAMED else "")
    one = shlex.quote(folders[0]) if len(folders) == 1 else "F"
    return (
        f"{count(len(folders), 'folder')} ({names}); what was read before stays. Restore the files that the notices "
        f"Q321 name, or take what is there now with `doehouse night --accept {one}`."
    )


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def effect_lines(effects: list[dict[str, Any]]) -> list[str]:
    """One line per effect: its size, its alias, and whether it is active under each error term."""
    lines = []
    heading = None
    for each in effects:
        if heading != (each["study"], each["response"], each["scale"]):
            heading = (each["study"], each["response"], each["scale"])
            lines.append("Effects on {1} ({0}, {2} scale):".format(*heading))
        name = " = ".join(filter(None, (each["term"], each["aliases"])))
        effect = "" if each["effect"] is None else f"{each['effect']:+.4g}"
        lines.append(f"  {name:<44} {effect:>10}  {verdict_text(each)}")
    return lines


def verdict_text(each: dict[str, Any]) -> str:
    by_container, by_folder = each["is_active_by_container"], each["is_active_by_folder"]
    words = {True: "active", False: "not active", None: "not judged"}
    if by_container == by_folder:
        return words[by_container]
    return f"{words[by_container]} by containers, {words[by_folder]} by folders"
