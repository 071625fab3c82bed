-- What the warehouse has of the rows of the table $table_id.
-- grain: container
-- reads: folders, runs, containers, points
with counts as (
    select points.container_key, count(*) as points
    from points
    inner join containers on containers.container_key = points.container_key
    inner join folders on folders.folder_id = containers.folder_id
    where folders.table_id = $table_id
    group by points.container_key
)

select
    folders.folder_id,
    folders.folder,
    runs.verdict,
    coalesce(counts.points, 0) as points,
    folders.run,
    folders.replicate,
    folders.block,
    containers.created_at as create_at,
    containers.started_at as start_at,
    containers.stopped_at as stop_at,
    containers.container_key,
from folders
inner join runs on runs.folder_id = folders.folder_id
inner join containers on containers.folder_id = folders.folder_id
left join counts on counts.container_key = containers.container_key
where folders.table_id = $table_id
order by folders.folder_id, containers.container_key;
