-- Coefficients of the sum-to-zero coding with the level each stands for.
-- grain: study, response, scale, name
-- reads: coefficients
select
    study,
    response,
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
where study in $studies and response in $responses
order by study, response, scale, position
