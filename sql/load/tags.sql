-- Give every series that is new in the shards $tags a key.
-- grain: series
-- reads: tags
insert into tags
select
    (select coalesce(max(tag_id), 0) from tags) + row_number() over (order by tag, within, is_result) as tag_id,
    tag,
    within,
    is_result,
from (select distinct tag, within, is_result from read_parquet($tags)) as met
anti join tags using (tag, within, is_result);
