"""Write the published experiment as the log folders its testbed would have left: exp_11 to exp_18."""

import argparse
import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

HERE = Path(__file__).parent
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# A Monday far from the clock change of 29 October, early enough that the last folder stops the same day.
FIRST_FOLDER = datetime(2023, 10, 9, 9, 30, tzinfo=AMSTERDAM)


class Container(NamedTuple):
    """One training job: what was published of it, and the identity and clock that were made up for it."""

    folder: str
    id: str
    network: str
    epochs: int
    accuracy: float  # percent, at the last epoch
    created: datetime
    started: datetime
    stopped: datetime


def containers(published: Path, draw: random.Random) -> Iterator[Container]:
    """Give the published observations ids and a clock.

    Folders run one after another in a random order, the four containers of a folder at once.
    """
    with published.open(newline="", encoding="utf-8") as file:
        runs = [list(rows) for _, rows in groupby(csv.DictReader(file), key=itemgetter("run"))]
    clock = FIRST_FOLDER
    for rows in sorted(runs, key=lambda _: draw.random()):
        started = clock
        for row in rows:
            folder = f"exp_1{row['run']}"
            # At least a second apart: the order of starting is the published order of the replicates.
            started += timedelta(seconds=1 + int(3 * draw.random()))
            stopped = started + timedelta(seconds=int(row["duration_seconds"]))
            yield Container(
                folder=folder,
                id=str(uuid5(NAMESPACE_URL, f"doehouse/sample/{folder}/{row['replicate']}")),
                network=row["Network"],
                epochs=int(row["Epochs"]),
                accuracy=float(row["accuracy_percent"]),
                created=started - timedelta(seconds=2 + int(7 * draw.random())),
                started=started,
                stopped=stopped,
            )
            clock = max(clock, stopped)
        clock += timedelta(minutes=2)


def curves(container: Container, draw: random.Random) -> Iterator[tuple[float, float]]:
    """Accuracy (percent) and loss of each epoch; of all these only the last accuracy was published."""
    for epoch in range(1, container.epochs + 1):
        unlearned = 0.6**epoch - 0.6**container.epochs
        noise = draw.random() if unlearned else 0.0  # none at the last epoch
        yield (
            round(container.accuracy - 12 * unlearned - 0.2 * noise, 2),
            round(0.28 + unlearned + 0.02 * noise, 4),
        )


def scalar(wall_time: float, step: int, tag: str, value: float) -> event_pb2.Event:
    summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value)])
    return event_pb2.Event(wall_time=wall_time, step=step, summary=summary)


def events(container: Container, opened: float, draw: random.Random) -> Iterator[event_pb2.Event]:
    """The records of one event file, all between the container's start and stop."""
    yield event_pb2.Event(wall_time=opened, file_version="brain.Event:2")
    seconds = 0.94 * (container.stopped.timestamp() - opened) / container.epochs
    for epoch, (accuracy, loss) in enumerate(curves(container, draw), start=1):
        trained = opened + seconds * epoch
        yield scalar(round(trained, 3), epoch, "training loss per epoch", loss)
        yield scalar(round(trained + 0.05 * seconds, 3), epoch, "accuracy per epoch", accuracy)


def write_event_file(logs: Path, container: Container, draw: random.Random) -> None:
    """Write with TensorBoard's record writer: its EventFileWriter takes host and clock from this machine."""
    opened = container.started.timestamp() + 1 + int(3 * draw.random()) + 0.25
    folder = logs / container.folder / "train_job_0" / container.id / f"{container.network}_fashion-mnist"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"events.out.tfevents.{int(opened):010d}.trainjob-{container.id}-master-0.1.0"
    with (folder / name).open("wb") as file:
        writer = RecordWriter(file)
        for event in events(container, opened, draw):
            writer.write(event.SerializeToString(deterministic=True))


def write_stamps(path: Path, stamps: list[tuple[datetime, str]]) -> None:
    lines = [f"{at:%m-%d-%Y %H:%M:%S} {container_id}\n" for at, container_id in sorted(stamps)]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def write_logs(logs: Path) -> None:
    draw = random.Random("doehouse sample")
    experiment = list(containers(HERE / "observations.csv", draw))
    for container in experiment:
        write_event_file(logs, container, draw)
    for folder, group in groupby(experiment, key=lambda container: container.folder):
        jobs = list(group)
        write_stamps(logs / folder / "create.log", [(job.created, job.id) for job in jobs])
        write_stamps(logs / folder / "start.log", [(job.started, job.id) for job in jobs])
        write_stamps(logs / folder / "stop.log", [(job.stopped, job.id) for job in jobs])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", nargs="?", type=Path, default=HERE / "logs", help="default: sample/logs")
    write_logs(parser.parse_args().logs)
