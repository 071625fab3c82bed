"""The refusal to take an unmounted disk for news: too much has gone from the log root at once."""

import os.path
from collections.abc import Collection, Sequence
from pathlib import Path

from flows.discovery.discover import Known
from flows.house.errors import HouseError
from flows.log_root.bucket import address_of, is_bucket
from flows.log_root.tree import is_there, tree_of
from flows.stages.plan import Order
from models.declared.study import Study


def refuse_vanishing(order: Order, known: Known, gone: Collection[str], studies: Sequence[Study]) -> None:
    """Raises HouseError when more than the declared share of the known folders, or every study, is gone."""
    if order.gone_share >= 1:
        return
    if known.studies and not studies:
        raise HouseError(
            f"{order.studies}: found no study, expected some of those that are known ({', '.join(sorted(known.studies))}). "
            f"{place_of(order.studies)} Nothing was published; if they are gone on purpose, say so once with "
            "`doehouse night --gone-share 1`."
        )
    present = [folder for folder, (_, _, is_gone) in known.folders.items() if not is_gone]
    if not present or len(gone) <= order.gone_share * len(present):
        return
    tree = tree_of(order.logs)
    standing = [folder for folder in gone if is_there(tree, folder)]
    found = f"{len(gone)} of {len(present)} known folders are gone at once"
    if standing:
        found += f", {len(standing)} of them are still there but claimed by no study any more"
    raise HouseError(
        f"{order.logs}: {found}, expected at most {order.gone_share:.0%}. {place_of(order.logs)} A house "
        "belongs to one log root: for other logs name another with --house. Nothing was published; if they are gone on "
        "purpose, say so once with `doehouse night --gone-share 1`."
    )


def place_of(path: Path) -> str:
    if is_bucket(path):
        return f"Check that {address_of(path)} is the right address."
    return f"It lies on what is mounted at {mount_of(path)}: check that the right disk is."


def mount_of(path: Path) -> Path:
    """The mount point that a path lies below."""
    real = Path(os.path.realpath(path))
    while not os.path.ismount(real):
        real = real.parent
    return real


def identity(logs: Path) -> tuple[int, int] | None:
    """Which folder stands at the log root: its device and number; None where none can be looked at."""
    try:
        status = logs.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def refuse_replaced(logs: Path, before: tuple[int, int] | None) -> None:
    """Raises HouseError when another folder stands at the log root than at the beginning of the night."""
    if identity(logs) != before:
        raise HouseError(
            f"{logs}: is another folder than at the beginning of the night, or gone, expected the log root to stay. "
            f"{place_of(logs)} Nothing was published; run the night again."
        )
