"""A Prefect server of its own on a free loopback port, as `prefect server start` brings it up."""

import base64
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
LOGIN = "doehouse:" + secrets.token_hex()
# As Prefect's console script does it, until one fails.
COMMANDS = """
import json, sys
from prefect.cli import app
for words in json.loads(sys.argv[1]):
    sys.argv = ["prefect", *words]
    try:
        app()
    except SystemExit as ended:
        if ended.code:
            raise
"""
CREDENTIALS = "Basic " + base64.b64encode(LOGIN.encode()).decode()


def wait_for(what: Callable[[], Any], seconds: float, told: str) -> Any:
    """The first true answer of `what`, asked for at most so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if answer := what():
                return answer
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"{told} after {seconds} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def die_with_parent() -> None:
    """Of a run that is broken off no server is left behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class PrefectServer:
    """The server, the commands that are given to it, and everything they need in one folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, self.health_port = free_port(), free_port()
        self.api = f"http://127.0.0.1:{self.port}/api"
        self.environment = {
            **os.environ,
            "PREFECT_HOME": str(home),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_API_AUTH_STRING": LOGIN,
            "PREFECT_API_AUTH_STRING": LOGIN,
            "PREFECT_WORKER_WEBSERVER_PORT": str(self.health_port),
            "DO_NOT_TRACK": "1",
            "PATH": f"{BIN}:{os.environ['PATH']}",
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str, cwd: Path, **environment: str) -> None:
        with (cwd / f"prefect-{words[0]}.log").open("wb") as log:
            process = subprocess.Popen(
                [BIN / "prefect", *words],
                cwd=cwd,
                env=self.environment | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.processes.append(process)

    def run(self, *commands: Sequence[str], cwd: Path, **environment: str) -> None:
        """Commands one after another, in one process: to load Prefect takes longer than most of them."""
        done = subprocess.run(
            [sys.executable, "-c", COMMANDS, json.dumps(commands)],
            cwd=cwd,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def ask(self, path: str, body: bytes | None, method: str | None = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            f"{self.api}/{path}", body, {"content-type": "application/json", **named}, method=method
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    def scheduled_runs(self) -> list[dict[str, Any]]:
        """Runs of deployments, whoever else calls a flow on this server."""
        client = "0a1b2c3d-0000-4000-8000-000000000000"
        token = self.ask(f"csrf-token?client={client}", None, authorization=CREDENTIALS)["token"]
        found: list[dict[str, Any]] = self.ask(
            "flow_runs/filter",
            b'{"flow_runs": {"deployment_id": {"is_null_": false}}}',
            authorization=CREDENTIALS,
            prefect_csrf_client=client,
            prefect_csrf_token=token,
        )
        return found

    def status(self, path: str, body: bytes | None, **headers: str) -> int:
        """The HTTP status of an answer."""
        try:
            self.ask(path, body, **headers)
        except urllib.error.HTTPError as error:
            return error.code
        return 200

    def refuses(self, **headers: str) -> bool:
        """Whether a command with these headers is forbidden, and none of its answer is for a foreign page."""
        try:
            self.ask("flows/", b'{"name": "foreign"}', origin="http://elsewhere.example", **headers)
        except urllib.error.HTTPError as error:
            return error.code in (401, 403) and "access-control-allow-origin" not in error.headers
        return False

    def is_up(self) -> bool:
        with urllib.request.urlopen(f"{self.api}/health", timeout=2) as answer:
            return bool(answer.status == 200)

    def stop(self, but_the_first: int = 0) -> None:
        """Kill what was started, last first."""
        while len(self.processes) > but_the_first:
            process = self.processes.pop()
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
