"""The tables that an analysis fills: their columns, and rows made into frames of them."""

from collections.abc import Iterable, Mapping

import polars as pl

Row = Mapping[str, object]

_TEXT, _WHOLE, _REAL, _TRUTH = pl.String(), pl.Int32(), pl.Float64(), pl.Boolean()


def _columns(**kinds: pl.DataType) -> dict[str, pl.DataType]:
    return {"study": _TEXT, **kinds}


_MODEL = {"response": _TEXT, "scale": _TEXT}

SCHEMAS: dict[str, dict[str, pl.DataType]] = {
    "fits": _columns(
        **_MODEL,
        n=_WHOLE,
        df_model=_WHOLE,
        df_resid=_WHOLE,
        f_value=_REAL,
        p_value=_REAL,
        residual_sd=_REAL,
        r_squared=_REAL,
        r_squared_adjusted=_REAL,
        press=_REAL,
        r_squared_predicted=_REAL,
        is_balanced=_TRUTH,
        is_decisive=_TRUTH,
        error_unit=_TEXT,
        error_method=_TEXT,
        error_df=_REAL,
        error_sd=_REAL,
        error_quantile=_REAL,
        alpha=_REAL,
        terms=pl.List(_TEXT),
        dropped=pl.List(_TEXT),
    ),
    "coefficients": _columns(
        **_MODEL,
        position=_WHOLE,
        term=_TEXT,
        aliases=_TEXT,
        name=_TEXT,
        is_declared=_TRUTH,
        coef=_REAL,
        std_err=_REAL,
        t_value=_REAL,
        p_value=_REAL,
        ci_low=_REAL,
        ci_high=_REAL,
    ),
    "anova_by_scale": _columns(
        **_MODEL,
        position=_WHOLE,
        source=_TEXT,
        aliases=_TEXT,
        sum_sq=_REAL,
        df=_WHOLE,
        mean_sq=_REAL,
        f_value=_REAL,
        p_value=_REAL,
        percent_of_variation=_REAL,
        partial_eta_sq=_REAL,
    ),
    "effects_by_scale": _columns(
        **_MODEL,
        rank=_WHOLE,
        term=_TEXT,
        aliases=_TEXT,
        is_in_model=_TRUTH,
        effect=_REAL,
        coefficient=_REAL,
        ratio=_REAL,
        error_unit=_TEXT,
        method=_TEXT,
        std_err=_REAL,
        ci_low=_REAL,
        ci_high=_REAL,
        t_value=_REAL,
        p_value=_REAL,
        p_holm=_REAL,
        is_active=_TRUTH,
        is_active_at_once=_TRUTH,
        minimum_effect=_REAL,
        is_below_minimum=_TRUTH,
        sum_sq=_REAL,
        percent_of_variation=_REAL,
        partial_eta_sq=_REAL,
    ),
    "effect_tests": _columns(
        **_MODEL,
        term=_TEXT,
        aliases=_TEXT,
        error_unit=_TEXT,
        method=_TEXT,
        effect=_REAL,
        error=_REAL,
        df=_REAL,
        margin=_REAL,
        simultaneous_margin=_REAL,
        statistic=_REAL,
        p_value=_REAL,
        p_holm=_REAL,
        conventional_margin=_REAL,
        conventional_simultaneous_margin=_REAL,
        conventional_p_value=_REAL,
        posterior=_REAL,
        is_active=_TRUTH,
        is_active_at_once=_TRUTH,
        is_decisive=_TRUTH,
    ),
    "diagnostics": _columns(
        **_MODEL,
        position=_WHOLE,
        diagnostic=_TEXT,
        value=_REAL,
        p_value=_REAL,
        ci_low=_REAL,
        ci_high=_REAL,
        reading=_TEXT,
    ),
    "residuals": _columns(
        **_MODEL,
        run=_WHOLE,
        folder=_TEXT,
        container_id=_TEXT,
        started_at=pl.Datetime("us"),
        observed=_REAL,
        fitted=_REAL,
        residual=_REAL,
        studentised=_REAL,
        leverage=_REAL,
        normal_quantile=_REAL,
        is_unusual=_TRUTH,
        reason=_TEXT,
    ),
    "statements": _columns(response=_TEXT, topic=_TEXT, position=_WHOLE, kind=_TEXT, sentence=_TEXT),
    "trade_offs": _columns(
        response_x=_TEXT,
        response_y=_TEXT,
        run=_WHOLE,
        mean_x=_REAL,
        low_x=_REAL,
        high_x=_REAL,
        mean_y=_REAL,
        low_y=_REAL,
        high_y=_REAL,
        is_dominated=_TRUTH,
    ),
    "settings": _columns(
        **_MODEL,
        position=_WHOLE,
        run=_WHOLE,
        levels=_TEXT,
        mean=_REAL,
        ci_low=_REAL,
        ci_high=_REAL,
        predicted_low=_REAL,
        predicted_high=_REAL,
        is_best=_TRUTH,
        desirability=_REAL,
    ),
    "alias_sets": _columns(scope=_TEXT, term=_TEXT, letters=_TEXT, factors=_WHOLE, aliases=_TEXT),
    "conclusions": _columns(
        **_MODEL,
        term=_TEXT,
        aliases=_TEXT,
        error_unit=_TEXT,
        effect=_REAL,
        ci_low=_REAL,
        ci_high=_REAL,
        minimum_effect=_REAL,
        is_active=_TRUTH,
        is_decisive=_TRUTH,
        is_firm=_TRUTH,
    ),
}


def frame(table: str, rows: Iterable[Row]) -> pl.DataFrame:
    """Rows as the frame of a result table: what a row leaves out, and what is no finite number, is null."""
    schema, found = SCHEMAS[table], list(rows)
    columns = {column: [row.get(column) for row in found] for column in schema}
    number = pl.col(pl.Float64)
    return pl.DataFrame(columns, schema=schema).with_columns(pl.when(number.is_finite()).then(number))
