-- Every epoch of every tag that the containers of folders logged.
-- grain: folder, tag, container_id, step, record
-- reads: metrics
select
    folder,
    tag,
    container_id,
    step,
    logged_at,
    value,
    is_superseded,
from metrics
where study = $study and folder in $folders
order by folder, tag, container_id, step, logged_at, value
