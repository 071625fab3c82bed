"""The page of a study: what was asked, what came out, what changed, what is doubtful, then the details."""

from typing import Any

import polars as pl

from models.wording import count
from reports.charts.effect_rows import effect_rows, variation_rows
from reports.charts.effects import intervals, variation
from reports.charts.levels import treatment_rows
from reports.charts.study import oriented, trade_off
from reports.pages.page import Files, Link, Page
from reports.tables.study import (
    alias_table,
    design_tables,
    observation_table,
    order_table,
    promise_table,
    run_table,
    summary_table,
    treatment_tables,
)
from reports.tables.tables import Cell, Column, Results, Row, table
from reports.text.factors import factor_list, run_numbers
from reports.text.numbers import decimals_of_intervals
from reports.text.slugs import slug
from reports.text.wording import difference_unit, said, titled

QUERIES = (
    "study",
    "study_levels",
    "study_treatments",
    "study_responses",
    "study_statements",
    "study_effects",
    "study_promises",
    "study_signs",
    "study_aliases",
    "study_order",
    "study_treatment_means",
    "study_trade_offs",
    "study_runs",
)
WIDE_QUERIES = ("study_observations",)


def study_page(results: Results) -> Files:
    """Everything below <study>/ that belongs to its index.html."""
    facts = results["study"].frame.row(0, named=True)
    name = facts["study"]
    page = Page(slug(name), "index.html", results)
    page.rows["treatments"] = treatment_rows(results["study_treatments"].frame)
    statements = results["study_statements"].frame
    trades = [_trade(page, i, rows) for i, rows in enumerate(_pairs(results["study_trade_offs"].frame), 1)]
    contents = [
        ("What came out", "outcome"),
        ("What changed", "change"),
        ("What is doubtful", "doubt"),
        *([("What to trade", "trade-off")] if trades else []),
        ("The design", "design"),
        ("The data", "data"),
    ]
    return page.html(
        "study.html.j2",
        name=name,
        heading=facts["title"] or name,
        trail=[Link(name, "index.html")],
        contents=[Link(text, f"#{place}") for text, place in contents],
        design=design_line(facts),
        factors=factor_list(results["study_levels"].frame),
        run_numbers=run_numbers(results["study_treatments"].frame),
        responses=[_outcome(page, row) for row in results["study_responses"].frame.iter_rows(named=True)],
        changes=statements.filter(pl.col("topic") == "change").to_dicts(),
        doubts=_doubts(results),
        notes=statements.filter(pl.col("response").is_null() & (pl.col("topic") == "order")).to_dicts(),
        trades=trades,
        design_tables=[page.table(one) for one in design_tables(results)],
        aliases=page.table(alias_table(results)),
        order=page.table(order_table(results)),
        summaries=page.table(summary_table(results)),
        treatment_means=[page.table(one) for one in treatment_tables(results)],
        observations=page.table(observation_table(results)),
        runs=page.table(run_table(results)),
        promises=page.table(promise_table(results)),
    )


def design_line(facts: dict[str, Any]) -> str:
    """The design, and how much of it is there."""
    line = f"{facts['design']}; {facts['runs_present']} of {facts['runs_declared']} runs present"
    if facts["containers_per_folder"]:
        whole = facts["runs_declared"] * facts["folders_per_run"] * facts["containers_per_folder"]
        line += f", {facts['containers_present']} of {whole} containers"
    left_out = [
        f"{count(facts[name], 'folder')} {words}"
        for name, words in (
            ("folders_quarantined", "in quarantine"),
            ("folders_held", "held back"),
            ("folders_unfinished", "unfinished"),
        )
        if facts[name]
    ]
    return "; ".join([line, *left_out])


def _outcome(page: Page, response: Row) -> dict[str, Any]:
    name, position = response["response"], response["response_position"]
    outcome = said(page.results["study_statements"].frame, "outcome", name)
    effects = page.results["study_effects"].frame.filter(pl.col("response") == name)
    shown = None
    if effects.height:
        unit = difference_unit(response["unit"], effects["scale"][0])
        rows = effect_rows(effects, unit)
        place, file = f"effects_{position}", f"effects-{slug(name)}"
        # a term with several degrees of freedom has a share of the variation, but no single effect
        if rows.height == effects.height:
            figure = intervals(place, rows, name, unit, file, "study_effects")
        else:
            rows = variation_rows(effects)
            figure = variation(place, rows, name, file, "study_effects")
        page.rows[place] = rows
        shown = page.figure(figure)
    return {"name": name, "slug": slug(name), "outcome": outcome, "figure": shown}


def _doubts(results: Results) -> list[dict[str, str]]:
    """Broken promises, then the doubts of the night: of the study first, then response by response."""
    broken = [
        {
            "kind": "broken",
            "sentence": f"{row['code']} ({row['severity']}): {row['promise']} {row['observed'] or ''}",
        }
        for row in results["study_promises"].frame.filter(~pl.col("is_kept")).iter_rows(named=True)
    ]
    doubts = [
        {"kind": "doubt", "sentence": row["sentence"] if row["response"] is None else _about(row)}
        for row in results["study_statements"].frame.filter(pl.col("kind") == "doubt").iter_rows(named=True)
    ]
    return broken + doubts


def _about(row: Row) -> str:
    """The sentence with the name of its response before it, unless it begins with it."""
    start = f"{row['response']}: "
    return start + str(row["sentence"]).removeprefix(start)


def _pairs(trades: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        oriented(rows.drop("study"))
        for _, rows in trades.group_by(["response_x", "response_y"], maintain_order=True)
    ]


def _trade(page: Page, place: int, rows: pl.DataFrame) -> dict[str, Any]:
    page.rows[f"trade_{place}"] = rows
    first = rows.row(0, named=True)
    decimals = {axis: decimals_of_intervals(rows[f"low_{axis}"], rows[f"high_{axis}"]) for axis in "xy"}
    columns = [
        Column("run", "run", "count"),
        *(
            column
            for axis in "yx"
            for column in (
                Column(
                    f"mean_{axis}",
                    titled(first[f"response_{axis}"], first[f"unit_{axis}"]),
                    "number",
                    decimals=decimals[axis],
                ),
                Column(f"low_{axis}", "95 % from", "number", decimals=decimals[axis]),
                Column(f"high_{axis}", "to", "number", decimals=decimals[axis]),
            )
        ),
        Column("is_dominated", "verdict", cell=_dominance),
    ]
    caption = f"{first['response_y']} and {first['response_x']} of each run, with 95 % intervals"
    return {
        "figure": page.figure(trade_off(f"trade_{place}", rows, f"trade-off-{place}")),
        "table": page.table(table(f"trade-off-table-{place}", caption, rows, columns, "study_trade_offs")),
    }


def _dominance(row: Row) -> Cell:
    return Cell("dominated", tone="idle") if row["is_dominated"] else Cell("not dominated", tone="active")
