"""The sample's log folders: written again byte for byte, and holding the published figures."""

import csv
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from tbparse import SummaryReader

SAMPLE = Path(__file__).parents[2] / "sample"
LOGS = SAMPLE / "logs"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stamps(path: Path) -> dict[str, datetime]:
    lines = path.read_text().splitlines()
    return {line[20:]: datetime.strptime(line[:19], "%m-%d-%Y %H:%M:%S") for line in lines}


def published() -> dict[str, list[dict[str, str]]]:
    """The published observations by folder, in the order of their replicates."""
    folders: dict[str, list[dict[str, str]]] = {}
    with (SAMPLE / "observations.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            folders.setdefault(f"exp_1{row['run']}", []).append(row)
    return folders


def test_the_script_writes_the_committed_folders_byte_for_byte(tmp_path: Path) -> None:
    for _ in range(2):
        subprocess.run([sys.executable, str(SAMPLE / "write_logs.py"), str(tmp_path)], check=True)
        assert tree(tmp_path) == tree(LOGS)


def test_the_sample_has_eight_folders_of_four_containers_and_three_logs() -> None:
    assert sorted(path.name for path in LOGS.iterdir()) == [f"exp_1{run}" for run in range(1, 9)]
    assert (
        len(list(LOGS.glob("exp_1?/train_job_0/*/*_fashion-mnist/events.out.tfevents.*-master-0.1.0"))) == 32
    )
    assert len(list(LOGS.glob("exp_1?/*.log"))) == 24


@pytest.mark.parametrize(("folder", "rows"), published().items())
def test_accuracies_and_durations_are_the_published_ones(folder: str, rows: list[dict[str, str]]) -> None:
    started, stopped = stamps(LOGS / folder / "start.log"), stamps(LOGS / folder / "stop.log")
    created = stamps(LOGS / folder / "create.log")
    replicates = sorted(started, key=lambda container_id: started[container_id])
    assert len(set(started.values())) == len(replicates) == len(rows)
    for container_id, row in zip(replicates, rows, strict=True):
        assert (stopped[container_id] - started[container_id]).seconds == int(row["duration_seconds"])
        assert created[container_id] < started[container_id]
        reader = SummaryReader(
            str(LOGS / folder / "train_job_0" / container_id / f"{row['Network']}_fashion-mnist"),
            extra_columns={"wall_time"},
        )
        scalars = reader.scalars
        accuracy = scalars[scalars["tag"] == "accuracy per epoch"]
        epochs = list(range(1, int(row["Epochs"]) + 1))
        assert list(accuracy["step"]) == epochs
        assert list(scalars[scalars["tag"] == "training loss per epoch"]["step"]) == epochs
        assert accuracy["value"].iloc[-1] == float(np.float32(row["accuracy_percent"]))
        # The stamps are Amsterdam summer time, two hours ahead of the events' UTC.
        seconds = scalars["wall_time"] + 7200
        epoch = datetime(1970, 1, 1)
        assert (started[container_id] - epoch).total_seconds() < seconds.min()
        assert seconds.max() < (stopped[container_id] - epoch).total_seconds()
