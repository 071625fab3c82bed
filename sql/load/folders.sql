-- Replace the rows of the folders in the shards $folders, and the findings about them by those in $findings.
-- grain: statements
-- reads: folders, findings
create or replace temp table known_before as
select folders.folder_id, folders.first_night_id
from folders
semi join read_parquet($folders) as shard on shard.folder_id = folders.folder_id;

delete from folders
where folder_id in (select folder_id from known_before);

-- In the order of the shards, which is that of their keys: to sort a million rows costs more than to insert them.
insert into folders
select
    shard.folder_id,
    shard.folder,
    shard.study,
    shard.run,
    shard.replicate,
    shard.block,
    shard.kind,
    shard.table_id,
    shard.state,
    false as is_gone,
    coalesce(known_before.first_night_id, $night_id) as first_night_id,
    $night_id as night_id,
from read_parquet($folders) as shard
left join known_before on known_before.folder_id = shard.folder_id;

create or replace temp table told as
select folder, study
from read_parquet($folders)
where folder in (select folder from findings union all select folder from read_parquet($findings));

create or replace temp table renewed as
select
    shard.folder,
    told.study,
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
inner join told on told.folder = shard.folder
left join findings
    on findings.folder = shard.folder
    and findings.code = shard.code
    and findings.path is not distinct from shard.path
    and findings.line is not distinct from shard.line
    and findings.container_id is not distinct from shard.container_id
group by all;

delete from findings
where folder in (select folder from told);

insert into findings
select folder, study, container_id, path, line, byte_offset, code, outcome, reason, first_night_id, night_id
from renewed
order by folder, path, line, byte_offset, code, container_id, reason;

drop table known_before;

drop table told;

drop table renewed;
