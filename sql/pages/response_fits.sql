-- The fitted model of a response on each scale.
-- grain: scale
-- reads: fits
select
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
where study = $study and response = $response
order by scale
