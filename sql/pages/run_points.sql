-- Every epoch of every tag that the containers of a folder logged.
-- grain: tag, container_id, step, record
-- reads: metrics
select
    tag,
    container_id,
    step,
    logged_at,
    value,
    is_superseded,
from metrics
where study = $study and folder = $folder
order by tag, container_id, step, logged_at, value
