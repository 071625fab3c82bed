"""The command `doehouse init`: a study file for a log root that nobody has described."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.commands.exit_codes import FAILED
from flows.commands.options import PathArgument, named_path
from flows.house.errors import UsageError

StudyFile = Annotated[Path, Parameter(name="--study", converter=named_path)]


def init(logs: PathArgument, *, study: StudyFile) -> int:
    """Look at a log root and write a study file that claims its runs, with every guess as a comment.

    Parameters
    ----------
    logs
        Folder that holds event files, result files or a result table.
    study
        File to write; one that exists is never overwritten.
    """
    if not logs.is_dir():
        raise UsageError(f"{logs}: found no folder, expected the log root. Check the path.")
    if study.exists():
        raise UsageError(f"{study}: exists, and init overwrites nothing. Remove it, or name another file.")
    from flows.survey.guess import guess_study, study_name
    from flows.survey.study_text import study_text
    from flows.warehouse.warehouse import relations
    from models.declared.study import StudyError, load_study

    guess = guess_study(logs, study_name(study, relations()))
    try:
        study.parent.mkdir(parents=True, exist_ok=True)
        with study.open("x", encoding="utf-8") as file:
            file.write(study_text(guess))
    except OSError as error:
        raise UsageError(
            f"{study}: cannot be written ({error.strerror}), expected a place for a study file. Name another."
        ) from error
    print(f"{study}: {guess.design.sentence}.")
    print(f"Factors: {', '.join(f'{each.name} ({len(each.levels)} levels)' for each in guess.factors)}.")
    print(f"Responses: {', '.join(each.name for each in guess.measures)}.")
    try:
        load_study(study, relations())
    except StudyError as error:
        print(f"The guess is no study yet. Correct the file:\n{error}")
        return FAILED
    print(f"Read its lines with `# ?`, then try `doehouse check {study} --logs {logs}`.")
    return 0
