"""A small study and its log folders, so that a whole night over them takes a second."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from flows.night import Order
from tests.houses import spend
from tests.log_folders import write_folder, write_study

NOW = datetime(2023, 10, 20, 2, 30, tzinfo=UTC)
STARTED = datetime(2023, 10, 9, 9, 30, tzinfo=UTC)
STUDY, LENIENT = "small", "lenient"
TAG = "accuracy"


def write_small_study(
    studies: Path, name: str = STUDY, folders: str = "{run}_{replicate}", **settings: object
) -> None:
    """A full factorial of two factors in four runs; any number of replicates and containers."""
    write_study(
        studies,
        name,
        timezone="Europe/Amsterdam",
        folders=folders,
        **settings,
        factors={"CPU": ["1", "2"], "Memory": ["1Gi", "2Gi"]},
        responses={
            "Accuracy": {"metric": TAG, "reduce": "last", "unit": "%", "range": [0, 100]},
            "Time": {"between": ["start", "stop"], "unit": "s"},
        },
    )


def write_least_study(studies: Path) -> None:
    """One factor, two runs and one response: where many nights are wanted, and each of them fast."""
    write_study(
        studies,
        STUDY,
        folders="{run}_{replicate}",
        factors={"CPU": ["1", "2"]},
        responses={"Accuracy": {"metric": TAG, "reduce": "last", "unit": "%", "range": [0, 100]}},
    )


def container_ids(name: str, count: int = 2) -> list[str]:
    return [str(uuid5(NAMESPACE_URL, f"doehouse/torture/{name}/{number}")) for number in range(count)]


def write_small_folder(
    logs: Path, name: str, values: Sequence[float] = (70.0, 80.0, 90.0), containers: int = 2
) -> Path:
    """A finished folder of some containers; its values differ a little by container and name."""
    shift = sum(name.encode()) % 7
    points = {
        container: {TAG: [value + shift + place for value in values]}
        for place, container in enumerate(container_ids(name, containers))
    }
    seconds = {container: 60 + 5.0 * shift + place for place, container in enumerate(points)}
    return write_folder(logs, name, points, started=STARTED + timedelta(minutes=shift), seconds=seconds)


def event_file(folder: Path, place: int = 0) -> Path:
    """The event file of a container of the folder."""
    container = container_ids(folder.name)[place]
    return next((folder / "train_job_0" / container).rglob("events.out.*"))


def after_a_night(root: Path) -> Order:
    """Two folders of each run of the least study, logs and house below `root`, after a first night."""
    order = Order(root / "logs", root / "studies", root / "house")
    write_least_study(order.studies)
    for name in ("1_a", "1_b", "2_a", "2_b"):
        write_small_folder(order.logs, name)
    spend(order, NOW)
    return order
