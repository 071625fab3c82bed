"""What discovery finds: the files of a folder, and the folder with what its study makes of its path."""

from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import NamedTuple

from flows.reading.notices.finding import Finding
from models.declared.study import Claim, Study

STALE_AFTER = timedelta(hours=48)  # a folder that still waits after so long is judged as it is
LOG_NAMES = {"create.log": "create", "start.log": "start", "stop.log": "stop"}


class LogFile(NamedTuple):
    """A file of a log folder, by its path below the log root.

    `kind`: events, create, start, stop, pod, config (levels), result (values of one run), table (a row a container),
    marker (says that a run is over), partial (a copy under way) or odd (no regular file). `container` and `within`
    are what the pattern of a source says of the path; None and empty where the logs of the folder tell.
    """

    path: str  # as the file system spells it; shown() makes it text
    kind: str
    size_bytes: int
    modified_ns: int
    container: str | None = None
    within: str = ""


class Told(NamedTuple):
    """A level that something else than the path tells: of which factor, which, and where it stands."""

    factor: str
    level: str
    source: str


class ToldStamp(NamedTuple):
    """A stamp of a container that a table beside the runs tells, as written there."""

    container: str
    event: str  # create, start or stop
    text: str
    path: str
    line: int


class LogFolder(NamedTuple):
    """One execution of a run, or a result table, that a study claims, with the files that are read of it."""

    folder: str
    study: str
    claim: Claim
    files: tuple[LogFile, ...]
    told: tuple[Told, ...] = ()
    notes: tuple[Finding, ...] = ()  # what discovery noticed
    stamps: tuple[ToldStamp, ...] = ()

    @property
    def told_stamps(self) -> frozenset[tuple[str, str, str]]:
        """Container, event and text of each stamp that a table beside the runs tells."""
        return frozenset((each.container, each.event, each.text) for each in self.stamps)

    @property
    def is_table(self) -> bool:
        return bool(self.files) and self.files[0].kind == "table"  # a table of levels may stand behind it


def is_stale(folder: LogFolder, now: datetime) -> bool:
    """Whether nothing in the folder has moved for so long that waiting makes no sense any more."""
    return seconds_at_rest(folder, now) > STALE_AFTER.total_seconds()


def seconds_at_rest(folder: LogFolder, now: datetime) -> float:
    """Since the newest file of the folder was written; 0 without any, as its files are still to come."""
    if not folder.files:
        return 0.0
    return now.timestamp() - max(file.modified_ns for file in folder.files) / 1e9


def kind_of(name: str, is_top: bool, config: str | None) -> str | None:
    """What a file in a folder of the default layout is, by its name; None if it is not read."""
    if name.startswith("."):
        # rsync writes `.name.Xy12ab` and renames it when it is whole.
        return "partial" if "tfevents" in name or name[1:].startswith(tuple(LOG_NAMES)) else None
    if "tfevents" in name:
        return "events"
    if is_top and name in LOG_NAMES:
        return LOG_NAMES[name]
    if name == config:
        return "config"
    if is_pod_log(name):
        return "pod"
    return None


def is_pod_log(name: str) -> bool:
    if name == "fl-server.log" or (name.startswith("node") and name.endswith(".txt")):
        return True
    return name.startswith("trainjob-") and name.endswith(".log")


def kind_of_source(path: str, study: Study) -> str | None:
    """What a file is whose path fits the pattern of a source; None if it is not read."""
    name = PurePosixPath(path).name
    source = study.source
    assert source
    if source.is_table:
        return "table" if source.is_result_file(name) else None
    if name.startswith("."):
        return "partial" if "tfevents" in name else None
    if "tfevents" in name:
        return "events"
    return "result" if study.is_result and source.is_result_file(name) else None
