"""The commands `doehouse night` and `doehouse forget`: a night, at once if there is nothing to do."""

import os
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter

from flows.commands.options import HOUSE, LOGS, STUDIES, HouseOption, LogsOption, StudiesOption
from flows.messages import say, summarise
from flows.night import Order, is_anything_new

# Nobody who runs doehouse is reported on by what it is made of, and no web page commands a night's own server.
ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
    "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": "http://127.0.0.1:4200",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300",
}


def night(
    *,
    logs: LogsOption = LOGS,
    studies: StudiesOption = STUDIES,
    house: HouseOption = HOUSE,
    folder: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    all_: Annotated[bool, Parameter(name="--all", negative=())] = False,
) -> int:
    """Bring the warehouse and the pages up to date with the log folders.

    Parameters
    ----------
    logs
        The log root: every folder below it that a study claims is read.
    studies
        Folder of study files (*.toml).
    house
        Folder of the warehouse and the pages; made if it is not there.
    folder
        Load this folder once more, though its files look the same. May be repeated.
    all_
        Load every folder once more and write every page anew.
    """
    return run(Order(logs, studies, house, folder, all_))


def run(order: Order) -> int:
    """Carry out a night: at once if there is nothing to do, else as the Prefect flow."""
    if summary := is_anything_new(order, datetime.now(UTC)):
        print(summarise(summary))
        return 0
    os.environ |= {key: os.environ.get(key, value) for key, value in ENVIRONMENT.items()}
    say("starting the flow")
    from flows.nightly import run_flow

    print(summarise(run_flow(order)))
    return 0


def forget(
    folder: str, *, logs: LogsOption = LOGS, studies: StudiesOption = STUDIES, house: HouseOption = HOUSE
) -> int:
    """Remove the facts of a folder that is gone from the log root, in a night of its own.

    Parameters
    ----------
    folder
        Path of the folder below the log root.
    logs
        The log root.
    studies
        Folder of study files (*.toml).
    house
        Folder of the warehouse and the pages.
    """
    return run(Order(logs, studies, house, forget=(folder,)))
