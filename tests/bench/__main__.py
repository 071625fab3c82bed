"""`make bench`: ten thousand folders, stage by stage, beside the notebook's way and the floors, into docs/measured.md.

BENCH_FOLDERS (the sizes, the largest is the one measured in full), BENCH_LARGE (files of 250,000 scalars),
BENCH_ROUNDS, BENCH_SAMPLE (folders the notebook's way reads), BENCH_PAGES (largest size with pages), BENCH_DESIGNS
(studies whose contrasts are asked for at once), BENCH_ROWS (of the result table) and BENCH_CACHE make it smaller or
larger.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.request import urlopen

from tests.bench import log_roots, sources
from tests.bench.growth import draw
from tests.bench.report import Measured, say, write

ROOT = Path(__file__).parents[2]
SIZES = [int(each) for each in os.environ.get("BENCH_FOLDERS", "100 1000 10000").split()]
LARGE = int(os.environ.get("BENCH_LARGE", log_roots.LARGE_FILES))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SAMPLE = int(os.environ.get("BENCH_SAMPLE", "20"))
PAGES = int(os.environ.get("BENCH_PAGES", "10000"))
DESIGNS = int(os.environ.get("BENCH_DESIGNS", "500"))
CACHE = Path(os.environ.get("BENCH_CACHE", ROOT / ".bench")).absolute()
ROWS = int(os.environ.get("BENCH_ROWS", sources.ROWS))
BUCKET = 1000  # folders that are put into a bucket
NIGHTLY = 10  # folders that are new, or changed, on a later night


def resident(process: int) -> int:
    """Bytes in memory of a process and all below it; what they share counts for each."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        tasks = list(Path(f"/proc/{process}/task").glob("*/children"))
        children = [int(child) for task in tasks for child in task.read_text().split()]
    except OSError:  # it has just ended
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(map(resident, children))


@contextmanager
def prefect_server(home: Path) -> Iterator[None]:
    """A Prefect server on a free loopback port, for the trials that are started meanwhile."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    given = dict(os.environ)
    os.environ |= {"PREFECT_HOME": str(home), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
    # Trials do without the tokens that the checkout asks of people's browsers.
    os.environ["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] = "false"
    command = [Path(sys.executable).with_name("prefect"), "server", "start", "--port", port]
    with subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + 120
            while True:
                try:
                    urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2).close()
                    break
                except OSError:
                    if server.poll() is not None or time.monotonic() > until:
                        raise SystemExit("Prefect's server does not answer") from None
                    time.sleep(0.5)
            yield
        finally:
            server.terminate()
            os.environ.clear()
            os.environ.update(given)


def clone(house: Path, copy: Path) -> None:
    """The house as it is, for a later night to begin with; what is published is read-only, so links will do."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(house, copy, symlinks=True, copy_function=os.link)


