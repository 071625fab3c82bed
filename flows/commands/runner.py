"""The runner of a run sheet: a shell script and a Slurm array that execute its rows and can be started again."""

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import indent

import polars as pl

from flows.house.errors import UsageError
from models.declared.study import Study
from models.design.job import check_command, written
from models.design.layout import Place, places

BODY = Path(__file__).with_suffix(".sh")


def write_runner(study: Study, sheet: pl.DataFrame, folder: Path, command: str, logs: Path) -> str:
    """Write sheet.csv, run.sh and array.sh into a folder; gives what to do with them.

    `sheet` has a row for each execution: run, replicate, a column of levels per factor. Raises ValueError for a
    study or a command that cannot be executed so, and UsageError where the folder holds another runner.
    """
    check_command(command, list(study.factors))
    refuse_bad_syntax(written(command, dict.fromkeys([*study.factors, "run", "replicate"], "")))
    laid_out = places(study, sheet.iter_rows(named=True))
    files = {
        "sheet.csv": sheet.with_columns(folder=pl.Series([place.folder for place in laid_out])).write_csv(),
        "run.sh": shell_runner(study, laid_out, command, logs.absolute()),
        "array.sh": slurm_array(study, len(laid_out), folder.absolute()),
    }
    refuse_other(folder, files)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    script, array = shlex.quote(str(folder / "run.sh")), shlex.quote(str(folder / "array.sh"))
    return f"{len(laid_out)} runs: `sh {script}` executes them, `sbatch {array}` does so as a Slurm array."


def refuse_other(folder: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        if path.exists() and path.read_text(encoding="utf-8") != content:
            raise UsageError(
                f"{path}: found another runner, expected none or the same. Name another folder by --runner, or move "
                "this one away."
            )


def refuse_bad_syntax(command: str) -> None:
    """Of one command alone: a quote that is left open would meet that of the next row."""
    script = f"job() {{\n{command}\n}}\n"
    read = subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True, check=False)
    if read.returncode:
        raise ValueError(
            f"--command: found what a shell cannot read ({read.stderr.strip()}), expected a whole command. Correct it."
        )


def shell_runner(study: Study, laid_out: Sequence[Place], command: str, logs: Path) -> str:
    """The script: what differs from study to study, then the part that all runners share."""
    rows, jobs = [], []
    for number, place in enumerate(laid_out, 1):
        words = [place.folder, *(word for job in place.jobs for word in job)]
        rows.append(f"{number}) _place {number} {shlex.join(words)} ;;\n")
        own = {"run": str(place.run), "replicate": str(place.replicate), **place.levels}
        jobs.append(f"{number})\n{indent(written(command, own), '    ')}\n    ;;\n")
    rows.append(
        f"*)\n    _tell \"found row '$1', expected 1 to {len(laid_out)}; name a row of the sheet\"\n    return 2\n    ;;\n"
    )
    source = study.source
    own_stamps = source is not None and source.columns.keys() & {"create", "start", "stop"}
    return "".join(
        [
            "#!/bin/sh\n",
            f"# The runs of {study.name} in the order of sheet.csv, or the rows that are named. Start it again after\n",
            "# anything: what is there is skipped, what broke off is begun afresh. DOEHOUSE_LOGS is another log root.\n",
            f"_study={study.name} _rows={len(laid_out)}\n",
            f'_logs=${{DOEHOUSE_LOGS:-}}\n[ -n "$_logs" ] || _logs={shlex.quote(str(logs))}\n',
            f"_stamps='{'' if own_stamps else ' '.join(study.stamps_asked_for)}'\n",
            f"_marker={shlex.quote((source.done_file if source else None) or '')}\n\n",
            "_job() {\n    case $1 in\n",
            indent("".join(jobs), "    "),
            "    esac\n}\n\n_row_of_sheet() {\n    case $1 in\n",
            indent("".join(rows), "    "),
            "    esac\n}\n",
            BODY.read_text(encoding="utf-8"),
        ]
    )


def slurm_array(study: Study, rows: int, folder: Path) -> str:
    """One task a row, one at a time in the order of the sheet."""
    return (
        "#!/bin/sh\n"
        f"#SBATCH --job-name={study.name}\n"
        "# %1: one at a time, in the order of the sheet; a larger number where runs do not disturb each other.\n"
        f"#SBATCH --array=1-{rows}%1\n"
        f'exec sh {shlex.quote(str(folder / "run.sh"))} "${{SLURM_ARRAY_TASK_ID:?submit it with sbatch}}"\n'
    )
