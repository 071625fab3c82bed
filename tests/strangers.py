"""Result files as strangers keep them: each shape with the study file that reads it, and what its runs observed.

The numbers are those of `tests/layouts.py`, which are made up; the shapes are what pandas, Excel, kubectl and people write.
"""

import csv
import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from tests.layouts import Observed, observed

LR = {"lr": ["0.01", "0.1"], "bs": ["32", "128"]}
HEAD = ["lr", "bs", "seed"]
COLUMNS = 'columns = { lr = "lr", bs = "bs", replicate = "seed" }'
MEASURED = """
[responses.Accuracy]
column = "accuracy"
[responses.Seconds]
column = "seconds"
"""


class Stranger(NamedTuple):
    """What lies below the log root, and the [source] and responses of a study that reads it."""

    write: Callable[[Path], list[Observed]]
    source: str
    responses: str = MEASURED
    factors: dict[str, list[str]] = LR
    more: str = ""  # lines of the study above its factors


def runs(factors: dict[str, list[str]] = LR, replicates: int = 3) -> list[Observed]:
    return observed(factors, replicates)


def values(each: Observed) -> list[Any]:
    return [*each.levels.values(), each.replicate, each.accuracy, each.seconds]


def table(path: Path, rows: Iterable[Sequence[Any]], separator: str = ",") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)


def without_seconds(rows: list[Observed]) -> list[Observed]:
    return [each._replace(seconds=float("nan")) for each in rows]


def by_cell(rows: list[Observed]) -> dict[tuple[str, ...], list[Observed]]:
    cells: dict[tuple[str, ...], list[Observed]] = {}
    for each in rows:
        cells.setdefault(tuple(each.levels.values()), []).append(each)
    return cells


def decimal_commas(logs: Path) -> list[Observed]:
    rows = runs()
    cells = ([str(cell).replace(".", ",") for cell in values(each)] for each in rows)
    table(logs / "res.csv", [[*HEAD, "accuracy", "seconds"], *cells], ";")
    return rows


def units_in_cells(logs: Path) -> list[Observed]:
    rows = runs()
    cells = ([*values(each)[:3], f"{each.accuracy}%", f"{each.seconds * 1000:.3f} ms"] for each in rows)
    table(logs / "res.csv", [[*HEAD, "accuracy", "seconds"], *cells])
    return rows


def clocks(logs: Path) -> list[Observed]:
    """timedelta as Python and pandas print it, and thousands parted by commas."""
    rows = [each._replace(seconds=each.seconds * 11) for each in runs()]
    told = [str(timedelta(seconds=each.seconds)) for each in rows]
    told[0] = str(pd.Timedelta(seconds=rows[0].seconds))
    told[1] = f"{rows[1].seconds:,.3f}"
    rows[1] = rows[1]._replace(seconds=float(told[1].replace(",", "")))
    rows = [each._replace(seconds=round(each.seconds, 6)) for each in rows]
    cells = ([*values(each)[:4], text] for each, text in zip(rows, told, strict=True))
    table(logs / "res.csv", [[*HEAD, "accuracy", "seconds"], *cells])
    return rows


def wide_by_seed(logs: Path) -> list[Observed]:
    rows = runs()
    cells = ([*levels, *(each.accuracy for each in own)] for levels, own in by_cell(rows).items())
    table(logs / "res.csv", [["lr", "bs", "acc_seed1", "acc_seed2", "acc_seed3"], *cells])
    return without_seconds(rows)


def wide_with_two_responses(logs: Path) -> list[Observed]:
    rows = runs(replicates=2)
    cells = (
        [*levels, *(cell for each in own for cell in values(each)[3:])]
        for levels, own in by_cell(rows).items()
    )
    table(logs / "res.csv", [["lr", "bs", "acc 1", "time 1", "acc 2", "time 2"], *cells])
    return rows


def crosstab(logs: Path) -> list[Observed]:
    """The levels of one factor across, as pandas' unstack makes it."""
    rows = runs(replicates=2)
    frame = pd.DataFrame([[*each.levels.values(), each.replicate, each.accuracy] for each in rows])
    logs.mkdir(parents=True)
    wide = frame.set_index([0, 2, 1])[3].unstack().rename_axis(index=["lr", "rep"])
    wide.assign(notes="as expected").to_csv(logs / "cross.csv")
    return without_seconds(rows)


def names_in_two_lines(logs: Path) -> list[Observed]:
    """A group-by of pandas, written with its columns of two lines."""
    rows = runs(replicates=1)
    frame = pd.DataFrame([values(each) for each in rows], columns=[*HEAD, "accuracy", "seconds"])
    logs.mkdir(parents=True)
    frame.groupby(["lr", "bs"])[["accuracy", "seconds"]].agg(["mean", "std"]).to_csv(logs / "agg.csv")
    return rows


