-- The wide view of a study: one row a container, a column per factor and response.
-- grain: folder, container_id
-- reads: observations (by the view named as the study)
select *
from query_table($study)
order by run, folder, started_at, container_id
