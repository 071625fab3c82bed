-- What each container of a folder came to, response by response.
-- grain: response, container_id
-- reads: measurements
select
    response,
    coalesce(unit, '') as unit,
    container_id,
    value,
from measurements
where study = $study and folder = $folder
order by response_position, started_at nulls last, container_id
