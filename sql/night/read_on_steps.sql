-- The last step of every tag in the files $file_ids.
-- grain: file, tag
-- reads: points, tags
select
    points.file_id,
    tags.tag,
    max(points.step) as step,
from points
inner join tags on tags.tag_id = points.tag_id
where points.file_id in (select unnest(cast($file_ids as integer[])))
group by points.file_id, tags.tag;
