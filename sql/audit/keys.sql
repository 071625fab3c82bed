-- Keys that stand twice and rows that belong nowhere; none is expected.
-- grain: check
-- reads: folders, containers, files, tags, points, stamps, studies
-- Points are looked at once: many have the same keys.
with met as materialized (
    select container_key, file_id, tag_id, count(*) as points
    from points
    group by all
)

select 'WH-5' as code, 0 as expected, count(*) - count(distinct folder_id) + count(*) - count(distinct folder) as found
from folders
union all
select 'WH-5' as code, 0 as expected, count(*) - count(distinct container_key) as found
from containers
union all
select 'WH-5' as code, 0 as expected, count(*) - count(distinct (folder_id, container_id)) as found
from containers
union all
select 'WH-5' as code, 0 as expected, count(*) - count(distinct file_id) as found
from files
union all
select 'WH-5' as code, 0 as expected, count(*) - count(distinct tag_id) + count(*) - count(distinct (tag, within, is_result)) as found
from tags
union all
select 'WH-5' as code, 0 as expected, count(*) - count(distinct study) as found
from studies
union all
select 'WH-6' as code, 0 as expected, count(*) as found
from (from containers anti join folders using (folder_id))
union all
select 'WH-6' as code, 0 as expected, count(*) as found
from (from files anti join folders using (folder_id))
union all
select 'WH-6' as code, 0 as expected, count(*) as found
from (from stamps anti join files using (file_id))
where file_id is not null -- those of a table beside the runs stand in no file of the folder
union all
select 'WH-6' as code, 0 as expected, cast(coalesce(sum(points), 0) as bigint) as found
from (from met anti join containers using (container_key))
union all
select 'WH-6' as code, 0 as expected, cast(coalesce(sum(points), 0) as bigint) as found
from (from met anti join files using (file_id))
union all
select 'WH-6' as code, 0 as expected, cast(coalesce(sum(points), 0) as bigint) as found
from (from met anti join tags using (tag_id));
