-- Folders outside $folder_ids that hold less than they do in the published warehouse (attached as published).
-- grain: check
-- reads: folders, containers, files, points
with before as (
    select
        folders.folder_id,
        count(distinct files.file_id) as files,
        coalesce(sum(files.records), 0) as records,
        coalesce(sum(files.scalars), 0) as scalars,
    from published.folders as folders
    left join published.files as files on files.folder_id = folders.folder_id
    where not list_contains(cast($folder_ids as integer[]), folders.folder_id)
    group by folders.folder_id
),

now as (
    select
        folders.folder_id,
        count(distinct files.file_id) as files,
        coalesce(sum(files.records), 0) as records,
        coalesce(sum(files.scalars), 0) as scalars,
    from folders
    left join files on files.folder_id = folders.folder_id
    group by folders.folder_id
),

points_before as (
    select containers.folder_id, count(*) as points
    from published.points as points
    inner join published.containers as containers on containers.container_key = points.container_key
    group by containers.folder_id
),

points_now as (
    select containers.folder_id, count(*) as points
    from points
    inner join containers on containers.container_key = points.container_key
    group by containers.folder_id
)

select 'WH-7' as code, 0 as expected, count(*) as found
from before
left join now on now.folder_id = before.folder_id
left join points_before on points_before.folder_id = before.folder_id
left join points_now on points_now.folder_id = before.folder_id
where now.folder_id is null
    or now.files < before.files
    or now.records < before.records
    or now.scalars < before.scalars
    or coalesce(points_now.points, 0) < coalesce(points_before.points, 0);
