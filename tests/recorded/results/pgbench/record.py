"""Record pgbench of PostgreSQL 15: PYTHONPATH=. python tests/recorded/results/pgbench/record.py from the top."""

import csv
import os
import re
import shutil
import subprocess
from itertools import product
from pathlib import Path

from tests.postgres import PASSWORD, postgres

HERE = Path(__file__).parent
(PGBENCH,) = Path("/usr/lib/postgresql").glob("*/bin/pgbench")


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    rows = []
    with postgres() as server:
        place = server.catalogue().removeprefix("postgres:")
        environment = {**os.environ, "PGPASSWORD": PASSWORD}

        def pgbench(*words: str) -> str:
            told = subprocess.run(
                [PGBENCH, *words, place], env=environment, check=True, capture_output=True, text=True
            )
            return told.stdout

        pgbench("-i", "-q")
        for clients, mode, run in product("14", ("simple", "prepared"), "12"):
            said = pgbench("-S", "-T", "1", "-c", clients, "-M", mode)
            (logs / f"clients_{clients}__mode_{mode}__{run}.txt").write_text(said)
            values = [
                re.search(rf"^{name} = ([0-9.]+)", said, re.M)[1] for name in ("tps", "latency average")
            ]
            rows.append([clients, mode, *values])
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["clients", "mode", "Rate", "Latency"], *rows])


main()
