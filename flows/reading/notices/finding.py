"""One thing that reading noticed."""

from typing import Literal, NamedTuple

Outcome = Literal["repaired", "waiting", "quarantined"]


class Finding(NamedTuple):
    folder: str
    code: str
    outcome: Outcome
    reason: str
    container_id: str | None = None
    path: str | None = None
    line: int | None = None
    byte_offset: int | None = None
