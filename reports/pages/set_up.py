"""What every house has alike: made at set-up (`python -m reports.pages.set_up`), else by the first night."""

import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

ROOM = Path(__file__).parents[1]
PLACE = Path(sys.prefix, "share", "doehouse")


@cache
def code_digest() -> str:
    """SHA-256 of the code that makes pages."""
    told = sha256(" ".join(version(name) for name in ("altair", "jinja2")).encode())
    for path in sorted(path for path in ROOM.rglob("*") if path.suffix in (".py", ".j2", ".css", ".js")):
        told.update(path.read_bytes())
    return told.hexdigest()


def kept(name: str, make: Callable[[], dict[str, bytes]]) -> dict[str, bytes]:
    """Files that set-up put aside under a name, which tells what they are made from; made now where it did not."""
    path = PLACE / f"{name}.zip"
    if not path.is_file():
        return make()
    with ZipFile(path) as archive:
        return {each: archive.read(each) for each in archive.namelist()}


def keep(name: str, files: dict[str, bytes]) -> None:
    PLACE.mkdir(parents=True, exist_ok=True)
    unfinished = PLACE / f"{name}.unfinished"
    with ZipFile(unfinished, "w") as archive:
        for each, content in files.items():
            archive.writestr(each, content)
    unfinished.replace(PLACE / f"{name}.zip")


class Compiled(FileSystemBytecodeCache):
    """Templates as set-up compiled them; jinja compiles those that are others now."""

    def __init__(self) -> None:
        super().__init__(str(PLACE), "%s.template")

    def dump_bytecode(self, bucket: Bucket) -> None:
        """A night writes to its house only."""


def set_up() -> None:
    from reports.pages import manual_pages, page, vega

    PLACE.mkdir(parents=True, exist_ok=True)
    templates = page.environment()
    templates.bytecode_cache = FileSystemBytecodeCache(str(PLACE), "%s.template")
    for name in templates.list_templates():
        templates.get_template(name)
    for path in PLACE.glob("*.template"):
        path.chmod(0o644)  # nights may be another user's
    keep(vega.NAME, vega.bundle())
    keep(manual_pages.name(), manual_pages.made())


if __name__ == "__main__":
    set_up()
