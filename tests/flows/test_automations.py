"""`doehouse deploy` on a Prefect server: schedule, pool and automations, which tell of failures and end what hangs."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.commands import doehouse, doehouse_here
from tests.houses import ROOT
from tests.prefect_server import CREDENTIALS, PrefectServer, wait_for

NAMES = ["doehouse: a night failed", "doehouse: a night hangs", "doehouse: no night"]


@pytest.fixture
def told() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a webhook, and what it is told."""
    messages: list[dict[str, Any]] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messages.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}/", messages
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def server(prefect_server: PrefectServer) -> Iterator[PrefectServer]:
    """The server of all tests, which goes on without what a deployment puts on it."""
    yield prefect_server
    for each in automations(prefect_server).values():
        asked(prefect_server, f"automations/{each['id']}", "DELETE")
    for each in asked(prefect_server, "deployments/filter"):
        asked(prefect_server, f"deployments/{each['id']}", "DELETE")
    asked(prefect_server, "work_pools/doehouse", "DELETE")


def asked(server: PrefectServer, path: str, method: str = "POST", **body: Any) -> Any:
    client = "0a1b2c3d-0000-4000-8000-000000000001"
    token = server.ask(f"csrf-token?client={client}", None, authorization=CREDENTIALS)["token"]
    sent = {"authorization": CREDENTIALS, "prefect_csrf_client": client, "prefect_csrf_token": token}
    return server.ask(path, json.dumps(body).encode(), method, **sent)


def automations(server: PrefectServer) -> dict[str, Any]:
    found = asked(server, "automations/filter")
    assert len(found) == len({each["name"] for each in found}), "one is there twice"
    return {each["name"]: each for each in found}


def run_of_nightly(server: PrefectServer) -> str:
    """A run that says it is running, as a night does whose worker died."""
    flow = asked(server, "flows/", name="nightly")["id"]
    run: str = asked(server, "flow_runs/", flow_id=flow, state={"type": "PENDING"})["id"]
    asked(server, f"flow_runs/{run}/set_state", state={"type": "RUNNING", "name": "Running"}, force=True)
    return run


def test_a_deployment_is_made_and_brought_up_to_date_with_its_automations(
    server: PrefectServer, told: tuple[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    address, messages = told
    words = (
        *("deploy", "--logs", ROOT / "sample" / "logs", "--studies", tmp_path / "studies"),
        *("--house", tmp_path / "house", "--notify", address),
    )
    for _ in range(2):
        ended = doehouse_here(*words, env=server.environment)
        assert ended.returncode == 0, ended.stderr
        assert [line for line in ended.stdout.splitlines() if line.startswith("automation")] == [
            f"automation: {name}" for name in NAMES
        ]
    ((deployment,), found) = (
        asked(server, "deployments/filter", deployments={"name": {"any_": ["nightly"]}}),
        automations(server),
    )
    assert deployment["parameters"] == {
        "logs": str(ROOT / "sample" / "logs"),
        "studies": str(tmp_path / "studies"),
        "house": str(tmp_path / "house"),
    }
    assert [each["schedule"]["cron"] for each in deployment["schedules"]] == ["30 2 * * *"]
    assert sorted(found) == NAMES
    assert found["doehouse: a night hangs"]["trigger"]["within"] == 7 * 3600

    # A night that fails is told of.
    failed = run_of_nightly(server)
    said = {"type": "FAILED", "name": "Failed", "message": "the log root is gone"}
    asked(server, f"flow_runs/{failed}/set_state", state=said, force=True)
    wait_for(lambda: messages, 60, "nobody was told of a failure")
    assert messages[0]["title"] == "doehouse: a night failed"
    assert "the log root is gone" in messages[0]["message"]

    # One that hangs is ended, and told of; seven hours are too long for a test.
    kept = ("description", "enabled", "actions", "actions_on_trigger")
    hangs = {key: found["doehouse: a night hangs"][key] for key in kept}
    trigger = {**found["doehouse: a night hangs"]["trigger"], "within": 10}
    del trigger["id"]
    asked(server, "automations/", name="doehouse: a night hangs for ten seconds", trigger=trigger, **hangs)
    run = run_of_nightly(server)

    def is_crashed() -> bool:
        state = server.ask(f"flow_runs/{run}", None, authorization=CREDENTIALS)["state"]
        return bool(state["type"] == "CRASHED" and "beyond its time-out" in state["message"])

    wait_for(is_crashed, 120, "a night that hangs was not ended")
    wait_for(lambda: len(messages) > 1, 60, "nobody was told of a crash")


def test_the_servers_database_is_kept_small(prefect_server: PrefectServer) -> None:
    settings = prefect_server.ask("admin/settings", None, authorization=CREDENTIALS)
    vacuum = settings["server"]["services"]["db_vacuum"]
    assert set(vacuum["enabled"]) == {"events", "flow_runs"}
    assert vacuum["retention_period"] == "P90D"


def test_a_night_has_a_time_out() -> None:
    from flows.nightly import nightly

    assert nightly.timeout_seconds == 6 * 3600


def test_without_a_server_it_says_so(tmp_path: Path) -> None:
    ended = doehouse("deploy", cwd=tmp_path, env={"PREFECT_API_URL": "http://127.0.0.1:1/api", "HOME": "/"})
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("doehouse: http://127.0.0.1:1/api: found no Prefect server, expected one")
