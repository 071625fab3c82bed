"""Go back to an older version."""

from pathlib import Path

from flows.house.current import newest_whole
from flows.house.errors import UsageError
from flows.house.house import House
from flows.house.lock import hold
from flows.house.manifest import verify
from flows.house.publishing import link


def rollback(house: House, number: int | None = None) -> Path:
    """Make an older version the current one; the next night builds on it. Raises HouseError or UsageError."""
    with hold(house):
        current = house.current_version()
        if current is None or not current.is_dir():
            current, older = None, house.all_versions()  # the link was lost: any version may be linked again
        else:
            older = [each for each in house.all_versions() if int(each.name) < int(current.name)]
        chosen = [each for each in older if number in (None, int(each.name))]
        if current is None and number is None and (newest := newest_whole(house)):
            chosen = [newest]
        if not chosen:
            kept = ", ".join(str(int(each.name)) for each in older) or "none"
            raise UsageError(
                f"{house.root}: found no older version {number or ''}, expected one of those that are kept "
                f"({kept}). Choose one of them, or restore a backup."
            )
        verify(chosen[-1])
        link(house, chosen[-1])
        return chosen[-1]
