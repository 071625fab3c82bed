"""One trial in a process of its own: `python -m tests.bench.trial NAME ARGUMENT..` prints its figures as JSON."""

import json
import math
import os
import platform
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

TICKS = os.sysconf("SC_CLK_TCK")
Figures = dict[str, float]


def cpu_seconds() -> float:
    """CPU seconds of this process and all its children, also those that still run and their children."""
    own = time.process_time()
    reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
    living = 0
    for task in Path("/proc/self/task").iterdir():
        try:
            children = (task / "children").read_text().split()
        except FileNotFoundError:
            continue  # a thread that has just ended
        for child in children:
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

    for name in ("flows.stages.audit", "flows.reading.extract", "models.analysis"):
        import_module(name)
    batches()


def night(root: str, house: str, pages: str) -> Figures:
    """CPU seconds of every stage of a night."""
    from flows.night import Order, is_anything_new
    from flows.night import night as spend
    from tests.houses import without_pages

    order = Order(Path(root, "logs"), Path(root, "studies"), Path(house))
    bare_read(walk(order.logs))  # with a warm cache, as the floors are
    figures: Figures = {"start-up": timed(start_up)}

    def call(stage: Callable[..., Any], *arguments: Any) -> Any:
        before = cpu_seconds()
        if stage.__name__ == "render_pages" and pages == "without":
            return without_pages(stage, *arguments)
        result = stage(*arguments)
        figures[stage.__name__] = cpu_seconds() - before
        return result

    summary = spend(order, datetime.now(UTC), call)
    assert summary.version is not None
    figures["seen"] = summary.night["folders_seen"]
    figures["database"] = (summary.version / "warehouse.duckdb").stat().st_size
    assert is_anything_new(order, datetime.now(UTC)) is not None
    return figures


def as_it_is(root: str, house: str, pages: str) -> Figures:
    """A first night that imports what it needs when it needs it, for its peak memory."""
    from flows.night import Order, night, plainly
    from tests.houses import without_pages

    order = Order(Path(root, "logs"), Path(root, "studies"), Path(house))
    call = plainly if pages == "with" else without_pages
    return {"whole": timed(lambda: night(order, datetime.now(UTC), call))}


def nothing_new(root: str, house: str) -> Figures:
    """A night with nothing to do, imports and all, beside the walk it cannot do without."""
    walk(Path(root, "logs"))
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


def compiled(paths: list[str], scalars: int | None = None) -> float:
    """CPU seconds of compiled code that reads the same event files, of which so many scalars are expected; not a number
    without a C compiler for x86."""
    if not shutil.which("cc") or platform.machine() != "x86_64":
        return math.nan
    listed = "".join(f"{path}\n" for path in paths)
    with TemporaryDirectory() as folder:
        program = Path(folder, "decoder")
        source = Path(__file__).with_name("decoder.c")
        subprocess.run(["cc", "-O2", "-msse4.2", "-o", program, source], check=True)
        out = ""

        def read() -> None:
            nonlocal out
            out = subprocess.run([program], input=listed, capture_output=True, text=True, check=True).stdout

        seconds = timed(read)
    found, damaged, *_ = out.split()
    assert damaged == "0" and scalars in (None, int(found)), out
    return seconds


def reading(root: str) -> Figures:
    """Our reader, also without the checksums of records, beside compiled code and the bare read of the same files."""
    from flows.reading.events.castagnoli import unmasked
    from flows.reading.events.file import Source, iterate_event_files
    from flows.reading.events.record_layout import Layout

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

    bare_read(paths)
    figures = {"bare": timed(lambda: bare_read(paths)), "reader": timed(read), "scalars": rows}
    figures["compiled"] = compiled(paths, rows)

    def believed(self: Layout, data: Any) -> Any:
        stored = self._column(data, self.length, "<u4").copy()
        return unmasked(stored), stored

    with mock.patch.object(Layout, "checksums", believed):
        return {**figures, "unchecked": timed(read)}


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
    bare_read(paths)
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
        "decode": compiled(events),
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


@contextmanager
def floor_database(house: str) -> Iterator[Any]:
    """A database of its own beside a house, in the storage of one."""
    import duckdb

    from flows.warehouse.warehouse import STORAGE

    path = Path(house).with_suffix(".floor")
    path.unlink(missing_ok=True)
    with duckdb.connect(path, config=STORAGE) as connection:
        yield connection
    path.unlink()


