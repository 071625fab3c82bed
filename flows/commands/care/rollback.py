"""The command `doehouse rollback`: an older version becomes the current one."""

from flows.commands.options import HOUSE, HouseOption
from flows.house.house import House
from flows.house.rollback import rollback as go_back


def rollback(to: int | None = None, *, house: HouseOption = HOUSE) -> int:
    """Make the version before the current one current again; the next night builds on it.

    Parameters
    ----------
    to
        Number of the version to go back to; left out: the one before.
    house
        Folder of the warehouse and the pages.
    """
    print(f"current: {go_back(House.at(house), to)}")
    return 0
