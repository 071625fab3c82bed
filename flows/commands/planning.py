"""The command `doehouse design`: the design of a study file, a run sheet, the runs to make next."""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.commands.options import HOUSE, HouseOption, PathArgument
from flows.house.errors import HouseError, UsageError
from flows.house.house import House
from flows.warehouse.warehouse import open_published, relations
from models.declared.study import Study, StudyError, load_study


def design(
    study_file: PathArgument,
    *,
    house: HouseOption = HOUSE,
    size: float = 1.0,
    sheet: PathArgument | None = None,
    replicates: int = 1,
    seed: int = 1,
    next_: Annotated[bool, Parameter(name="--next", negative=())] = False,
    active: Annotated[tuple[str, ...], Parameter(negative=())] = (),
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
    """
    print(plan_design(study_file, House.at(house), size, sheet, replicates, seed, next_, active))
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
            if sheet:
                run_sheet(study, replicates, seed).write_csv(sheet)
            return design_text(study, size)
        named = active or active_effects(house, study)
        found = next_runs(study, named, present_runs(house, study), replicates, size)
        if sheet and found.proposal:
            follow_up_sheet(found.proposal, replicates, seed).write_csv(sheet)
        return follow_up_text(study, named, found)
    except ValueError as error:
        raise UsageError(str(error)) from error


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
