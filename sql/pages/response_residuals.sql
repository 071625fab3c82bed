-- Observations of a response with fitted values and residuals, on every scale.
-- grain: study, response, scale, container_id
-- reads: residuals
select
    study,
    response,
    scale,
    run,
    folder,
    container_id,
    started_at,
    observed,
    fitted,
    residual,
    studentised,
    leverage,
    normal_quantile,
    is_unusual,
    reason,
from residuals
where study in $studies and response in $responses
order by study, response, scale, run, folder, started_at, container_id
