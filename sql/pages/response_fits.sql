-- The fitted model of a response on each scale.
-- grain: study, response, scale
-- reads: fits
select
    study,
    response,
    scale,
    is_decisive,
    n,
    df_model,
    df_resid,
    f_value,
    p_value,
    residual_sd,
    r_squared,
    r_squared_adjusted,
    press,
    r_squared_predicted,
    is_balanced,
from fits
where study in $studies and response in $responses
order by study, response, scale