def load(root: str, house: str) -> Figures:
    """Loading all points of a log root, beside DuckDB's own `create table as` of the same Parquet; both checkpointed."""
    from flows.house.lock import hold
    from flows.house.recovery import recover
    from flows.night import Order, discover_folders, extract_folders, load_facts

    plan = discover_folders(Order(Path(root, "logs"), Path(root, "studies"), Path(house)), datetime.now(UTC))
    with hold(plan.house):
        recover(plan.house)
        plan, shards = extract_folders(plan)
        paths = [path for each in shards for path in each.paths("points")]
        with floor_database(house) as connection:

            def create() -> None:
                connection.execute("create table points as from read_parquet($paths)", {"paths": paths})
                connection.execute("checkpoint")

            floor = timed(create)
        return {"duckdb": floor, "load": timed(lambda: load_facts(plan, shards))}


def one_new(root: str, house: str) -> Figures:
    """A whole night of one new folder, its pages aside, imports and all, beside the walk it cannot do without."""
    logs = Path(root, "logs")
    bare_read(walk(logs))
    before = cpu_seconds()
    from flows.night import Order
    from flows.night import night as spend
    from tests.houses import without_pages

    def call(stage: Callable[..., Any], *arguments: Any) -> Any:
        return without_pages(stage, *arguments) if stage.__name__ == "render_pages" else stage(*arguments)

    summary = spend(Order(logs, Path(root, "studies"), Path(house)), datetime.now(UTC), call)
    whole = cpu_seconds() - before
    assert summary.night["folders_new"] == 1
    return {"one new": whole, "walk": timed(lambda: walk(logs))}


def table(root: str, house: str) -> Figures:
    """Reading and loading a result table, beside DuckDB's own reader and one insert of the same file.

    `facts` is what DuckDB takes to insert the rows of the three tables of facts alone.
    """
    from flows.house.lock import hold
    from flows.house.recovery import recover
    from flows.night import Order, discover_folders, extract_folders, load_facts
    from flows.warehouse.warehouse import open_published, text

    order = Order(Path(root, "logs"), Path(root, "studies"), Path(house))
    start_up()
    file = order.logs / "results.csv"
    bare_read([str(file)])
    plan = discover_folders(order, datetime.now(UTC))
    with hold(plan.house):
        recover(plan.house)
        before = cpu_seconds()
        extracted = extract_folders(plan)
        read = cpu_seconds() - before
        load = timed(lambda: load_facts(*extracted))
        with open_published(plan.staged) as warehouse:
            ((rows,),) = warehouse.connection.sql("select count(*) from observations").fetchall()
    with floor_database(house) as connection:
        connection.execute(f"create table results as from read_csv('{file}') limit 0")
        insert = f"insert into results from read_csv('{file}')"
        floor = timed(lambda: connection.execute(insert).fetchall())
    facts = 0.0
    with floor_database(house) as connection:
        connection.execute(f"attach '{plan.staged}' as house (read_only)")
        for name in ("folders", "containers", "points"):
            connection.execute(text(f"tables/{name}"))
            copied = f"insert into {name} from house.{name}"
            facts += timed(lambda copied=copied: connection.execute(copied).fetchall())
    return {"read": read, "load": load, "rows": rows, "duckdb": floor, "facts": facts}


def flow(root: str, house: str) -> Figures:
    """A night as a Prefect flow, its pages aside; Prefect's server stands already and is not counted."""
    import asyncio

    from prefect import task
    from prefect.client.orchestration import get_client

    from flows.night import Order, Plan, render_pages
    from flows.nightly import STAGES, run_flow
    from tests.houses import without_pages

    def pages(plan: Plan, say: Any) -> Any:
        return without_pages(render_pages, plan, say)

    async def tasks() -> int:
        async with get_client() as client:
            return len(await client.read_task_runs(limit=200))

    order = Order(Path(root, "logs"), Path(root, "studies"), Path(house))
    bare_read(walk(order.logs))
    start_up()
    STAGES["render_pages"] = task(pages)
    known = asyncio.run(tasks())
    whole = timed(lambda: run_flow(order))
    return {"whole": whole, "tasks": asyncio.run(tasks()) - known}


