"""The guess: where a log root's runs stand, what was varied, what was measured."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import chain, combinations, takewhile
from pathlib import Path

from flows.house.errors import UsageError
from flows.survey.asv import guess_asv
from flows.survey.event_units import Unit, read_values, units_of
from flows.survey.factors.design import design_of
from flows.survey.factors.paths import align
from flows.survey.factors.roles import sort_out
from flows.survey.listing import Listing, list_files, parts_of, read_table
from flows.survey.measures import Measure, from_tags
from flows.survey.mlruns import guess_mlruns
from flows.survey.numbered import numbered_folders
from flows.survey.places import (
    dropped_notes,
    levels_of,
    path_variables,
    pattern_of,
    place_of,
    placeholders,
    title_of,
    with_settings,
)
from flows.survey.results import guess_files, result_groups
from flows.survey.settings import in_config, in_hparams, in_table
from flows.survey.study_text import Guess
from flows.survey.tables import MOST_ALIKE, guess_tables

SECONDS = Measure(
    "Seconds",
    {"between": ["first_event", "last_event"], "unit": "s", "goal": "minimize"},
    "From the first to the last record of a run's event files; start and stop are not logged.",
)
NAMED = 5
MOST_GROUPS = 5


def guess_studies(logs: Path, name: str) -> list[Guess]:
    """A guess for each experiment, that with most runs first. Raises UsageError where nothing below can be a run."""
    return sorted(experiments(logs, list_files(logs), name), key=lambda each: -each.runs)


def experiments(logs: Path, listing: Listing, name: str) -> list[Guess]:
    """What lies below is one experiment, unless its folders hold others, or more of its runs than fit together."""
    parts = {folder: part_of(logs, folder, part, name) for folder, part in parts_of(listing).items()}
    try:
        whole = guess_listing(logs, listing, name)
    except UsageError:
        if any(parts.values()):
            return list(chain(*parts.values()))
        raise
    found = [each for folder, part in parts.items() if not whole[0].is_run(folder) for each in part]
    if any(one.is_apart(other) for one, other in combinations(found, 2)):
        return found
    is_one = all(any(each.is_within(other) for other in whole) for each in found)
    return found if is_one and sum(each.runs for each in found) > sum(each.runs for each in whole) else whole


def part_of(logs: Path, folder: str, listing: Listing, name: str) -> list[Guess]:
    """The experiments of one folder, if it holds any."""
    try:
        return [each.fixed_to(folder) for each in experiments(logs, listing, name)]
    except UsageError:
        return []


def guess_listing(logs: Path, listing: Listing, name: str) -> list[Guess]:
    """The study of the files that tell most, then those of tables beside them that tell of other factors.

    Raises UsageError where no files can be runs.
    """
    if listing.logs and (found := numbered_folders(logs, listing, name)):
        return [found]
    if found := guess_mlruns(logs, listing, name) or guess_asv(logs, listing, name):
        return [found]
    paths = [*listing.tables, *listing.texts, *listing.trees]
    if listing.events:
        first = guess_events(logs, listing, name)
        return [first, *beside(logs, paths, first)]
    files = [
        found for each in result_groups(listing)[:MOST_GROUPS] if (found := guess_files(logs, each, name))
    ]
    # What a program wrote to be read by another says more than what it printed.
    a_run = max(
        files, key=lambda each: (len(each.factors), not is_report(each), not is_of_lists(each)), default=None
    )
    rows = guess_tables(logs, paths, name)
    if a_run and (not rows or len(rows[0].factors) < len(a_run.factors) + (not is_report(a_run))):
        return [a_run, *beside(logs, paths, a_run)]
    if rows:
        return rows
    raise UsageError(f"{logs}: {what_is_there(logs, listing)}")


def beside(logs: Path, paths: Sequence[str], first: Guess) -> list[Guess]:
    """What tables say that neither lie with the runs of an experiment nor tell its levels."""
    folders = Counter(path.rpartition("/")[0] for path in first.files)
    homes = [each for path in first.files for each in (path, path.rpartition("/")[0]) if folders[each] < 2]
    others = [
        path
        for path in paths
        if path not in first.files
        and path != first.level_table
        and not any(path.startswith(f"{home}/") for home in homes if home)
    ]
    return [each for each in guess_tables(logs, others[:MOST_ALIKE], first.name) if each.is_apart(first)]


def is_report(guess: Guess) -> bool:
    """Whether values are lines of a text."""
    return guess.place.get("names") == "1"


def is_of_lists(guess: Guess) -> bool:
    """Whether all values are the last of a list: then another file may tell the result itself."""
    return all(str(each.fields.get("key", "")).endswith("[-1]") for each in guess.measures)


def what_is_there(logs: Path, listing: Listing) -> str:
    """Why nothing below a log root can be runs, with what stands there and what can be done."""
    for path in (*listing.tables, *listing.texts):
        table = read_table(logs, path)
        if table is not None:
            first = ", ".join(f"{name} ({table.frame[name][0]})" for name in table.columns[:8])
            return (
                f"found {path} with the columns {first}, expected at least one that varies in a few levels and one that "
                "holds a number in each row. Write a value and a run into each row, or the study file by hand "
                "(docs/own-logs.md)."
            )
    kinds = Counter(Path(path).suffix or Path(path).name for path in (*listing.others, *listing.texts))
    told = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common(NAMED))
    other = f" ({told}, which are not read; save what was measured as CSV, JSON or Parquet)" if told else ""
    return (
        f"found no event files, no result files of several runs, and no table with rows{other}; expected one of "
        "them. Name the folder that holds the runs, or write the study file by hand (docs/own-logs.md, docs/tools.md)."
    )


def study_name(file: Path, reserved: Collection[str]) -> str:
    """A name that a view can have, from that of the study file; `reserved` are the names no study may take."""
    slug = slug_of(file.stem)
    is_name = re.match("[a-z]", slug) and slug not in reserved
    return (slug if is_name else f"study_{slug}".strip("_"))[:60]


def slug_of(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def files_of(study: Path, guesses: Sequence[Guess]) -> list[Path]:
    """The study file of the first experiment as it was asked for; those of others beside it, by where they lie."""
    files = [study]
    for number, guess in enumerate(guesses[1:], 2):
        place = takewhile(lambda part: not set("{*") & set(part), guess.path.split("/"))
        slug = slug_of("_".join(Path(part).stem for part in place))[-40:].strip("_") or str(number)
        file = study.with_name(f"{study.stem}_{slug}{study.suffix}")
        files.append(
            file if file not in files else study.with_name(f"{study.stem}_{slug}_{number}{study.suffix}")
        )
    return files


def guess_events(logs: Path, listing: Listing, name: str) -> Guess:
    found = units_of(listing.events)
    majority = alike(found.units)
    if factors_of(majority) > factors_of(found.units):  # strays that fit no pattern hide what the others tell
        paths = {unit.path for unit in majority}
        strays = [path for unit in found.units if unit.path not in paths for path in unit.files]
        found = found._replace(units=majority, left_out=[*found.left_out, *strays])
    items = align([unit.path for unit in found.units])
    read = read_values(logs, found.units)
    folders = [home(unit) for unit in found.units]
    choices = [
        in_table(logs, listing.tables, items),
        in_config(logs, folders),
        in_hparams(read.hparams),
    ]
    roles, settings = with_settings(path_variables(items), choices)
    if not roles.factors:
        raise UsageError(
            f"{logs}: found {len(found.units)} runs with event files, but nothing that varies between them in "
            "paths, tables, settings files or HParams; expected factors. Write the study file by hand."
        )
    places = placeholders(roles)
    if settings and settings.container is not None:
        places[place_of(settings.container)] = "{container}"
    pattern = pattern_of(items, places, is_event_file=not found.tail) + found.tail
    place: dict[str, object] = {"files": pattern}
    notes = [f"{len(found.units)} runs with {len(listing.events)} event files."]
    if settings:
        place["levels"] = levels_of(settings, roles)
    notes += dropped_notes(roles)
    if found.left_out:
        notes.append(
            f"Left out: {len(found.left_out)} event files that are named otherwise, such as {found.left_out[0]}."
        )
    if read.unread:
        notes.append(f"The values of {read.unread} event files were not looked at.")
    if not roles.replicate:
        notes.append(
            "Replicates are told apart by their folders; where a number tells them, write {replicate}."
        )
    notes.append('Another end of a run than two quiet hours: done = "file NAME", "steps" or "stop.log".')
    measures, others = from_tags(read.tags, len(found.units))
    design = design_of(roles.factors, roles.replicate is not None)
    return Guess(
        name, title_of(name, roles), design, roles.factors, place, [*measures, SECONDS], notes, others,
        has_folds=roles.has_folds, files=[unit.path for unit in found.units],
    )  # fmt: skip


def alike(units: list[Unit]) -> list[Unit]:
    """The units whose paths are made in the way that most are: words, numbers and marks in the same order."""
    kinds = [re.sub(r"[0-9]+", "0", re.sub(r"[A-Za-z]+", "a", unit.path)) for unit in units]
    most = max(set(kinds), key=kinds.count)
    return [unit for unit, kind in zip(units, kinds, strict=True) if kind == most]


def factors_of(units: list[Unit]) -> int:
    return len(sort_out(path_variables(align([unit.path for unit in units]))).factors)


def home(unit: Unit) -> str:
    return unit.path if unit.path != unit.files[0] else unit.path.rpartition("/")[0]
