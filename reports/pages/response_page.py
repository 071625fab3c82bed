"""The page of one response: the answer, one figure and one table; all else folded under plain questions."""

from typing import Any

import polars as pl

from models.wording import confidence
from reports.charts import effects as effects_charts
from reports.charts import interactions as interaction_charts
from reports.charts import levels as level_charts
from reports.charts import residuals as residual_charts
from reports.charts.effect_rows import drawn_rows, scale_rows
from reports.charts.sketch import sketch
from reports.charts.trend import trend, trend_rows
from reports.pages.page import Link, Page
from reports.tables.cells import design_cells, to_execute
from reports.tables.response import (
    anova_table,
    coefficient_table,
    diagnostic_table,
    effect_table,
    fit_table,
    level_table,
    night_table,
    residual_table,
    run_table,
    setting_table,
    verdict_table,
)
from reports.tables.tables import Results, Row
from reports.text.factors import factor_list, run_numbers
from reports.text.numbers import decimals_of, number, p_phrase, with_unit
from reports.text.slugs import slug
from reports.text.wording import SCALES, answer, deciding_error, difference_unit, look, said

QUERIES = (
    "response_summary",
    "response_fits",
    "response_effects",
    "response_tests",
    "response_coefficients",
    "response_anova",
    "response_residuals",
    "response_observations",
    "response_level_means",
    "response_cell_means",
    "response_corners",
    "response_runs",
    "response_diagnostics",
    "response_settings",
    "response_trend",
)
Parts = list[dict[str, Any]]
# What the manual says of a fold: the place on its page, and its heading.
MEANINGS = {
    "real": ("container-or-folder", "Container or folder"),
    "scale": ("scale", "What a scale decides"),
    "nights": ("a-margin-is-not-no-effect", "A margin is not no effect"),
}
FEWEST_TO_COMPARE = 3  # effects that make an order worth a figure


def response_page(response: str, study_results: Results, results: Results) -> Page:
    """Everything that belongs to the page of one response (queries of the study and QUERIES)."""
    facts = study_results["study"].frame.row(0, named=True)
    page = Page(slug(facts["study"]), f"{slug(response)}.html", results)
    page.execution_word = facts["execution_word"]
    about = study_results["study_responses"].frame.row(
        by_predicate=pl.col("response") == response, named=True
    )
    statements = study_results["study_statements"].frame.filter(pl.col("response") == response)
    levels = study_results["study_levels"].frame
    treatments = level_charts.treatment_rows(study_results["study_treatments"].frame)
    page.rows["treatments"] = treatments
    fits = results["response_fits"].frame
    scale = next(iter(fits.filter("is_decisive")["scale"]), "identity")
    levels_held_to = fits.filter("is_decisive")["alpha"].drop_nulls()
    share = confidence(next(iter(levels_held_to), facts["alpha"]))
    first, real = effect_parts(page, about, scale, share)
    outcome = answer(statements, response)
    folds = [
        ("real", "Is it real?", ("error_terms", "outcome", "aliases"), real),
        ("levels", "What does each level do?", (), level_parts(page, about, levels, treatments, share)),
        ("best", "Which setting is best?", ("settings",), setting_parts(page, about, share)),
        ("holds", "Does the model hold?", ("diagnostics",), residual_parts(page, about, levels, scale)),
        ("scale", "On which scale?", ("scale",), scale_parts(page, about, share)),
        ("nights", "How did it come about, night by night?", (), trend_parts(page, about, scale)),
        ("numbers", "All the numbers", ("data",), model_parts(page, scale)),
    ]
    shown: Parts = [
        {
            "id": place,
            "title": title,
            "means": MEANINGS.get(place),
            "statements": [
                one
                for topic in topics
                for one in said(statements, topic, response)
                if topic != "outcome" or one not in outcome
            ],
            "parts": parts,
            "facts": _facts(about, fits.filter(pl.col("scale") == scale)) if place == "numbers" else [],
        }
        for place, title, topics, parts in folds
    ]
    shown = [fold for fold in shown if fold["parts"] or fold["statements"] or fold["facts"]]
    return page.filled(
        "response.html.j2",
        response=response,
        heading=facts["title"] or facts["study"],
        trail=[Link(facts["study"], "index.html"), Link(response, f"{slug(response)}.html")],
        contents=[Link("The answer", "#answer"), *(Link(fold["title"], f"#{fold['id']}") for fold in shown)],
        measured=_measured(about, fits.filter(pl.col("scale") == scale), scale),
        outcome=outcome,
        next_runs=to_execute(design_cells(study_results)),
        first=first,
        folds=shown,
        factors=factor_list(levels),
        run_numbers=run_numbers(study_results["study_treatments"].frame),
    )


