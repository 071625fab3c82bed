"""The log of a house: what its nights said, with the time, as long as there is room for it."""

import contextlib
import os
from datetime import UTC, datetime

from flows.house.house import House

MOST_BYTES = 2**20  # then the log goes on in a new file; the one before is kept


def log(house: House, message: str) -> None:
    """Add a message to `night.log`, each of its lines with the time; a log that cannot be written stops no night."""
    path = house.root / "night.log"
    told = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = "".join(f"{told} {os.getpid()} {line}\n" for line in message.splitlines())
    with contextlib.suppress(OSError):
        if path.exists() and path.stat().st_size > MOST_BYTES:
            path.replace(path.with_name("night.log.1"))
        with path.open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(lines)
