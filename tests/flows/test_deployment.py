"""Server, deployment and worker together: the schedule of prefect.yaml really makes nights, and one publishes."""

import base64
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LOGIN = "doehouse:" + secrets.token_hex()
CREDENTIALS = "Basic " + base64.b64encode(LOGIN.encode()).decode()


# What a stranger might ask, and would get with the login.
QUESTIONS: list[tuple[str, bytes | None]] = [
    ("admin/version", None),
    ("admin/settings", None),
    ("csrf-token?client=0a1b2c3d-0000-4000-8000-000000000000", None),
]


def wait_for(what: Callable[[], Any], seconds: float, told: str) -> Any:
    """The first true answer of `what`, asked for at most so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if answer := what():
                return answer
        except OSError:
            pass
        time.sleep(1)
    raise AssertionError(f"{told} after {seconds} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listeners(home: Path) -> set[tuple[str, int]]:
    """Address and port of every TCP socket on which a process with this PREFECT_HOME listens, as the kernel says."""
    inodes = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"PREFECT_HOME={home}".encode() in (process / "environ").read_bytes().split(b"\0"):
                inodes |= {str(each.readlink()) for each in (process / "fd").iterdir()}
        except OSError:
            continue  # ended meanwhile, or not ours
    found = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == "0A" and f"socket:[{inode}]" in inodes:
                address, port = local.split(":")
                # The kernel prints an address as words of this machine.
                words = [int(address[at : at + 8], 16) for at in range(0, len(address), 8)]
                packed = b"".join(word.to_bytes(4, sys.byteorder) for word in words)
                found.add((socket.inet_ntop(family, packed), int(port, 16)))
    return found


class Server:
    """A Prefect server of its own on a free loopback port, with everything it needs in one folder."""

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

    def start(self, *words: str, cwd: Path) -> None:
        log = (cwd / f"prefect-{words[0]}.log").open("wb")
        process = subprocess.Popen(
            [BIN / "prefect", *words],
            cwd=cwd,
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.processes.append(process)

    def run(self, *words: str, cwd: Path) -> None:
        done = subprocess.run(
            [BIN / "prefect", *words],
            cwd=cwd,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def ask(self, path: str, body: bytes | None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            f"{self.api}/{path}", body, {"content-type": "application/json", **named}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def runs(self) -> list[dict[str, Any]]:
        client = "0a1b2c3d-0000-4000-8000-000000000000"
        token = self.ask(f"csrf-token?client={client}", None, authorization=CREDENTIALS)["token"]
        found: list[dict[str, Any]] = self.ask(
            "flow_runs/filter",
            b"{}",
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

    def stop(self) -> None:
        for process in reversed(self.processes):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "prefect")
    try:
        yield made
    finally:
        made.stop()


def test_the_schedule_makes_nights_and_a_worker_publishes_one(server: Server, tmp_path: Path) -> None:
    # The checkout as it is, but for a schedule that need not be waited for until half past two.
    for room in ("flows", "models", "sql", "expectations", "reports", "pyproject.toml"):
        (tmp_path / room).symlink_to(ROOT / room)
    declared = (ROOT / "prefect.yaml").read_text()
    assert "cron:" in declared and "timezone:" in declared
    (tmp_path / "prefect.yaml").write_text(re.sub(r'cron: ".*?"', 'cron: "* * * * *"', declared))
    server.environment |= {"DOEHOUSE_HOME": str(tmp_path), "DOEHOUSE_LOGS": str(ROOT / "sample" / "logs")}

    server.start("server", "start", "--port", str(server.port), cwd=tmp_path)
    wait_for(server.is_up, 90, "the server does not answer")
    assert server.refuses(), "a command without a login was taken"
    assert server.refuses(authorization=CREDENTIALS), "a command without a token was taken"
    wrong = "Basic " + base64.b64encode(b"doehouse:guess").decode()
    for path, body in QUESTIONS:
        assert server.status(path, body, authorization=CREDENTIALS) == 200, path
        assert server.status(path, body) in (401, 403), path
        assert server.status(path, body, authorization=wrong) in (401, 403), path
    server.run("work-pool", "create", "doehouse", "--type", "process", cwd=tmp_path)
    server.run("--no-prompt", "deploy", "--all", cwd=tmp_path)
    wait_for(server.runs, 60, "the scheduler has made no run")
    server.start("worker", "start", "--pool", "doehouse", "--with-healthcheck", cwd=tmp_path)
    ports: set[tuple[str, int]] = set()

    def ended() -> list[dict[str, Any]]:
        return [run for run in server.runs() if run["state_type"] in ("COMPLETED", "FAILED", "CRASHED")]

    def published() -> bool:
        ports.update(listeners(server.home))
        return (tmp_path / "house" / "site" / "fltk_2_4_1" / "index.html").exists()

    wait_for(published, 240, "no scheduled night has published")
    runs = wait_for(ended, 60, "no scheduled night has ended")
    # Nights that came while another was at work leave cleanly.
    assert {run["state_type"] for run in runs} == {"COMPLETED"}, [run["state"] for run in runs]
    assert {("127.0.0.1", server.port), ("127.0.0.1", server.health_port)} <= ports
    # Prefect opens others for its own processes.
    assert {address for address, _ in ports} <= {"127.0.0.1", "::1"}
    assert server.home.stat().st_mode & 0o777 == 0o700


def test_a_socket_that_listens_everywhere_is_seen(tmp_path: Path) -> None:
    """What the test above relies on."""
    listen = (
        "import socket, sys, time\n"
        "one, two = socket.create_server(('', 0)), socket.create_server(('::1', 0), family=socket.AF_INET6)\n"
        "print(one.getsockname()[1], two.getsockname()[1], flush=True)\n"
        "time.sleep(60)"
    )
    environment = os.environ | {"PREFECT_HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", listen], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        one, two = map(int, process.stdout.readline().split())
        try:
            assert listeners(tmp_path) == {("0.0.0.0", one), ("::1", two)}
            assert listeners(tmp_path / "other") == set()
        finally:
            process.kill()
