"""The command `doehouse share`: the published warehouse for readers on other machines."""

from typing import Annotated

from cyclopts import Parameter

from flows.commands.options import HOUSE, HouseOption
from flows.house.house import House
from flows.lake.share import Lake
from flows.lake.share import share as share_house


def share(
    *,
    lake: Annotated[str, Parameter(env_var="DOEHOUSE_LAKE")],
    data: Annotated[str, Parameter(env_var="DOEHOUSE_LAKE_DATA")],
    name: str = "doehouse",
    reader: str = "",
    all_: Annotated[bool, Parameter(name="--all", negative=())] = False,
    house: HouseOption = HOUSE,
) -> int:
    """Write the current version into a DuckLake, as one snapshot, for readers on other machines.

    Parameters
    ----------
    lake
        The PostgreSQL database with the catalogue, as libpq takes it: "dbname=lake host=head user=doehouse".
    data
        Where the files are: a folder that all readers see under this path, or s3://bucket/path.
    name
        Name of the lake in both: a schema and a folder.
    reader
        A role of PostgreSQL that is given the right to read the lake, and no other.
    all_
        Write everything anew, not only what changed since the version that was shared last.
    house
        Folder of the warehouse and the pages.
    """
    done = share_house(House.at(house), Lake(lake, data, name), reader, all_)
    if not done.is_new:
        print(f"{name}: up to date, version {done.snapshot}")
        return 0
    print(f"{name}: version {done.snapshot}, {done.folders} folders and {len(done.tables)} tables written")
    return 0
