"""A real PostgreSQL on loopback, as Debian's package brings it: a free port, a folder of its own, one owner."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

from tests.prefect_server import die_with_parent, free_port, wait_for

OWNER, PASSWORD = "keeper", "held-by-nobody-else"
DATABASE = "lake"


class Postgres(NamedTuple):
    """A server with an empty database."""

    port: int

    def catalogue(self, user: str = OWNER) -> str:
        return f"dbname={DATABASE} host=127.0.0.1 port={self.port} user={user}"

    def sql(self, statement: str) -> str:
        """What psql prints, as the owner."""
        command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", self.catalogue(), "-c", statement]
        ended = subprocess.run(
            command, env=os.environ | {"PGPASSWORD": PASSWORD}, capture_output=True, text=True, timeout=60
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """PostgreSQL runs as no root: where the tests do, its folder is its own user's."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    assert binaries, (
        "PostgreSQL is missing: install Debian's package postgresql, or run `make test`, which does"
    )
    home = Path(mkdtemp(prefix="doehouse-postgres-"))
    server = Postgres(free_port())
    whose: dict[str, Any] = {"cwd": home}
    try:
        (home / "password").write_text(PASSWORD)
        if os.geteuid() == 0:
            shutil.chown(home, "postgres")
            shutil.chown(home / "password", "postgres")
            whose |= {"user": "postgres", "group": "postgres", "extra_groups": []}
        login = ["-U", OWNER, "--auth=scram-sha-256", f"--pwfile={home}/password"]
        made = [binaries[-1] / "initdb", "-D", home / "data", *login, "-E", "UTF8", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, **whose)
        options = [
            "-p",
            str(server.port),
            "-k",
            str(home),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "fsync=off",
        ]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [binaries[-1] / "postgres", "-D", home / "data", *options],
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
                **whose,
            )
        try:
            wait_for(lambda: has_database(server), 120, "PostgreSQL does not answer")
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait()
    finally:
        shutil.rmtree(home)


def has_database(server: Postgres) -> bool:
    """Whether the database is there, which it is once the server takes the command to make it."""
    whole = server.catalogue().replace(f"dbname={DATABASE}", "dbname=postgres")
    command = ["psql", "-XAtq", whole, "-c", f"create database {DATABASE}"]
    return (
        subprocess.run(command, env=os.environ | {"PGPASSWORD": PASSWORD}, capture_output=True).returncode
        == 0
    )
