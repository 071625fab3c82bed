"""What a night came to, for machines: a record of it, whether it was published, empty or failed."""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from flows.house.errors import HouseError
from flows.house.house import House
from flows.messages import summarise
from flows.records.night_log import log
from flows.records.night_record import note_night
from flows.stages.plan import Summary

Outcome = dict[str, Any]


@contextmanager
def recorded(house: House) -> Iterator[Callable[[Summary], Summary]]:
    """Writes down in the house how a night ended; gives a function that is told the summary of a good one."""
    began, started = time.monotonic(), datetime.now(UTC)
    found: list[Summary] = []

    def done(summary: Summary) -> Summary:
        found.append(summary)
        return summary

    def note(outcome: Outcome) -> None:
        when = {"started_at": started, "finished_at": datetime.now(UTC), "seconds": time.monotonic() - began}
        note_night(house, plain({"doehouse": version("doehouse"), **when, **outcome}))

    try:
        yield done
    except HouseError as error:
        log(house, f"failed: {error}")
        note({"outcome": "failed", "error": str(error)})
        raise
    except BaseException as error:
        log(house, traceback.format_exc())
        note({"outcome": "failed", "error": str(error) or type(error).__name__})
        raise
    (summary,) = found
    log(house, summarise(summary, is_whole=True))
    note(of_summary(summary))


def of_summary(summary: Summary) -> Outcome:
    """The record of a night that ended well."""
    return {
        "outcome": "published" if summary.version else "nothing new",
        "error": None,
        "version": int(summary.version.name) if summary.version else None,
        "studies": summary.studies,
        "counts": {
            key: value
            for key, value in summary.night.items()
            if key not in ("started_at", "finished_at", "doehouse_version")
        },
        "notices": summary.quarantine,
        "broken": [verdict for verdict in summary.verdicts if not verdict["is_kept"]],
        "changes": summary.changes,
        "held": summary.still_held,
        "refused": summary.refused,
    }


def is_clean(summary: Summary) -> bool:
    """Whether nothing was quarantined, held back or broke a promise, and every study file was taken."""
    left_out = any(each["outcome"] in ("quarantined", "held") for each in summary.quarantine)
    broken = any(not each["is_kept"] for each in summary.verdicts)
    return not (left_out or broken or summary.still_held or summary.refused)


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return round(value, 3)
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
