-- Observations of a response with fitted values and residuals, on every scale.
-- grain: scale, container_id
-- reads: residuals
select
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
where study = $study and response = $response
order by scale, run, folder, started_at, container_id
