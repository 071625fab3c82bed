"""What a night tells people: progress to stderr, a short summary at its end."""

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from models.wording import by_cause

if TYPE_CHECKING:
    from flows.night import Summary

NAMED = 5  # of the folders that are held back
ROOM = 20  # lines between the head and the foot of a summary, so that a screen of 24 holds it
PAGES = "pages of "  # how the progress within a stage begins
STAGES = 6  # discover, extract, load, check, analyse, publish


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


@contextmanager
def progress(is_quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A way to tell of each stage: a bar on a terminal, plain lines elsewhere, nothing if quiet is wanted."""
    if is_quiet:
        yield lambda _: None
        return
    if not sys.stderr.isatty():
        yield say
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        stages = bar.add_task("looking for folders", total=STAGES)
        yield lambda message: bar.update(stages, description=message, advance=not message.startswith(PAGES))


def summarise(summary: "Summary", is_whole: bool = False) -> str:
    """The summary of a night in plain text, what somebody should look at first: a screen, or everything."""
    night = summary.night
    if summary.version is None:
        lines = [f"Nothing new: {count(night['folders_seen'], 'folder')} seen, no row changed."]
        lines += [f"Left out: {reason}" for reason in summary.refused]
        if summary.still_held:
            lines.append(f"Held back: {held_line(summary.still_held)}")
    else:
        head = [
            f"Night {night['night_id']}: {count(night['folders_seen'], 'folder')} seen, "
            f"{night['folders_new']} new, {night['folders_changed']} loaded again, {night['folders_held']} held back, "
            f"{night['folders_gone']} gone; "
            f"{night['runs_accepted']} accepted, {night['runs_unfinished']} unfinished, "
            f"{night['runs_quarantined']} quarantined, {left_out(night)}{night['folders_unclaimed']} unclaimed.",
            f"Promises: {night['promises_kept']} kept, {night['promises_broken']} broken.",
        ]
        lines = [*head, *within(exceptions(summary, is_whole), effect_lines(summary.effects), is_whole)]
    return "\n".join(
        [
            *lines,
            f"Warehouse: {summary.house.root / 'warehouse.duckdb'}",
            f"Pages: {summary.house.root / 'site' / 'index.html'}",
        ]
    )


def left_out(night: Mapping[str, Any]) -> str:
    """How many runs are not to count, where there are any."""
    return f"{number} left out by `where`, " if (number := night["runs_left_out"]) else ""


def reasons(rows: list[dict[str, Any]], shared: tuple[str, ...], is_whole: bool) -> Iterator[str]:
    """A line a cause, with how often it was met; all of them where that is asked for."""
    for alike in [[each] for each in rows] if is_whole else by_cause(rows, shared):
        first = alike[0]
        more = f" (and {len(alike) - 1:,} more like it)" if len(alike) > 1 else ""
        severity = f" {first['severity']}:" if "severity" in first else ""
        yield f"  {first['code']}{severity} {first['reason']}{more}"


def exceptions(summary: "Summary", is_whole: bool) -> list[list[str]]:
    """What somebody should look at, in groups, the gravest first."""
    notices = [
        list(
            reasons(
                [each for each in summary.quarantine if each["outcome"] in outcomes],
                ("code", "outcome"),
                is_whole,
            )
        )
        for outcomes in (("quarantined", "held"), ("waiting", "repaired"))
    ]
    breaches = [
        list(
            reasons(
                [each for each in summary.breaches if each["severity"] == severity],
                ("code", "severity"),
                is_whole,
            )
        )
        for severity in ("stop", "warn")
    ]
    changes = [f"Changed: {sentence}" for sentence in summary.changes]
    return [group for group in (changes, notices[0], breaches[0], breaches[1], notices[1]) if group]


def within(groups: list[list[str]], effects: list[str], is_whole: bool) -> list[str]:
    """All lines where a screen holds them or they are asked for; else as much of each group as there is room for."""
    if is_whole or sum(map(len, groups)) + len(effects) <= ROOM:
        return [line for lines in (*groups, effects) for line in lines]
    found = []
    room = ROOM - 1
    for place, lines in enumerate(groups):
        share = room // (len(groups) - place)
        shown = lines if len(lines) <= share else lines[: share - 1]
        found += shown
        if len(shown) < len(lines):
            found.append(f"  … and {len(lines) - len(shown)} more of these: `--verbose` names them.")
        room -= min(len(lines), share)
    if len(effects) <= room:
        return [*found, *effects]
    active = sum("  active" in line for line in effects)
    return [*found, f"Effects: {count(active, 'line')} of {len(effects)} active: `--verbose` lists them."]


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
    """One line per effect: its name, its size, and whether it is active under the error that decides."""
    lines = []
    heading = None
    for each in effects:
        if heading != (each["study"], each["response"], each["scale"]):
            heading = (each["study"], each["response"], each["scale"])
            lines.append("Effects on {1} ({0}, {2} scale):".format(*heading))
        effect = "" if each["effect"] is None else f"{each['effect']:+.4g}"
        lines.append(f"  {each['effect_name']:<44} {effect:>10}  {verdict_text(each)}")
    return lines


def verdict_text(each: dict[str, Any]) -> str:
    """What the deciding error says; where the other one says otherwise, that as well."""
    if each["is_active"] is None:
        return "not judged"
    word = "active" if each["is_active"] else "not active"
    if each["is_active_by_other"] in (None, each["is_active"]):
        return word
    other = f"with {each['other_unit']}s as the unit"
    return f"{word} (not {other})" if each["is_active"] else f"{word} (active only {other})"
