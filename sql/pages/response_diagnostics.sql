-- What the residuals, the scale and the order of execution say about the model.
-- grain: study, response, scale, diagnostic
-- reads: diagnostics
select
    study,
    response,
    scale,
    diagnostic,
    value,
    p_value,
    ci_low,
    ci_high,
    reading,
from diagnostics
where study in $studies and response in $responses
order by study, response, scale, position
