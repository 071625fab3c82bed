"""The promises about the data: each with a code that is never reused, a severity, a sentence and a remedy."""

from typing import Literal, NamedTuple

Severity = Literal["stop", "warn"]


class Promise(NamedTuple):
    """A broken stop leaves the folder out (or, of the warehouse, stops the night); a broken warn is shown."""

    code: str
    relation: str
    severity: Severity
    sentence: str
    remedy: str


REBUILD = "Read all again with doehouse night --all; if that does not help, report a fault of doehouse."

CATALOGUE: tuple[Promise, ...] = (
    Promise(
        "RUN-1",
        "runs",
        "stop",
        "Every folder executes a run of the design.",
        "Rename the folder, complete the factors of the study file, or move the folder out of the log root.",
    ),
    Promise(
        "RUN-2",
        "runs",
        "stop",
        "Every folder has the containers that the study declares, at least one.",
        "Bring the missing container's logs, remove what does not belong here, or correct the study file.",
    ),
    Promise(
        "RUN-3",
        "runs",
        "stop",
        "Every container of a folder is checked once, with each of its responses.",
        REBUILD,
    ),
    Promise(
        "RUN-4",
        "runs",
        "stop",
        "No two folders are the same replicate of the same run, where something names replicates.",
        "Remove the folder that does not count, or correct what names its replicate.",
    ),
    Promise(
        "DES-1",
        "design_runs",
        "warn",
        "Every run of the design has a finished folder, or as many as the study declares (replicates).",
        "Execute the run; until then its effects are estimated without it, or not at all.",
    ),
    Promise(
        "DES-2",
        "design_runs",
        "warn",
        "No run has more folders than the study declares (replicates).",
        "Remove those too many, or correct replicates in the study file.",
    ),
    Promise(
        "CON-1",
        "containers",
        "stop",
        "Every container has a start and a stop stamp.",
        "Add the line to the log, or remove the folder.",
    ),
    Promise(
        "CON-2",
        "containers",
        "stop",
        "No container stops before it starts.",
        "Correct the line that is wrong, or remove the folder.",
    ),
    Promise(
        "CON-3",
        "containers",
        "warn",
        "Every container runs for longer than zero seconds.",
        "Look whether the job ran at all; if it did not, remove the folder.",
    ),
    Promise(
        "CON-4",
        "containers",
        "stop",
        "No container runs longer than the study allows.",
        "Correct the line that is wrong, raise the study's longest_seconds, or remove the folder.",
    ),
    Promise(
        "CON-5",
        "containers",
        "stop",
        "A container id stands in one folder of the study only.",
        "Remove the folder that is the copy.",
    ),
    Promise(
        "OBS-1",
        "observations",
        "stop",
        "Every container has a value of every response.",
        "Bring the missing file or line, correct the response in the study file, or remove the folder.",
    ),
    Promise(
        "OBS-2",
        "observations",
        "stop",
        "Every value of a response is a finite number.",
        "Look into the job's training: it diverged; execute the run again, or remove the folder.",
    ),
    Promise(
        "OBS-3",
        "observations",
        "stop",
        "Every value of a response lies in the range that the study declares.",
        "Look into the job's logs, correct range in the study file, or remove the folder.",
    ),
    Promise(
        "STP-1",
        "step_counts",
        "stop",
        "Every container records as many points as its level says.",
        "Look whether the job was cut short or set otherwise; execute the run again, or remove the folder.",
    ),
    Promise(
        "STP-2",
        "curve_lengths",
        "warn",
        "Every container records as many points of a response's tag as its mates.",
        "Look whether the job was cut short or diverged: what it logged last then counts as its result.",
    ),
    Promise(
        "LEV-1",
        "levels_seen",
        "stop",
        "The levels that a folder's own files tell are those of its run.",
        "Give the folder the name of the run it executed, or remove it.",
    ),
    Promise(
        "FRE-1",
        "freshness",
        "warn",
        "New data came within the time that the study declares.",
        "See whether the experiments run and their logs arrive; of a study that is over remove fresh_within.",
    ),
    Promise(
        "WH-1",
        "warehouse",
        "stop",
        "The warehouse holds as many files as were read.",
        REBUILD,
    ),
    Promise(
        "WH-2",
        "warehouse",
        "stop",
        "The warehouse holds as many stamps as were read.",
        REBUILD,
    ),
    Promise(
        "WH-3",
        "warehouse",
        "stop",
        "The warehouse holds as many containers as were read.",
        REBUILD,
    ),
    Promise(
        "WH-4",
        "warehouse",
        "stop",
        "The warehouse holds as many points as were read.",
        REBUILD,
    ),
    Promise(
        "WH-5",
        "warehouse",
        "stop",
        "No key stands twice in a table of the warehouse.",
        REBUILD,
    ),
    Promise(
        "WH-6",
        "warehouse",
        "stop",
        "Every row belongs to a folder, a container, a tag and a file that are in the warehouse.",
        REBUILD,
    ),
    Promise(
        "WH-7",
        "warehouse",
        "stop",
        "No facts of a folder are lost that was not loaded again.",
        REBUILD,
    ),
)

PROMISES = {promise.code: promise for promise in CATALOGUE}
