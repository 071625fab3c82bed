-- Replace the rows of the folders in the shards $folders, and the findings about them by those in $findings.
-- grain: statements
-- reads: folders, findings
create or replace temp table reloaded as
select
    shard.folder_id,
    shard.folder,
    shard.study,
    shard.run,
    shard.replicate,
    shard.kind,
    shard.table_id,
    shard.state,
    false as is_gone,
    coalesce(folders.first_night_id, $night_id) as first_night_id,
    $night_id as night_id,
from read_parquet($folders) as shard
left join folders on folders.folder_id = shard.folder_id;

delete from folders
where folder_id in (select folder_id from reloaded);

insert into folders
select folder_id, folder, study, run, replicate, kind, table_id, state, is_gone, first_night_id, night_id
from reloaded
order by folder_id;

create or replace temp table renewed as
select
    shard.folder,
    reloaded.study,
    shard.container_id,
    shard.path,
    shard.line,
    shard.byte_offset,
    shard.code,
    shard.outcome,
    shard.reason,
    coalesce(min(findings.first_night_id), $night_id) as first_night_id,
    $night_id as night_id,
from read_parquet($findings) as shard
inner join reloaded on reloaded.folder = shard.folder
left join findings
    on findings.folder = shard.folder
    and findings.code = shard.code
    and findings.path is not distinct from shard.path
    and findings.line is not distinct from shard.line
    and findings.container_id is not distinct from shard.container_id
group by all;

delete from findings
where folder in (select folder from reloaded);

insert into findings
select folder, study, container_id, path, line, byte_offset, code, outcome, reason, first_night_id, night_id
from renewed
order by folder, path, line, byte_offset, code, container_id, reason;

drop table reloaded;

drop table renewed;
