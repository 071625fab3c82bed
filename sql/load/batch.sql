-- Load the shards of one batch; places of containers become keys after $container_offset, negated keys are known ones.
-- grain: statements
-- reads: tags
insert into containers
select
    if(place < 0, -place, $container_offset + place + 1) as container_key,
    container_id,
    folder_id,
    created_at,
    started_at,
    stopped_at,
    event_files,
from read_parquet($containers);

insert into points
select
    if(shard.container < 0, -shard.container, $container_offset + shard.container + 1) as container_key,
    tags.tag_id,
    shard.file_id,
    shard.step,
    shard.logged_at,
    shard.value,
    shard.is_superseded,
from read_parquet($points) as shard
inner join read_parquet($tags) as shard_tags on shard_tags.place = shard.tag
inner join tags on tags.tag = shard_tags.tag;

insert into summaries
select
    if(container < 0, -container, $container_offset + container + 1) as container_key,
    file_id,
    tag,
    step,
    logged_at,
    kind,
    content,
from read_parquet($summaries);

insert into files
select
    file_id,
    folder_id,
    if(place < 0, -place, $container_offset + place + 1) as container_key,
    path,
    kind,
    size_bytes,
    modified_ns,
    sha256,
    read_bytes,
    skipped_bytes,
    records,
    scalars,
    $night_id as night_id,
from read_parquet($files);

insert into stamps
select folder_id, file_id, line, container_id, event, stamped_at, raw
from read_parquet($stamps);

insert into levels_seen
select folder_id, container_id, factor, seen, source
from read_parquet($levels_seen);
