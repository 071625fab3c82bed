-- What each container of these folders came to, response by response.
-- grain: folder, response, container_id
-- reads: measurements
select
    folder,
    response,
    coalesce(unit, '') as unit,
    container_id,
    value,
from measurements
where folder in $folders
order by folder, response_position, started_at nulls last, container_id
