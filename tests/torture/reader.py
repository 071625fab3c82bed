"""Readers of a house in processes of their own: one polls the warehouse, one holds it open.

`python -m tests.torture.reader HOUSE poll|hold` reads until its input ends, then says what it saw as one JSON line.
"""

import json
import select
import sys
from pathlib import Path
from typing import Any

from flows.warehouse.warehouse import Warehouse, open_published

EVERY_SECONDS = 0.05


def seen(warehouse: Warehouse) -> tuple[int, str]:
    """The night of a version, and what identifies its content."""
    points = warehouse.relation("metrics").select(["path", "step", "value"])
    values = sorted(map(repr, points.to_pylist()))
    (row,) = warehouse.relation("nights").to_pylist()[-1:]
    return row["night_id"], f"{len(values)} {hash(tuple(values))} {warehouse.relation('folders').num_rows}"


def is_over(seconds: float) -> bool:
    return bool(select.select([sys.stdin], [], [], seconds)[0])


def poll(house: Path) -> dict[str, Any]:
    versions: dict[int, str] = {}
    reads, latest, troubles = 0, 0, []
    while not is_over(EVERY_SECONDS):
        try:
            with open_published(house / "warehouse.duckdb") as warehouse:
                night, content = seen(warehouse)
            page = (house / "site" / "index.html").read_text()
        except Exception as error:
            troubles.append(f"{type(error).__name__}: {error}")
            continue
        reads += 1
        if night < latest or versions.setdefault(night, content) != content or "</html>" not in page:
            troubles.append(f"night {night} after {latest}: {content}, before {versions[night]}")
        latest = night
    return {"reads": reads, "versions": len(versions), "troubles": troubles}


def hold(house: Path) -> dict[str, Any]:
    reads, troubles = 0, []
    with open_published(house / "warehouse.duckdb") as warehouse:
        first = seen(warehouse)
        while not is_over(EVERY_SECONDS):
            try:
                now = seen(warehouse)
            except Exception as error:
                troubles.append(f"{type(error).__name__}: {error}")
                continue
            reads += 1
            if now != first:
                troubles.append(f"{now}, before {first}")
    return {"reads": reads, "versions": 1, "troubles": troubles}


if __name__ == "__main__":
    print("ready", flush=True)
    read = {"poll": poll, "hold": hold}[sys.argv[2]]
    print(json.dumps(read(Path(sys.argv[1]))), flush=True)
