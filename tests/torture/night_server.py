"""A process that has imported all that a night needs and forks a child for each night, killable like any other.

`python -m tests.torture.night_server` reads one JSON order a line and answers with one JSON line; `NightServer` is
the other end. The parent runs no night itself, so that no thread of polars or DuckDB is there when it forks.
"""

import ctypes
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import TracebackType
from typing import Any, NamedTuple, Self

ROOT = Path(__file__).parents[2]


class Ended(NamedTuple):
    """How a night ended: the signal that killed it or 0, the name of what it raised or "", and what that said."""

    signal: int
    error: str
    message: str
    version: str | None
    calls: list[str]  # on the house, by their names


class NightServer:
    """Starts nights in processes of their own."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.torture.night_server"]
        environment = {**os.environ, "GX_ANALYTICS_ENABLED": "false"}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()

    def begin(self, logs: Path, studies: Path, house: Path, now: datetime, **how: Any) -> int:
        """Start a night, once all is imported, and give its process id; `how`: everything, fail_at, kill_at, errno,
        is_bound (by the rights of files, also for root), is_lazy (folders are not synced), is_bare, has_two_pages,
        cluster (an address), batch_bytes."""
        order = {
            "logs": str(logs),
            "studies": str(studies),
            "house": str(house),
            "now": now.timestamp(),
            **how,
        }
        return int(self._ask(order)["pid"])

    def wait(self, pid: int) -> Ended:
        return Ended(**self._ask({"wait": pid}))

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


def carry_out(order: dict[str, Any], result: int) -> None:
    """One night, in the child; what came of it goes to the descriptor `result`."""
    from flows.night import Order, night, plainly
    from tests.torture.failing_calls import failing_calls

    if order.get("is_bound"):
        bind_root()
    if order.get("is_lazy"):
        sync_files_only()
    way = barely if order.get("is_bare") else with_two_pages if order.get("has_two_pages") else plainly
    if "batch_bytes" in order:
        import flows.reading.batches

        flows.reading.batches.BATCH_BYTES = order["batch_bytes"]
    said: dict[str, Any] = {"error": "", "message": "", "version": None}
    house = Path(order["house"])
    faults = order.get("fail_at"), order.get("kill_at"), order.get("errno", 5)
    with failing_calls(house, *faults) as calls:
        try:
            paths = Path(order["logs"]), Path(order["studies"]), house
            summary = night(
                Order(*paths, everything=order.get("everything", False), cluster=order.get("cluster", "")),
                datetime.fromtimestamp(order["now"], UTC),
                way,
            )
            said["version"] = summary.version and summary.version.name
        except BaseException as error:
            said |= {"error": type(error).__name__, "message": str(error)}
    os.write(result, json.dumps({**said, "calls": calls}).encode())


def with_two_pages(stage: Callable[..., Any], *arguments: Any) -> Any:
    """A stage; that of the pages writes two without looking at anything, a third of a night's time."""
    if stage.__name__ != "render_pages":
        return stage(*arguments)
    site = arguments[0].house.staging / "site"
    for page in (site / "index.html", site / "small" / "index.html"):
        page.parent.mkdir(parents=True)
        page.write_text("<html></html>")
    return []


def barely(stage: Callable[..., Any], *arguments: Any) -> Any:
    """A stage, unless it only reckons: no promises, no audit, no models and two pages, in a third of a night's time."""
    if stage.__name__ in ("check_promises", "analyse_studies"):
        return None
    if stage.__name__ == "close_night":
        import flows.stages.audit

        flows.stages.audit.audit = lambda *_: None  # of this process, which ends with the night
    return with_two_pages(stage, *arguments)


def bind_root() -> None:
    """Give up what lets root read everything: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, capability bits 1 and 2."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    sets = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, sets) == 0
    for place in range(3):
        sets[place] &= ~0b110
    assert libc.capset(header, sets) == 0, os.strerror(ctypes.get_errno())


def sync_files_only() -> None:
    kept = os.fsync
    os.fsync = lambda handle: None if stat.S_ISDIR(os.fstat(handle).st_mode) else kept(handle)


def made_from(results: Any) -> bytes:
    return repr([result.frame.rows() for result in results.values()]).encode()


BUNDLE = (
    "import sys; from reports.pages.vega import vega_bundle as b; sys.stdout.buffer.writelines(b().values())"
)


def serve() -> None:
    import pyDOE2
    import statsmodels.formula.api

    import flows.house
    import flows.night
    import flows.reading
    import flows.stages.pages
    import flows.stages.run_pages
    import flows.warehouse.declarations
    import models.analysis
    import models.words.conclusions
    import reports.pages.vega
    from expectations.evaluate import batches

    assert models and pyDOE2 and statsmodels
    for wing in (flows.house, flows.reading, flows.stages):
        for module in iter_modules(wing.__path__, f"{wing.__name__}."):
            import_module(module.name)
    # Made once and elsewhere: it takes as long as all the rest of a night, and a JavaScript engine with its threads.
    vega = subprocess.run(
        [sys.executable, "-c", BUNDLE],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    reports.pages.vega.bundle = lambda: {"assets/vega.js": vega}
    # Making charts takes most of a night and touches no file: kills would hardly ever hit a stage that
    # does. The pages of studies and their runs hold only what they are made from; all others are the real ones.
    flows.stages.pages.study_pages = lambda results, *_: {"small/index.html": made_from(results)}
    flows.stages.run_pages.runs_page = lambda results, *_: {"small/runs.html": made_from(results)}
    batches()
    assert threading.active_count() == 1
    results: dict[int, int] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            pid = order["wait"]
            _, status = os.waitpid(pid, 0)
            with os.fdopen(results.pop(pid), "rb") as stream:
                written = stream.read()
            said = (
                json.loads(written) if written else {"error": "", "message": "", "version": None, "calls": []}
            )
            print(
                json.dumps({"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, **said}),
                flush=True,
            )
            continue
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            # What a night prints is no answer.
            os.dup2(2, 1)
            try:
                carry_out(order, writing)
            finally:
                os._exit(0)
        os.close(writing)
        results[pid] = reading
        print(json.dumps({"pid": pid}), flush=True)


if __name__ == "__main__":
    serve()
