"""The commands `doehouse night` and `doehouse forget`: a night, at once if there is nothing to do."""

import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NamedTuple, TextIO

from cyclopts import Parameter

from flows.commands.exit_codes import FAILED
from flows.commands.options import HOUSE, LOGS, STUDIES, HouseOption, LogsOption, NotifyOption, StudiesOption
from flows.commands.prefect_api import api_url, does_answer
from flows.house.errors import HouseError, HouseHeldError, StageError
from flows.house.house import House
from flows.messages import progress, say, summarise
from flows.night import Order, Summary, is_anything_new
from flows.night import night as plain_night
from flows.records.night_log import log
from flows.records.notice import send, worth_telling
from flows.records.outcome import is_clean

ClusterOption = Annotated[str, Parameter(env_var="DOEHOUSE_CLUSTER")]
LakeOption = Annotated[str, Parameter(env_var="DOEHOUSE_LAKE")]
LakeDataOption = Annotated[str, Parameter(env_var="DOEHOUSE_LAKE_DATA")]

# Nobody who runs doehouse is reported on by what it is made of; Prefect's own log lines are its server's.
ENVIRONMENT = {"DO_NOT_TRACK": "1", "GX_ANALYTICS_ENABLED": "false", "PREFECT_LOGGING_LEVEL": "CRITICAL"}


def night(
    *,
    logs: LogsOption = LOGS,
    studies: StudiesOption = STUDIES,
    house: HouseOption = HOUSE,
    folder: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    all_: Annotated[bool, Parameter(name="--all", negative=())] = False,
    accept: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    pages: Annotated[bool, Parameter(negative=())] = False,
    gone_share: float = 0.5,
    cluster: ClusterOption = "",
    lake: LakeOption = "",
    lake_data: LakeDataOption = "",
    lake_name: str = "doehouse",
    json: Annotated[bool, Parameter(negative=())] = False,
    strict: Annotated[bool, Parameter(negative=())] = False,
    verbose: Annotated[bool, Parameter(negative=())] = False,
    quiet: Annotated[bool, Parameter(negative=())] = False,
    notify: NotifyOption = (),
) -> int:
    """Bring the warehouse and the pages up to date with the log folders.

    Parameters
    ----------
    logs
        The log root: every folder below it that a study claims is read. A folder, or an address such as
        s3://bucket/path (gs://, az://), with the rights that the environment gives.
    studies
        Folder of study files (*.toml).
    house
        Folder of the warehouse and the pages; made if it is not there.
    folder
        Read this folder once more, though its files look the same. May be repeated.
    all_
        Read every folder once more. What was read of accepted folders before still stays where files are others now.
    accept
        Take what stands in this folder now, though files that were read are others or gone. May be repeated.
    pages
        Write every page anew.
    gone_share
        Share of the known folders that may be gone in one night; where more are, nothing is published.
    cluster
        Address of a Dask scheduler, such as tls://head:8786, whose workers read the logs. They need the same doehouse,
        and log root and house under the same paths; docs/scale.md says how to start them.
    lake
        Share the night, once it is published, in a DuckLake: the PostgreSQL database with its catalogue, as
        `doehouse share` takes it.
    lake_data
        Where the lake's files are.
    lake_name
        Its name in both.
    json
        Print the record of the night, as it stands in last-night.json, instead of the summary.
    strict
        Exit code 1 when something was quarantined, held back or broke a promise, or a study file was refused, though
        the night is published.
    verbose
        The whole summary, with every notice and effect, instead of a screen of it.
    quiet
        Print nothing of a night that leaves nothing out and breaks no promise; of others the summary.
    notify
        Whom to tell when a night fails, leaves something out for the first time, breaks a promise or changes a
        conclusion: an address such as mailto://, slack:// or json:// as apprise takes it. May be repeated.
    """
    where = (cluster, lake, lake_data, lake_name)
    order = Order(logs, studies, house, folder, all_, (), accept, pages, gone_share, *where)
    return run(order, Telling(json, strict, verbose, quiet, notify))


class Telling(NamedTuple):
    """How a night is told of."""

    as_json: bool = False
    is_strict: bool = False
    is_verbose: bool = False
    is_quiet: bool = False
    addresses: tuple[str, ...] = ()


def run(order: Order, telling: Telling) -> int:
    """Carry out a night, and tell of it."""
    addresses = telling.addresses
    try:
        with warnings_in_log(House.at(order.house)):
            summary = carry_out(order, telling.is_quiet)
    except (HouseError, StageError) as error:
        if not isinstance(error, HouseHeldError):
            send(addresses, "doehouse: a night failed", f"{error}\n\nHouse: {order.house.absolute()}")
        raise
    if message := worth_telling(summary):
        send(addresses, *message)
    if telling.as_json:
        print((order.house / "last-night.json").read_text().rstrip())
    elif not (telling.is_quiet and is_clean(summary)):
        print(summarise(summary, telling.is_verbose))
    return FAILED if telling.is_strict and not is_clean(summary) else 0


@contextmanager
def warnings_in_log(house: House) -> Iterator[None]:
    """What libraries warn of stands in night.log, not between the lines of a night."""

    def note(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        log(house, f"{category.__name__}: {message} ({Path(filename).name}:{lineno})")

    with warnings.catch_warnings():
        warnings.showwarning = note
        yield


def carry_out(order: Order, is_quiet: bool = False) -> Summary:
    """A night: as the Prefect flow where somebody set up a server for it, else plainly."""
    os.environ |= {key: os.environ.get(key, value) for key, value in ENVIRONMENT.items()}
    if (url := api_url()) and does_answer(url):
        with redirect_stderr(io.StringIO()) if is_quiet else nullcontext():
            return as_flow(order)
    with progress(is_quiet) as say:
        if url:
            say(f"{url}: Prefect's server does not answer; the night goes on without it")
        return plain_night(order, datetime.now(UTC), say=say)


def as_flow(order: Order) -> Summary:
    """The night as a flow run, unless there is nothing to do."""
    if not order.lake and (summary := is_anything_new(order, datetime.now(UTC))):
        return summary
    say("starting the flow")
    from flows.nightly import run_flow

    return run_flow(order)


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
    return run(Order(logs, studies, house, forget=(folder,)), Telling())
