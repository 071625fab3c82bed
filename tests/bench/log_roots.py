"""Builds the log roots that are measured: deterministic, of real event files, kept between runs."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from os import utime
from pathlib import Path
from uuid import NAMESPACE_DNS, uuid5

import numpy as np
import numpy.typing as npt
from google_crc32c import value as crc32c
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from flows.reading.events.castagnoli import crc32c_of_rows
from flows.reading.events.frames import frame

STUDIES, RUNS, CONTAINERS, STEPS = 20, 8, 4, 125
TAGS = ("accuracy per epoch", "training loss per epoch")
LARGE_FILES, LARGE_STEPS = 20, 50_000
LARGE_TAGS = (*TAGS, "validation accuracy", "validation loss", "learning rate")
EPOCH = 1_696_840_000
BATCH = 100  # folders written at once
VERSION = frame(Event(wall_time=EPOCH, file_version="brain.Event:2").SerializeToString())

STUDY = """name = "study_{number:02}"
title = "Benchmark study {number}"
timezone = "Europe/Amsterdam"
folders = "study_{number:02}_run_{{run}}_{{replicate}}"
containers = 4

[factors]
CPU = ["750m", "1500m"]
Memory = ["1.5Gi", "3Gi"]
Network = ["CNN", "ResNet"]

[responses.Accuracy]
metric = "accuracy per epoch"
unit = "%"
range = [0, 100]

