-- Points recorded by each container of $study, against the level that says how many there should be.
-- grain: container
-- reads: containers, folders, points, tags, treatments, studies
with promise as (
    select
        definition ->> '$.promises.steps.metric' as tag,
        definition ->> '$.promises.steps.equals' as factor,
    from studies
    where study = $study
)

select
    folders.folder,
    folders.run,
    containers.container_id,
    promise.tag,
    count(points.step) as points,
    any_value(try_cast(treatments.level as integer)) as expected,
from promise
inner join folders on folders.study = $study and folders.state = 'finished'
inner join containers on containers.folder_id = folders.folder_id
left join treatments
    on treatments.study = $study and treatments.run = folders.run and treatments.factor = promise.factor
left join tags on tags.tag = promise.tag
left join points
    on points.container_key = containers.container_key
    and points.tag_id = tags.tag_id
    and not points.is_superseded
where promise.tag is not null
group by folders.folder, folders.run, containers.container_id, promise.tag
order by folders.folder, containers.container_id;
