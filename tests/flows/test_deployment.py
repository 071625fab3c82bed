"""Server, deployment and worker together: the schedule of prefect.yaml really makes nights, and one publishes."""

import base64
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.houses import ROOT
from tests.prefect_server import CREDENTIALS, PrefectServer, wait_for

OFTEN = "* * * * * */20"  # every twenty seconds

# What a stranger might ask, and would get with the login.
QUESTIONS: list[tuple[str, bytes | None]] = [
    ("admin/version", None),
    ("admin/settings", None),
    ("csrf-token?client=0a1b2c3d-0000-4000-8000-000000000000", None),
]


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


@pytest.fixture
def server(prefect_server: PrefectServer) -> Iterator[PrefectServer]:
    """The server of all tests; a worker that is started with it ends with the test."""
    yield prefect_server
    prefect_server.stop(but_the_first=1)


def test_who_has_no_login_is_told_nothing_and_commands_nothing(server: PrefectServer) -> None:
    assert server.refuses(), "a command without a login was taken"
    assert server.refuses(authorization=CREDENTIALS), "a command without a token was taken"
    wrong = "Basic " + base64.b64encode(b"doehouse:guess").decode()
    for path, body in QUESTIONS:
        assert server.status(path, body, authorization=CREDENTIALS) == 200, path
        assert server.status(path, body) in (401, 403), path
        assert server.status(path, body, authorization=wrong) in (401, 403), path


def test_the_schedule_makes_nights_and_a_worker_publishes_one(server: PrefectServer, tmp_path: Path) -> None:
    # The checkout as it is, but for a schedule that need not be waited for until half past two.
    for room in ("flows", "models", "sql", "expectations", "reports", "pyproject.toml"):
        (tmp_path / room).symlink_to(ROOT / room)
    declared = (ROOT / "prefect.yaml").read_text()
    assert "cron:" in declared and "timezone:" in declared
    (tmp_path / "prefect.yaml").write_text(re.sub(r'cron: ".*?"', f'cron: "{OFTEN}"', declared))
    places = {"DOEHOUSE_HOME": str(tmp_path), "DOEHOUSE_LOGS": str(ROOT / "sample" / "logs")}

    create = ("work-pool", "create", "doehouse", "--type", "process")
    server.run(create, ("--no-prompt", "deploy", "--all"), cwd=tmp_path, **places)
    wait_for(server.scheduled_runs, 60, "the scheduler has made no run")
    server.start("worker", "start", "--pool", "doehouse", "--with-healthcheck", cwd=tmp_path, **places)
    ports: set[tuple[str, int]] = set()

    def ended() -> list[dict[str, Any]]:
        ports.update(listeners(server.home))
        runs = server.scheduled_runs()
        return [run for run in runs if run["state_type"] in ("COMPLETED", "FAILED", "CRASHED")]

    def published() -> bool:
        return (tmp_path / "house" / "site" / "fltk_2_4_1" / "index.html").exists()

    runs = wait_for(ended, 240, "no scheduled night has ended")
    # Nights that came while another was at work leave cleanly.
    assert {run["state_type"] for run in runs} == {"COMPLETED"}, [run["state"] for run in runs]
    wait_for(published, 60, "no scheduled night has published")
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