def trial(*arguments: object) -> dict[str, float]:
    """The figures of one trial in a process of its own, and its peak memory in bytes."""
    command = [sys.executable, "-m", "tests.bench.trial", *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        peak = 0

        def watch() -> None:
            nonlocal peak
            while run.poll() is None:
                peak = max(peak, resident(run.pid))
                time.sleep(0.05)

        watcher = Thread(target=watch)
        watcher.start()
        out, errors = run.communicate()
        watcher.join()
    if run.returncode:
        raise SystemExit(f"the trial {' '.join(map(str, arguments))} failed:\n{errors}")
    return {**json.loads(out.splitlines()[-1]), "peak": peak}


def main() -> None:
    say(f"building {', '.join(map(str, SIZES))} folders and {LARGE} large files in {CACHE} (kept)")
    roots = {size: log_roots.build(CACHE, size) for size in SIZES}
    large = log_roots.build_large(CACHE, LARGE)
    designs = log_roots.build_designs(CACHE, DESIGNS)
    largest = max(SIZES)
    key_value, rows = sources.build_key_value(CACHE, largest), sources.build_table(CACHE, ROWS)
    found: dict[str, list[dict[str, float]]] = defaultdict(list)

    def note(name: str, *arguments: object) -> None:
        found[name].append(trial(*arguments))
        figures = ", ".join(f"{key} {figure:.3g}" for key, figure in found[name][-1].items())
        say(f"  {name}: {figures}")

    for number in range(ROUNDS):
        say(f"round {number + 1} of {ROUNDS}")
        for size, root in roots.items():
            house = CACHE / f"house_{size}"
            shutil.rmtree(house, ignore_errors=True)
            pages = "with" if size <= PAGES else "without"
            if size == largest and not number:
                note("as it is", "as_it_is", root, house, pages)
                shutil.rmtree(house)
            note(f"first night {size}", "night", root, house, pages)
            note(f"nothing new {size}", "nothing_new", root, house)
            if size == largest and not number:
                note("warehouse", "warehouse", house)
            after_first = CACHE / f"house_{size}_after_first"
            clone(house, after_first)
            step = log_roots.STUDIES
            for name, arrived in (
                ("one", log_roots.new_folders(root, range(size, size + 1))),
                ("new", log_roots.new_folders(root, range(size, size + NIGHTLY * step, step))),
                ("spread", log_roots.new_folders(root, range(size, size + NIGHTLY))),
                ("replaced", log_roots.changed_folders(root, range(1))),
                ("changed", log_roots.changed_folders(root, range(NIGHTLY))),
            ):
                clone(after_first, house)
                with arrived:
                    note(f"{name} {size}", "night", root, house, pages)
            clone(after_first, house)
            with log_roots.new_folders(root, range(size, size + 1)):
                note(f"one new {size}", "one_new", root, house)
        note("reading night", "reading", roots[largest])
        note("notebook night", "notebook", roots[largest], SAMPLE, "pivot")
        note("long night", "notebook", roots[largest], SAMPLE, "long")
        note("reading small", "reading", designs)
        note("long small", "notebook", designs, SAMPLE, "long")
        note("reading large", "reading", large)
        note("notebook large", "notebook", large, 1, "pivot")
        note("long large", "notebook", large, 1, "long")
        for name in ("key_value", "table", "points"):
            shutil.rmtree(CACHE / f"house_{name}", ignore_errors=True)
        note("key value", "night", key_value, CACHE / "house_key_value", "without")
        note("table", "table", rows, CACHE / "house_table")
        note("load", "load", roots[largest], CACHE / "house_points")
        note("floors", "floors", roots[largest], CACHE / f"house_{largest}")
        for name in ("flow", "designs", "sample"):
            shutil.rmtree(CACHE / f"house_{name}", ignore_errors=True)
        note("contrasts", "contrasts", designs, CACHE / "house_designs", 2 * SAMPLE)
        note("figures", "figures", CACHE / "house_sample")
        with TemporaryDirectory() as place:
            note("sample notebook", "sample_notebook", Path(place, "notebook"))
            note("sample night", "sample_night", Path(place, "house"))
        note("cluster", "cluster", roots[largest])
        note("bucket", "bucket", roots[min(largest, BUCKET)])
        note("lake", "lake", roots[largest], CACHE / f"house_{largest}_after_first")
        with TemporaryDirectory() as home, prefect_server(Path(home)):
            note("flow", "flow", roots[largest], CACHE / "house_flow")
    measured: Measured = {
        name: {key: median(each[key] for each in rounds if key in each) for key in rounds[-1]}
        for name, rounds in found.items()
    }
    (CACHE / "measured.json").write_text(json.dumps(measured, indent=1))
    draw(measured, SIZES, ROOT / "reports" / "pictures" / "growth.png")
    write(measured, SIZES, LARGE, ROUNDS, PAGES, ROOT / "docs" / "measured.md")


if __name__ == "__main__":
    main()
