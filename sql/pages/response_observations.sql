-- The observations of a response, one row a container.
-- grain: folder, container_id
-- reads: observations
select
    run,
    replicate,
    folder,
    container_id,
    started_at,
    stopped_at,
    value,
    is_center,
from observations
where study = $study and response = $response
order by run, folder, started_at, container_id
