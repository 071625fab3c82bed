-- Replace the list of folders that no study claims by $folders.
-- grain: statements
-- reads: findings
create or replace temp table unclaimed as
select
    listed.folder,
    coalesce(min(findings.first_night_id), $night_id) as first_night_id,
from unnest(cast($folders as varchar[])) as listed(folder)
left join findings on findings.folder = listed.folder and findings.code = 'W208'
group by listed.folder;

delete from findings
where code = 'W208';

insert into findings
select
    folder,
    null as study,
    null as container_id,
    null as path,
    null as line,
    null as byte_offset,
    'W208' as code,
    'waiting' as outcome,
    folder || ': claimed by no study, expected a `folders` pattern that fits it. Declare a study, or move the folder.' as reason,
    first_night_id,
    $night_id as night_id,
from unclaimed
order by folder;

drop table unclaimed;
