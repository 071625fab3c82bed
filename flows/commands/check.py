"""The command `doehouse check`: what a night would make of a study and a log root, without making it."""

from flows.commands.exit_codes import FAILED
from flows.commands.options import LOGS, LogsOption, PathArgument
from flows.house.errors import HouseError, UsageError


def check(study_file: PathArgument, *, logs: LogsOption = LOGS) -> int:
    """Show what a night would claim for a study, the cells of its design, and what is left over; changes nothing.

    Parameters
    ----------
    study_file
        The study, such as models/studies/x.toml.
    logs
        The log root.
    """
    from flows.survey.rehearsal import rehearse
    from flows.warehouse.warehouse import relations
    from models.declared.study import StudyError, load_study

    if not logs.is_dir():
        raise UsageError(f"{logs}: found no folder, expected the log root. Name it with --logs.")
    try:
        study = load_study(study_file, relations())
        told = rehearse(logs, study)
    except StudyError as error:
        raise HouseError(str(error)) from error
    print("\n".join(told.lines))
    return 0 if told.claimed else FAILED
