"""The tables of a response's page."""

from collections.abc import Callable

import polars as pl

from models.wording import joined
from reports.tables.tables import Cell, Column, Row, Table, table, verdict_cell
from reports.text.numbers import MISSING, decimals_of, decimals_of_intervals, number, ratios, signed
from reports.text.slugs import run_href
from reports.text.wording import SCALES, VERDICTS, aliased, deciding_error, difference_unit, titled, verdict

MOST_RESIDUALS = 8
MOST_SETTINGS = 32


def effect_table(
    effects: pl.DataFrame,
    unit: str,
    share: str,
    name: str = "effects",
    caption: str = "Effects, largest first",
) -> Table:
    """`share`: the confidence of the intervals, "95 %"."""
    is_ratio = effects["ratio"].is_not_null().any()
    in_unit = ", as ratios" if is_ratio else f", in {unit}" if unit else ""
    of_ratios = [
        Column("ratio", "high / low", "number", cell=_ratio),
        Column("ci_high", f"{share} interval", "number", cell=_ratio_interval),
    ]
    columns = [
        Column("term", "effect", cell=lambda row: Cell(aliased(row["term"], row["aliases"]))),
        Column("is_active_folder", "verdict", cell=_verdict),
        *(of_ratios if is_ratio else []),
        Column(
            "effect",
            f"high − low{f', {unit}' if is_ratio else ''}",
            "signed",
            error="std_err",
            is_optional=True,
        ),
        Column("ci_low", f"{share} interval", "number", cell=_interval, is_optional=True),
        Column(
            "is_active_at_once", "of all at once", cell=verdict_cell("is_active_at_once"), is_optional=True
        ),
        Column("minimum_effect", "smaller than what counts", cell=_below, is_optional=True),
        Column("percent_of_variation", "% of variation", "percent"),
    ]
    if not effects["is_in_model"].all():
        columns.append(Column("is_in_model", "in the model", "flag"))
    note = f"High level against low; intervals with {deciding_error(effects)}."
    return table(
        name,
        f"{caption}{in_unit}",
        effects,
        columns,
        "response_effects",
        note,
    )


def _interval(row: Row) -> Cell:
    decimals = decimals_of(row["std_err"])
    if row["ci_low"] is None:
        return Cell(MISSING)
    return Cell(f"{signed(row['ci_low'], decimals)} to {signed(row['ci_high'], decimals)}")


def _below(row: Row) -> Cell:
    """Of the smallest effect that counts; null where the data cannot tell."""
    if row["minimum_effect"] is None:
        return Cell(MISSING)
    return Cell({True: "yes", False: "no", None: "cannot tell"}[row["is_below_minimum"]])


def _verdict(row: Row) -> Cell:
    text = verdict(dict(row))
    short = {"active": "active", "not active": "not active"}.get(
        text, text.removeprefix("active ").partition(" as ")[0]
    )
    # what the error that decides does not call active shall not look half active
    is_idle = text in VERDICTS[3:] or (text == VERDICTS[1] and row["error_unit"] == "folder")
    return Cell(short, tone="active" if text == VERDICTS[0] else "idle" if is_idle else "warn")


def _ratio_interval(row: Row) -> Cell:
    if row["ci_low"] is None or row["ratio"] is None:
        return Cell(MISSING)
    return Cell(ratios(row["ci_low"], row["ci_high"]))


def _ratio(row: Row) -> Cell:
    value = row["ratio"]
    return Cell(MISSING) if value is None else Cell(f"×{number(value, digits=3)}", repr(value))


