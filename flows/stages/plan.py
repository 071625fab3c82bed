"""What passes from stage to stage: the order of a night, its plan, its summary."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from flows.discovery.discover import News
from flows.discovery.moved import Moved
from flows.discovery.resting import LeftOut
from flows.house.house import DATABASE, House
from models.declared.study import Study

if TYPE_CHECKING:
    import polars as pl

    from flows.reading.held_back import HeldBack
    from flows.warehouse.warehouse import Warehouse


LITTLE_FOLDERS = 1000


class Order(NamedTuple):
    """What a night is asked to do; its paths may be relative to the working directory."""

    logs: Path
    studies: Path
    house: Path
    again: tuple[str, ...] = ()
    everything: bool = False
    forget: tuple[str, ...] = ()  # gone folders to remove for good
    accept: tuple[str, ...] = ()  # folders to take as they are now, whatever was read of them before
    pages: bool = False  # write every page anew
    gone_share: float = 0.5  # of the known folders that may be gone in one night
    cluster: str = ""  # address of the Dask scheduler whose workers read the logs; empty: this machine does
    lake: str = ""  # catalogue of the DuckLake that is brought up to date after the night; empty: none is
    lake_data: str = ""  # where its files are
    lake_name: str = "doehouse"


class Plan(NamedTuple):
    """What a night found to do."""

    order: Order
    house: House
    studies: tuple[Study, ...]
    news: News
    folder_ids: dict[str, int]
    night_id: int
    started_at: datetime
    is_fresh: bool  # begins with an empty warehouse
    is_anew: bool  # what is derived and drawn is of another version of doehouse
    moved: Moved
    held: "tuple[HeldBack, ...]" = ()  # changed folders whose facts stay
    next_folder: int = 1  # the first key that no folder has
    next_file: int = 1  # and no file
    claims: Mapping[str, tuple[int | None, str | None]] = MappingProxyType({})  # run and replicate, as known
    # By tables beside the runs, as known.
    told_stamps: Mapping[str, frozenset[tuple[str, str, str]]] = MappingProxyType({})
    rows_again: tuple[int, ...] = ()  # known rows of tables whose facts are loaded again
    rows_forgotten: tuple[int, ...] = ()
    resting: tuple[str, ...] = ()  # studies whose file is refused
    refused: tuple[LeftOut, ...] = ()
    # Study -> what was edited in it since the night before.
    edited: Mapping[str, list[str]] = MappingProxyType({})

    @property
    def staged(self) -> Path:
        return self.house.staging / DATABASE

    @property
    def is_little(self) -> bool:
        """Whether what DuckDB keeps of the private copy takes no memory to speak of."""
        return len(self.folder_ids) <= LITTLE_FOLDERS

    def unasked(self) -> list[str]:
        """The changed folders whose facts must go on; those accepted as they are, or proven to be the same, need not."""
        taken = {*self.order.accept, *self.moved.renamed}
        return [folder.folder for folder in self.news.changed if folder.folder not in taken]

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return self.news.is_same and not (self.order.pages or self.is_anew or self.house.private.exists())

    def names(self) -> tuple[str, ...]:
        """The studies that are declared."""
        return tuple(study.name for study in self.studies)

    def tables(self) -> list[int]:
        """The keys of the result tables that are read tonight."""
        read = (*self.news.new, *self.news.changed)
        return [self.folder_ids[folder.folder] for folder in read if folder.is_table]

    def affected(self) -> list[Study]:
        """The studies whose conclusions may change tonight."""
        if self.is_anew:
            return list(self.studies)
        touched = {folder.study for folder in (*self.news.new, *self.news.changed)}
        touched |= set(self.news.changed_studies) | set(self.news.gone_studies) | set(self.news.turned)
        touched |= {each.study for each in self.held}
        return [study for study in self.studies if study.name in touched]

    def hold_back(self, held: "Sequence[HeldBack]") -> "Plan":
        """The same, but for these folders, which count as unchanged."""
        ids = {each.folder_id for each in held}
        changed = tuple(each for each in self.news.changed if self.folder_ids[each.folder] not in ids)
        return self._replace(news=self.news._replace(changed=changed), held=(*self.held, *held))


class Summary(NamedTuple):
    """What a night did, for people: counts as in the table `nights`, and the verdict on every effect."""

    night: dict[str, Any]
    effects: list[dict[str, Any]]
    breaches: list[dict[str, Any]]
    quarantine: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]
    changes: list[str]
    version: Path | None  # None: nothing new, nothing published
    house: House
    still_held: tuple[str, ...] = ()  # folders held back by earlier nights, where nothing is new
    studies: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()  # what is wrong with study files, which were left out


def affected_in_parts(plan: Plan, most: int, most_folders: int) -> list[list[Study]]:
    """The affected studies in parts, by the folders that the private copy has of them."""
    studies = plan.affected()
    if len(studies) < 2:  # nothing to part, and no file to open for it
        return [studies] if studies else []
    from flows.warehouse.warehouse import open_tables

    with open_tables(plan.staged) as warehouse:
        return list(parted_by_size(studies, folder_counts(warehouse), most, most_folders))


def folder_counts(warehouse: "Warehouse") -> dict[str, int]:
    """The folders of each study."""
    return dict(warehouse.rows("night/folder_counts"))


def parted_by_size(
    studies: Iterable[Study], folders: Mapping[str, int], most: int, most_folders: int
) -> Iterator[list[Study]]:
    """As many studies at once as do not have too many folders together; one that has more stands alone."""
    part: list[Study] = []
    held = 0
    for study in studies:
        mine = folders.get(study.name, 0)
        if part and (len(part) == most or held + mine > most_folders):
            yield part
            part, held = [], 0
        part.append(study)
        held += mine
    if part:
        yield part


def stamped(frame: "pl.DataFrame", night_id: int) -> "pl.DataFrame":
    """Rows with the night that they belong to."""
    import polars as pl

    return frame.with_columns(night_id=pl.lit(night_id, dtype=pl.Int32))
