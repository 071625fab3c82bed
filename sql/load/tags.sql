-- Give every tag that is new in the shards $tags a key.
-- grain: tag
-- reads: tags
insert into tags
select
    (select coalesce(max(tag_id), 0) from tags) + row_number() over (order by tag) as tag_id,
    tag,
from (select distinct tag from read_parquet($tags))
where tag not in (select tag from tags);
