"""What is made once for all workers of a run, and waited for by those that come later."""

import fcntl
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

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
            folder.mkdir()
            answer.write_bytes(pickle.dumps(make(folder)))
    made: Made = pickle.loads(answer.read_bytes())
    return made
