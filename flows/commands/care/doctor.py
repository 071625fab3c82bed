"""The command `doehouse doctor`: is a house whole, fresh, on a good disk, with libraries that work together."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from json import dumps
from pathlib import Path
from typing import Annotated, NamedTuple

from cyclopts import Parameter

from flows.commands.exit_codes import FAILED
from flows.commands.options import HOUSE, HouseOption
from flows.house.current import refuse_lost_link
from flows.house.disk import REMOTE, file_system
from flows.house.errors import HouseError, HouseHeldError
from flows.house.house import DATABASE, House
from flows.house.last_success import last_success
from flows.house.lock import hold
from flows.house.manifest import verify
from flows.house.published_pages import Inode, changed_pages, told

SKEW = timedelta(minutes=5)  # a success that lies further in the future means that a clock is wrong
FRESH = timedelta(hours=26)  # a day, and two hours for a long night

PAGES_REMEDY = "Write every page anew with `doehouse night --pages`."


class Check(NamedTuple):
    name: str
    is_well: bool
    found: str
    remedy: str = ""

    def line(self) -> str:
        if self.is_well:
            return f"well  {self.name}: {self.found}"
        return f"ILL   {self.name}: {self.found}  {self.remedy}".rstrip()


def doctor(*, house: HouseOption = HOUSE, json: Annotated[bool, Parameter(negative=())] = False) -> int:
    """Check libraries, file system, manifest, pages and freshness of a house; exit code 1 if something is ill.

    Parameters
    ----------
    house
        Folder of the warehouse and the pages.
    json
        Print one JSON object: is_well, and the checks.
    """
    checks = list(examine(House.at(house), datetime.now(UTC)))
    is_well = all(each.is_well for each in checks)
    if json:
        print(dumps({"is_well": is_well, "checks": [each._asdict() for each in checks]}, indent=1))
    else:
        print("\n".join(each.line() for each in checks))
    return 0 if is_well else FAILED


def examine(house: House, now: datetime) -> Iterator[Check]:
    """Every check of a house, the quick ones first."""
    yield libraries()
    yield disk(house)
    yield from published(house, now)


def libraries() -> Check:
    """Whether every dependency is installed within the bounds that were proven to work together."""
    from packaging.requirements import Requirement

    wrong = []
    for line in requires("doehouse") or []:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate():
            continue
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            found = "nothing"
        if found == "nothing" or not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} {found}, expected {requirement.specifier}")
    if wrong:
        return Check("libraries", False, "; ".join(wrong), "Install the lock file: `make night` does.")
    return Check("libraries", True, "all within their bounds")


def disk(house: House) -> Check:
    """Whether the house lies on a local file system."""
    kind = file_system(house.root)
    if kind in REMOTE:
        return Check(
            "file system", False, kind, "Move the house to a local disk; log folders may stay where they are."
        )
    return Check("file system", True, kind)


def published(house: House, now: datetime) -> Iterator[Check]:
    """Whether the current version is there, as it was published, and fresh."""
    try:
        refuse_lost_link(house)
    except HouseError as error:
        yield Check("version", False, str(error))
        return
    current = house.current_version()
    if current is None:
        yield Check("version", False, "none published", "Run `doehouse night`.")
        return
    try:
        verify(current)
        yield Check("version", True, f"{current.name}, equal to its manifest")
        yield held_back(current)
    except (HouseError, OSError) as error:
        yield Check("version", False, str(error), "Go back with `doehouse rollback`.")
    digests: dict[Inode, str] = {}
    yield pages(current, digests)
    yield older_versions(house, current, digests)
    yield lock(house)
    last = last_success(house)
    age = now - last if last else None
    told = "never" if age is None else f"{age.total_seconds() / 3600:.1f} h ago"
    if age is not None and age < -SKEW:
        yield Check(
            "freshness", False, f"last night ended in {-age}", "Set the clock right, then run a night."
        )
    elif age is None or age > FRESH:
        yield Check(
            "freshness", False, f"last night ended {told}", "See why the scheduled nights do not run."
        )
    else:
        yield Check("freshness", True, f"last night ended {told}")


def pages(current: Path, digests: dict[Inode, str]) -> Check:
    """Whether the pages are those that the night published; `digests` remembers those that were read."""
    try:
        changed = changed_pages(current, digests)
    except (HouseError, OSError) as error:
        return Check("pages", False, str(error), PAGES_REMEDY)
    if changed:
        return Check("pages", False, told(changed), PAGES_REMEDY)
    return Check(
        "pages", True, "of before pages had digests" if changed is None else "as they were published"
    )


def held_back(current: Path) -> Check:
    """Which folders are held back: no illness of the house, but somebody has to decide."""
    from flows.messages import held_line
    from flows.warehouse.warehouse import QueryError, open_published

    try:
        with open_published(current / DATABASE) as warehouse:
            folders = sorted({folder for folder, _ in warehouse.rows("night/known_held")})
    except HouseError as error:
        return Check("held back", False, str(error))
    except QueryError as error:
        remedy = "Go back with `doehouse rollback`, or restore a backup."
        return Check("held back", False, str(error).splitlines()[0], remedy)
    return Check("held back", True, held_line(folders) if folders else "no folder")


def lock(house: House) -> Check:
    """Whether a night is at work; only whoever may run one can tell."""
    if not os.access(house.root / ".lock", os.W_OK):
        return Check("lock", True, "another user's, who alone may look at it")
    try:
        with hold(house):
            return Check("lock", True, "free")
    except HouseHeldError as error:
        return Check("lock", True, str(error))


def older_versions(house: House, current: Path, digests: dict[Inode, str]) -> Check:
    """Whether every version that `doehouse rollback` could bring back is as it was published."""
    older = [each for each in house.all_versions() if each.name != current.name]
    spoiled = []
    for each in older:
        try:
            verify(each)
            if changed := changed_pages(each, digests):
                spoiled.append(f"{each / 'site'}: {told(changed)}")
        except (HouseError, OSError) as error:
            spoiled.append(str(error))
    if spoiled:
        return Check(
            "older versions", False, "; ".join(spoiled), "Do not go back to those; remove their folders."
        )
    return Check("older versions", True, f"{len(older)}, each equal to its manifest")
