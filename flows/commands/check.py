"""The command `doehouse check`: what a night would make of studies and a log root, without making it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flows.commands.exit_codes import FAILED
from flows.commands.options import LOGS, LogsOption, StudyArgument
from flows.house.errors import HouseError, UsageError
from flows.log_root.bucket import address_of, is_bucket

if TYPE_CHECKING:
    from models.declared.study import Study


def check(study: StudyArgument, *, logs: LogsOption = LOGS) -> int:
    """Show what a night would claim for a study, the cells of its design, and what is left over; changes nothing.

    Parameters
    ----------
    study
        The study, such as models/studies/x.toml, or the folder of all of them.
    logs
        The log root.
    """
    from flows.rehearsal.rehearse import rehearse
    from models.declared.study import StudyError

    if is_bucket(logs):
        raise UsageError(
            f"--logs {address_of(logs)}: `check` looks at folders on a disk. Copy some runs there first."
        )
    if not logs.is_dir():
        raise UsageError(f"{logs}: found no folder, expected the log root. Name it with --logs.")
    try:
        studies, refused = declared_by(study)
        for sentence in refused:
            print(sentence, file=sys.stderr)
        told = [rehearse(logs, each, [other for other in studies if other is not each]) for each in studies]
    except StudyError as error:
        raise HouseError(str(error)) from error
    print("\n\n".join("\n".join(each.lines) for each in told))
    return 0 if all(each.claimed for each in told) and not refused else FAILED


def declared_by(path: Path) -> tuple["list[Study]", list[str]]:
    """The studies of a file or folder, and what is wrong with the files of a folder that are none."""
    from flows.warehouse.warehouse import relations
    from models.declared.study import load_studies, load_study

    if not path.is_dir():
        return [load_study(path, relations())], []
    declared = load_studies(path, relations())
    return declared.studies, [sentence for each in declared.refused for sentence in each.sentences]
