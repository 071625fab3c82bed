"""The command `doehouse open`: the published pages in a browser."""

import webbrowser

from flows.commands.options import HOUSE, HouseOption
from flows.house.current import published
from flows.house.house import House


def open_pages(*, house: HouseOption = HOUSE) -> int:
    """Open the pages in a browser.

    Parameters
    ----------
    house
        Folder of the pages.
    """
    index = published(House.at(house)).parent / "site" / "index.html"
    print(index)
    webbrowser.open(index.as_uri())
    return 0
