-- The values of the rows of the table $table_id.
-- grain: container, tag
-- reads: points, tags, containers, folders
select points.container_key, tags.tag, points.value
from points
inner join tags on tags.tag_id = points.tag_id
inner join containers on containers.container_key = points.container_key
inner join folders on folders.folder_id = containers.folder_id
where folders.table_id = $table_id;
