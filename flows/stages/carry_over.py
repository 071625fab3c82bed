"""The stage that carries a house of another doehouse over, before anything is asked of it."""

import shutil
from importlib.metadata import version
from pathlib import Path

from flows.house.errors import HouseError
from flows.house.house import House
from flows.house.manifest import read_manifest, verify_database
from flows.warehouse.warehouse import schema_digest


def is_of_other_tables(house: House) -> bool:
    """Whether the published tables have another shape than this doehouse's. Raises HouseError: they are newer."""
    from flows.warehouse.carry_over import schema_number

    current = house.current_version()
    if current is None:
        return False
    manifest = read_manifest(current)
    if manifest.get("schema_number", 1) > schema_number():
        raise HouseError(
            f"{current}: its tables were made by doehouse {manifest['versions']['doehouse']}, which is newer than this "
            f"one ({version('doehouse')}), expected tables that it knows. Install that version; nothing was touched."
        )
    return bool(manifest.get("schema") != schema_digest())


def carry_house_over(house: House) -> Path:
    """Carry a private copy of the published warehouse over; the night goes on from it. Raises HouseError."""
    from flows.warehouse.carry_over import carry_over

    current = house.current_version()
    assert current
    verify_database(current)
    if not house.private.exists():
        shutil.copyfile(house.warehouse, house.private)
    carry_over(house.private, read_manifest(current).get("schema_number", 1))
    return house.private
