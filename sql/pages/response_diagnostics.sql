-- What the residuals, the scale and the order of execution say about the model.
-- grain: scale, diagnostic
-- reads: diagnostics
select
    scale,
    diagnostic,
    value,
    p_value,
    ci_low,
    ci_high,
    reading,
from diagnostics
where study = $study and response = $response
order by scale, position