def effect_parts(page: Page, about: Row, scale: str, share: str) -> tuple[Parts, Parts]:
    """The figure and the table that answer, and what says whether it is real, on the scale that decides."""
    effects = _on(page, "response_effects", scale)
    if effects.is_empty():
        return [], []
    response, unit = about["response"], difference_unit(about["unit"], scale)
    tests = _on(page, "response_tests", scale)
    rows = drawn_rows(effects, unit)
    page.rows["effects"] = rows
    if has_single_effects := "effect" in rows.columns:
        by = deciding_error(effects)
        figure = effects_charts.intervals(
            "effects", rows, response, unit, "intervals", "response_effects", by, share
        )
    else:
        figure = effects_charts.variation("effects", rows, response, "intervals", "response_effects")
    leading = page.figure(figure, sketch(rows, True))
    first = [leading, page.table(effect_table(effects, unit, share))]
    verdicts = page.table(verdict_table(tests, unit))
    if not has_single_effects or rows.height < FEWEST_TO_COMPARE:
        return first, [verdicts]
    decides = tests.filter("is_decisive")["error_unit"].to_list()
    units_in_order = sorted(("folder", "container"), key=lambda one: one not in decides)
    margins = rows["folder_margin"].unique().to_list()
    # one line of noise can be drawn where all effects have the same error
    error, margin = (effects["folder_error"][0], margins[0]) if len(margins) == 1 else (None, None)
    figures = [
        effects_charts.pareto("effects", rows, response, unit, units_in_order),
        effects_charts.half_normal("effects", rows, response, unit, error, margin),
    ]
    return first, [verdicts, *(page.figure(figure) for figure in figures)]


def level_parts(page: Page, about: Row, levels: pl.DataFrame, treatments: pl.DataFrame, share: str) -> Parts:
    """Main effects, interactions, the cube and box plots, all as measured; each run against the best."""
    response, unit = about["response"], about["unit"]
    observations = page.results["response_observations"].frame
    if observations["value"].is_not_null().sum() == 0:
        return []
    means, cells = page.results["response_level_means"].frame, page.results["response_cell_means"].frame
    page.rows |= {
        "observations": observations.drop("study", "response", "replicate", "stopped_at"),
        "level_means": level_charts.mean_rows(means.drop("study", "response")),
        "cell_means": interaction_charts.cell_rows(cells.drop("study", "response")),
    }
    parts = [page.figure(level_charts.main_effects(means, response, unit, share))]
    if cells.height:
        parts.append(page.figure(interaction_charts.interactions(cells, response, unit, share)))
    corners = page.results["response_corners"].frame
    if corners.height == 8:
        decimals = decimals_of(about["se"])
        page.rows["cube_corners"], page.rows["cube_edges"] = interaction_charts.cube_rows(corners, decimals)
        parts.append(page.figure(interaction_charts.cube(corners, response, unit, decimals)))
    parts.append(page.figure(level_charts.box_plots(levels, observations, response, unit)))
    parts.append(page.table(level_table(means, response, decimals_of(about["se"]), share)))
    runs = page.results["response_runs"].frame
    if runs.height:
        parts.append(page.table(run_table(runs, treatments, unit, share)))
    return parts


def setting_parts(page: Page, about: Row, share: str) -> Parts:
    settings = page.results["response_settings"].frame
    if settings.is_empty():
        return []
    ordered = (
        settings.sort("mean", descending=about["goal"] == "maximize", maintain_order=True)
        if about["goal"]
        else settings
    )
    return [page.table(setting_table(ordered, about["response"], about["unit"], share))]


def model_parts(page: Page, scale: str) -> Parts:
    fits = page.results["response_fits"].frame
    if fits.is_empty():
        return []
    where = f"on the scale that decides ({SCALES.get(scale, scale)})"
    return [
        page.table(fit_table(fits)),
        page.table(coefficient_table(_on(page, "response_coefficients", scale), where)),
        page.table(anova_table(_on(page, "response_anova", scale), where)),
    ]


