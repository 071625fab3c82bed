"""The pages of runs, one a folder: those whose folder changed are rendered, the others linked."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from flows.stages.answers import parted
from flows.warehouse.warehouse import Warehouse, text
from reports.pages.run_page import POINTS, Beside
from reports.pages.site import RUN_QUERIES, digest, run_page, told_apart
from reports.tables.tables import Result

if TYPE_CHECKING:
    from flows.stages.pages import Site

# What a run page takes from its study.
OF_STUDY = ("study_treatments",)
FOLDERS_AT_ONCE = 500
# Curves are large, and asked for of the pages that are rendered only.
CURVES_AT_ONCE = 100


class Run(NamedTuple):
    """A folder that has a page, what the page takes from its study, and the digest of that."""

    study: str
    folder: str
    beside: Beside
    of_study: Mapping[str, Result]
    told: str

    @property
    def group(self) -> str:
        return f"run {self.study} {self.folder}"


def runs_of(study: str, results: Mapping[str, Result], folders: Sequence[str]) -> Iterator[Run]:
    """The runs of a study, each beside the next in this order."""
    of_study = {name: results[name] for name in OF_STUDY}
    told = digest(of_study) + asked_for()
    around = [None, *folders, None]
    for i, folder in enumerate(folders):
        yield Run(study, folder, (around[i], around[i + 2]), of_study, told)


def add_runs(site: "Site", warehouse: Warehouse, runs: Sequence[Run]) -> None:
    for start in range(0, len(runs), FOLDERS_AT_ONCE):
        some = {run.folder: run for run in runs[start : start + FOLDERS_AT_ONCE]}
        names = list(some)
        frames = {
            name: warehouse.frame(f"pages/{name}", folders=names) for name in RUN_QUERIES if name != POINTS
        }
        points = {POINTS: warehouse.frame("night/point_digests", folders=names)}
        stale = {}
        for folder, own in fingerprints(frames | points, names).items():
            run = some[folder]
            made_from = f"{run.told}{own} {run.beside}"
            if site.is_kept(run.group, made_from):
                site.carry_over(run.group)
            else:
                stale[folder] = made_from
        render(site, warehouse, frames, some, stale)


def render(
    site: "Site",
    warehouse: Warehouse,
    frames: Mapping[str, pl.DataFrame],
    runs: Mapping[str, Run],
    stale: Mapping[str, str],
) -> None:
    """The pages of stale folders, from frames that hold these and others."""
    folders = list(stale)
    for start in range(0, len(folders), CURVES_AT_ONCE):
        names = folders[start : start + CURVES_AT_ONCE]
        asked = {name: frame.filter(pl.col("folder").is_in(names)) for name, frame in frames.items()}
        asked[POINTS] = warehouse.frame(f"pages/{POINTS}", folders=names)
        for (folder,), results in parted(asked, ["folder"], [(name,) for name in names]).items():
            run = runs[folder]
            site.add(run.group, stale[folder], partial(run_page, run.of_study, results, folder, run.beside))


@cache
def asked_for() -> str:
    """SHA-256 of the queries, which stand on the pages."""
    return hashlib.sha256("".join(text(f"pages/{name}") for name in RUN_QUERIES).encode()).hexdigest()


def fingerprints(frames: Mapping[str, pl.DataFrame], folders: Sequence[str]) -> dict[str, str]:
    """SHA-256 of the rows of each folder."""
    told = {folder: hashlib.sha256() for folder in folders}
    rows = pl.struct(pl.exclude("folder")).struct.json_encode()
    for name, frame in frames.items():
        of_each = told_apart(frame).group_by("folder", maintain_order=True).agg(rows.str.join("\n"))
        for folder, lines in of_each.iter_rows():
            told[folder].update(f"{name} {frame.columns}\n{lines}\n".encode())
    return {folder: each.hexdigest() for folder, each in told.items()}
