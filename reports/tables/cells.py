"""The cells of a design: a row of the design each, with its levels and how far its folders are."""

from typing import Any

import polars as pl

from reports.tables.tables import Results
from reports.text.factors import colour
from reports.text.numbers import MISSING
from reports.text.slugs import run_href

STATES = {"accepted": "done", "unfinished": "running", "quarantined": "quarantined"}
MOST_FOLDERS = 4  # of a cell that are named
MOST_NAMED = 3  # runs to execute


def design_cells(results: Results) -> list[dict[str, Any]]:
    """One a run of the design, in order, then what was run beside it (queries study, study_treatments, study_runs)."""
    wanted = results["study"].frame["folders_per_run"][0]
    runs = results["study_runs"].frame
    letters = dict(results["study_levels"].frame.select("factor", "letter").rows())
    return [
        _cell(
            int(str(run)),
            levels.with_columns(letter=pl.col("factor").replace_strict(letters)),
            runs.filter(run=run),
            wanted if levels["is_planned"][0] else 0,
        )
        for (run,), levels in results["study_treatments"].frame.group_by("run", maintain_order=True)
        if levels["is_planned"][0] or runs.filter(run=run).height
    ]


def _cell(run: int, levels: pl.DataFrame, folders: pl.DataFrame, wanted: int) -> dict[str, Any]:
    states = [STATES[verdict] for verdict in folders["verdict"]]
    missing = max(0, wanted - sum(state != "quarantined" for state in states))
    worst = next((state for state in ("quarantined", "running") if state in states), "done")
    said = [f"{states.count(state)} {state}" for state in STATES.values() if states.count(state)]
    return {
        "run": run,
        "is_planned": levels["is_planned"][0],
        "levels": [
            {
                "letter": letter,
                "factor": factor,
                "text": level or MISSING,
                "color": colour(position) if position else 0,
            }
            for letter, factor, level, position in levels.select(
                "letter", "factor", "level", "level_position"
            ).rows()
        ],
        "state": worst
        if folders.height and not (missing and worst == "done")
        else "missing"
        if missing
        else worst,
        "words": ", ".join([*said, *([f"{missing} missing"] if missing else [])])
        if folders.height + missing > 1
        else states[0]
        if states
        else "missing",
        "folders": [
            {"name": folder, "href": run_href(folder), "state": state}
            for folder, state in zip(folders["folder"].head(MOST_FOLDERS), states, strict=False)
        ],
        "more": max(0, folders.height - MOST_FOLDERS),
        "to_make": max(0, wanted - folders.height),
    }


def to_execute(cells: list[dict[str, Any]]) -> str:
    """The runs that still lack a folder, whatever is in quarantine: 'Execute run 8 (CPU 1500m, ...).'; '' for none."""
    missing = [cell for cell in cells if cell["to_make"]]
    if not missing:
        return ""
    named = [f"run {cell['run']} ({_levels(cell)})" for cell in missing[:MOST_NAMED]]
    more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
    return f"Execute {', '.join(named)}{more}."


def _levels(cell: dict[str, Any]) -> str:
    return ", ".join(f"{one['factor']} {one['text']}" for one in cell["levels"])
