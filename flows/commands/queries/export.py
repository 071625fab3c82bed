"""The command `doehouse export`: every relation as a Parquet file."""

from collections.abc import Iterator
from pathlib import Path

from flows.commands.options import HOUSE, HouseOption, PathArgument
from flows.commands.queries.ad_hoc import write_parquet
from flows.house.current import published
from flows.house.errors import HouseError
from flows.house.house import House
from flows.warehouse.warehouse import open_published


def export(target: PathArgument, *, house: HouseOption = HOUSE) -> int:
    """Write every relation of the published warehouse as a Parquet file.

    Parameters
    ----------
    target
        Folder to write into; made if it is not there.
    house
        Folder of the warehouse.
    """
    for path in write_relations(House.at(house), target):
        print(path)
    return 0


def write_relations(house: House, target: Path) -> Iterator[Path]:
    """Write every relation as `<relation>.parquet` below `target`; gives the files as they are written."""
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HouseError(
            f"{target}: cannot be made ({error.strerror}), expected a folder for Parquet files. Name another."
        ) from error
    with open_published(published(house)) as warehouse:
        for relation, _ in warehouse.rows("ad_hoc/relations"):
            path = target / f"{relation}.parquet"
            write_parquet(warehouse.relation(relation), path)
            yield path