[responses.Time]
between = ["start", "stop"]
unit = "s"
goal = "minimize"
"""

Array = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]


def records(tag: str, steps: npt.NDArray[np.int64], wall_times: Array, values: Array) -> Bytes:
    """(n, width) framed records of one tag; the numbers of all steps take as many bytes."""
    example = Event(
        wall_time=1.0, step=int(steps[0]), summary=Summary(value=[Summary.Value(tag=tag, simple_value=1.0)])
    )
    framed = frame(example.SerializeToString())
    rows = np.tile(np.frombuffer(framed, np.uint8), (len(steps), 1))
    length = len(framed) - 16
    rows[:, 13:21] = wall_times.astype("<f8").view(np.uint8).reshape(-1, 8)
    step_bytes = Event(step=int(steps[0])).ByteSize() - 1
    for place in range(step_bytes):
        digits = (steps >> (7 * place)) & 0x7F
        rows[:, 22 + place] = digits | (0x80 if place < step_bytes - 1 else 0)
    rows[:, 8 + length : 12 + length] = values.astype("<f4").view(np.uint8).reshape(-1, 4)
    data = rows[:, 12 : 12 + length]
    varying = (*range(1, 9), *range(10, 10 + step_bytes), *range(length - 4, length))
    rest = data[0].copy()
    rest[list(varying)] = 0
    crc = crc32c_of_rows(data, length, varying, rest.tobytes())
    assert int(crc[-1]) == crc32c(data[-1].tobytes())
    masked = (crc >> np.uint32(15) | crc << np.uint32(17)) + np.uint32(0xA282EAD8)
    rows[:, 12 + length :] = masked.astype("<u4").view(np.uint8).reshape(-1, 4)
    return rows


def event_files(tags: Sequence[str], steps: int, files: int, seed: int) -> list[bytes]:
    """The content of `files` event files with every tag at every step from 1."""
    numbers = np.random.default_rng(seed)
    parts: list[Bytes] = []
    for low, high in ((1, 128), (128, 1 << 14), (1 << 14, 1 << 21)):
        at = np.arange(low, min(high, steps + 1))
        if not at.size:
            break
        repeated = np.tile(at, files)
        blocks = [
            records(tag, repeated, EPOCH + repeated + 0.1 * place, numbers.uniform(40, 60, repeated.size))
            for place, tag in enumerate(tags)
        ]
        parts.append(np.concatenate(blocks, axis=1).reshape(files, -1))
    whole = np.concatenate(parts, axis=1)
    return [VERSION + row.tobytes() for row in whole]


def folder_name(place: int, studies: int = STUDIES) -> str:
    return f"study_{place % studies:02}_run_{place // studies % RUNS + 1}_{place // (studies * RUNS)}"


def write_folders(logs: Path, places: Sequence[int], steps: int = STEPS, studies: int = STUDIES) -> None:
    """Write the folders of these places, as the nightly logs have them."""
    contents = event_files(TAGS, steps, len(places) * CONTAINERS, seed=places[0])
    for number_of_folder, place in enumerate(places):
        folder = logs / folder_name(place, studies)
        stamps: dict[str, list[str]] = {"start": [], "stop": []}
        for number in range(CONTAINERS):
            name = str(uuid5(NAMESPACE_DNS, f"{place}-{number}"))
            below = folder / "train_job_0" / name / "network"
            below.mkdir(parents=True, exist_ok=True)
            path = below / f"events.out.tfevents.{EPOCH}.trainjob-{name}-master-0.1.0"
            path.write_bytes(contents[number_of_folder * CONTAINERS + number])
            started = datetime(2023, 10, 9, 10) + timedelta(minutes=place, seconds=number)
            taken = 600 + 60 * (place // studies % RUNS) + (37 * place + 11 * number) % 90
            for event, at in (("start", started), ("stop", started + timedelta(seconds=taken))):
                stamps[event].append(f"{at:%m-%d-%Y %H:%M:%S} {name}\n")
        for event, lines in stamps.items():
            (folder / f"{event}.log").write_text("".join(lines))


def build(cache: Path, folders: int) -> Path:
    """The log root with so many folders and the study files beside it; made if it is not there."""
    return build_root(cache / f"folders_{folders}", folders, STEPS, STUDIES)


def build_designs(cache: Path, studies: int) -> Path:
    """A log root with so many studies, each a full design with one folder a run and few steps."""
    return build_root(cache / f"designs_{studies}", studies * RUNS, 10, studies)


def build_root(root: Path, folders: int, steps: int, studies: int) -> Path:
    if not (root / "complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        for first in range(0, folders, BATCH):
            write_folders(root / "logs", range(first, min(first + BATCH, folders)), steps, studies)
        (root / "studies").mkdir()
        for number in range(studies):
            (root / "studies" / f"study_{number:02}.toml").write_text(STUDY.format(number=number))
        verify(root / "logs" / folder_name(folders // 2, studies), CONTAINERS, len(TAGS) * steps + 1)
        (root / "complete").touch()
    for place in range(folders, folders + BATCH * studies):  # of a bench that was killed
        shutil.rmtree(root / "logs" / folder_name(place, studies), ignore_errors=True)
    return root


def verify(folder: Path, files: int, count: int) -> None:
    """Have TensorBoard's own reader check every checksum of a folder's event files and count their records."""
    paths = event_paths(folder)
    found = [sum(1 for _ in RawEventFileLoader(str(path)).Load()) for path in paths]
    assert found == [count] * files, found


def build_large(cache: Path, files: int = LARGE_FILES) -> Path:
    """A folder of `files` files of 250,000 scalars each."""
    root = cache / f"large_{files}"
    if not (root / "complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        for number in range(files):
            (content,) = event_files(LARGE_TAGS, LARGE_STEPS, 1, seed=number)
            path = root / "logs" / f"{number:02}" / f"events.out.tfevents.{EPOCH}.{number}"
            path.parent.mkdir(parents=True)
            path.write_bytes(content)
        (root / "complete").touch()
    return root


@contextmanager
def new_folders(root: Path, places: Sequence[int]) -> Iterator[None]:
    """The log root with the folders of these places too."""
    try:
        write_folders(root / "logs", places)
        yield
    finally:
        for place in places:
            shutil.rmtree(root / "logs" / folder_name(place), ignore_errors=True)


@contextmanager
def changed_folders(root: Path, places: Sequence[int]) -> Iterator[None]:
    """The log root with another step in every event file of these folders."""
    more = b"".join(
        records(tag, np.array([STEPS + 1]), np.array([EPOCH + STEPS + 1.0]), np.array([50.0])).tobytes()
        for tag in TAGS
    )
    paths = [path for place in places for path in event_paths(root / "logs" / folder_name(place))]
    before = {path: path.stat() for path in paths}
    try:
        for path in paths:
            with path.open("ab") as file:
                file.write(more)
        yield
    finally:
        for path, status in before.items():
            with path.open("r+b") as file:
                file.truncate(status.st_size)
            utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def event_paths(folder: Path) -> list[Path]:
    return sorted(folder.rglob("events.out.tfevents.*"))