def verdict_table(tests: pl.DataFrame, unit: str) -> Table:
    """One row an effect, its verdict under each error term beside each other."""
    sides = [side for side in ("container", "folder") if side in tests["error_unit"].to_list()]
    wide = tests.select("rank", "term", "aliases", "effect", "error_unit").unique("term", maintain_order=True)
    fields = (
        "method", "error", "margin", "simultaneous_margin", "p_value", "conventional_margin",
        "conventional_simultaneous_margin", "conventional_p_value", "posterior", "permutation_p_value",
        "is_active", "is_decisive",
    )  # fmt: skip
    for side in sides:
        mine = tests.filter(pl.col("error_unit") == side).select(
            "term", **{f"{field}_{side}": field for field in fields}
        )
        wide = wide.join(mine, on="term", how="left", maintain_order="left")
    columns = [
        Column("term", "effect", cell=lambda row: Cell(aliased(row["term"], row["aliases"]))),
        Column("effect", "high − low", "signed", error=f"error_{sides[0]}" if sides else ""),
    ]
    for side in sides:
        columns += [
            Column(f"margin_{side}", f"{side}s: margin ±", "number", error=f"error_{side}"),
            Column(
                f"simultaneous_margin_{side}",
                "all at once ±",
                "number",
                error=f"error_{side}",
                is_optional=True,
            ),
            Column(f"p_value_{side}", "p", "p"),
            Column(
                f"conventional_margin_{side}", "by t ±", "number", error=f"error_{side}", is_optional=True
            ),
            Column(
                f"conventional_simultaneous_margin_{side}",
                "all at once by t ±",
                "number",
                error=f"error_{side}",
                is_optional=True,
            ),
            Column(f"conventional_p_value_{side}", "p by t", "p", is_optional=True),
            Column(f"posterior_{side}", "probability (Box, Meyer)", "number", decimals=2, is_optional=True),
            Column(f"permutation_p_value_{side}", "p by permutation", "p", is_optional=True),
            Column(f"is_active_{side}", "verdict", cell=verdict_cell(f"is_active_{side}")),
        ]
    if len(sides) == 2:
        columns.append(Column("agree", "holds under", cell=_agreement))
    methods = [
        f"{side}s by {method}"
        for side in sides
        for method in wide[f"method_{side}"].drop_nulls().unique().sort()
    ]
    note = (
        "An effect beyond the margin is active. Containers of one folder are repeats; folders are executions of a run."
        + (f" Error: {joined(methods)}." if methods else "")
        + (
            " By t: the margins of Lenth's method as books print them."
            if tests["conventional_margin"].is_not_null().any()
            else ""
        )
    )
    caption = f"Each effect under each error term{f', in {unit}' if unit else ''}"
    return table("verdicts", caption, wide, columns, "response_tests", note)


def _agreement(row: Row) -> Cell:
    container, folder = row["is_active_container"], row["is_active_folder"]
    if container is None or folder is None:
        return Cell("one error term only", tone="idle")
    if container == folder:
        return Cell("both" if folder else "neither", tone="active" if folder else "idle")
    return Cell("folders only" if folder else "containers only", tone="warn")


def level_table(means: pl.DataFrame, response: str, decimals: int | None, share: str) -> Table:
    columns = [
        Column("factor", "factor"),
        Column("level", "level"),
        Column("n", "N", "count"),
        *(
            Column(field, header, "number", decimals=decimals)
            for field, header in (("mean", "mean"), ("ci_low", f"{share} from"), ("ci_high", "to"))
        ),
    ]
    return table("level-means", f"Mean {response} at each level", means, columns, "response_level_means")


