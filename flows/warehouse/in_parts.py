"""Selects that are asked once for all studies, and handed out for a few studies at a time."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.warehouse.warehouse import ANSWERED_MIB, PASSED_MIB, open_tables

if TYPE_CHECKING:
    import polars as pl

    Frames = dict[str, dict[str, pl.DataFrame]]  # select -> study -> rows

Selects = Mapping[str, Mapping[str, Any]]  # files of `sql/` -> what each is given beside `$studies`


def frames_in_parts(path: Path, selects: Selects, parts: Sequence[Sequence[str]]) -> Iterator["Frames"]:
    """The rows of each select by the studies of a part, for one part after another.

    The warehouse is closed before they are used: what DuckDB keeps of the file is let go.
    """
    if len(parts) > 1:
        yield from from_disk(path, selects, parts)
        return
    for studies in parts:
        with open_tables(path) as warehouse:
            warehouse.keep_little(ANSWERED_MIB)
            frames = {
                name: warehouse.frame(name, studies=studies, **given) for name, given in selects.items()
            }
        yield {name: by_study(frame, studies) for name, frame in frames.items()}


def from_disk(path: Path, selects: Selects, parts: Sequence[Sequence[str]]) -> Iterator["Frames"]:
    """The same, asked for all parts at once and kept beside the warehouse: a part takes as long to find as all."""
    import polars as pl

    folder = path.with_name("asked")
    folder.mkdir()
    kept = {name: folder / f"{place}.parquet" for place, name in enumerate(selects)}
    with open_tables(path) as warehouse:
        warehouse.keep_little(PASSED_MIB)
        every = [study for studies in parts for study in studies]
        for name, given in selects.items():
            warehouse.write_parquet(name, kept[name], studies=every, **given)
    for studies in parts:
        yield {
            name: by_study(pl.scan_parquet(rows).filter(pl.col("study").is_in(studies)).collect(), studies)
            for name, rows in kept.items()
        }
    shutil.rmtree(folder)


def by_study(frame: "pl.DataFrame", studies: Sequence[str]) -> "dict[str, pl.DataFrame]":
    found = frame.partition_by("study", as_dict=True)
    return {study: found.get((study,), frame.clear()) for study in studies}
