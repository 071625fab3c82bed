-- The observations of a response, one row a container.
-- grain: study, response, folder, container_id
-- reads: observations
select
    study,
    response,
    run,
    replicate,
    folder,
    container_id,
    started_at,
    stopped_at,
    value,
    is_center,
from observations
where study in $studies and response in $responses
order by study, response, run, folder, started_at, container_id
