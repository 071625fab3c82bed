"""What a worker of a cluster does with a piece of work: it says who it is, takes a folder of its own, begins."""

import pickle
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from flows.house.errors import HouseError

LIBRARIES = ("altair", "distributed", "doehouse", "duckdb", "jinja2", "numpy", "polars", "pyarrow")
MOST = 3  # workers that may die with the same piece of work


@cache
def make() -> Mapping[str, str]:
    """What a process reads and draws with."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


class Outcome(NamedTuple):
    """What came of an attempt. Errors come as text: a client of Dask waits for ever for one that cannot be unpickled."""

    result: Any = None
    refusal: str = ""  # for people, as it is
    failure: str = ""  # that nobody foresaw


def attempt(expected: Mapping[str, str], target: Path, pickled: bytes) -> Outcome:
    """Carry out the pickled pair of a function and its arguments; its last one is the folder to write to."""
    try:
        return Outcome(carry_out(expected, target, pickled))
    except HouseError as error:
        return Outcome(refusal=str(error))
    except Exception as error:
        return Outcome(failure=f"{type(error).__name__} on the worker {who()}: {error}")


def carry_out(expected: Mapping[str, str], target: Path, pickled: bytes) -> Any:
    """Nothing is unpickled by a process of another make: what it would make of it nobody knows. Raises HouseError."""
    if (found := make()) != expected:
        raise HouseError(
            f"the worker {who()}: found {told(found)}, expected {told(expected)} as on the machine of the night. "
            "Install the same on both."
        )
    folder = folder_of_attempt(target)
    work, arguments = pickle.loads(pickled)
    return work(*arguments, folder)


def folder_of_attempt(target: Path) -> Path:
    """A new folder beside those of earlier attempts: a worker that is only cut off may still write to one of them."""
    for number in range(1, MOST + 1):
        folder = target.with_name(f"{target.name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise HouseError(
                f"the worker {who()}: cannot write to {folder.parent} ({error.strerror}), expected the folder of the "
                "house under the same path as on the machine of the night. Mount it there."
            ) from error
        return folder
    raise HouseError(
        f"{MOST} workers died at the batch {target.name}, expected one to read it. The logs of the workers say of "
        "what: mostly it is memory."
    )


def told(made: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in made.items())


def who() -> str:
    from distributed import get_worker

    return str(get_worker().address)
