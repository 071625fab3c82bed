"""Share what was published with readers on other machines, where the night is told of a lake."""

from flows.house.errors import UsageError
from flows.house.house import House
from flows.lake.share import Lake, Shared, environment, refuse_secrets, share_current
from flows.stages.plan import Order


def refuse_unshareable(order: Order) -> None:
    """Raises UsageError, before anything is read, where a night could not be shared as it is told."""
    if bool(order.lake) != bool(order.lake_data):
        found, missing = ("--lake", "--lake-data") if order.lake else ("--lake-data", "--lake")
        raise UsageError(
            f"{found}: found no {missing} beside it, expected both: catalogue and files of one lake."
        )
    if order.lake:
        refuse_secrets(lake_of(order))
        environment()


def share_version(order: Order) -> Shared:
    """Bring the lake up to date with the current version. Raises HouseError; the version stays published."""
    return share_current(House.at(order.house), lake_of(order))


def lake_of(order: Order) -> Lake:
    return Lake(order.lake, order.lake_data, order.lake_name)
