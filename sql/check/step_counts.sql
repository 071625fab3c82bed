-- Points recorded by each container of $studies, against the level that says how many there should be.
-- grain: container
-- reads: containers, folders, points, tags, treatments, studies
with promise as (
    select
        study,
        definition ->> '$.promises.steps.metric' as tag,
        definition ->> '$.promises.steps.equals' as factor,
    from studies
    where study in $studies and definition ->> '$.promises.steps.metric' is not null
),

-- Where a tag stands in several series, each must have as many.
counts as (
    select points.container_key, tags.tag, tags.within, count(*) as points
    from points
    inner join tags on tags.tag_id = points.tag_id and tags.is_result is distinct from true
    where tags.tag in (select tag from promise) and not points.is_superseded
    group by points.container_key, tags.tag, tags.within
),

fewest as (
    select container_key, tag, min(points) as points
    from counts
    group by container_key, tag
)

select
    folders.study,
    folders.folder,
    folders.run,
    containers.container_id,
    promise.tag,
    coalesce(fewest.points, 0) as points,
    try_cast(treatments.level as integer) as expected,
from promise
inner join folders on folders.study = promise.study and folders.state = 'finished'
inner join containers on containers.folder_id = folders.folder_id
left join treatments
    on treatments.study = promise.study and treatments.run = folders.run and treatments.factor = promise.factor
left join fewest on fewest.container_key = containers.container_key and fewest.tag = promise.tag
order by folders.study, folders.folder, containers.container_id;
