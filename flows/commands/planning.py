"""The command `doehouse design`: the design of a study file, a run sheet and its runner, the runs to make next."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from cyclopts import Parameter

from flows.commands.options import HOUSE, LOGS, HouseOption, LogsOption, PathArgument, StudyArgument
from flows.house.errors import HouseError, UsageError
from flows.house.house import House
from flows.warehouse.warehouse import open_published, relations
from models.declared.study import Study, StudyError, load_study

if TYPE_CHECKING:
    import polars as pl


class Runner(NamedTuple):
    """Where a runner is written, which command it executes, and the log root that it fills."""

    folder: Path
    command: str
    logs: Path


def design(
    study_file: StudyArgument,
    *,
    house: HouseOption = HOUSE,
    size: float = 1.0,
    sheet: PathArgument | None = None,
    replicates: int = 1,
    seed: int = 1,
    next_: Annotated[bool, Parameter(name="--next", negative=())] = False,
    active: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    runner: PathArgument | None = None,
    command: str | None = None,
    logs: LogsOption = LOGS,
) -> int:
    """Print the design of a study file: sign table, aliases, resolution and power.

    Parameters
    ----------
    study_file
        The study, such as models/studies/x.toml.
    house
        Folder of the warehouse that knows the active effects, for --next.
    size
        The effect whose power is shown, in standard deviations.
    sheet
        Write a randomised run sheet to this CSV file; the same seed gives the same sheet.
    replicates
        How often each run stands on the sheet.
    seed
        Seed of the random order.
    next_
        Propose the smallest set of further runs that separates the active aliased effects.
    active
        An active effect, such as CPU:Memory, instead of those of the warehouse. May be repeated.
    runner
        Write scripts into this folder that execute the run sheet, or the runs to make next: run.sh and, for Slurm,
        array.sh.
    command
        The training job of the runner, such as 'python train.py --lr {lr} --out {folder}'. Placeholders: every factor,
        {folder}, {run}, {replicate}.
    logs
        The log root that the runner fills.
    """
    if (runner is None) != (command is None):
        found, missing = ("--runner", "--command") if runner else ("--command", "--runner")
        raise UsageError(f"found {found} without {missing}, expected both. Add the other.")
    wanted = Runner(runner, command, logs) if runner and command is not None else None
    print(plan_design(study_file, House.at(house), size, sheet, replicates, seed, next_, active, wanted))
    return 0


def plan_design(
    study_file: Path,
    house: House,
    size: float,
    sheet: Path | None,
    replicates: int,
    seed: int,
    is_next: bool,
    active: Collection[str],
    runner: Runner | None = None,
) -> str:
    """The text to print; a run sheet is written to `sheet`. Raises HouseError with what is wrong with the study."""
    from models.design.follow_up import next_runs
    from models.design.planning import design_text, follow_up_sheet, follow_up_text, run_sheet

    try:
        study = load_study(study_file, relations())
    except StudyError as error:
        raise HouseError(str(error)) from error
    try:
        if not is_next:
            rows = run_sheet(study, replicates, seed)
            return design_text(study, size) + written(study, rows, sheet, runner)
        named = active or active_effects(house, study)
        found = next_runs(study, named, present_runs(house, study), replicates, size)
        text = follow_up_text(study, named, found)
        if not found.proposal:
            return text
        rows = follow_up_sheet(found.proposal, replicates, seed)
        return text + written(study, rows, sheet, runner, is_next=True)
    except ValueError as error:
        raise UsageError(str(error)) from error


def written(
    study: Study, rows: "pl.DataFrame", sheet: Path | None, runner: Runner | None, is_next: bool = False
) -> str:
    """Writes the sheet and the runner that are asked for; gives what is to be said of the runner."""
    if sheet:
        rows.write_csv(sheet)
    if runner is None:
        return ""
    from flows.commands.runner import write_runner
    from models.design.planning import unfolded

    if not is_next:
        return f"\n\n{write_runner(study, rows, *runner)}"
    # Their numbers are those of the full factorial, which holds the runs made too.
    text = write_runner(unfolded(study), rows.rename({"std_order": "run"}), *runner)
    return f"\n\n{text} Take `generators` out of the study before the night that reads them."


def active_effects(house: House, study: Study) -> list[str]:
    """The effects that the published warehouse calls active, on the scale and under the errors that decide."""
    if not house.warehouse.exists():
        raise UsageError(
            f"{house.root}: found no published warehouse to read the active effects from, expected one with "
            f"{study.name}. Name the effects with --active, or the house with --house."
        )
    with open_published(house.warehouse.resolve()) as warehouse:
        return [term for (term,) in warehouse.rows("models/active_effects", study=study.name)]


def present_runs(house: House, study: Study) -> list[int] | None:
    """The runs with observations, or None (all of the design) where there are none yet."""
    if not house.warehouse.exists():
        return None
    with open_published(house.warehouse.resolve()) as warehouse:
        return [run for (run,) in warehouse.rows("models/present_runs", study=study.name)] or None
