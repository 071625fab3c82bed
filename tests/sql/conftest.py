"""An empty warehouse with every table and view, and a way to lay rows into it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from flows.warehouse.warehouse import Warehouse, open_warehouse

Lay = Callable[..., None]
Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def noon() -> datetime:
    return datetime(2023, 10, 9, 12)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path_factory.mktemp("sql") / "warehouse.duckdb") as warehouse:
        yield warehouse


@pytest.fixture
def small(prepared: Warehouse) -> Iterator[Warehouse]:
    """An empty warehouse; what a test lays into it is taken out again."""
    prepared.connection.begin()
    yield prepared
    prepared.connection.rollback()


@pytest.fixture
def lay(small: Warehouse) -> Lay:
    """Insert rows, given as tuples of the named columns; other columns stay null."""

    def laid(table: str, columns: str, *rows: tuple[Any, ...]) -> None:
        small.append(
            table, pl.DataFrame(list(rows), schema=columns.split(), orient="row", infer_schema_length=None)
        )

    return laid


@pytest.fixture
def ask(small: Warehouse) -> Ask:
    return lambda query: small.connection.execute(query).fetchall()


@pytest.fixture
def lay_factorial(lay: Lay, noon: datetime) -> Callable[..., None]:
    """Lay a full two-level design and its values (one list a run) as accepted observations of the response y."""

    def laid(factors: tuple[str, ...], values: list[list[float]], terms: list[str], study: str = "s") -> None:
        lay("studies", "study definition", (study, pl.Series([{"terms": terms}]).struct.json_encode()[0]))
        lay("responses", "study response response_position metric reduce", (study, "y", 1, "tag", "last"))
        runs = range(1, 2 ** len(factors) + 1)
        lay(
            "treatments",
            "study run factor factor_position letter level level_position sign is_center is_planned",
            *(
                (
                    study,
                    run,
                    factor,
                    place + 1,
                    "ABCDEFGH"[place],
                    "-+"[bit],
                    bit + 1,
                    2.0 * bit - 1,
                    False,
                    True,
                )
                for run in runs
                for place, factor in enumerate(factors)
                for bit in [(run - 1) >> place & 1]
            ),
        )
        lay("tags", "tag_id tag", (1, "tag"))
        lay(
            "folders",
            "folder_id folder study run state is_gone",
            *(
                (run, f"f{run}", study, run, "finished", False)
                for run, each in zip(runs, values, strict=False)
                if each
            ),
        )
        flat = [(run, value) for run, each in zip(runs, values, strict=False) for value in each]
        lay(
            "containers",
            "container_key container_id folder_id started_at stopped_at event_files",
            *(
                (key, f"c{key}", run, noon, noon + timedelta(seconds=1), 1)
                for key, (run, _) in enumerate(flat, 1)
            ),
        )
        lay(
            "points",
            "container_key tag_id step value is_superseded",
            *((key, 1, 1, value, False) for key, (_, value) in enumerate(flat, 1)),
        )

    return laid
