"""Names the system calls by which a house is changed, and lets one of them fail, or the night die before it."""

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CALLS = (
    "fsync",
    "rename",
    "replace",
    "symlink",
    "link",
    "chmod",
    "mkdir",
    "unlink",
    "rmdir",
    "ftruncate",
    "pwrite",
)


@contextmanager
def failing_calls(house: Path, fail_at: str | None, kill_at: str | None, errno: int) -> Iterator[list[str]]:
    """Gives the calls made below `house` by its own wing, as `call function:line #how often by now`.

    The one of the name `fail_at` raises, that of `kill_at` is not reached alive.
    """
    made: list[str] = []
    counts = Counter[str]()
    kept = {name: getattr(os, name) for name in CALLS}

    def counting(name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if line := line_of_house():
                counts[f"{name} {line}"] += 1
                made.append(f"{name} {line} #{counts[f'{name} {line}']}")
                if made[-1] == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                if made[-1] == fail_at:
                    raise OSError(errno, os.strerror(errno))
            return kept[name](*arguments, **options)

        return call

    for name in CALLS:
        setattr(os, name, counting(name))
    try:
        yield made
    finally:
        for name, function in kept.items():
            setattr(os, name, function)


def line_of_house() -> str | None:
    """The function and line of flows/house/ that leads to this call, None if none does."""
    frame = sys._getframe(2)
    while frame:
        if "/flows/house/" in frame.f_code.co_filename:
            return f"{frame.f_code.co_name}:{frame.f_lineno}"
        if not frame.f_back or "/flows/" in frame.f_code.co_filename:
            return None
        frame = frame.f_back
    return None
