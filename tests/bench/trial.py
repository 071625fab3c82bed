"""One trial in a process of its own: `python -m tests.bench.trial NAME ARGUMENT..` prints its figures as JSON."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
Figures = dict[str, float]


def cpu_seconds() -> float:
    """CPU seconds of this process and all its children, also those that still run and their children."""
    own = time.process_time()
    reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
    living = 0
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            # After the name in brackets: utime, stime, cutime and cstime are the 12th to 15th field.
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            living += sum(map(int, fields[11:15]))
    return own + reaped.ru_utime + reaped.ru_stime + living / TICKS


def timed(work: Callable[[], Any], repeats: int = 1) -> float:
    before = cpu_seconds()
    for _ in range(repeats):
        work()
    return (cpu_seconds() - before) / repeats


def start_up() -> None:
    """Import what a night uses, so that its stages are measured without it."""
    from importlib import import_module

    from expectations.evaluate import batches

    for name in ("flows.audit", "flows.extract", "models.analysis"):
        import_module(name)
    batches()


def night(root: str, house: str, pages: str) -> Figures:
    """CPU seconds of every stage of a night."""
    from flows.night import Order, Plan, is_anything_new
    from flows.night import night as spend

    figures: Figures = {"start-up": timed(start_up)}
    order = Order(Path(root, "logs"), Path(root, "studies"), Path(house))

    def call(stage: Callable[..., Any], *arguments: Any) -> Any:
        before = cpu_seconds()
        if stage.__name__ == "render_pages" and pages == "without":
            plan: Plan = arguments[0]
            (plan.house.staging / "site").mkdir()
            return []
        result = stage(*arguments)
        figures[stage.__name__] = cpu_seconds() - before
        return result

    summary = spend(order, datetime.now(UTC), call)
    assert summary.version is not None
    figures["seen"] = summary.night["folders_seen"]
    figures["database"] = (summary.version / "warehouse.duckdb").stat().st_size
    assert is_anything_new(order, datetime.now(UTC)) is not None
    return figures


def nothing_new(root: str, house: str) -> Figures:
    """A night with nothing to do, imports and all, beside the walk it cannot do without."""
    before = cpu_seconds()
    from flows.night import Order, is_anything_new

    order = Order(Path(root, "logs"), Path(root, "studies"), Path(house))
    assert is_anything_new(order, datetime.now(UTC)) is not None
    whole = cpu_seconds() - before
    heavy = {"great_expectations", "statsmodels", "altair", "pandas", "polars", "prefect", "numpy", "scipy"}
    assert not heavy & set(sys.modules), heavy & set(sys.modules)
    return {"nothing new": whole, "walk": timed(lambda: walk(Path(root, "logs")))}


def walk(root: Path) -> list[str]:
    """The floor of discovery: scandir and stat of everything; gives the files."""
    found, stack = [], [str(root)]
    while stack:
        for entry in os.scandir(stack.pop()):
            if entry.is_dir(follow_symlinks=False):
                stack.append(entry.path)
            else:
                entry.stat(follow_symlinks=False)
                found.append(entry.path)
    return found


def bare_read(paths: list[str]) -> None:
    buffer = memoryview(bytearray(64 << 20))
    for path in paths:
        file = os.open(path, os.O_RDONLY)
        while os.readv(file, [buffer]):
            pass
        os.close(file)


def reading(root: str) -> Figures:
    """Our reader and the bare read of the same event files."""
    from flows.event_file import Source, iterate_event_files

    logs = Path(root, "logs")
    paths = sorted(path for path in walk(logs) if "tfevents" in path)
    sources = [Source(Path(path)) for path in paths]
    rows = 0

    def read() -> None:
        nonlocal rows
        for piece in iterate_event_files(sources, logs):
            faults = [file.faults for file in piece.finished.values() if file.faults]
            assert not faults, faults[:3]
            rows += piece.scalars.height

    bare_read(paths[:100])
    return {"bare": timed(lambda: bare_read(paths)), "reader": timed(read), "scalars": rows}


def notebook(root: str, sample: str, pivot: str) -> Figures:
    """tbparse, a folder at a time, on a sample of the folders; the figures are for all of them."""
    import warnings

    from tbparse import SummaryReader

    warnings.simplefilter("ignore")
    folders = sorted(path for path in Path(root, "logs").iterdir())
    chosen = folders[:: max(1, len(folders) // int(sample))][: int(sample)]

    def read() -> None:
        for folder in chosen:
            frame = SummaryReader(
                str(folder), pivot=pivot == "pivot", extra_columns={"dir_name", "wall_time"}
            ).scalars
            assert len(frame)

    return {"tbparse": timed(read) * len(folders) / len(chosen), "sample": len(chosen)}


def floors(root: str, house: str) -> Figures:
    """What the stages of the ingest cost at least, on the same data."""
    import duckdb

    paths = walk(Path(root, "logs"))
    events = [path for path in paths if "tfevents" in path]
    logs = [path for path in paths if path.endswith(".log")]
    with duckdb.connect(Path(house, "warehouse.duckdb"), read_only=True) as warehouse:
        points = warehouse.sql(
            "select container_key, tag_id, step, logged_at, value from points"
        ).to_arrow_table()
    copy = Path(house).with_suffix(".floor")
    copy.unlink(missing_ok=True)
    with duckdb.connect(copy) as connection:
        connection.register("arrived", points)
        load = timed(lambda: connection.execute("create table points as from arrived").fetchall())
        unique = "select count(*) from (select 1 from points group by container_key, tag_id, step having count(*) > 1)"
        last = "select container_key, tag_id, max_by(value, step) from points group by all"
        check = timed(lambda: connection.execute(unique).fetchall())
        view = timed(lambda: connection.execute(last).to_arrow_table())
    copy.unlink()
    figures = {
        "discover": timed(lambda: walk(Path(root, "logs"))),
        "logs": timed(lambda: bare_read(logs)),
        # A compiled decoder took 2.4 times the bare read (notes on performance: 1.31 to 0.55 s).
        "decode": 2.4 * timed(lambda: bare_read(events)),
        "load": load,
        "check": check,
        "view": view,
    }
    return {**figures, "sum": sum(figures.values())}


def warehouse(house: str) -> Figures:
    """Of a published warehouse: its size and that of a compacted copy in bytes, a study's wide view in seconds."""
    import duckdb

    path, copy = Path(house, "warehouse.duckdb"), Path(house).with_suffix(".compacted")
    copy.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as house (read_only)")
        connection.execute(f"attach '{copy}' as copy (storage_version 'v1.5.0')")
        connection.execute("copy from database house to copy")
        connection.execute("detach copy")
    compacted = copy.stat().st_size
    copy.unlink()
    with duckdb.connect(path, read_only=True) as connection:
        connection.execute("from study_00").fetchall()
        before = time.perf_counter()
        rows = connection.execute("from study_00").fetchall()
        view = time.perf_counter() - before
    return {"database": path.stat().st_size, "compacted": compacted, "view": view, "rows": len(rows)}


TRIALS: dict[str, Callable[..., Figures]] = {
    trial.__name__: trial for trial in (night, nothing_new, reading, notebook, floors, warehouse)
}

if __name__ == "__main__":
    print(json.dumps(TRIALS[sys.argv[1]](*sys.argv[2:])))
