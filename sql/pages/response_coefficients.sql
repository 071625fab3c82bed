-- Coefficients of the sum-to-zero coding with the level each stands for.
-- grain: scale, name
-- reads: coefficients
select
    scale,
    position,
    name,
    term,
    aliases,
    is_declared,
    coef,
    std_err,
    t_value,
    p_value,
    ci_low,
    ci_high,
from coefficients
where study = $study and response = $response
order by scale, position
