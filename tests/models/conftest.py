"""The published experiment, studies of textbooks, and their analyses."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.analysis import analyse
from models.declared.study import Study, load_study
from models.textbook import textbook_observations

ROOT = Path(__file__).parents[2]

Tables = dict[str, pl.DataFrame]


def published_observations(study: Study, folders: int = 1) -> pl.DataFrame:
    """The published values: all folders one after another in the order of the runs, four containers at once."""
    rows = []
    for row in pl.read_csv(ROOT / "sample/observations.csv").iter_rows(named=True):
        for folder in range(folders):
            started = datetime(2023, 10, 21, 8) + timedelta(hours=3 * row["run"], seconds=row["replicate"])
            at = {
                "study": study.name,
                "run": row["run"],
                "folder": f"exp_1{row['run']}" + (f"_{folder}" if folders > 1 else ""),
                "container_id": f"{row['run']}_{folder}_{row['replicate']}",
                "started_at": started,
                "stopped_at": started + timedelta(seconds=row["duration_seconds"]),
            }
            accuracy = float(np.float32(row["accuracy_percent"]))  # as the event files hold it
            rows.append({**at, "response": "Accuracy", "value": accuracy})
            rows.append({**at, "response": "Time", "value": float(row["duration_seconds"])})
    return pl.DataFrame(rows)


@pytest.fixture(scope="session")
def study() -> Study:
    return load_study(ROOT / "models/studies/fltk_2_4_1.toml")


@pytest.fixture(scope="session")
def observations(study: Study) -> pl.DataFrame:
    return published_observations(study)


@pytest.fixture(scope="session")
def published(study: Study, observations: pl.DataFrame) -> Tables:
    return analyse(study, observations)


@pytest.fixture(scope="session")
def declare() -> Callable[..., Study]:
    """A study of one response y; further keys of the study file as keywords."""

    def declared(factors: Mapping[str, Sequence[str]], **keys: Any) -> Study:
        base = {"name": "textbook", "folders": "{run}", "responses": {"y": {"metric": "y"}}}
        return Study.model_validate({**base, "factors": factors, **keys})

    return declared


@pytest.fixture(scope="session")
def textbook(declare: Callable[..., Study]) -> Callable[..., Tables]:
    """The analysis of y, given by run in Yates order: a value or several each."""

    def analysed(
        factors: Mapping[str, Sequence[str]], values: Sequence[float | Sequence[float]], **keys: Any
    ) -> Tables:
        study = declare(factors, **keys)
        of_runs = [[value] if isinstance(value, int | float) else list(value) for value in values]
        return analyse(study, textbook_observations(study, {"y": of_runs}))

    return analysed


@pytest.fixture(scope="session")
def two_level() -> Callable[[str], dict[str, tuple[str, str]]]:
    """Factors named by the letters, with levels - and +."""
    return lambda letters: dict.fromkeys(letters, ("-", "+"))


@pytest.fixture(scope="session")
def pick() -> Callable[..., dict[str, Any]]:
    """The one row of a frame whose columns have the given values."""

    def picked(frame: pl.DataFrame, **wanted: Any) -> dict[str, Any]:
        rows = frame.filter(**wanted).to_dicts()
        assert len(rows) == 1, (wanted, rows)
        return rows[0]

    return picked


FILTRATION = (45, 71, 48, 65, 68, 60, 80, 65, 43, 100, 45, 104, 75, 86, 70, 96)
ALL_OF_FOUR = [
    *("A", "B", "C", "D", "A:B", "A:C", "A:D", "B:C", "B:D", "C:D"),
    *("A:B:C", "A:B:D", "A:C:D", "B:C:D", "A:B:C:D"),
]
ETCH = ((550, 604), (669, 650), (633, 601), (642, 635), (1037, 1052), (749, 868), (1075, 1063), (729, 860))


@pytest.fixture(scope="session")
def filtration() -> tuple[int, ...]:
    """Filtration rate, 2^4 (Montgomery, Design and Analysis of Experiments, table 6.10)."""
    return FILTRATION


@pytest.fixture(scope="session")
def all_of_four() -> list[str]:
    return ALL_OF_FOUR


@pytest.fixture(scope="session")
def etch() -> tuple[tuple[int, int], ...]:
    """Plasma etch rate, 2^3 with two replicates (Montgomery, table 6.4)."""
    return ETCH
