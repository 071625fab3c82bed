"""The tables of a study's page."""

from typing import Any

import polars as pl

from models.declared.levels import level_key
from reports.charts.levels import treatment_rows
from reports.tables.tables import Cell, Column, Results, Row, Table, code_cell, table
from reports.text.factors import colour
from reports.text.numbers import decimals_of_intervals, number, with_unit
from reports.text.slugs import run_href, slug
from reports.text.wording import aliased


def promise_cell(row: Row) -> Cell:
    if row["is_kept"]:
        return Cell("kept", tone="good")
    return Cell("broken", tone="stop" if row["severity"] == "stop" else "warn")


def promise_table(results: Results) -> Table:
    columns = [
        Column("code", "code", "code", cell=code_cell),
        Column("is_kept", "verdict", cell=promise_cell),
        Column("promise", "promise", "prose"),
        Column("severity", "severity"),
        Column("rows_checked", "rows", "count"),
        Column("rows_failing", "failing", "count"),
        Column("observed", "seen"),
    ]
    caption = "Promises about this study, last night"
    return table("promises", caption, results["study_promises"].frame, columns, "study_promises")


def order_table(results: Results) -> Table:
    columns = [
        Column("diagnostic", "contrast", cell=lambda row: Cell(aliased(row["contrast"], row["aliases"]))),
        Column("value", "r", "number", decimals=2),
        Column("reading", "reading", "prose"),
    ]
    caption = "Correlation of each contrast with the order of execution"
    return table("execution-order", caption, _contrasts(results), columns, "study_order")


def design_tables(results: Results) -> list[Table]:
    """The runs with their levels; the signs, which say more, where every factor has two levels."""
    treatments = results["study_treatments"].frame
    factors = treatments.select("factor_position", "factor").unique(maintain_order=True).rows()
    with_signs = set(results["study_signs"].frame.filter(pl.col("factors") == 1)["term"])
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
    """Effects whose signs are the same in every run share a column, under the letters of all of them."""
    signs = results["study_signs"].frame
    wide = (
        signs.pivot(on="letters", index="run", values="sign") if signs.height else pl.DataFrame({"run": []})
    )
    same: dict[tuple[float, ...], list[str]] = {}
    for letters in signs.sort("factors", maintain_order=True)["letters"].unique(maintain_order=True):
        same.setdefault(tuple(wide[letters]), []).append(letters)
    columns = [
        Column("run", "run", "count"),
        *(Column(names[0], " = ".join(names), "sign") for names in same.values()),
    ]
    factors = signs.filter(factors=1).select("letters", "term").unique(maintain_order=True)
    note = ", ".join(f"{letter} {name}" for letter, name in factors.rows())
    return table("signs", "Sign table: low −, high +", wide, columns, "study_signs", f"{note}.")


def alias_table(results: Results) -> Table:
    frame = results["study_aliases"].frame
    wide = frame.filter((pl.col("scope") == "declared") & pl.col("aliases").is_not_null())
    present = frame.filter(pl.col("scope") == "present").select("term", "letters", present="aliases")
    wide = wide.join(present, on=["term", "letters"], how="left", maintain_order="left")
    is_whole = wide["aliases"].equals(wide["present"])
    return table(
        "aliases",
        "Effects that cannot be told apart"
        + (", in the design and in the runs that are present" if is_whole else ""),
        wide,
        [
            Column("term", "effect"),
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
        .select(contrast="term", aliases="aliases")
    )
    named = results["study_order"].frame.with_columns(
        contrast=pl.col("diagnostic").str.replace(r"^[^:]*: ", "")
    )
    return named.join(aliases, on="contrast", how="left", maintain_order="left")


def summary_table(results: Results) -> Table:
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


def treatment_tables(results: Results) -> list[Table]:
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


def observation_table(results: Results) -> Table:
    frame = results["study_observations"].frame
    levels = {
        (row["factor"], level_key(row["level"])): row["level_position"]
        for row in results["study_levels"].frame.iter_rows(named=True)
    }
    factors = {factor for factor, _ in levels}

    def column(name: str) -> Column:
        if name in factors:
            # levels that are numbers are numbers in the wide view
            return Column(
                name,
                name,
                cell=lambda row: Cell(
                    str(row[name]), level=colour(levels.get((name, level_key(str(row[name]))), 1))
                ),
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
    each = "" if results["study"].frame["is_of_tables"][0] else ", one row a container"
    caption = f"All {number(frame.height)} observations{each}"
    return table("observations", caption, frame, [column(name) for name in names], "study_observations")


def run_table(results: Results) -> Table:
    tones = {"accepted": "good", "quarantined": "stop", "unfinished": "warn"}
    is_of_tables = results["study"].frame["is_of_tables"][0]
    word, caption = (
        ("row", "Runs, a row of a table each") if is_of_tables else ("folder", "Runs and their folders")
    )
    columns = [
        Column("folder", word, cell=_folder_cell),
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
    return table("runs", caption, results["study_runs"].frame, columns, "study_runs")


def _folder_cell(row: Row) -> Cell:
    return Cell(row["folder"], href=run_href(row["folder"]))