def setting_table(settings: pl.DataFrame, response: str, unit: str, share: str) -> Table:
    """What each combination of levels would give by the active effects, best first where there is a goal."""
    decimals = decimals_of_intervals(settings["ci_low"], settings["ci_high"])
    columns = [
        Column(
            "levels", "levels", cell=lambda row: Cell(row["levels"], tone="active" if row["is_best"] else "")
        ),
        Column("run", "run", "count"),
        Column("mean", titled("mean", unit), "number", decimals=decimals),
        Column("ci_low", f"{share} from", "number", decimals=decimals, is_optional=True),
        Column("ci_high", "to", "number", decimals=decimals, is_optional=True),
        Column("predicted_low", "one more execution from", "number", decimals=decimals, is_optional=True),
        Column("predicted_high", "to", "number", decimals=decimals, is_optional=True),
        Column("desirability", "of all responses together", "number", decimals=2, is_optional=True),
    ]
    note = (
        "Active effects with their parents; intervals by the error that decides. Without a run nothing was measured "
        "there: effects aliased with those named are taken for zero."
    )
    shown = settings.head(MOST_SETTINGS)
    where = (
        "each setting" if shown.height == settings.height else f"{shown.height} of {settings.height} settings"
    )
    return table("settings", f"{response} at {where}", shown, columns, "response_settings", note)


def fit_table(fits: pl.DataFrame) -> Table:
    columns = [
        Column("scale", "scale", cell=lambda row: Cell(SCALES.get(row["scale"], str(row["scale"])))),
        Column("is_decisive", "decides", "flag"),
        Column("n", "N", "count"),
        Column("df_model", "df model", "count"),
        Column("df_resid", "df residual", "count"),
        Column("f_value", "F", "number"),
        Column("p_value", "p", "p"),
        Column("residual_sd", "residual SD", "number"),
        Column("r_squared", "R²", "number", decimals=5),
        Column("r_squared_adjusted", "adjusted R²", "number", decimals=5),
        Column("press", "PRESS", "number"),
        Column("r_squared_predicted", "predicted R²", "number", decimals=5),
        Column("is_balanced", "balanced", "flag"),
    ]
    return table("fits", "Fits on each scale", fits, columns, "response_fits")


def coefficient_table(coefficients: pl.DataFrame, where: str) -> Table:
    columns = [
        Column("name", "term and levels", cell=_coefficient_name),
        Column("coef", "coefficient", "number", error="std_err"),
        Column("std_err", "SE", "number", error="std_err"),
        Column("t_value", "t", "number", decimals=2),
        Column("p_value", "p", "p"),
        Column("ci_low", "95 % from", "number", error="std_err"),
        Column("ci_high", "to", "number", error="std_err"),
    ]
    caption = f"Coefficients of the sum-to-zero coding, {where}"
    note = "One row for each combination of levels: rows of a term differ in sign only."
    return table("coefficients", caption, coefficients, columns, "response_coefficients", note)


def _coefficient_name(row: Row) -> Cell:
    return Cell(aliased(row["name"], row["aliases"]) if ":" in row["term"] else row["name"])


def anova_table(rows: pl.DataFrame, where: str) -> Table:
    columns = [
        Column("source", "source", cell=lambda row: Cell(aliased(row["source"], row["aliases"]))),
        Column(
            "sum_sq",
            "sum of squares",
            "number",
        ),
        Column("df", "df", "count"),
        Column("mean_sq", "mean square", "number"),
        Column("f_value", "F", "number"),
        Column("p_value", "p", "p"),
        Column("percent_of_variation", "% of variation", "percent"),
        Column("partial_eta_sq", "partial η²", "number", decimals=3),
    ]
    return table("anova", f"Type III analysis of variance, {where}", rows, columns, "response_anova")


def diagnostic_table(diagnostics: pl.DataFrame) -> Table:
    columns = [
        Column("diagnostic", "diagnostic"),
        Column("value", "value", "number", cell=_statistic),
        Column("p_value", "p", "p"),
        Column("ci_low", "95 % from", "number", is_optional=True),
        Column("ci_high", "to", "number", is_optional=True),
        Column("reading", "reading", "prose"),
    ]
    return table("diagnostics", "Diagnostics and what they say", diagnostics, columns, "response_diagnostics")


def _statistic(row: Row) -> Cell:
    value = row["value"]
    if value is None:
        return Cell(MISSING)
    return Cell(number(value, 5 if 0.999 < value < 1 else None), repr(value))