def long_form(logs: Path) -> list[Observed]:
    rows = runs()
    cells = [
        [*each.levels.values(), each.replicate, name, value]
        for each in rows
        for name, value in (("accuracy", each.accuracy), ("seconds", each.seconds), ("loss", 0.1))
    ]
    table(logs / "long.csv", [[*HEAD, "metric", "value"], *cells])
    return rows


def joined_by_id(logs: Path) -> list[Observed]:
    rows = runs()
    table(
        logs / "configs.csv",
        [["id", *HEAD], *([f"run{each.number:02d}", *values(each)[:3]] for each in rows)],
    )
    cells = ([f"run{each.number:02d}", each.accuracy, each.seconds] for each in reversed(rows))
    table(logs / "results.csv", [["run_id", "accuracy", "seconds"], *cells])
    return rows


def joined_by_longer_text(logs: Path) -> list[Observed]:
    """Levels beside the lines of `kubectl get pods`."""
    rows = runs()
    pods = ([f"trainjob-{each.job}-master-0   0/1   Completed   0   9h", *values(each)[:3]] for each in rows)
    table(logs / "pods.tsv", [["pod", *HEAD], *pods], "\t")
    table(
        logs / "results.csv",
        [["job", "accuracy", "seconds"], *([each.job, *values(each)[3:]] for each in rows)],
    )
    return rows


def levels_in_one_cell(logs: Path) -> list[Observed]:
    rows = runs()
    cells = (
        [f"lr={values(each)[0]},bs={values(each)[1]} (seed {each.replicate})", *values(each)[3:]]
        for each in rows
    )
    table(logs / "results.csv", [["experiment", "accuracy", "seconds"], *cells])
    return rows


def keyed_mapping(logs: Path) -> list[Observed]:
    rows = runs()
    told = {
        f"lr{values(each)[0]}_bs{values(each)[1]}_s{each.replicate}": {
            "accuracy": each.accuracy,
            "seconds": each.seconds,
        }
        for each in rows
    }
    logs.mkdir(parents=True)
    (logs / "all.json").write_text(json.dumps({"results": told, "host": "worker"}))
    return rows


def title_and_failures(logs: Path) -> list[Observed]:
    """A title, a blank line; failed rows among the others."""
    rows = runs()
    cells = [["COMPLETED", *values(each)] for each in rows]
    cells.insert(4, ["FAILED", *values(rows[4])[:3], "", 0.5])
    cells[7][0] = "ok"
    table(
        logs / "res.csv", [["Experiment 4, May 2026"], [], ["status", *HEAD, "accuracy", "seconds"], *cells]
    )
    return rows


def merged_cells(logs: Path) -> list[Observed]:
    rows = runs()
    cells = [cell for own in by_cell(rows).values() for cell in map(values, own)]
    for place, cell in enumerate(cells):
        if place % 3:
            cell[:2] = ["", ""]
    table(logs / "res.csv", [[*HEAD, "accuracy", "seconds"], *cells])
    return rows


NOTHING = {"clip": ["None", "1.0"], "flip": ["False", "True"]}


def nothing_is_a_level(logs: Path) -> list[Observed]:
    """pandas writes None as nothing."""
    rows = runs(NOTHING)
    frame = pd.DataFrame(
        [values(each) for each in rows], columns=["clip", "flip", "seed", "accuracy", "seconds"]
    )
    logs.mkdir(parents=True)
    frame.replace({"clip": {"None": None}}).to_csv(logs / "res.csv")
    return rows


JSON_NOTHING = {"clip": ["null", "1.0"], "layers": ["[64, 64]", "[128]"]}


def nulls_and_lists_in_json(logs: Path) -> list[Observed]:
    rows = runs(JSON_NOTHING)
    for each in rows:
        folder = logs / f"run_{each.number}"
        folder.mkdir(parents=True)
        config = {name: json.loads(level) for name, level in each.levels.items()}
        told = {
            "config": {**config, "seed": each.replicate},
            "val_acc": [1.0, each.accuracy],
            "took": each.seconds,
        }
        (folder / "result.json.gz").write_bytes(gzip.compress(json.dumps(told).encode()))
    return rows


def best_epoch(logs: Path) -> list[Observed]:
    """A line of JSON an epoch; neither the first nor the last is the best."""
    rows = runs()
    for each in rows:
        path = logs / f"{each.number:03d}" / "log.jsonl"
        path.parent.mkdir(parents=True)
        config = dict(zip(HEAD, values(each)[:3], strict=True))
        (path.parent / "args.json").write_text(json.dumps(config))
        lines = [
            {"epoch": i, "acc": each.accuracy - abs(3 - i), "elapsed": each.seconds * i / 4} for i in range(5)
        ]
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return rows


def table_a_replicate(logs: Path) -> list[Observed]:
    rows = runs()
    for number in (1, 2, 3):
        cells = [[*values(each)[:2], *values(each)[3:]] for each in rows if each.replicate == number]
        table(logs / f"rep{number}" / "results.tsv", [["lr", "bs", "accuracy", "seconds"], *cells], "\t")
    return rows