def contrasts(root: str, house: str, sample: str) -> Figures:
    """The contrasts of all designs in one statement, beside statsmodels on a sample of the models, scaled to all."""
    import polars as pl
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    from flows.house.lock import hold
    from flows.house.recovery import recover
    from flows.night import Order, discover_folders, extract_folders, load_facts
    from flows.warehouse.warehouse import open_published

    order = Order(Path(root, "logs"), Path(root, "studies"), Path(house))
    plan = discover_folders(order, datetime.now(UTC))
    with hold(plan.house):
        recover(plan.house)
        load_facts(*extract_folders(plan))
        with open_published(plan.staged) as warehouse:
            ask = warehouse.connection.sql
            effects = ask("from effects_sql").pl()
            by_sql = timed(lambda: ask("from effects_sql").to_arrow_table(), 3)
            values = ask("select study, response, run, value from observations").pl()
            signs = ask("pivot treatments on factor using first(sign) group by study, run").pl()
    models = effects.select("study", "response", "scale").unique(maintain_order=True)
    chosen = models.gather_every(max(1, models.height // int(sample)))
    terms = effects["term"].unique().to_list()
    data = []
    for study, response, scale in chosen.rows():
        rows = values.filter(study=study, response=response).join(signs, on=["study", "run"])
        y = pl.col("value").log10() if scale == "log10" else pl.col("value")
        data.append(rows.with_columns(y=y).to_pandas())
    formula = f"y ~ {' + '.join(terms)}"
    tables = []

    def fit() -> None:
        for each in data:
            table = anova_lm(ols(formula, each).fit(), typ=3)
            tables.append(table["sum_sq"] / ((each["y"] - each["y"].mean()) ** 2).sum())

    fit()
    tables.clear()
    seconds = timed(fit)
    worst = max(
        abs(row["percent_of_variation"] / 100 - shares[row["term"]])
        for (study, response, scale), shares in zip(chosen.rows(), tables, strict=True)
        for row in effects.filter(study=study, response=response, scale=scale).iter_rows(named=True)
    )
    return {
        "sql": by_sql,
        "statsmodels": seconds * models.height / chosen.height,
        "models": models.height,
        "sample": chosen.height,
        "worst": worst,
    }


def figures(house: str) -> Figures:
    """The figures of the sample's pages, and the bytes of the pages."""
    from flows.night import Order, plainly
    from flows.night import night as spend
    from flows.stages.plan import Plan
    from tests.houses import SAMPLE, STUDIES
    from tests.run_data import told

    spent: dict[str, float] = {}

    def call(stage: Callable[..., Any], *arguments: Any) -> Any:
        result = plainly(stage, *arguments)
        if stage.__name__ != "render_pages":
            return result
        plan: Plan = arguments[0]
        site = plan.house.staging / "site"
        pages = [
            path for path in site.rglob("*") if path.is_file() and path.suffix in (".html", ".css", ".js")
        ]
        spent["bundle"] = (site / "assets" / "vega.js").stat().st_size
        spent["bytes"] = sum(path.stat().st_size for path in pages) - spent["bundle"]
        spent["figures"] = sum(path.read_text().count("<figure") for path in pages if path.suffix == ".html")
        # The one figure of a page of runs is there for each of its folders.
        spent["figures"] += sum(len(told(path)["folders"]) - 1 for path in pages if path.name == "runs.html")
        return result

    spend(Order(SAMPLE, STUDIES, Path(house)), datetime.now(UTC), call)
    return spent


def process(*command: str) -> Figures:
    """CPU seconds of a process from its start to its end, imports and all."""
    return {"whole": timed(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))}


def sample_night(house: str) -> Figures:
    """A first night of the published experiment, as typed."""
    logs = str(Path(__file__).parents[2] / "sample" / "logs")
    doehouse = str(Path(sys.executable).with_name("doehouse"))
    return process(doehouse, "night", "--quiet", "--logs", logs, "--house", house)


def sample_notebook(folder: str) -> Figures:
    """The same experiment by hand."""
    logs = str(Path(__file__).parents[2] / "sample" / "logs")
    return process(sys.executable, "-m", "tests.bench.notebook_way", logs, folder)


TRIALS: dict[str, Callable[..., Figures]] = {
    trial.__name__: trial
    for trial in (
        night,
        as_it_is,
        nothing_new,
        one_new,
        reading,
        notebook,
        floors,
        load,
        warehouse,
        table,
        flow,
        contrasts,
        figures,
        sample_night,
        sample_notebook,
    )
}

if __name__ == "__main__":
    name = sys.argv[1]
    if name not in TRIALS:  # imports what a night with nothing to do must not
        from tests.bench import scale

        TRIALS |= {trial.__name__: trial for trial in (scale.cluster, scale.bucket, scale.lake)}
    print(json.dumps(TRIALS[name](*sys.argv[2:])))
