"""The commands `doehouse export` and `doehouse import`: every relation as a Parquet file, and back."""

import os

from flows.backups.parquet import read_relations, write_relations
from flows.commands.options import HOUSE, HouseOption, PathArgument
from flows.house.errors import UsageError
from flows.house.house import House


def export(target: PathArgument, *, house: HouseOption = HOUSE) -> int:
    """Write every relation of the published warehouse as a Parquet file.

    Parameters
    ----------
    target
        Folder to write into; made if it is not there.
    house
        Folder of the warehouse.
    """
    try:
        for path in write_relations(House.at(house), target):
            print(path)
    except OSError as error:
        raise UsageError(
            f"{target}: cannot be written ({os.strerror(error.errno or 0)}), expected a folder for Parquet files. "
            "Name another."
        ) from error
    return 0


def import_(source: PathArgument, *, house: HouseOption = HOUSE) -> int:
    """Publish the tables that `doehouse export` wrote as the first version of a new house.

    Parameters
    ----------
    source
        Folder that was exported to.
    house
        Folder of the new house; made if it is not there.
    """
    print(f"current: {read_relations(House.at(house), source)}")
    return 0
