"""The pages of runs, one a study, and the files of data beside each: those whose folders changed are written."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import polars as pl

from flows.warehouse.in_parts import by_study
from flows.warehouse.warehouse import Warehouse, filled
from reports.pages.runs_page import OF_STUDY, POINTS, PROMISES, broken, by_curve
from reports.pages.site import RUN_QUERIES, data_file, digest, runs_page
from reports.tables.tables import Result, columns_json
from reports.text.slugs import is_row

if TYPE_CHECKING:
    from flows.stages.pages import Site

# In the order in which they came, so that new ones touch the last file only. Of 1,000 points each, 0.6 MB.
FOLDERS_A_FILE = 20
FILES_AT_ONCE = 25
# Curves are large, and asked for of the files that are written only.
CURVED_FILES_AT_ONCE = 5
# In place of the points, where these are not asked for.
POINT_DIGESTS = "point_digests"

Texts = dict[str, str]
T = TypeVar("T")


class DataFile(NamedTuple):
    """One of the files that hold the folders of a study."""

    study: str
    number: int
    folders: Sequence[str]

    @property
    def group(self) -> str:
        return f"runs {self.study} {self.number}"


def add_runs(site: "Site", warehouse: Warehouse, studies: Mapping[str, Mapping[str, Result]]) -> None:
    """The page of the runs of each study and the files beside it; studies come with what their pages take from them."""
    files: list[DataFile] = []
    came = warehouse.frame("night/study_folders", studies=list(studies))
    for study, rows in by_study(came, list(studies)).items():
        folders = [folder for folder in rows["folder"] if not is_row(folder)]
        mine = [
            DataFile(study, number, folders[start : start + FOLDERS_A_FILE])
            for number, start in enumerate(range(0, len(folders), FOLDERS_A_FILE))
        ]
        if mine:
            add_page(site, studies[study], mine)
        files += mine
    for some in parts(files, FILES_AT_ONCE):
        add_files(site, warehouse, some)


def add_page(site: "Site", results: Mapping[str, Result], files: Sequence[DataFile]) -> None:
    numbers = {folder: file.number for file in files for folder in file.folders}
    of_study = {name: results[name] for name in OF_STUDY}
    made_from = digest(of_study, asked()) + hashlib.sha256(json.dumps(numbers).encode()).hexdigest()
    site.add(f"runs {files[0].study}", made_from, partial(runs_page, of_study, asked(), numbers))


def add_files(site: "Site", warehouse: Warehouse, files: Sequence[DataFile]) -> None:
    folders = [folder for file in files for folder in file.folders]
    frames = {
        name: warehouse.frame(f"pages/{name}", folders=folders) for name in RUN_QUERIES if name != POINTS
    }
    frames[PROMISES] = broken(frames[PROMISES])
    frames[POINT_DIGESTS] = warehouse.frame(f"night/{POINT_DIGESTS}", folders=folders)
    stale = []
    for file, texts in zip(files, texts_of(frames, files), strict=True):
        made_from = digest(asked()) + fingerprint(texts)
        if site.is_kept(file.group, made_from):
            site.carry_over(file.group)
        else:
            del texts[POINT_DIGESTS]
            stale.append((file, made_from, texts))
    for some in parts(stale, CURVED_FILES_AT_ONCE):
        write(site, warehouse, some)


def write(site: "Site", warehouse: Warehouse, stale: Sequence[tuple[DataFile, str, Texts]]) -> None:
    """Files of data, with the curves of their folders beside what is known already."""
    files = [file for file, _, _ in stale]
    folders = [folder for file in files for folder in file.folders]
    curves = by_curve(warehouse.frame(f"pages/{POINTS}", folders=folders))
    for (file, made_from, texts), drawn in zip(stale, texts_of({POINTS: curves}, files), strict=True):
        site.add(file.group, made_from, partial(data_file, file.study, file.number, texts | drawn))


def texts_of(frames: Mapping[str, pl.DataFrame], files: Sequence[DataFile]) -> list[Texts]:
    """The rows of the folders of each file, as JSON."""
    places = {folder: place for place, file in enumerate(files) for folder in file.folders}
    found: list[Texts] = [{} for _ in files]
    for name, frame in frames.items():
        of_file = pl.col("folder").replace_strict(places, return_dtype=pl.Int64)
        rows = columns_json(frame.with_columns(file=of_file), "file")
        none = json.dumps({column: [] for column in frame.columns})
        for place, texts in enumerate(found):
            texts[name] = rows.get(place, none)
    return found


def fingerprint(texts: Texts) -> str:
    """SHA-256 of the rows of a file."""
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


@cache
def asked() -> Mapping[str, Result]:
    """The queries, which stand on the pages."""
    return {name: Result(pl.DataFrame(), filled(f"pages/{name}", {})) for name in RUN_QUERIES}
