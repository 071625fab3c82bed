"""Log folders as the testbed writes them, and study files that claim them."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tensorboard.compat.proto import event_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

from sample.write_logs import scalar, write_stamps

STARTED = datetime(2023, 10, 9, 9, 30, tzinfo=UTC)

Points = Mapping[str, Sequence[float]]  # tag -> values from step 1


def write_folder(
    logs: Path,
    name: str,
    points: Mapping[str, Points],
    *,
    started: datetime = STARTED,
    seconds: float | Mapping[str, float] = 60,
    segment: str = "model",
    unfinished: Sequence[str] = (),
    without_events: Sequence[str] = (),
) -> Path:
    """Write a folder with the points of each container id and give its path.

    `seconds` is the length of the work of all or of each; `unfinished` have no stop stamp, `without_events` no
    event file.
    """
    folder = logs / name
    folder.mkdir(parents=True)
    for container, tags in points.items():
        if container not in without_events:
            write_events(folder / "train_job_0" / container / segment, container, tags, started)
    lengths = seconds if isinstance(seconds, Mapping) else dict.fromkeys(points, seconds)
    stops = [(started + timedelta(seconds=lengths[each]), each) for each in points if each not in unfinished]
    write_stamps(folder / "create.log", [(started - timedelta(seconds=5), each) for each in points])
    write_stamps(folder / "start.log", [(started, each) for each in points])
    write_stamps(folder / "stop.log", stops)
    return folder


def write_events(below: Path, container: str, points: Points, started: datetime = STARTED) -> Path:
    """Write an event file as a container leaves it, a second between its points."""
    opened = started.timestamp() + 1
    path = below / f"events.out.tfevents.{int(opened):010d}.trainjob-{container}-master-0.1.0"
    below.mkdir(parents=True, exist_ok=True)
    head = event_pb2.Event(wall_time=opened, file_version="brain.Event:2")
    scalars = [
        scalar(opened + step, step, tag, value)
        for tag, values in points.items()
        for step, value in enumerate(values, 1)
    ]
    with path.open("wb") as stream:
        writer = RecordWriter(stream)
        for event in [head, *scalars]:
            writer.write(event.SerializeToString(deterministic=True))
    return path


def edit(path: Path, change: Callable[[str], str]) -> None:
    """Change a log, seen to be changed even where the clock of the file system is coarse."""
    status = path.stat()
    path.write_text(change(path.read_text()))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))


def write_study(studies: Path, name: str, **fields: Any) -> Path:
    """Write `<name>.toml` with the fields of a study; tables become inline tables."""
    studies.mkdir(parents=True, exist_ok=True)
    path = studies / f"{name}.toml"
    lines = [f"{key} = {toml(value)}\n" for key, value in {"name": name, **fields}.items()]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def toml(value: Any) -> str:
    """A value as TOML; JSON writes strings and numbers the same way."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