def epochs_of_all_runs(logs: Path) -> list[Observed]:
    """A row an epoch, all runs in one table; the last counts."""
    rows = runs()
    cells = (
        [*values(each)[:3], epoch, each.accuracy - (4 - epoch), each.seconds if epoch == 4 else epoch]
        for each in rows
        for epoch in range(5)
    )
    table(logs / "res.csv", [[*HEAD, "epoch", "accuracy", "seconds"], *cells])
    return rows


WIDE = '\n[responses.Accuracy]\ncolumn = "{}"\n'
STRANGERS: dict[str, Stranger] = {
    "decimal_commas": Stranger(decimal_commas, f'table = "res.csv"\ndecimal = ","\n{COLUMNS}'),
    "units_in_cells": Stranger(
        units_in_cells,
        f'table = "res.csv"\n{COLUMNS}',
        MEASURED.replace('"accuracy"', '"accuracy"\nunit = "%"') + 'unit = "s"',
    ),
    "clocks": Stranger(clocks, f'table = "res.csv"\n{COLUMNS}', MEASURED + 'unit = "s"'),
    "wide_by_seed": Stranger(
        wide_by_seed,
        'table = "res.csv"\ncolumns = { lr = "lr", bs = "bs" }',
        WIDE.replace("{}", "acc_seed{replicate}"),
    ),
    "wide_with_two_responses": Stranger(
        wide_with_two_responses,
        'table = "res.csv"\ncolumns = { lr = "lr", bs = "bs" }',
        MEASURED.replace('"accuracy"', '"acc {replicate}"').replace('"seconds"', '"time {replicate}"'),
    ),
    "crosstab": Stranger(
        crosstab,
        'table = "cross.csv"\ncolumns = { lr = "lr", replicate = "rep" }',
        WIDE.replace("{}", "{bs}"),
    ),
    "names_in_two_lines": Stranger(
        names_in_two_lines,
        'table = "agg.csv"\nheader = [1, 2, 3]\ncolumns = { lr = "lr", bs = "bs" }',
        MEASURED.replace('"accuracy"', '"accuracy.mean"').replace('"seconds"', '"seconds.mean"'),
    ),
    "long_form": Stranger(long_form, f'table = "long.csv"\nnames = "metric"\nvalues = "value"\n{COLUMNS}'),
    "joined_by_id": Stranger(
        joined_by_id,
        'table = "results.csv"\ncolumns = { container = "run_id" }\n'
        'levels = { table = "configs.csv", key = "id", replicate = "seed" }',
    ),
    "joined_by_longer_text": Stranger(
        joined_by_longer_text,
        'table = "*.csv"\ncolumns = { container = "job" }\n'
        'levels = { table = "pods.tsv", key = "pod", replicate = "seed" }',
    ),
    "levels_in_one_cell": Stranger(
        levels_in_one_cell,
        'table = "results.csv"\nlevels = { column = "experiment", pattern = "lr={lr},bs={bs} (seed {replicate})" }',
    ),
    "keyed_mapping": Stranger(
        keyed_mapping,
        'table = "all.json"\nrows = "results.*"\nlevels = { column = "$key", pattern = "lr{lr}_bs{bs}_s{replicate}" }',
    ),
    "title_and_failures": Stranger(
        title_and_failures,
        f'table = "res.csv"\nheader = 3\nwhere = {{ status = ["COMPLETED", "ok"] }}\n{COLUMNS}',
    ),
    "epochs_of_all_runs": Stranger(epochs_of_all_runs, f'table = "res.csv"\ntake = "last"\n{COLUMNS}'),
    "merged_cells": Stranger(merged_cells, f'table = "res.csv"\nfill = true\n{COLUMNS}'),
    "nothing_is_a_level": Stranger(
        nothing_is_a_level,
        'table = "res.csv"\ncolumns = { clip = "clip", flip = "flip", replicate = "seed" }',
        factors=NOTHING,
    ),
    "nulls_and_lists_in_json": Stranger(
        nulls_and_lists_in_json,
        'files = "run_*/result.json.gz"\n'
        'columns = { clip = "config.clip", layers = "config.layers", replicate = "config.seed" }',
        MEASURED.replace('"accuracy"', '"val_acc[-1]"')
        .replace('"seconds"', '"took"')
        .replace("column", "key"),
        JSON_NOTHING,
    ),
    "best_epoch": Stranger(
        best_epoch,
        'files = "*/log.jsonl"\nstep = "epoch"\nlevels = { file = "args.json", replicate = "seed" }',
        MEASURED.replace('"accuracy"', '"acc"\nreduce = "max"')
        .replace('"seconds"', '"elapsed"')
        .replace("column", "key"),
    ),
    "table_a_replicate": Stranger(
        table_a_replicate, 'table = "rep{replicate}/results.tsv"\ncolumns = { lr = "lr", bs = "bs" }'
    ),
}
