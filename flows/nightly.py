"""The Prefect flow `nightly`: the stages of a night as tasks, and its artifacts."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from prefect import flow, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.runtime import deployment
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Completed
from prefect.utilities.annotations import quote
from pydantic import BeforeValidator, Field

from flows.house.errors import HouseHeldError
from flows.lake.share import share_current
from flows.messages import progress, summarise
from flows.night import Order, Summary, night
from flows.records.notice import send, worth_telling
from flows.stages.analyse import analyse_studies
from flows.stages.carry_over import carry_house_over
from flows.stages.check import check_promises
from flows.stages.close import close_night
from flows.stages.discover import discover_folders
from flows.stages.extract import extract_folders
from flows.stages.load import load_facts
from flows.stages.publish import publish_version, render_pages

TASKS: tuple[Callable[..., Any], ...] = (
    carry_house_over,
    discover_folders,
    extract_folders,
    load_facts,
    check_promises,
    analyse_studies,
    close_night,
    render_pages,
    publish_version,
    share_current,
)
STAGES = {stage.__name__: task(cache_policy=NO_CACHE, persist_result=False)(stage) for stage in TASKS}


def as_task(stage: Any, *arguments: Any) -> Any:
    # Prefect looks for its futures in all that a task is given, which for ten thousand folders takes as long as the
    # night itself, unless it is quoted.
    return STAGES[stage.__name__](*map(quote, arguments))


def refuse_empty(path: object) -> object:
    if isinstance(path, str) and not path.strip():
        raise ValueError(
            "found an empty text, expected a path: it would be the current folder, which nobody meant"
        )
    return path


LONGEST = 6 * 3600  # seconds; a night that takes longer is stuck

# What `prefect deploy` writes for an environment variable that is not set is refused, there and here.
NamedPath = Annotated[
    Path, BeforeValidator(refuse_empty), Field(json_schema_extra={"minLength": 1, "pattern": r"\S"})
]


@flow(name="nightly", persist_result=False, timeout_seconds=LONGEST)
def nightly(
    logs: NamedPath,
    studies: NamedPath,
    house: NamedPath,
    folders: tuple[str, ...] = (),
    everything: bool = False,
    forget: tuple[str, ...] = (),
    accept: tuple[str, ...] = (),
    pages: bool = False,
    gone_share: float = 0.5,
    cluster: str = "",
    lake: str = "",
    lake_data: str = "",
    lake_name: str = "doehouse",
) -> Summary | State[Any]:
    """Bring the warehouse and the pages of a house up to date with its log folders."""
    where = (cluster, lake, lake_data, lake_name)
    order = Order(logs, studies, house, folders, everything, forget, accept, pages, gone_share, *where)
    try:
        with progress() as say:
            summary = night(order, datetime.now(UTC), as_task, say)
    except HouseHeldError as error:
        if not deployment.id:
            raise
        # Scheduled nights pile up after an outage; that one is already at work is no failure.
        return Completed(name="Skipped", message=str(error))
    create_markdown_artifact(f"```\n{summarise(summary)}\n```", key="night-summary")
    create_link_artifact((summary.house.root / "site" / "index.html").as_uri(), "Pages", key="night-pages")
    if summary.verdicts:
        create_table_artifact(summary.verdicts, key="night-verdicts", description="Promises of this night")
    # A night that somebody typed is told of by the command; of failures the server tells (`doehouse deploy`).
    if deployment.id and (message := worth_telling(summary)):
        send(os.environ.get("DOEHOUSE_NOTIFY", "").split(), *message)
    return summary


def run_flow(order: Order) -> Summary:
    """Run the flow in this process."""
    # Every flow ends a second late while its heartbeat sleeps.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        ended = nightly(*order)
    assert isinstance(ended, Summary)
    return ended
