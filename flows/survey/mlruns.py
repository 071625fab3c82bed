"""MLflow's folders: a run is a folder with a file for each parameter and a file for each metric."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from flows.log_root.regular_file import RefusedError, read_regular
from flows.survey.columns import Fields, measures_of
from flows.survey.factors.design import design_of
from flows.survey.factors.roles import sort_out
from flows.survey.listing import Listing
from flows.survey.places import dropped_notes, title_of
from flows.survey.settings import variables_of
from flows.survey.study_text import Guess

FEWEST_RUNS = 4
MOST_RUNS = 2_000
_FILE = re.compile(r"(?P<home>(?:[^/]+/)*[^/]+)/(?P<kind>params|metrics)/(?P<key>.+)")
_LINE = re.compile(rb"[0-9]{9,19} \S+ -?[0-9]+")  # ms, value, step

Files = Mapping[str, Mapping[str, str]]  # params, metrics -> name -> path


def guess_mlruns(logs: Path, listing: Listing, name: str) -> Guess | None:
    """None where the log root holds nothing of the kind."""
    runs = runs_of(listing.others)
    if len(runs) < FEWEST_RUNS or not all(
        is_metric(logs, each) for each in list(runs.values())[:FEWEST_RUNS]
    ):
        return None
    homes = sorted(runs)[:MOST_RUNS]
    texts = [{key: text_of(logs, path) for key, path in runs[home]["params"].items()} for home in homes]
    variables = variables_of(texts, "params")
    roles = sort_out(variables)
    shared = [key for key in runs[homes[0]]["metrics"] if all(key in runs[home]["metrics"] for home in homes)]
    last = {key: [last_value(logs, runs[home]["metrics"][key]) for home in homes] for key in shared}
    fields = Fields({}, dict.fromkeys(shared, ""), [], [], last)
    measures, others = measures_of(fields, roles, "key", is_series=True)
    if not roles.factors or not measures:
        return None
    nested = "**" if any("/" in key for key in shared) else "*"
    names = {each.name: each.variable.name for each in roles.factors if each.name != each.variable.name}
    levels = {
        "folder": "params",
        **({"keys": names} if names else {}),
        **({"replicate": roles.replicate.name} if roles.replicate else {}),
    }
    place: dict[str, object] = {
        "files": f"{folder_of(homes)}/metrics/{nested}", "header": 0, "separator": " ", "names": "$file",
        "values": "2", "step": "3", "time": "1", "levels": levels,
    }  # fmt: skip
    notes = [
        f"{len(runs)} runs of MLflow; each file below metrics/ is named by its metric.",
        *dropped_notes(roles),
    ]
    design = design_of(roles.factors, roles.replicate is not None)
    return Guess(
        name, title_of(name, roles), design, roles.factors, place, measures, notes, others, files=homes
    )


def runs_of(paths: Sequence[str]) -> Mapping[str, Files]:
    """The folders that hold both kinds of files."""
    runs: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: {"params": {}, "metrics": {}})
    for path in paths:
        if found := _FILE.fullmatch(path):
            runs[found["home"]][found["kind"]][found["key"]] = path
    return {home: files for home, files in runs.items() if files["params"] and files["metrics"]}


def is_metric(logs: Path, files: Files) -> bool:
    return all(
        _LINE.fullmatch(text_of(logs, path).encode().partition(b"\n")[0])
        for path in files["metrics"].values()
    )


def text_of(logs: Path, path: str) -> str:
    try:
        return read_regular(logs, path).content.decode("utf-8", "replace").strip()
    except (RefusedError, OSError):
        return ""


def last_value(logs: Path, path: str) -> str:
    return [*text_of(logs, path).rpartition("\n")[2].split(" "), "", ""][1]


def folder_of(homes: Sequence[str]) -> str:
    """The pattern of the folders of runs, the last part of which is the run."""
    parts = list(zip(*(home.split("/") for home in homes), strict=False))
    told = [each[0] if len(set(each)) == 1 else "*" for each in parts[:-1]]
    return "/".join([*told, "{container}"])
