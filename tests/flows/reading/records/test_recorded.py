"""Recorded files of real tools give the observations that the tools' own objects told (expected.csv)."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from flows.reading.cells.numbers import as_numbers, level_key
from flows.reading.records.rows import Shape, read_records

RESULTS = Path(__file__).parents[3] / "recorded" / "results"
Row = tuple[str | None, ...]


def rows(path: Path, *wanted: str, **shape: object) -> list[Row]:
    """What is wanted of a file, which must be read without a problem."""
    records = read_records(path.read_bytes(), path.name, wanted, Shape(**shape))  # type: ignore[arg-type]
    assert records.problems == ()
    return records.frame.select(wanted).rows()


def number_in(path: Path) -> str:
    return re.findall(r"\d+", path.name)[-1]


def hyperfine_sessions(logs: Path) -> Iterator[Row]:
    for path in logs.iterdir():
        for level, lines, mean, user in rows(
            path, "parameters.level", "parameters.lines", "mean", "user", rows="results"
        ):
            yield level, lines, number_in(path), mean, user


def hyperfine_timings(logs: Path) -> Iterator[Row]:
    content = (logs / "times.json").read_bytes()
    shape = Shape("results", each=("times", "exit_codes"), where={"exit_codes": "0"})
    frame = read_records(
        content, "times.json", ("parameters.level", "parameters.lines", "times"), shape
    ).frame
    for _, _, item, level, lines, seconds in frame.rows():
        yield level, lines, str(item), seconds


def pytest_benchmark(logs: Path) -> Iterator[Row]:
    for path in logs.iterdir():
        for size, algorithm, *seconds in rows(
            path, "params.size", "params.algorithm", "stats.mean", "stats.min", rows="benchmarks"
        ):
            yield size, algorithm, number_in(path), *seconds


def fio(logs: Path) -> Iterator[Row]:
    block_size = '"job options".bs | $."global options".bs'
    for path in logs.iterdir():
        for size, access, *measured in rows(
            path, block_size, '"job options".rw', "read.bw", "read.runtime", rows="jobs"
        ):
            yield size, access, number_in(path), *measured


def hydra(logs: Path) -> Iterator[Row]:
    for result in logs.glob("multirun/*/*/*/result.json"):
        [levels] = rows(result.parent / ".hydra/config.yaml", "model.name", "optim.lr", "seed")
        yield *levels, *rows(result, "test.accuracy")[0]


def lightning_csv(logs: Path) -> Iterator[Row]:
    for table in logs.glob("lightning_logs/*/metrics.csv"):
        [levels] = rows(table.parent / "hparams.yaml", "lr", "optimizer", "seed")
        yield *levels, *rows(table, "val_loss", where={"val_loss": "*"}, take="last")[0]


def trainer_state(logs: Path) -> Iterator[Row]:
    for state in logs.glob("*/trainer_state.json"):
        levels = re.findall(r"-([0-9.]+)", state.parent.name)
        [evaluated] = rows(state, "eval_loss", rows="log_history", where={"eval_loss": "*"}, take="last")
        [trained] = rows(state, "train_loss", rows="log_history", take="last")
        yield *levels, *evaluated, *trained


def ray_tune(logs: Path) -> Iterator[Row]:
    for result in logs.glob("study/*/result.json"):
        yield rows(result, "config.lr", "config.momentum", "config.seed", "loss", take="last")[0]


def dvclive(logs: Path) -> Iterator[Row]:
    for metrics in logs.glob("runs/*/metrics.json"):
        [levels] = rows(metrics.parent / "params.yaml", "lr", "model.depth", "seed")
        yield *levels, *rows(metrics, "eval.accuracy")[0]


def sacred(logs: Path) -> Iterator[Row]:
    for run in logs.glob("*/run.json"):
        [levels] = rows(run.parent / "config.json", "optimizer.name", "optimizer.lr", "replicate")
        [(status, result)] = rows(run, "status", "result")
        assert (result is None) == (status == "FAILED")
        if result is not None:
            yield *levels, result


def asv(logs: Path) -> Iterator[Row]:
    time, length = 'results."order.Order.time_order"', 'results."order.Order.track_length"'
    for path in logs.glob("results/worker/*-existing*.json"):
        for size, algorithm, seconds, count in rows(
            path, f"{time}[1][0]", f"{time}[1][1]", f"{time}[0]", f"{length}[0]",
            each=(f"{time}[0]", f"{length}[0]"), product=f"{time}[1]",
        ):  # fmt: skip
            if seconds != "nan":  # skipped, as the other combination of its factors says
                yield size, algorithm, path.name.partition("-")[0], seconds, count


def observations(found: list[Row], levels: int) -> dict[object, list[float]]:
    """Numbers by levels and replicate; every combination once."""
    told = {}
    for row in found:
        numbers, is_bad = as_numbers(read_text(row[levels:]))
        assert not is_bad.any()
        told[tuple(level_key(str(level)) for level in row[:levels])] = numbers.to_list()
    assert len(told) == len(found)
    return told


def read_text(cells: Row) -> pl.Series:
    return pl.Series(cells, dtype=pl.String)


TOOLS: list[tuple[str, Callable[[Path], Iterator[Row]]]] = [
    ("hyperfine/sessions", hyperfine_sessions), ("hyperfine/timings", hyperfine_timings), ("fio", fio),
    ("pytest_benchmark", pytest_benchmark), ("hydra", hydra), ("lightning_csv", lightning_csv),
    ("trainer_state", trainer_state), ("ray_tune", ray_tune), ("dvclive", dvclive), ("sacred", sacred), ("asv", asv),
]  # fmt: skip


@pytest.mark.parametrize(("place", "read"), TOOLS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_recorded_file_holds_what_its_tool_told(place: str, read: Callable[[Path], Iterator[Row]]) -> None:
    folder = RESULTS / place
    with (folder / "expected.csv").open(newline="") as file:
        names, *expected = csv.reader(file)
    levels = names.index("replicate") + 1
    found = observations(list(read(folder / "logs")), levels)
    told = observations([tuple(row) for row in expected], levels)
    assert list(map(str, sorted(found.items(), key=str))) == list(map(str, sorted(told.items(), key=str)))
    assert len(told) >= 6
