"""The page of a study: what was asked, what came out, what changed, what is doubtful, then the details."""

from typing import Any

import polars as pl

from models.wording import count
from reports.charts_effects import effect_rows, intervals, variation, variation_rows
from reports.charts_levels import treatment_rows
from reports.charts_study import oriented, trade_off
from reports.factors import colour, factor_list, run_numbers
from reports.numbers import decimals_of_intervals, number, with_unit
from reports.page import Files, Link, Page, Previous, Results
from reports.slugs import slug
from reports.tables import Cell, Column, Row, Table, table
from reports.wording import aliased, difference_unit, said, titled

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
    "study_observations",
    "study_treatment_means",
    "study_trade_offs",
    "study_runs",
)


def study_page(results: Results, previous: Previous) -> Files:
    """Everything below <study>/ that belongs to its index.html."""
    facts = results["study"].frame.row(0, named=True)
    name = facts["study"]
    page = Page(slug(name), "index.html", results, previous)
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
        design_tables=[page.table(one) for one in _design_tables(results)],
        aliases=page.table(_alias_table(results)),
        order=page.table(
            table(
                "execution-order",
                "Correlation of each contrast with the order of execution",
                _contrasts(results),
                [
                    Column(
                        "diagnostic",
                        "contrast",
                        cell=lambda row: Cell(aliased(row["contrast"], row["aliases"])),
                    ),
                    Column("value", "r", "number", decimals=2),
                    Column("reading", "reading", "prose"),
                ],
                "study_order",
            )
        ),
        summaries=page.table(_summary_table(results)),
        treatment_means=[page.table(one) for one in _treatment_tables(results)],
        observations=page.table(_observation_table(results)),
        runs=page.table(_run_table(results)),
        promises=page.table(
            table(
                "promises",
                "Promises about this study, last night",
                results["study_promises"].frame,
                [
                    Column("code", "code", "code"),
                    Column("promise", "promise", "prose"),
                    Column("severity", "severity"),
                    Column("is_kept", "verdict", cell=promise_cell),
                    Column("rows_checked", "rows", "count"),
                    Column("rows_failing", "failing", "count"),
                    Column("observed", "seen"),
                ],
                "study_promises",
            )
        ),
    )


def design_line(facts: dict[str, Any]) -> str:
    """The design, and how much of it is there."""
    line = f"{facts['design']}; {facts['runs_present']} of {facts['runs_declared']} runs present"
    if facts["containers_per_folder"]:
        whole = facts["runs_declared"] * facts["folders_per_run"] * facts["containers_per_folder"]
        line += f", {facts['containers_present']} of {whole} containers"
    left_out = [
        f"{count(facts[name], 'folder')} {words}"
        for name, words in (("folders_quarantined", "in quarantine"), ("folders_unfinished", "unfinished"))
        if facts[name]
    ]
    return "; ".join([line, *left_out])


def promise_cell(row: Row) -> Cell:
    if row["is_kept"]:
        return Cell("kept", tone="good")
    return Cell("broken", tone="stop" if row["severity"] == "stop" else "warn")


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
    return [oriented(rows) for _, rows in trades.group_by(["response_x", "response_y"], maintain_order=True)]


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


def _design_tables(results: Results) -> list[Table]:
    """The runs with their levels; the signs, which say more, where every factor has two levels."""
    treatments = results["study_treatments"].frame
    factors = treatments.select("factor_position", "factor").unique(maintain_order=True).rows()
    with_signs = set(results["study_signs"].frame.filter(pl.col("factors") == 1)["effect"])
    if with_signs == {factor for _, factor in factors}:
        return [_sign_table(results)]
    columns = [
        Column("run", "run", "count"),
        *(Column(f"level_{i}", factor, cell=_level_cell(i)) for i, factor in factors),
    ]
    return [
        table("runs-of-design", "Runs of the design", treatment_rows(treatments), columns, "study_treatments")
    ]


def _sign_table(results: Results) -> Table:
    """Effects whose signs are the same in every run share a column, under all their names."""
    signs = results["study_signs"].frame
    wide = signs.pivot(on="effect", index="run", values="sign") if signs.height else pl.DataFrame({"run": []})
    names: dict[tuple[float, ...], list[str]] = {}
    for effect in signs.sort("factors", maintain_order=True)["effect"].unique(maintain_order=True):
        names.setdefault(tuple(wide[effect]), []).append(effect)
    columns = [
        Column("run", "run", "count"),
        *(Column(same[0], " = ".join(same), "sign") for same in names.values()),
    ]
    return table("signs", "Sign table: low −, high +", wide, columns, "study_signs")


def _alias_table(results: Results) -> Table:
    frame = results["study_aliases"].frame
    wide = frame.filter((pl.col("scope") == "declared") & pl.col("aliases").is_not_null())
    present = frame.filter(pl.col("scope") == "present").select("effect", "letters", present="aliases")
    wide = wide.join(present, on=["effect", "letters"], how="left", maintain_order="left")
    is_whole = wide["aliases"].equals(wide["present"])
    return table(
        "aliases",
        "Effects that cannot be told apart"
        + (", in the design and in the runs that are present" if is_whole else ""),
        wide,
        [
            Column("effect", "effect"),
            Column("letters", "letters"),
            Column("aliases", "is the same as" if is_whole else "in the design as declared"),
            *([] if is_whole else [Column("present", "in the runs that are present")]),
        ],
        "study_aliases",
    )


