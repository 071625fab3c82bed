"""The command `doehouse deploy`: the scheduled night on a Prefect server, and who is told when it does not end well."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.commands.options import (
    HOUSE,
    LOGS,
    STUDIES,
    HouseOption,
    LogsOption,
    NotifyOption,
    StudiesOption,
)
from flows.commands.prefect_api import api_url, does_answer
from flows.house.errors import HouseError

if TYPE_CHECKING:
    from prefect.events.schemas.automations import AutomationCore

CHECKOUT = Path(__file__).parents[3]
POOL, FLOW = "doehouse", "nightly"
ENDED = ("Completed", "Failed", "Crashed", "TimedOut", "Cancelled")
UNHAPPY = ("Failed", "Crashed", "TimedOut")
HANGS = timedelta(hours=7)  # a night times out after six
MISSED = timedelta(hours=26)  # a day, and two hours for a long night
NIGHTS: dict[str, Any] = {
    "match": {"prefect.resource.id": "prefect.flow-run.*"},
    "match_related": {"prefect.resource.role": "flow", "prefect.resource.name": FLOW},
}


def deploy(
    *,
    logs: LogsOption = LOGS,
    studies: StudiesOption = STUDIES,
    house: HouseOption = HOUSE,
    notify: NotifyOption = (),
) -> int:
    """Put the nightly schedule of prefect.yaml, its work pool and its automations on a Prefect server.

    May be run again: what is there is brought up to date.

    Parameters
    ----------
    logs
        The log root.
    studies
        Folder of study files (*.toml).
    house
        Folder of the warehouse and the pages.
    notify
        Whom the server tells when a night failed, crashed, timed out or did not come: an address such as mailto://,
        slack:// or json:// as apprise takes it. May be repeated.
    """
    url = api_url()
    if not url or not does_answer(url):
        raise HouseError(
            f"{url or 'PREFECT_API_URL'}: found no Prefect server, expected one that answers. Start one with `prefect "
            "server start` and name its API in PREFECT_API_URL; without Prefect a timer or cron runs `doehouse night`."
        )
    if not (CHECKOUT / "prefect.yaml").is_file():
        raise HouseError(
            f"{CHECKOUT}: found no prefect.yaml, expected doehouse's checkout, from which nights are run. Install it there."
        )
    prefect("work-pool", "create", POOL, "--type", "process", "--overwrite")
    places = {"logs": logs, "studies": studies, "house": house}
    named = [word for name, path in places.items() for word in ("--param", f'{name}="{path.absolute()}"')]
    prefect("--no-prompt", "deploy", "--name", FLOW, *named, DOEHOUSE_LOGS=str(logs.absolute()))
    for name in set_automations(notify):
        print(f"automation: {name}")
    print(f"deployed: {FLOW}; carry it out with `prefect worker start --pool {POOL} --type process`")
    return 0


def prefect(*words: str, **environment: str) -> None:
    """Run a command of Prefect in the checkout. Raises HouseError where it fails."""
    given = os.environ | {"DOEHOUSE_HOME": str(CHECKOUT), **environment}
    command = [sys.executable, "-m", "prefect", *words]
    ended = subprocess.run(
        command, cwd=CHECKOUT, env=given, capture_output=True, text=True, check=False, timeout=300
    )
    if ended.returncode:
        told = (ended.stderr.strip() or ended.stdout.strip()).splitlines()
        raise HouseError(
            f"prefect {' '.join(words)}: {told[-1] if told else 'failed'}; expected that the server takes it. Check "
            "PREFECT_API_URL and the login in PREFECT_API_AUTH_STRING."
        )


def set_automations(addresses: tuple[str, ...]) -> Iterator[str]:
    """Put the automations on the server in place of those of the same name; gives their names."""
    from prefect.client.orchestration import get_client

    tellers = [teller(place, address) for place, address in enumerate(addresses, 1)]
    with get_client(sync_client=True) as client:
        for automation in automations(tellers):
            for before in client.read_automations_by_name(automation.name):
                client.delete_automation(before.id)
            client.create_automation(automation)
            yield automation.name


def teller(place: int, address: str) -> Any:
    """Keep an address on the server; gives its key."""
    from prefect.blocks.notifications import SlackWebhook
    from pydantic import SecretStr

    # Prefect has a block for each service and none for all; this one hands to apprise what is no address of Slack.
    return SlackWebhook(url=SecretStr(address)).save(f"doehouse-{place}", overwrite=True)


def automations(tellers: list[Any]) -> Iterator["AutomationCore"]:
    """What the server does by itself: tell of a night that did not end well or did not come, end one that hangs."""
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState, DoNothing, SendNotification
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

    def telling(subject: str, body: str) -> list[Any]:
        told = [SendNotification(block_document_id=key, subject=subject, body=body) for key in tellers]
        return [*told] or [DoNothing()]

    each_run = NIGHTS | {"for_each": {"prefect.resource.id"}}
    yield AutomationCore(
        name="doehouse: a night failed",
        description="Failed, crashed or timed out.",
        trigger=EventTrigger(
            **each_run, expect=events(UNHAPPY), posture=Posture.Reactive, threshold=1, within=timedelta(0)
        ),
        actions=telling(
            "doehouse: a night failed",
            "{{ flow_run.name }}: {{ flow_run.state.name }}. {{ flow_run.state.message }}\n\n{{ flow_run|ui_url }}",
        ),
    )
    yield AutomationCore(
        name="doehouse: a night hangs",
        description="Running for longer than its time-out: its worker died with it, or the machine stood still.",
        trigger=EventTrigger(
            **each_run,
            after=events(["Running"]),
            expect=events(ENDED),
            posture=Posture.Proactive,
            threshold=1,
            within=HANGS,
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                name="Crashed",
                message="It ran on beyond its time-out.",
                force=False,
            )
        ],
    )
    yield AutomationCore(
        name="doehouse: no night",
        description="No night has ended well for longer than a day: the worker is down, or all nights fail.",
        trigger=EventTrigger(
            **NIGHTS,
            after=events(["Completed"]),
            expect=events(["Completed"]),
            posture=Posture.Proactive,
            threshold=1,
            within=MISSED,
        ),
        actions=telling("doehouse: no night", "No night has ended well for 26 hours. Is the worker running?"),
    )


def events(states: Iterable[str]) -> set[str]:
    return {f"prefect.flow-run.{state}" for state in states}
