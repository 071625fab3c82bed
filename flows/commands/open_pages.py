"""The command `doehouse open`: the published pages in a browser."""

import webbrowser

from flows.commands.options import HOUSE, HouseOption
from flows.house.house import House


def open_pages(*, house: HouseOption = HOUSE) -> int:
    """Open the pages in a browser.

    Parameters
    ----------
    house
        Folder of the pages.
    """
    index = House.at(house).published().parent / "site" / "index.html"
    print(index)
    webbrowser.open(index.as_uri())
    return 0
