"""A real PostgreSQL on loopback, as Debian's package brings it: a free port, a folder of its own, one owner."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from tests.prefect_server import free_port

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
    is_root = os.geteuid() == 0
    rights = ["runuser", "-u", "postgres", "--"] if is_root else []
    server = Postgres(free_port())

    def run(*words: str) -> None:
        subprocess.run(
            [*rights, binaries[-1] / words[0], *words[1:]], check=True, capture_output=True, cwd=home
        )

    try:
        (home / "password").write_text(PASSWORD)
        if is_root:
            shutil.chown(home, "postgres")
            shutil.chown(home / "password", "postgres")
        login = ["-U", OWNER, "--auth=scram-sha-256", f"--pwfile={home}/password"]
        run("initdb", "-D", f"{home}/data", *login, "-E", "UTF8", "--no-sync")
        options = f"-p {server.port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
        run("pg_ctl", "-D", f"{home}/data", "-w", "-l", f"{home}/log", "-o", options, "start")
        try:
            whole = server.catalogue().replace(f"dbname={DATABASE}", "dbname=postgres")
            command = ["psql", "-XAtq", whole, "-c", f"create database {DATABASE}"]
            subprocess.run(
                command, check=True, env=os.environ | {"PGPASSWORD": PASSWORD}, capture_output=True
            )
            yield server
        finally:
            run("pg_ctl", "-D", f"{home}/data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home)
