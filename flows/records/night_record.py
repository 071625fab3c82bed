"""What the nights of a house came to: the last one, the history of all, and figures for a monitor."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.house.house import House
from flows.house.last_success import last_success

# Counts of a night that a monitor draws, by the column of the table `nights`.
FIGURES = (
    "folders_seen",
    "folders_new",
    "folders_changed",
    "folders_gone",
    "folders_held",
    "folders_unclaimed",
    "runs_accepted",
    "runs_unfinished",
    "runs_quarantined",
    "promises_kept",
    "promises_broken",
)

LONG = (
    "studies",
    "notices",
    "broken",
    "changes",
    "held",
)  # the history of years does without; the warehouse has them


def note_night(house: House, outcome: Mapping[str, Any]) -> None:
    """Write `last-night.json` and `metrics.prom`, and add a line to `nights.jsonl`; that it cannot stops no night."""
    with contextlib.suppress(OSError):
        write(house.root / "last-night.json", json.dumps(outcome, indent=1, ensure_ascii=False) + "\n")
        write(house.root / "metrics.prom", metrics(house, outcome))
        with (house.root / "nights.jsonl").open("a", encoding="utf-8") as stream:
            brief = {key: outcome[key] for key in outcome if key not in LONG}
            stream.write(json.dumps(brief, ensure_ascii=False) + "\n")


def write(path: Path, content: str) -> None:
    """Whoever reads along sees the file before or after."""
    new = path.with_name(f".{path.name}")
    new.write_text(content, encoding="utf-8")
    new.replace(path)


def metrics(house: House, outcome: Mapping[str, Any]) -> str:
    """Figures as node_exporter's textfile collector reads them."""
    last = last_success(house)
    counts = outcome.get("counts", {})
    found = {
        "night_failed": (int(outcome["outcome"] == "failed"), "Whether the last night failed."),
        "night_seconds": (outcome["seconds"], "How long the last night took."),
        "last_success_timestamp_seconds": (last and last.timestamp(), "When a night last ended well."),
        **{
            name: (counts.get(name), f"{name} of the last night, as in the table nights.") for name in FIGURES
        },
    }
    lines = []
    for name, (value, meaning) in found.items():
        if value is not None:
            lines += [
                f"# HELP doehouse_{name} {meaning}",
                f"# TYPE doehouse_{name} gauge",
                f"doehouse_{name} {value}",
            ]
    return "\n".join(lines) + "\n"
