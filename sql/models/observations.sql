-- The observations of $studies that count.
-- grain: container and response
-- reads: observations
select
    study,
    response,
    run,
    replicate,
    block,
    folder,
    container_id,
    is_center,
    started_at,
    stopped_at,
    value,
from observations
where study in $studies and value is not null
order by study, response_position, folder, container_id;
