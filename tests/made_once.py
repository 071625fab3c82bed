"""What is made once for all workers of a run, waited for by those that come later, and copied by who changes it."""

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from flows.night import Order

Made = TypeVar("Made")


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """What `make` gives for a new folder, which all workers share and nobody may change."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    answer = base / f"{name}.pickle"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answer.exists():
            folder = base / name
            shutil.rmtree(folder, ignore_errors=True)  # the rest of a try that failed
            folder.mkdir()
            answer.write_bytes(pickle.dumps(make(folder)))
    made: Made = pickle.loads(answer.read_bytes())
    return made


def copied(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Order], place: Path) -> Order:
    """A copy in `place`, with its times, of what `make` writes into a new folder: the logs, the studies and the house
    of the order it gives, side by side."""
    made = made_once(factory, name, make)
    shutil.copytree(made.house.parent, place, symlinks=True, dirs_exist_ok=True)
    return Order(place / made.logs.name, place / made.studies.name, place / made.house.name)
