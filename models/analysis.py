"""Every fit, test and sentence of a study's observations, as the rows of the result tables."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from models.checks.execution_order import execution_order
from models.checks.response_analysis import ResponseAnalysis
from models.declared.study import Study
from models.design.alias_sets import alias_rows
from models.design.design import Design
from models.fits.desirability import desirabilities, goals
from models.fits.effects import anova_rows, coefficient_rows
from models.fits.error_terms import test_rows
from models.fits.judged_effects import effect_rows, fit_row
from models.fits.samples import Sample, in_order, samples
from models.fits.settings import setting_rows
from models.fits.trade_offs import trade_off_rows
from models.results import SCHEMAS, Row, frame
from models.words.compromise import compromise
from models.words.conclusions import conclusion_rows, statement_rows
from models.words.diagnosis import diagnostic_rows, reading, residual_rows
from models.words.error_terms import error_terms
from models.words.gaps import gap_statements, unfitted, unreadable
from models.words.order import order_rows, order_statements, other_levels, untold_blocks
from models.words.outcomes import alias_warnings, outcome
from models.words.scale_advice import scale_statements

Said = tuple[str | None, str, str, str]  # response, topic, kind, sentence


def analyse(study: Study, observations: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The frames of the result tables (`results.SCHEMAS`), whatever the order of the observations.

    observations: one row a container and response, with response, run, folder, container_id, started_at,
    stopped_at and value; levels come from the run. A data set of a textbook has one container a folder. What
    cannot be fitted is left out of the frames and said in `statements`. Raises FitError for columns that are not
    there and for runs that the design does not have.
    """
    rows = in_order(study, observations)
    design = Design.as_run(study, rows["run"].to_list())
    said: list[Said] = []
    tables: dict[str, list[Row]] = {table: [] for table in SCHEMAS}
    analyses: dict[str, ResponseAnalysis] = {}
    identities: dict[str, Sample] = {}
    for response, sample, left_out in samples(study, design, rows):
        if sample is None:
            said += [(response, *one) for one in unreadable(response, left_out)]
            said.append((response, "data", "doubt", f"{response}: there is no observation of it."))
            continue
        identities[response] = sample
        reason = unfitted(sample)
        if reason:
            said += [(response, *one) for one in unreadable(response, left_out)]
            said.append((response, "data", "doubt", reason))
            continue
        analysis = ResponseAnalysis.of(sample)
        analyses[response] = analysis
        said += [(response, *one) for one in _sentences(analysis)]
        said += [(response, *one) for one in gap_statements(analysis, left_out)]
        for table, found in _rows(analysis):
            tables[table] += found
        tables["settings"] += setting_rows(analysis.decisive, analysis.judgement.decisive)
    together = desirabilities(tables["settings"], goals(study))
    tables["settings"] = [
        {**row, "desirability": together.get(str(row["levels"]))} for row in tables["settings"]
    ]
    said += [(None, "settings", *one) for one in compromise(analyses, tables["settings"])]
    order = execution_order(design, rows)
    if order:
        order = replace(order, block=study.block, whole_plot=study.whole_plot, word=study.execution_word)
    tables["diagnostics"] += order_rows(study.name, order)
    said += [(None, "order", *one) for one in order_statements(order)] if rows.height else []
    said += [(None, "order", *one) for one in (*untold_blocks(study, rows), *other_levels(study, rows))]
    by = ["run", "folder", "container_id"] if study.unit == "container" else ["run", "folder"]
    places = rows.select(by).unique()["run"].to_numpy().astype(np.int64) - 1
    said.append((None, "design", "note", f"{design.line((np.unique(places) + 1).tolist())}."))
    runs = len(study.treatments) + len(study.others)
    tables["alias_sets"] += alias_rows(study.name, design, np.bincount(places, minlength=runs))
    tables["trade_offs"] += trade_off_rows(identities)
    tables["statements"] += statement_rows(study.name, said)
    return {table: frame(table, found) for table, found in tables.items()}


def _sentences(analysis: ResponseAnalysis) -> Iterator[tuple[str, str, str]]:
    yield from outcome(analysis)
    yield from error_terms(analysis)
    yield from alias_warnings(analysis)
    yield from scale_statements(analysis)
    asked = analysis.diagnostics[analysis.decisive.scale]
    alarms = [one for one in asked if one.is_alarm]
    for one in alarms:
        yield "diagnostics", "doubt", f"{one.label}: {reading(analysis.decisive, one)}"
    if not asked:
        yield "diagnostics", "note", "These observations leave the model nothing to be checked by."
    elif not alarms:
        yield "diagnostics", "note", "No diagnostic speaks against the model."


def _rows(analysis: ResponseAnalysis) -> Iterator[tuple[str, list[Row]]]:
    for scale, sample in analysis.samples.items():
        judgement = analysis.judgements[scale]
        permuted = analysis.permuted if sample is analysis.decisive else {}
        yield "fits", [fit_row(sample, judgement, sample is analysis.decisive)]
        yield "coefficients", list(coefficient_rows(sample, analysis.aliases))
        yield "anova_by_scale", list(anova_rows(sample, analysis.aliases))
        yield "effects_by_scale", effect_rows(sample, judgement, analysis.aliases)
        yield "effect_tests", list(test_rows(sample, judgement, analysis.aliases, permuted))
        yield "diagnostics", list(diagnostic_rows(sample, analysis.diagnostics[scale]))
        yield "residuals", list(residual_rows(sample))
        yield "conclusions", list(conclusion_rows(analysis, scale))
