"""The stage that fits the models of the studies whose conclusions may change."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.stages.plan import Plan, affected_in_parts, stamped
from flows.stages.study_edits import edit_statements
from flows.warehouse.in_parts import frames_in_parts
from flows.warehouse.warehouse import open_tables
from models.declared.study import Study

if TYPE_CHECKING:
    import polars as pl

    Results = dict[str, pl.DataFrame]

# Whose observations are read together, and whose results are written together: a statement costs more than the rows of
# a study, and all of them are in memory meanwhile.
STUDIES_AT_ONCE, FOLDERS_AT_ONCE = 20, 1000

SELECTS = ("models/last_conclusions", "models/former_looks", "models/observations")


def analyse_studies(plan: Plan) -> None:
    """Fit the models of the studies that are affected; the results replace those of the night before."""
    parts = affected_in_parts(plan, STUDIES_AT_ONCE, FOLDERS_AT_ONCE)
    names = [[study.name for study in studies] for studies in parts]
    every = frames_in_parts(plan.staged, {name: {} for name in SELECTS}, names)
    for studies, asked, frames in zip(parts, names, every, strict=True):
        found = [
            results_of(plan, study, *(frames[name][study.name] for name in SELECTS)) for study in studies
        ]
        write_results(plan, asked, found)


def write_results(plan: Plan, studies: Sequence[str], found: "Sequence[Results]") -> None:
    import polars as pl

    with open_tables(plan.staged) as warehouse, warehouse.transaction():
        for table in found[0]:
            if table != "conclusions":  # the memory of every night
                warehouse.forget_rows(table, studies)
            rows = pl.concat([results[table] for results in found], how="diagonal_relaxed")
            warehouse.append(table, stamped(rows, plan.night_id))


def results_of(
    plan: Plan, study: Study, before: "pl.DataFrame", looks: "pl.DataFrame", observations: "pl.DataFrame"
) -> "Results":
    """The result tables of a study, with statements of what changed since the night before."""
    import polars as pl

    from models.analysis import analyse
    from models.words.conclusions import changes
    from models.words.replanned import replanned

    results = analyse(study, with_levels(observations, study))
    told = [replanned(looks, results)]
    if not before.is_empty():
        folders = (*plan.news.new, *plan.news.changed)
        arrived = [folder.folder for folder in folders if folder.study == study.name]
        today = plan.started_at.date()
        told.append(changes(before, results["conclusions"], arrived, today, study.execution_word))
    if edits := plan.edited.get(study.name):
        told.append(edit_statements(study.name, edits))
    results["statements"] = pl.concat([results["statements"], *told], how="diagonal_relaxed")
    return results


def with_levels(observations: "pl.DataFrame", study: Study) -> "pl.DataFrame":
    """Observations with a column per factor, joined by run."""
    import polars as pl

    levels = pl.DataFrame(
        [{"run": treatment.run, **treatment.levels} for treatment in (*study.treatments, *study.others)],
        schema={"run": pl.Int32, **dict.fromkeys(study.factors, pl.String)},
    )
    return observations.join(levels, on="run", how="left", maintain_order="left")
