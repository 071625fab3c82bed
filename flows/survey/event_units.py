"""Event files by the run that wrote them: sub-runs such as train/ and validation/ are of one."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.reading.containers import container_of, within_of
from flows.reading.event_points import hparams_of
from flows.reading.events.file import Source, iterate_event_files

MOST_READ = 256 << 20  # bytes of event files whose values are looked at
SPLIT = re.compile(
    r"(?:.*[_-])?(?:train|training|val|valid|validation|test|testing|eval|evaluation|dev)(?:_.*)?|tensorboard|tb",
    re.I,
)
_NAME = re.compile(r"(?P<begin>.*?tfevents\.[0-9]+\.?)(?P<host>.*?)(?P<end>(?:\.[0-9]+\.[0-9]+)?(?:\.v2)?)$")


class Unit(NamedTuple):
    """One run: the path that tells it, and its event files."""

    path: str
    files: list[str]


class Units(NamedTuple):
    units: list[Unit]
    tail: str  # of the pattern, behind the path
    left_out: list[str]  # files at another depth


class Tag(NamedTuple):
    """A scalar as the event files hold it: where below the run, in how many runs, how many points, its last values."""

    name: str
    within: str
    runs: int
    points: tuple[int, int]  # the fewest and the most a run
    last: tuple[float, float]  # the lowest and the highest


class EventValues(NamedTuple):
    tags: list[Tag]
    hparams: list[Mapping[str, str]]  # by unit
    unread: int  # files beyond what is looked at


def units_of(events: Sequence[str]) -> Units:
    """The units of the depth that most have; the file's own name is in their paths where it tells something."""
    folders = {path.rpartition("/")[0] for path in events}
    homes = {folder: home_of(folder, folders) for folder in folders}
    hosts: dict[str, set[str]] = {}
    for path in events:
        folder, _, name = path.rpartition("/")
        hosts.setdefault(folder, set()).add(host_of(name))
    distinct = set(homes.values())
    is_flat = any(len(each) > 1 for each in hosts.values()) or len(distinct) == 1
    names_jobs = is_flat or sum("trainjob" in host for each in hosts.values() for host in each) * 2 > len(
        hosts
    )
    if is_flat or (names_jobs and len(events) == len(distinct)):
        found = [Unit(path, [path]) for path in events]
        tail = ""
    else:
        below: dict[str, list[str]] = {}
        for path in events:
            below.setdefault(homes[path.rpartition("/")[0]], []).append(path)
        found = [Unit(home, files) for home, files in below.items()]
        depths = {
            path.rpartition("/")[0].count("/") - home.count("/")
            for home, files in below.items()
            for path in files
        }
        name = (
            "events.*"
            if all(path.rpartition("/")[2].startswith("events.") for path in events)
            else "*tfevents*"
        )
        tail = {frozenset({0}): "/", frozenset({1}): "/*/"}.get(frozenset(depths), "/**/") + name
    found.sort(key=lambda unit: unit.path.count("/"))
    groups = [list(each) for _, each in groupby(found, key=lambda unit: unit.path.count("/"))]
    most = max(groups, key=len)
    left = [path for group in groups if group is not most for unit in group for path in unit.files]
    return Units(sorted(most), tail, sorted(left))


def home_of(folder: str, folders: set[str]) -> str:
    """The folder of the run: above train/ and validation/, and above sub-folders of one that has event files itself."""
    while "/" in folder:
        above, _, name = folder.rpartition("/")
        if not (SPLIT.fullmatch(name) or above in folders):
            break
        folder = above
    return folder


def host_of(name: str) -> str:
    """What stands in the name of an event file between the second and the process."""
    found = _NAME.match(name)
    return found["host"] if found else name


def read_values(logs: Path, units: Sequence[Unit], has_containers: bool = False) -> EventValues:
    """Tags, last values and hyperparameters of as many units as fit; containers are folders named by an id."""
    owners: list[tuple[int, str]] = []
    sources: list[Source] = []
    size = unread = 0
    for place, unit in enumerate(units):
        for path in unit.files:
            size += (logs / path).stat().st_size
            if size > MOST_READ and sources:
                unread += 1
                continue
            sources.append(Source(path))
            within = ""
            if path != unit.path:
                owner = container_of(path, ()) if has_containers else None
                within = within_of(path, unit.path, owner or "")
            owners.append((place, within))
    hparams: list[dict[str, str]] = [{} for _ in units]
    frames = []
    for piece in iterate_event_files(sources, logs):
        for file, told in hparams_of(piece).items():
            hparams[owners[file][0]] |= told
        places = piece.scalars["file"].to_list()
        rows = piece.scalars.select("step", "value").with_columns(
            tag=pl.Series([piece.tags[tag] for tag in piece.scalars["tag"]], dtype=pl.String),
            unit=pl.Series([owners[place][0] for place in places], dtype=pl.Int64),
            within=pl.Series([owners[place][1] for place in places], dtype=pl.String),
        )
        frames.append(
            rows.group_by("tag", "within", "unit").agg(
                pl.len(), pl.col("value").sort_by("step").last(), pl.col("step").max()
            )
        )
    return EventValues(list(_tags(pl.concat(frames))), list(hparams), unread)


def _tags(rows: pl.DataFrame) -> "list[Tag]":
    # Where every run has a tag in one place only, the place is a name of the run's own.
    is_apart = (pl.col("within").n_unique().over("tag", "unit") > 1).any().over("tag")
    rows = rows.with_columns(
        within=pl.when(is_apart | (pl.col("within").n_unique().over("tag") == 1))
        .then("within")
        .otherwise(pl.lit(""))
    )
    ended = rows.group_by("tag", "within", "unit").agg(
        pl.col("len").sum(), pl.col("value").sort_by("step").last()
    )
    told = ended.group_by("tag", "within").agg(
        runs=pl.len(), fewest=pl.col("len").min(), most=pl.col("len").max(), low=pl.col("value").min(),
        high=pl.col("value").max(),
    )  # fmt: skip
    return [
        Tag(tag, within, runs, (fewest, most), (low, high))
        for tag, within, runs, fewest, most, low, high in told.sort("tag", "within").rows()
    ]
