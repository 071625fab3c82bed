"""Effects as the charts read them: one row a mark, with its words, its margins and its verdict."""

from statistics import NormalDist

import polars as pl

from reports.text.numbers import decimals_of, number, ratios, signed, with_unit
from reports.text.wording import VERDICTS, aliased, verdict

SHORT = 5  # letters of a unit that may stand behind every number


def effect_rows(effects: pl.DataFrame, unit: str) -> pl.DataFrame:
    """One row an effect of one response on one scale, as the charts read it (`effects` as the query gives it).

    Terms with several degrees of freedom have no single effect: they are in `variation_rows` only.
    """
    effects = effects.filter(pl.col("effect").is_not_null())
    rows = []
    for rank, row in enumerate(effects.iter_rows(named=True), 1):
        decimals = decimals_of(row["std_err"])
        shown = with_unit(signed(row["effect"], decimals), unit if len(unit) <= SHORT else "")
        low, high = row["ci_low"], row["ci_high"]
        interval = "none" if low is None else f"{signed(low, decimals)} to {signed(high, decimals)}"
        if row["ratio"] is not None:
            shown = f"×{number(row['ratio'], digits=3)}"
            interval = interval if low is None else ratios(low, high)
        rows.append(
            {
                "rank": rank,
                "label": aliased(row["term"], row["aliases"]),
                "effect": row["effect"],
                "size": abs(row["effect"]),
                "ci_low": row["ci_low"],
                "ci_high": row["ci_high"],
                "text": shown,
                "interval": interval,
                "percent_of_variation": row["percent_of_variation"],
                "container_margin": row["container_margin"],
                "folder_margin": row["folder_margin"],
                "negative_folder_margin": None if row["folder_margin"] is None else -row["folder_margin"],
                "verdict": verdict(row),
                # Daniel (1959): half-normal score of the i-th smallest of m effects
                "score": NormalDist().inv_cdf(0.5 + 0.5 * (effects.height - rank + 0.5) / effects.height),
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


def variation_rows(effects: pl.DataFrame) -> pl.DataFrame:
    """One row a term with its share of the variation, largest first."""
    ordered = effects.sort("percent_of_variation", descending=True, nulls_last=True, maintain_order=True)
    rows = [
        {
            "rank": rank,
            "label": aliased(row["term"], row["aliases"]),
            "text": with_unit(number(row["percent_of_variation"], 1), "%"),
            "share": row["percent_of_variation"],
            "verdict": verdict(row),
        }
        for rank, row in enumerate(ordered.iter_rows(named=True), 1)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def active_terms(rows: pl.DataFrame) -> list[str]:
    """Labels of the effects that are active under every error term that was tried."""
    return rows.filter(pl.col("verdict") == VERDICTS[0])["label"].to_list() if rows.height else []


def drawn_rows(effects: pl.DataFrame, unit: str) -> pl.DataFrame:
    """`effect_rows`, or `variation_rows` where a term with several degrees of freedom has no single effect."""
    rows = effect_rows(effects, unit)
    return rows if rows.height == effects.height else variation_rows(effects)


def leading(rows: pl.DataFrame, deciding: str | None) -> str:
    """Which effects stand out, in a line (rows of `drawn_rows`), and whether by the unit that decides."""
    for one in VERDICTS[:3]:
        found = rows.filter(verdict=one)
        if found.height:
            first = found.row(0, named=True)
            more = f" and {found.height - 1} more" if found.height > 1 else ""
            name = f"{first['label']} {first['text']}{more}"
            is_decided = one == VERDICTS[0] or one == f"active only with {deciding}s as the unit"
            return f"{name}, {one}" if is_decided else f"none active; {name} {one.removeprefix('active ')}"
    if rows["verdict"].eq(VERDICTS[4]).all():
        return "no effect can be judged yet"
    return f"none of {rows.height} effects is active"


def scale_rows(effects: pl.DataFrame) -> pl.DataFrame:
    """Both scales in one measure: size of each effect over the margin of its error term (folders where there is one)."""
    order = {term: i for i, term in enumerate(effects.filter(pl.col("scale") == "identity")["term"], 1)}
    rows = []
    for row in effects.iter_rows(named=True):
        margin = row["folder_margin"] or row["container_margin"]
        if margin and row["term"] in order:
            rows.append(
                {
                    "scale": row["scale"],
                    "rank": order[row["term"]],
                    "label": aliased(row["term"], row["aliases"]),
                    "ratio": abs(row["effect"]) / margin,
                    "effect": row["effect"],
                    "verdict": VERDICTS[4 if row["is_active"] is None else 0 if row["is_active"] else 3],
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None)
