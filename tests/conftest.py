"""Log folders, study files and houses that the tests build on; every component is real but the clock."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.night import Order, Plan, Summary, night, plainly
from flows.warehouse import Warehouse, open_published
from sample.write_logs import scalar, write_stamps

ROOT = Path(__file__).parents[1]
NOW = datetime(2023, 10, 20, 2, 30, tzinfo=UTC)  # later than every stamp of the sample
STARTED = datetime(2023, 10, 9, 9, 30, tzinfo=UTC)

Points = Mapping[str, Sequence[float]]  # tag -> values from step 1


def write_log_folder(
    logs: Path,
    name: str,
    points: Mapping[str, Points],
    *,
    started: datetime = STARTED,
    seconds: float | Mapping[str, float] = 60,
    segment: str = "model",
    unfinished: Sequence[str] = (),
    without_events: Sequence[str] = (),
) -> Path:
    """Write a folder as the testbed does and give its path.

    `points` is container id -> tag -> values from step 1; `seconds` is the length of the work, of all or of each
    container. `unfinished` have no stop stamp, `without_events` no event file.
    """
    from tensorboard.compat.proto import event_pb2
    from tensorboard.summary.writer.record_writer import RecordWriter

    folder = logs / name
    stops = []
    for container, tags in points.items():
        length = seconds if isinstance(seconds, int | float) else seconds[container]
        stops.append((started + timedelta(seconds=length), container))
        if container in without_events:
            continue
        below = folder / "train_job_0" / container / segment
        below.mkdir(parents=True)
        opened = started.timestamp() + 1
        file = below / f"events.out.tfevents.{int(opened):010d}.trainjob-{container}-master-0.1.0"
        with file.open("wb") as stream:
            writer = RecordWriter(stream)
            head = event_pb2.Event(wall_time=opened, file_version="brain.Event:2")
            writer.write(head.SerializeToString(deterministic=True))
            for tag, values in tags.items():
                for step, value in enumerate(values, 1):
                    writer.write(
                        scalar(opened + step, step, tag, value).SerializeToString(deterministic=True)
                    )
    folder.mkdir(parents=True, exist_ok=True)
    write_stamps(folder / "create.log", [(started - timedelta(seconds=5), each) for each in points])
    write_stamps(folder / "start.log", [(started, each) for each in points])
    write_stamps(folder / "stop.log", [stop for stop in stops if stop[1] not in unfinished])
    return folder


def toml(value: Any) -> str:
    """A value as TOML; JSON writes strings and numbers the same way."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def write_study_file(studies: Path, name: str, **fields: Any) -> Path:
    """Write `<name>.toml` with the fields of a study; tables become inline tables."""
    studies.mkdir(parents=True, exist_ok=True)
    path = studies / f"{name}.toml"
    lines = [f"{key} = {toml(value)}\n" for key, value in {"name": name, **fields}.items()]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def write_folder() -> Callable[..., Path]:
    return write_log_folder


@pytest.fixture(scope="session")
def write_study() -> Callable[..., Path]:
    return write_study_file


def without_pages(stage: Callable[..., Any], *arguments: Any) -> Any:
    """Carry out a stage of a night, but for the pages, which take longer than all the rest."""
    if stage.__name__ != "render_pages":
        return plainly(stage, *arguments)
    plan: Plan = arguments[0]
    (plan.house.staging / "site").mkdir()
    return []


@pytest.fixture(scope="session")
def spend_night() -> Callable[..., Summary]:
    """Carry out an order: a night without pages."""

    def spent(order: Order, at: datetime = NOW) -> Summary:
        return night(order, at, without_pages)

    return spent


@pytest.fixture(scope="session")
def ask() -> Callable[..., list[tuple[Any, ...]]]:
    """The rows of a query on a published house, which is named by an order or the summary of a night."""

    def asked(place: Order | Summary, query: str) -> list[tuple[Any, ...]]:
        house = place.house if isinstance(place, Order) else place.house.root
        with open_published(house / "current" / "warehouse.duckdb") as warehouse:
            return warehouse.connection.execute(query).fetchall()

    return asked


@pytest.fixture(scope="session")
def published_house(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """The summary of one night on the sample; its house is shared by all tests, so it is only to be read."""
    house = tmp_path_factory.mktemp("published") / "house"
    return night(Order(ROOT / "sample" / "logs", ROOT / "models" / "studies", house), NOW)


@pytest.fixture(scope="session")
def warehouse(published_house: Summary) -> Iterator[Warehouse]:
    """The published warehouse of the sample, to be read."""
    with open_published(published_house.house.warehouse) as opened:
        yield opened


@pytest.fixture
def second_night(published_house: Summary, tmp_path: Path) -> Order:
    """An order on private copies of the sample, its study and its house after one night."""
    logs, studies, house = tmp_path / "logs", tmp_path / "studies", tmp_path / "house"
    shutil.copytree(ROOT / "sample" / "logs", logs)
    shutil.copytree(ROOT / "models" / "studies", studies)
    shutil.copytree(published_house.house.root, house, symlinks=True)
    return Order(logs, studies, house)


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A temporary Prefect server for this process."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    # Every flow ends a second late while its heartbeat sleeps.
    with (
        prefect_test_harness(server_startup_timeout=300),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield
