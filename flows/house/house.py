"""The paths of a house: one folder with the published versions, the link to the current one, the staging area."""

from pathlib import Path
from typing import NamedTuple

from flows.house.errors import HouseError

DATABASE = "warehouse.duckdb"


class House(NamedTuple):
    """Paths of one house; `root` is an absolute folder."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> "House":
        return cls(root.absolute())

    @property
    def versions(self) -> Path:
        return self.root / "versions"

    @property
    def staging(self) -> Path:
        return self.root / "staging"

    @property
    def current(self) -> Path:
        return self.root / "current"

    @property
    def warehouse(self) -> Path:
        """The published warehouse, through the link."""
        return self.current / DATABASE

    @property
    def private(self) -> Path:
        """A copy of the published warehouse, where a night cannot go on from that: it is of another doehouse, or
        somebody has it open for writing."""
        return self.staging / "private.duckdb"

    @property
    def before(self) -> Path:
        """The warehouse that a night goes on from."""
        return self.private if self.private.exists() else self.warehouse

    @property
    def site(self) -> Path:
        """The published pages, through the link."""
        return self.current / "site"

    def current_version(self) -> Path | None:
        """The folder that `current` leads to, or None before the first night. Raises HouseError: it is no link."""
        try:
            return self.root / self.current.readlink()
        except FileNotFoundError:
            return None
        except NotADirectoryError:
            return None  # above the house there is a file: whoever writes there says so
        except OSError as error:
            raise HouseError(
                f"{self.current}: found no link, expected one to a version: this house was copied with its links "
                f"followed. Remove {self.current}, {self.root / DATABASE} and {self.root / 'site'}, which are copies "
                f"of what stands below {self.versions}, then link the newest version: `doehouse rollback --house "
                f"{self.root}`."
            ) from error

    def all_versions(self) -> list[Path]:
        """Every version on disk, oldest first."""
        if not self.versions.is_dir():
            return []
        return sorted(path for path in self.versions.iterdir() if path.name.isdigit())