def residual_parts(page: Page, about: Row, levels: pl.DataFrame, scale: str) -> Parts:
    residuals = _on(page, "response_residuals", scale)
    if residuals.is_empty():
        return []
    response, unit = (
        about["response"],
        about["unit"] if scale == "identity" else difference_unit(about["unit"], scale),
    )
    diagnostics = page.results["response_diagnostics"].frame
    readings = {
        row["diagnostic"]: row["reading"].rstrip(".")
        for row in diagnostics.filter(pl.col("scale") == scale).iter_rows(named=True)
    }
    sd = _on(page, "response_fits", scale)["residual_sd"][0]
    page.rows["residuals"] = residuals.drop("study", "response", "scale", "leverage")
    figures = [
        residual_charts.normal_quantiles(residuals, sd, response, unit, readings.get("Shapiro-Wilk", "")),
        residual_charts.against(residuals, response, unit, "fitted", readings.get("Brown-Forsythe", "")),
        residual_charts.against(residuals, response, unit, "run"),
        residual_charts.against(residuals, response, unit, "start", readings.get("Durbin-Watson", "")),
        residual_charts.by_factor(levels, residuals, response, unit),
    ]
    return [
        *(page.figure(figure) for figure in figures),
        page.table(diagnostic_table(diagnostics.filter(pl.col("scale") == scale))),
        page.table(residual_table(residuals)),
    ]


def scale_parts(page: Page, about: Row, share: str) -> Parts:
    effects = page.results["response_effects"].frame
    if effects["scale"].n_unique() < 2:
        return []
    rows = scale_rows(effects)
    if rows.is_empty():
        return []
    page.rows["scales"] = rows
    ratios = effects.filter(pl.col("scale") == "log10")
    return [
        page.figure(effects_charts.scales("scales", rows, about["response"], about["unit"])),
        page.table(
            effect_table(ratios, difference_unit(about["unit"], "log10"), share, "effects-log10", "Effects")
        ),
    ]


def trend_parts(page: Page, about: Row, scale: str) -> Parts:
    """Each effect night by night, from the second night on that concluded something."""
    nights = page.results["response_trend"].frame.filter(pl.col("effect").is_not_null())
    if nights["night_id"].n_unique() < 2:
        return []
    rows = trend_rows(nights)
    page.rows["trend"] = rows
    unit = difference_unit(about["unit"], scale)
    manner = f"{SCALES.get(scale, scale)}, with {nights['error_unit'][0]}s as the unit, as decides now"
    return [
        page.figure(trend(rows, about["response"], unit, manner[:1].upper() + manner[1:])),
        page.table(night_table(nights)),
    ]


def _on(page: Page, query: str, scale: str) -> pl.DataFrame:
    return page.results[query].frame.filter(pl.col("scale") == scale)


def _measured(about: Row, fit: pl.DataFrame, scale: str) -> str:
    parts = [about["measured_as"]]
    if about["unit"]:
        parts.append(f"in {about['unit']}")
    text = " ".join(parts)
    goal = {"maximize": "; more is better", "minimize": "; less is better"}.get(about["goal"] or "", "")
    firm = look(fit["is_firm"][0] if fit.height else None)
    verdicts = f" {firm} verdicts." if firm else ""
    drawn = SCALES[scale] if scale == "identity" else f"in {SCALES.get(scale, scale)}"
    return f"{text[:1].upper()}{text[1:]}{goal}. Conclusions are drawn {drawn}.{verdicts}"


def _facts(about: Row, fit: pl.DataFrame) -> list[dict[str, str]]:
    if about["mean"] is None:
        return []
    decimals = decimals_of(about["se"])
    unit = about["unit"]
    facts = [
        ("N", number(about["n"], 0), "containers"),
        (
            "Mean",
            with_unit(number(about["mean"], decimals), unit),
            f"95 % interval {number(about['ci_low'], decimals)} to {number(about['ci_high'], decimals)}",
        ),
        (
            "Standard deviation",
            with_unit(number(about["sd"], decimals), unit),
            f"standard error {number(about['se'], decimals)}",
        ),
        ("Range", f"{number(about['min'])} to {with_unit(number(about['max']), unit)}", ""),
    ]
    if fit.height and fit["f_value"][0] is not None:
        row = fit.row(0, named=True)
        facts.append(
            (f"F({row['df_model']}, {row['df_resid']})", number(row["f_value"]), p_phrase(row["p_value"]))
        )
        shares = [
            number(row[name], 5 if 0.999 < (row[name] or 0) < 1 else 3)
            for name in ("r_squared", "r_squared_predicted")
        ]
        facts.append(("R²", shares[0], f"predicted {shares[1]}"))
    return [{"name": name, "text": text, "note": note} for name, text, note in facts]
