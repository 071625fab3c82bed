"""When a night last ended well."""

from datetime import UTC, datetime

from flows.house.house import House


def note_success(house: House) -> None:
    """Note that a night ended well, also one that had nothing to publish."""
    (house.root / ".last-success").touch()


def last_success(house: House) -> datetime | None:
    """When a night last ended well."""
    try:
        return datetime.fromtimestamp((house.root / ".last-success").stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
