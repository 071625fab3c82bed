"""The page of a study: what matters, what to run next and how far it is; all else folded under plain questions."""

from typing import Any

import polars as pl

from models.wording import count, joined
from reports.charts.effect_rows import drawn_rows
from reports.charts.levels import treatment_rows
from reports.charts.sketch import MOST_ROWS, sketch
from reports.charts.study import oriented, trade_off
from reports.pages.page import Link, Page
from reports.tables.cells import design_cells, to_execute
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
from reports.text.numbers import decimals_of_intervals, number, with_unit
from reports.text.progress import PROGRESS_CODE, progress
from reports.text.slugs import slug
from reports.text.wording import answer, difference_unit, look, titled

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


def study_page(results: Results) -> Page:
    """Everything below <study>/ that belongs to its index.html."""
    facts = results["study"].frame.row(0, named=True)
    name = facts["study"]
    page = Page(slug(name), "index.html", results)
    page.execution_word = facts["execution_word"]
    page.rows["treatments"] = treatment_rows(results["study_treatments"].frame)
    statements = results["study_statements"].frame
    trades = [_trade(page, i, rows) for i, rows in enumerate(_pairs(results["study_trade_offs"].frame), 1)]
    doubts = _doubts(results)
    return page.filled(
        "study.html.j2",
        name=name,
        heading=facts["title"] or name,
        trail=[Link(name, "index.html")],
        contents=[Link(text, f"#{place}") for text, place in _contents(bool(trades), len(doubts))],
        design=design_line(facts),
        has_curves=facts["has_curves"],
        factors=factor_list(results["study_levels"].frame),
        run_numbers=run_numbers(results["study_treatments"].frame),
        responses=[_outcome(results, row) for row in results["study_responses"].frame.iter_rows(named=True)],
        next_steps=next_steps(results),
        cells=design_cells(results),
        changes=statements.filter(pl.col("topic") == "change").to_dicts(),
        doubts=doubts,
        notes=statements.filter(pl.col("response").is_null() & (pl.col("topic") == "order")).to_dicts(),
        trades=trades,
        together=statements.filter(pl.col("response").is_null() & (pl.col("topic") == "settings")).to_dicts(),
        design_tables=[page.table(one) for one in design_tables(results)],
        aliases=page.table(alias_table(results)),
        order=page.table(order_table(results)),
        read_from=facts["folders"],
        done_when=facts["done_when"],
        measured=count(results["study_responses"].frame.height, "response"),
        summaries=page.table(summary_table(results)),
        treatment_means=[page.table(one) for one in treatment_tables(results)],
        observations=page.table(observation_table(results)),
        runs=page.table(run_table(results)),
        promises=page.table(promise_table(results)),
    )


def _contents(has_trades: bool, doubts: int) -> list[tuple[str, str]]:
    return [
        ("What matters", "outcome"),
        ("What to run next", "next"),
        ("Cells of the design", "cells"),
        ("What changed?", "change"),
        (f"What is doubtful? ({doubts})", "doubt"),
        *([("What to trade for what?", "trade-off")] if has_trades else []),
        ("How was it designed?", "design"),
        ("What are the data?", "data"),
    ]


def design_line(facts: dict[str, Any]) -> str:
    """How much of the design is there, and which it is."""
    planned = facts["runs_declared"] * facts["folders_per_run"]
    state = progress(facts["runs_present"], facts["runs_declared"], facts["folders_counted"], planned)
    line = f"{state[0].upper()}{state[1:]}"
    if facts["containers_per_folder"]:
        whole = facts["runs_declared"] * facts["folders_per_run"] * facts["containers_per_folder"]
        line += f"; {facts['containers_present']} of {whole} containers"
    left_out = [
        f"{count(facts[name], facts['execution_word'])} {words}"
        for name, words in (
            ("folders_quarantined", "in quarantine"),
            ("folders_held", "held back"),
            ("folders_unfinished", "unfinished"),
        )
        if facts[name]
    ]
    return f"{'; '.join([line, *left_out])}. {facts['design']}."


def _outcome(results: Results, response: Row) -> dict[str, Any]:
    """What matters for a response: the sentence, the effects as a sketch, and the best run."""
    name = response["response"]
    effects = results["study_effects"].frame.filter(pl.col("response") == name)
    shown = None
    if effects.height:
        shown = sketch(drawn_rows(effects, difference_unit(response["unit"], effects["scale"][0])), True)
    return {
        "name": name,
        "slug": slug(name),
        "outcome": answer(results["study_statements"].frame, name),
        "sketch": shown,
        "hidden": max(0, effects.height - MOST_ROWS),
        "best": _best(results, response),
        "look": look(effects["is_firm"][0]) if effects.height else "",
        "has_replicates": results["study"].frame["has_replicates"][0],
    }


def _best(results: Results, response: Row) -> str:
    """The run with the best mean, where the study says what is good."""
    means = results["study_treatment_means"].frame.filter(
        (pl.col("response") == response["response"]) & pl.col("mean").is_not_null()
    )
    goal = response["goal"]
    if goal not in ("minimize", "maximize") or means.height < 2:
        return ""
    best = means.sort("mean", descending=goal == "maximize").row(0, named=True)
    levels = treatment_rows(results["study_treatments"].frame).filter(run=best["run"])["levels"][0]
    decimals = decimals_of_intervals(means["ci_low"], means["ci_high"])
    word = "Highest" if goal == "maximize" else "Lowest"
    mean = with_unit(number(best["mean"], decimals), response["unit"])
    noun = "row" if results["study"].frame["is_of_tables"][0] else "container"
    return f"{word} mean so far: run {best['run']} ({levels}), {mean} of {count(best['n'], noun)}"


def next_steps(results: Results) -> list[dict[str, str]]:
    """What to do next: folders to repair, runs to execute, then what the night says the data ask for."""
    facts = results["study"].frame.row(0, named=True)
    steps = []
    if facts["folders_quarantined"]:
        wrong = count(facts["folders_quarantined"], facts["execution_word"])
        steps.append(f"Repair {wrong} in quarantine: the quality page says how.")
    if missing := to_execute(design_cells(results)):
        steps.append(missing)
    asked = results["study_statements"].frame.filter(
        (pl.col("topic") == "next") | ((pl.col("topic") == "aliases") & (pl.col("kind") == "doubt"))
    )
    steps += [_about(row) if row["response"] else row["sentence"] for row in asked.iter_rows(named=True)]
    content = [name for name in results["study_responses"].frame["response"] if name not in asked["response"]]
    if steps and content and not missing:
        steps.append(f"For {joined(content)} the data ask for no other run.")
    return [{"kind": "next", "sentence": step} for step in steps]


def _doubts(results: Results) -> list[dict[str, str]]:
    """Broken promises, then the doubts of the night: of the study first, then response by response."""
    broken = [
        {
            "kind": "broken",
            "sentence": f"{row['code']} ({row['severity']}): {row['promise']} {row['observed'] or ''}",
        }
        for row in results["study_promises"]
        .frame.filter(~pl.col("is_kept") & (pl.col("code") != PROGRESS_CODE))
        .iter_rows(named=True)
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
