-- The containers of folders with their stamps and seconds.
-- grain: folder, container_id
-- reads: container_times
select
    folder,
    container_id,
    created_at,
    started_at,
    stopped_at,
    queue_seconds,
    duration_seconds,
    event_files,
from container_times
where folder in $folders
order by folder, started_at nulls last, container_id
