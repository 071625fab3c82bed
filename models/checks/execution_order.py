"""In which order folders and containers ran, and which contrasts a drift in that time would look like."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl
from scipy import stats

from models.design.coding import Vector
from models.design.design import Design

Manner = Literal["one after another", "overlapping", "at once"]

FEW = 2.5  # times fewer changes of a level than in a random order, from which on it looks kept on purpose
PAUSE = timedelta(hours=8)
EXPOSED = 0.5  # a correlation from which on a drift and the effect are hard to tell apart


@dataclass(frozen=True)
class ExecutionOrder:
    """`folders`: folder, run, began_at, ended_at, containers, manner (null with one container); in their order."""

    design: Design
    folders: pl.DataFrame
    block: tuple[str, ...] = ()  # as the study declares them
    whole_plot: tuple[str, ...] = ()
    word: str = "folder"  # what an execution is called

    @cached_property
    def ranks(self) -> Vector:
        """Place of each folder in the order of their first starts; folders that started together share one."""
        return np.asarray(stats.rankdata(self.folders["began_at"].to_numpy()), dtype=np.float64)

    @property
    def overlapping_folders(self) -> int:
        """Folders that began before all folders before them had ended."""
        ended = self.folders["ended_at"].cum_max().shift(1)
        return int((self.folders["began_at"] < ended).sum())

    def level_changes(self) -> dict[str, tuple[int, float]]:
        """Of each factor, how often its level changes from folder to folder, and in a random order on average."""
        places = self.folders["run"].to_numpy().astype(np.int64) - 1
        places = places[places < len(self.design.places)]
        found: dict[str, tuple[int, float]] = {}
        for i, name in enumerate(self.design.factors):
            levels = self.design.places[places, i]
            changes = int((np.diff(levels) != 0).sum())
            counts = np.bincount(levels)
            found[name] = (changes, len(levels) - float((counts**2).sum()) / max(len(levels), 1))
        return found

    def pauses(self) -> int:
        """How often nothing ran for longer than `PAUSE`: the folders between two pauses may be blocks."""
        ended = self.folders["ended_at"].cum_max().shift(1)
        return int(((self.folders["began_at"] - ended) > PAUSE).sum())

    def correlations(self) -> dict[str, float]:
        """Of each two-level term's contrast with the order of the folders; 0 where either never changes."""
        if not self.design.is_two_level:
            return {}
        places = self.folders["run"].to_numpy() - 1
        is_factorial = places < len(self.design.places)
        ranks = (
            self.ranks[is_factorial] - self.ranks[is_factorial].mean()
            if is_factorial.any()
            else self.ranks[:0]
        )
        found: dict[str, float] = {}
        for term in self.design.terms:
            signs = self.design.column(term)[places[is_factorial]].astype(np.float64)
            signs -= signs.mean() if len(signs) else 0.0
            size = float(np.sqrt((signs @ signs) * (ranks @ ranks)))
            found[term] = float(signs @ ranks) / size if size > 0 else 0.0
        return found


def execution_order(design: Design, rows: pl.DataFrame) -> ExecutionOrder | None:
    """The order from the observations' stamps (rows as `samples.in_order` gives them); None without stamps."""
    containers = rows.unique("container_id", keep="first", maintain_order=True).drop_nulls(
        ["started_at", "stopped_at"]
    )
    if not containers.height:
        return None
    times: dict[tuple[str, int], list[tuple[datetime, datetime]]] = {}
    for folder, run, began_at, ended_at in (
        containers.sort("started_at", "container_id")
        .select("folder", "run", "started_at", "stopped_at")
        .rows()
    ):
        times.setdefault((folder, run), []).append((began_at, ended_at))
    found: list[tuple[str, int, datetime, datetime, int, Manner | None]] = []
    for (folder, run), each in times.items():
        began, ended = [first for first, _ in each], [last for _, last in each]
        found.append((folder, run, began[0], max(ended), len(began), _manner(began, ended)))
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "folder": pl.String,
        "run": pl.Int64,
        "began_at": pl.Datetime("us"),
        "ended_at": pl.Datetime("us"),
        "containers": pl.Int64,
        "manner": pl.String,
    }
    return ExecutionOrder(design, pl.DataFrame(found, schema=schema, orient="row").sort("began_at", "folder"))


def _manner(began: list[datetime], ended: list[datetime]) -> Manner | None:
    """How the containers of a folder ran; `began` is sorted. None for one alone."""
    if len(began) < 2:
        return None
    if max(began) < min(ended):
        return "at once"
    last = ended[0]
    for start, stop in zip(began[1:], ended[1:], strict=True):
        if start < last:
            return "overlapping"
        last = max(last, stop)
    return "one after another"