def _contrasts(results: Results) -> pl.DataFrame:
    """Each correlation with the effect that it is about and its aliases."""
    aliases = (
        results["study_aliases"]
        .frame.filter(pl.col("scope") == "declared")
        .select(contrast="effect", aliases="aliases")
    )
    named = results["study_order"].frame.with_columns(
        contrast=pl.col("diagnostic").str.replace(r"^[^:]*: ", "")
    )
    return named.join(aliases, on="contrast", how="left", maintain_order="left")


def _summary_table(results: Results) -> Table:
    columns = [
        Column("response", "response", cell=lambda row: Cell(row["response"], href=f"{slug(row['response'])}.html")),
        Column("measured_as", "measured as", "prose"),
        Column("unit", "unit"),
        Column("goal", "goal"),
        Column("n", "N", "count"),
        *(
            Column(field, header, "number", error="se")
            for field, header in (
                ("mean", "mean"), ("sd", "SD"), ("se", "SE"), ("ci_low", "95 % from"), ("ci_high", "to"),
                ("min", "lowest"), ("max", "highest"),
            )
        ),
    ]  # fmt: skip
    return table("responses", "Responses", results["study_responses"].frame, columns, "study_responses")


def _treatment_tables(results: Results) -> list[Table]:
    treatments = results["study_treatments"].frame
    factors = treatments.select("factor_position", "factor").unique(maintain_order=True).rows()
    wide = treatment_rows(treatments)
    tables = []
    for (response, unit), means in results["study_treatment_means"].frame.group_by(
        ["response", "unit"], maintain_order=True
    ):
        decimals = decimals_of_intervals(means["ci_low"], means["ci_high"])
        columns = [
            Column("run", "run", "count"),
            *(Column(f"level_{i}", factor, cell=_level_cell(i)) for i, factor in factors),
            Column("n", "N", "count"),
            *(
                Column(field, header, "number", decimals=decimals)
                for field, header in (
                    ("mean", "mean"),
                    ("sd", "SD"),
                    ("se", "SE"),
                    ("ci_low", "95 % from"),
                    ("ci_high", "to"),
                )
            ),
        ]
        caption = f"Treatment means of {with_unit(str(response), f'({unit})' if unit else '')}"
        joined = means.join(wide, on="run", how="left", maintain_order="left")
        tables.append(
            table(f"means-{slug(str(response))}", caption, joined, columns, "study_treatment_means")
        )
    return tables


def _level_cell(factor: int) -> Any:
    def of(row: Row) -> Cell:
        position = row[f"position_{factor}"]
        return Cell(row[f"level_{factor}"] or "–", level=colour(position) if position else 0)

    return of


def _observation_table(results: Results) -> Table:
    frame = results["study_observations"].frame
    levels = {
        (row["factor"], row["level"]): row["level_position"]
        for row in results["study_levels"].frame.iter_rows(named=True)
    }
    factors = {factor for factor, _ in levels}

    def column(name: str) -> Column:
        if name in factors:
            return Column(
                name, name, cell=lambda row: Cell(row[name], level=colour(levels.get((name, row[name]), 1)))
            )
        if name == "folder":
            return Column(name, name, cell=_folder_cell)
        kind = frame.schema[name]
        if isinstance(kind, pl.Datetime):
            return Column(name, name.replace("_", " "), "time")
        if kind.is_float():
            return Column(name, name, "number", decimals=None)
        return Column(
            name,
            name.replace("_", " "),
            "count" if kind.is_integer() else "code" if name == "container_id" else "text",
        )

    names = [name for name in frame.columns if name != "replicate" or frame[name].is_not_null().any()]
    caption = f"All {number(frame.height)} observations, one row a container"
    return table("observations", caption, frame, [column(name) for name in names], "study_observations")


def _run_table(results: Results) -> Table:
    tones = {"accepted": "good", "quarantined": "stop", "unfinished": "warn"}
    columns = [
        Column("folder", "folder", cell=_folder_cell),
        Column("run", "run", "count"),
        Column("replicate", "replicate", is_optional=True),
        Column(
            "verdict", "verdict", cell=lambda row: Cell(row["verdict"], tone=tones.get(row["verdict"], ""))
        ),
        Column("containers", "containers", "count"),
        Column("started_at", "first start", "time"),
        Column("stopped_at", "last stop", "time"),
        Column("is_gone", "gone from the logs", "flag"),
        Column("reason", "reason", "prose", is_optional=True),
    ]
    return table("runs", "Runs and their folders", results["study_runs"].frame, columns, "study_runs")


def _folder_cell(row: Row) -> Cell:
    return Cell(row["folder"], href=f"runs/{slug(row['folder'])}.html")
