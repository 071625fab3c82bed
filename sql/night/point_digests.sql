-- What the points of folders come to, in one number: another where any of them is another.
-- grain: folder
-- reads: points, tags, containers, folders
select
    folders.folder,
    count(*) as points,
    -- not bit_xor, in which a row that stands twice is none
    cast(sum(hash(
        containers.container_id, tags.tag, points.step, points.logged_at, points.value, points.is_superseded
    )) as varchar) as points_digest,
from points
inner join tags on tags.tag_id = points.tag_id
inner join containers on containers.container_key = points.container_key
inner join folders on folders.folder_id = containers.folder_id
where folders.folder in $folders
group by folders.folder
order by folders.folder
