"""Experiments as their owners have them: ten ways in which runs lie on a disk, each with what was observed.

The shapes were seen in public repositories; the numbers are made up.
"""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_DNS, uuid5

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.record_writer import RecordWriter

POINTS = 5


class Observed(NamedTuple):
    """One run: its levels as its owner writes them, what it reached, how long it took."""

    number: int  # of all runs, from 0
    run: int  # of the design, from 1, the last factor fastest
    replicate: int
    levels: dict[str, str]
    accuracy: float
    begun: datetime
    seconds: float

    @property
    def second(self) -> int:
        return int(self.begun.timestamp())

    @property
    def ended(self) -> datetime:
        return self.begun + timedelta(seconds=self.seconds)

    @property
    def job(self) -> str:
        return str(uuid5(NAMESPACE_DNS, f"{self.levels}{self.replicate}"))

    def events(
        self, path: Path, tag: str, plus: float = 0.0, first_step: int = 0, record: Summary | None = None
    ) -> None:
        """Write an event file that ends on the run's accuracy."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            writer = RecordWriter(file)
            start = self.begun.timestamp()
            writer.write(Event(wall_time=start, file_version="brain.Event:2").SerializeToString())
            if record:
                writer.write(Event(wall_time=start, summary=record).SerializeToString())
            for i in range(POINTS):
                value = Summary.Value(tag=tag, simple_value=self.accuracy + plus - (POINTS - 1 - i))
                at = start + self.seconds * i / (POINTS - 1)
                writer.write(
                    Event(
                        wall_time=at, step=first_step + i, summary=Summary(value=[value])
                    ).SerializeToString()
                )


def observed(factors: dict[str, list[str]], replicates: int) -> list[Observed]:
    """All runs of a full factorial, each with values of its own."""
    rows: list[Observed] = []
    cells = list(product(*factors.values()))
    for run, levels in enumerate(cells, 1):
        for replicate in range(1, replicates + 1):
            number = len(rows)
            begun = datetime(2026, 5, 4, 7, tzinfo=UTC) + timedelta(minutes=53 * number)
            accuracy = float(np.float32(70 + 2.1 * run + 0.013 * number**1.5))
            told = dict(zip(factors, levels, strict=True))
            rows.append(
                Observed(
                    number, run, replicate, told, accuracy, begun, round(200 + 31.25 * run + number / 7, 3)
                )
            )
    return rows


def torch_file(each: Observed) -> str:
    return f"events.out.tfevents.{each.second}.node.{700 + each.number}.0"


def job_file(each: Observed, told: str) -> str:
    return f"events.out.tfevents.{each.second}.trainjob-{told}-master-0.1.0"


def key_value(logs: Path) -> list[Observed]:
    rows = observed({"lr": ["0.1", "0.01"], "bs": ["32", "128"]}, 3)
    for each in rows:
        folder = f"lr={each.levels['lr']}_bs={each.levels['bs']}_seed{each.replicate}"
        each.events(logs / folder / torch_file(each), "val/acc")
    return rows


def file_names(logs: Path) -> list[Observed]:
    rows = observed({"lr": ["0-005", "0-010"], "bs": ["64", "1024"], "p": ["1", "4"]}, 2)
    for each in rows:
        told = f"{300 + each.number}-lr-{each.levels['lr']}-bs-{each.levels['bs']}-me-5-p-{each.levels['p']}"
        each.events(
            logs / f"round-{each.replicate}" / f"cloud_0_NET_{300 + each.number}" / job_file(each, told),
            "accuracy per epoch",
        )
    return rows


def folders_and_file_names(logs: Path) -> list[Observed]:
    rows = observed({"net": ["CNN", "ResNet"], "lr": ["0.001", "0.0005"], "cores": ["1", "2", "3"]}, 2)
    for each in rows:
        lr = each.levels["lr"]
        folder = f"cloud_experiment_0_{each.levels['net']}_{each.job}-LR:{lr}-BS:128"
        told = f"{each.number % 17}-cores-{each.levels['cores']}-bs-128-lr-{lr}"
        each.events(logs / folder / job_file(each, told), "accuracy per epoch", first_step=-1)
    return rows


def flat_with_table(logs: Path) -> list[Observed]:
    rows = observed({"parallelism": ["1", "2", "4"], "cores": ["1000m", "1250m"], "batch": ["128", "512"]}, 2)
    logs.mkdir(parents=True)
    with (logs / "experiments.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["", "jobPodName", "dataParallelism", "executorCore", "batchSize", "run", "comments"])
        for each in rows:
            each.events(logs / "results" / job_file(each, each.job), "accuracy per epoch")
            pod = f"trainjob-{each.job}-master-0   1/1   Running"
            table.writerow([each.number, pod, *each.levels.values(), each.replicate, ""])
    return rows


def hparams_yaml(logs: Path) -> list[Observed]:
    rows = observed({"optimizer": ["sgd", "adam"], "dropout": ["0.1", "0.5"]}, 4)
    for each in rows:
        folder = logs / "lightning_logs" / f"version_{each.number}"
        each.events(folder / torch_file(each), "val_acc")
        optim, dropout = each.levels.values()
        (folder / "hparams.yaml").write_text(
            f"dropout: {dropout}\noptim:\n  name: {optim}\nseed: {each.replicate}\n"
        )
    return rows


def hparams_record(logs: Path) -> list[Observed]:
    rows = observed({"units": ["16", "64"], "activation": ["relu", "tanh"]}, 3)
    for each in rows:
        told = {
            "units": int(each.levels["units"]),
            "activation": each.levels["activation"],
            "seed": each.replicate,
        }
        record = hparams_pb(told, trial_id=str(each.number))
        each.events(
            logs / each.begun.strftime("%Y%m%d-%H%M%S") / torch_file(each), "epoch_accuracy", record=record
        )
    return rows


def train_and_validation(logs: Path) -> list[Observed]:
    rows = observed({"width": ["narrow", "wide"], "augment": ["no", "yes"]}, 2)
    for each in rows:
        folder = logs / f"{each.levels['width']}-{each.levels['augment']}-{each.replicate}"
        each.events(folder / "train" / torch_file(each), "epoch_accuracy", plus=4)
        each.events(folder / "validation" / torch_file(each), "epoch_accuracy")
    return rows


def stamped(logs: Path) -> list[Observed]:
    rows = observed({"cpu": ["750m", "1500m"], "memory": ["1Gi", "2Gi"]}, 2)
    for each in rows:
        folder = logs / f"exp_{each.run}_{each.replicate}"
        each.events(folder / "train_job_0" / each.job / job_file(each, each.job), "accuracy per epoch")
        (folder / "start.log").write_text(f"{each.begun.isoformat(timespec='milliseconds')} {each.job}\n")
        (folder / "stop.log").write_text(f"{each.ended.strftime('%Y-%m-%d %H:%M:%S.%f')[:-3]} {each.job}\n")
    return rows


def table(logs: Path) -> list[Observed]:
    rows = observed(
        {"network": ["CNN", "ResNet"], "cores": ["1000m", "2000m"], "batch_size": ["64", "128"]}, 3
    )
    logs.mkdir(parents=True)
    with (logs / "results.csv").open("w", newline="") as file:
        written = csv.writer(file)
        written.writerow(["", "id", "network", "cores", "batch_size", "start_time", "end_time", "accuracy"])
        for each in rows:
            network, cores, batch = each.levels.values()
            stamps = [at.strftime("%Y-%m-%d %H:%M:%S.%f") for at in (each.begun, each.ended)]
            written.writerow([each.number, each.job, network, cores, f"{batch}.0", *stamps, each.accuracy])
    return rows


def json_files(logs: Path) -> list[Observed]:
    rows = observed({"model": ["cnn", "resnet"], "lr": ["10e-1", "10e-2", "10e-3"]}, 2)
    for each in rows:
        folder = logs / f"fashionmnist_{each.levels['model']}"
        folder.mkdir(parents=True, exist_ok=True)
        told = {
            "results": {"test": {"accuracy": each.accuracy}, "wall_seconds": each.seconds},
            "started": each.begun.isoformat(),
        }
        (folder / f"experiment_{each.levels['lr']}_{each.replicate}.json").write_text(json.dumps(told))
    return rows


LAYOUTS: dict[str, Callable[[Path], list[Observed]]] = {
    each.__name__: each
    for each in (
        key_value, file_names, folders_and_file_names, flat_with_table, hparams_yaml, hparams_record,
        train_and_validation, stamped, table, json_files,
    )
}  # fmt: skip
