-- The containers of a folder with their stamps and seconds.
-- grain: container_id
-- reads: container_times
select
    container_id,
    created_at,
    started_at,
    stopped_at,
    queue_seconds,
    service_seconds,
    event_files,
from container_times
where study = $study and folder = $folder
order by started_at nulls last, container_id
