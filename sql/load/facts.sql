-- Load the facts of all shards at once, so that DuckDB fills its row groups and leaves no free blocks behind.
-- grain: statements
-- reads: tags
-- Places of containers in a batch become keys after $container_offset, negated keys are known ones.
create or replace temp table batches as
with counts as (
    select parse_dirpath(filename) as batch, count(*) filter (place >= 0) as containers
    from read_parquet($containers, filename = true)
    group by all
)

select
    batch,
    $container_offset + sum(containers) over (order by batch) - containers + 1 as first_key,
from counts;

create or replace temp table batch_tags as
select parse_dirpath(shard.filename) as batch, shard.place, tags.tag_id
from read_parquet($tags, filename = true) as shard
inner join tags
    on tags.tag = shard.tag
    and tags.within = shard.within
    and tags.is_result = shard.is_result;

insert into containers
select
    if(shard.place < 0, -shard.place, batches.first_key + shard.place) as container_key,
    shard.container_id,
    shard.folder_id,
    shard.created_at,
    shard.started_at,
    shard.stopped_at,
    shard.first_event_at,
    shard.last_event_at,
    shard.event_files,
from read_parquet($containers, filename = true) as shard
inner join batches on batches.batch = parse_dirpath(shard.filename);

insert into points
select
    if(shard.container < 0, -shard.container, batches.first_key + shard.container) as container_key,
    batch_tags.tag_id,
    shard.file_id,
    shard.step,
    shard.logged_at,
    shard.value,
    shard.is_superseded,
from read_parquet($points, filename = true) as shard
inner join batches on batches.batch = parse_dirpath(shard.filename)
inner join batch_tags on batch_tags.batch = batches.batch and batch_tags.place = shard.tag;

insert into summaries
select
    if(shard.container < 0, -shard.container, batches.first_key + shard.container) as container_key,
    shard.file_id,
    shard.tag,
    shard.step,
    shard.logged_at,
    shard.kind,
    shard.content,
from read_parquet($summaries, filename = true) as shard
inner join batches on batches.batch = parse_dirpath(shard.filename);

insert into files
select
    shard.file_id,
    shard.folder_id,
    if(shard.place < 0, -shard.place, batches.first_key + shard.place) as container_key,
    shard.path,
    shard.kind,
    shard.size_bytes,
    shard.modified_ns,
    shard.sha256,
    shard.read_bytes,
    shard.skipped_bytes,
    shard.records,
    shard.scalars,
    $night_id as night_id,
from read_parquet($files, filename = true) as shard
left join batches on batches.batch = parse_dirpath(shard.filename);

insert into stamps
select folder_id, file_id, line, container_id, event, stamped_at, raw, is_superseded
from read_parquet($stamps);

insert into levels_seen
select folder_id, container_id, factor, seen, source
from read_parquet($levels_seen);

drop table batches;

drop table batch_tags;
