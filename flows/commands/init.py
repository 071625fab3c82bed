"""The command `doehouse init`: study files for a log root that nobody has described."""

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from flows.commands.exit_codes import FAILED
from flows.commands.options import LOGS, LogsOption, PathArgument, named_path
from flows.house.errors import UsageError

if TYPE_CHECKING:
    from flows.survey.study_text import Guess

StudyFile = Annotated[Path, Parameter(name="--study", converter=named_path)]


def init(folder: PathArgument | None = None, /, *, study: StudyFile, logs: LogsOption = LOGS) -> int:
    """Look at a log root and write a study file that claims its runs, with every guess as a comment.

    Of several experiments each gets a study file of its own, beside that of the one with most runs.

    Parameters
    ----------
    folder
        Folder that holds event files, result files or a result table; left out: the log root.
    study
        File to write; one that exists is never overwritten.
    logs
        The log root of the nights, if the folder lies below it: paths in the study then begin there. Else the folder
        is the log root.
    """
    folder = folder or logs
    if not folder.is_dir():
        raise UsageError(f"{folder}: found no folder, expected the log root. Check the path.")
    refuse_what_exists([study])
    from flows.survey.guess import files_of, guess_studies, study_name
    from flows.warehouse.warehouse import relations
    from models.declared.study import StudyError, load_study

    guesses = guess_studies(folder, study_name(study, relations()))
    files = files_of(study, guesses)
    refuse_what_exists(files)
    root, below = place_below(folder, logs)
    if len(files) > 1:
        print(f"Found {len(files)} experiments; each has a study file of its own.")
    is_whole = True
    for file, guess in zip(files, guesses, strict=True):
        own = study_name(file, relations())
        title = own + guess.title.removeprefix(guess.name)
        write_study(file, guess._replace(name=own, title=title).seen_from(below), root)
        try:
            load_study(file, relations())
        except StudyError as error:
            print(f"The guess is no study yet. Correct the file:\n{error}")
            is_whole = False
    if not is_whole:
        return FAILED
    which = study if len(files) == 1 else study.parent
    told = f"--logs {quote(str(root))}"
    print(f"Read {'its' if len(files) == 1 else 'their'} lines with `# ?`, then try:")
    print(f"  doehouse check {quote(str(which))} {told}")
    print(f"  doehouse night {told} --studies {quote(str(study.parent))}")
    return 0


def refuse_what_exists(files: list[Path]) -> None:
    for file in files:
        if file.exists():
            raise UsageError(f"{file}: exists, and init overwrites nothing. Remove it, or name another file.")


def place_below(folder: Path, logs: Path) -> tuple[Path, str]:
    """The log root, and the path of the folder below it; empty where the folder is the log root."""
    inner, outer = folder.resolve(), logs.resolve()
    return (logs, inner.relative_to(outer).as_posix()) if outer in inner.parents else (folder, "")


def write_study(file: Path, guess: "Guess", root: Path) -> None:
    from flows.survey.study_text import study_text

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(study_text(guess, root))
    except OSError as error:
        raise UsageError(
            f"{file}: cannot be written ({error.strerror}), expected a place for a study file. Name another."
        ) from error
    print(f"{file}: {guess.design.sentence}.")
    print(f"Factors: {', '.join(f'{each.name} ({len(each.levels)} levels)' for each in guess.factors)}.")
    print(f"Responses: {', '.join(each.name for each in guess.measures)}.")
