"""Ask the published warehouse what was read of the log folders until now."""

from typing import NamedTuple

from flows.discovery.discover import Known
from flows.house.house import House
from flows.house.manifest import verify_database
from flows.warehouse.warehouse import QueryError, open_published


class Keys(NamedTuple):
    """The key of every folder, and the first keys that are free."""

    folders: dict[str, int]
    next_folder: int
    next_file: int
    night: int


def read_known(house: House) -> tuple[Known, Keys]:
    """What was read until now, and the keys that were given. Raises HouseError where somebody wrote to it (F404)."""
    try:
        return asked(house)
    except QueryError:
        if version := house.current_version():
            verify_database(version)  # whoever wrote to it, rather than what DuckDB says of the block it met
        raise


def asked(house: House) -> tuple[Known, Keys]:
    with open_published(house.before) as warehouse:
        folders = warehouse.rows("night/known_folders")
        files: dict[str, set[tuple[str, int, int]]] = {}
        for folder, path, size, modified in warehouse.rows("night/known_files"):
            files.setdefault(folder, set()).add((path, size, modified))
        unread: dict[str, list[str]] = {}
        for folder, path in warehouse.rows("night/known_unread"):
            unread.setdefault(folder, []).append(path)
        stamps: dict[str, set[tuple[str, str, str]]] = {}
        for folder, container, event, text in warehouse.rows("night/known_stamps"):
            stamps.setdefault(folder, set()).add((container, event, text))
        held: dict[str, list[str]] = {}
        for folder, path in warehouse.rows("night/known_held"):
            held.setdefault(folder, []).append(path)
        known = Known(
            folders={folder: (study, state, is_gone) for _, folder, study, state, is_gone, *_ in folders},
            files={folder: frozenset(each) for folder, each in files.items()},
            studies={study: (digest, text) for study, digest, text in warehouse.rows("night/known_studies")},
            unclaimed=frozenset(folder for (folder,) in warehouse.rows("night/known_unclaimed")),
            unreadable=frozenset(folder for (folder,) in warehouse.rows("night/known_unreadable")),
            held=held,
            unread=unread,
            claims={folder: (run, replicate) for _, folder, _, _, _, run, replicate in folders},
            stamps={folder: frozenset(each) for folder, each in stamps.items()},
            copies=frozenset(folder for (folder,) in warehouse.rows("night/known_copies")),
            ahead=dict(warehouse.rows("night/known_ahead")),
            refused=frozenset(reason for (reason,) in warehouse.rows("night/known_refused")),
            fresh=dict(warehouse.rows("night/known_fresh")),
        )
        free = warehouse.record("night/next_keys")
    ids = {row[1]: row[0] for row in folders}
    return known, Keys(ids, free["folder_id"], free["file_id"], free["night_id"])