def run_table(runs: pl.DataFrame, treatments: pl.DataFrame, unit: str, share: str) -> Table:
    """Run against run: each against the best (queries response_runs and study_treatments)."""
    best, scale = runs["best_run"][0], runs["scale"][0]
    levels = dict(treatments.select("run", "levels").rows())
    error_unit = runs["error_unit"][0]
    decimals = decimals_of_intervals(runs["ci_low"], runs["ci_high"])
    columns = [
        Column("run", "run", "count"),
        Column("levels", "levels", "prose", cell=lambda row: Cell(levels[row["run"]])),
        Column("n", "N", "count"),
        Column("difference", f"less run {best}", "signed", decimals=decimals),
        Column(
            "ci_low", f"{share} interval", "number", cell=_difference_interval(decimals), is_optional=True
        ),
        Column("ratio", "ratio", "number", cell=_ratio, is_optional=True),
    ]
    in_unit = difference_unit(unit, scale)
    by = f"Intervals with {error_unit}s as the unit" if error_unit else "No error could be judged"
    note = (
        f"{by}; each pair is taken alone, and the best run is best partly by chance. Any two runs: the view "
        "run_differences."
    )
    caption = f"Each run against run {best} ({levels[best]})"
    return table(
        "runs-compared",
        f"{caption}{f', in {in_unit}' if in_unit else ''}",
        runs,
        columns,
        "response_runs",
        note,
    )


def _difference_interval(decimals: int | None) -> Callable[[Row], Cell]:
    def of(row: Row) -> Cell:
        if row["ci_low"] is None:
            return Cell(MISSING)
        return Cell(f"{signed(row['ci_low'], decimals)} to {signed(row['ci_high'], decimals)}")

    return of


def night_table(trend: pl.DataFrame) -> Table:
    """One row a night that concluded something, the last one first: what came, and which effects were active."""
    nights = (
        trend.sort("night_id", descending=True)
        .group_by("night_id", maintain_order=True)
        .agg(
            pl.first("finished_at", "arrived", "folders"),
            active=pl.struct("term", "aliases").filter("is_active"),
        )
    )
    columns = [
        Column("night_id", "night", "count"),
        Column("finished_at", "ended", "time"),
        Column("arrived", "folders that came", "count"),
        Column("folders", "which", "prose", cell=_named),
        Column("active", "active", "prose", cell=_active),
    ]
    caption = "What came each night, and which effects were active after it"
    return table("nights-table", caption, nights, columns, "response_trend")


def _named(row: Row) -> Cell:
    more = row["arrived"] - len(row["folders"])
    return Cell((", ".join(row["folders"]) or MISSING) + (f" and {more} more" if more else ""))


def _active(row: Row) -> Cell:
    return Cell(", ".join(aliased(one["term"], one["aliases"]) for one in row["active"]) or "none")


def residual_table(residuals: pl.DataFrame) -> Table:
    """The largest studentised residuals, with why they are unusual."""
    largest = residuals.sort(
        pl.col("studentised").abs(), descending=True, nulls_last=True, maintain_order=True
    ).head(MOST_RESIDUALS)
    columns = [
        Column("container_id", "container", "code"),
        Column("folder", "folder", cell=lambda row: Cell(row["folder"], href=run_href(row["folder"]))),
        Column("run", "run", "count"),
        Column("observed", "observed", "number"),
        Column("fitted", "fitted", "number"),
        Column("residual", "residual", "signed"),
        Column("studentised", "studentised", "signed", decimals=2),
        Column("leverage", "leverage", "number", decimals=3),
        Column(
            "is_unusual",
            "unusual",
            cell=lambda row: (
                Cell(row["reason"] or "yes", tone="stop") if row["is_unusual"] else Cell("no", tone="idle")
            ),
        ),
    ]
    caption = f"The {largest.height} largest residuals of {residuals.height}"
    return table("largest-residuals", caption, largest, columns, "response_residuals")
