-- The fitted model of a response on each scale.
-- grain: study, response, scale
-- reads: fits, conclusions
with looks as (
    select night_id, study, response, scale, bool_and(is_firm) as is_firm
    from conclusions
    where study in $studies and response in $responses
    group by night_id, study, response, scale
)

select
    fits.study,
    fits.response,
    fits.scale,
    fits.is_decisive,
    looks.is_firm,
    fits.n,
    fits.df_model,
    fits.df_resid,
    fits.f_value,
    fits.p_value,
    fits.residual_sd,
    fits.r_squared,
    fits.r_squared_adjusted,
    fits.press,
    fits.r_squared_predicted,
    fits.is_balanced,
    fits.alpha,
from fits
left join looks using (night_id, study, response, scale)
where fits.study in $studies and fits.response in $responses
order by fits.study, fits.response, fits.scale
