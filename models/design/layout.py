"""Where the runs of a sheet are to be written, so that the study's own pattern claims them."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from models.declared.folders import write_folder
from models.declared.study import Claim, Study


class Job(NamedTuple):
    """A container of a place: its id, and its folder below that of the place."""

    container: str
    folder: str


class Place(NamedTuple):
    """An execution of a run: its folder below the log root, its containers one after another."""

    run: int
    replicate: int
    levels: dict[str, str]
    folder: str
    jobs: tuple[Job, ...]


def places(study: Study, sheet: Iterable[Mapping[str, Any]]) -> list[Place]:
    """The place of each row of a run sheet (run, replicate, a level of every factor).

    Raises ValueError where the study reads its runs from what no training job writes into a folder of its own, or
    where two rows would share one.
    """
    refuse_unwritable(study)
    found: list[Place] = []
    taken: dict[str, Place] = {}
    for row in sheet:
        levels = {name: str(row[name]) for name in study.factors}
        place = place_of(study, int(row["run"]), int(row["replicate"]), levels)
        if place.folder in taken:
            other = taken[place.folder]
            what = "{replicate}" if other.run == place.run else "{run}"
            raise ValueError(
                f"{study.name}: found {place.folder!r} for run {other.run}, replicate {other.replicate} and for run "
                f"{place.run}, replicate {place.replicate}, expected a folder for each. Put {what} into the pattern "
                f"{study.pattern.text!r}."
            )
        taken[place.folder] = place
        found.append(place)
    return found


def refuse_unwritable(study: Study) -> None:
    source = study.source
    if source is None:
        return
    text, file = f"{study.name}: found {source.path!r}", source.path.rpartition("/")[2]
    if source.is_table:
        raise ValueError(
            f"{text}, a table whose rows are the runs, expected files of one run in a folder of its own. A runner "
            "cannot write it: let the job write a file a run, and say so by `files`."
        )
    if source.levels and source.levels.table:
        raise ValueError(
            f"{text} with the levels in {source.levels.table!r}, expected them in the path, or in a file that the "
            "job writes. A runner does not write that table: put the levels into the path."
        )
    if "{" in file:
        raise ValueError(
            f"{text}, whose file name {file!r} tells something of the run, expected that of its folders. The job "
            "names its files itself: move the placeholders into a folder."
        )
    if (study.containers or 1) > 1 and "container" not in study.pattern.names:
        raise ValueError(
            f"{text} without {{container}} but containers = {study.containers}, expected a folder for each. Put "
            "{container} into the pattern, or leave `containers` out."
        )


def place_of(study: Study, run: int, replicate: int, levels: Mapping[str, str]) -> Place:
    """Raises ValueError where the study would not take the folder for that run."""
    name = f"{study.name}/{run}/{replicate}/{'/'.join(levels.values())}"
    ids = [str(uuid5(NAMESPACE_URL, f"{name}/{number}")) for number in range(study.containers or 1)]
    is_told = "run" in study.pattern.names or set(study.factors) <= set(study.pattern.names)
    # What stands for a * tells executions apart where nothing else does.
    wild = f"r{replicate}" if is_told else f"run{run}r{replicate}"
    found = [claimed(study, run, replicate, levels, each, wild) for each in ids]
    folder = found[0].folder
    for each in found:
        is_other = each.claim is None or (is_told and each.claim.run != run)
        is_other |= each.claim is not None and each.claim.replicate not in (None, str(replicate))
        if is_other or each.folder != folder or any(part[:1] in ("", ".") for part in folder.split("/")):
            raise ValueError(
                f"{study.name}: found the folder {each.folder!r} for run {run}, replicate {replicate} by the pattern "
                f"{study.pattern.text!r}, expected one that the study takes for that run alone, and no part of it "
                "empty or hidden. Put {run} and {replicate}, or every factor, into its folders."
            )
    jobs = tuple(Job(each, one.below) for each, one in zip(ids, found, strict=True))
    return Place(run, replicate, dict(levels), folder, jobs)


class Claimed(NamedTuple):
    """What a study takes a folder for, and where the files of a container lie below it."""

    folder: str
    below: str
    claim: Claim | None


def claimed(
    study: Study, run: int, replicate: int, levels: Mapping[str, str], container: str, wild: str
) -> Claimed:
    if study.source is None:
        folder = write_folder(study.folders, run, replicate, levels, wild=wild) or ""
        return Claimed(folder, container, study.claim(folder))
    above, _, file = study.source.path.rpartition("/")
    whole = write_folder(above, run, replicate, levels, container, wild) or ""
    match = study.pattern.match(f"{whole}/{file.replace('*', 'events')}".removeprefix("/"))
    if match is None or not match.is_clear or not f"{whole}/".startswith(f"{match.unit}/"):
        return Claimed("", "", None)
    return Claimed(match.unit, whole[len(match.unit) + 1 :], study.claim_of(match))
