-- Replace what is said of refused study files by $reasons, each of a file in $files.
-- grain: statements
-- reads: findings
create or replace temp table refused as
with listed as (
    select
        unnest(cast($files as varchar[])) as file,
        unnest(cast($reasons as varchar[])) as reason
)

select
    listed.file,
    listed.reason,
    coalesce(min(findings.first_night_id), $night_id) as first_night_id,
from listed
left join findings on findings.reason = listed.reason and findings.code = 'W211'
group by all;

delete from findings
where code = 'W211';

insert into findings
select
    file as folder,
    null as study,
    null as container_id,
    null as path,
    null as line,
    null as byte_offset,
    'W211' as code,
    'waiting' as outcome,
    reason,
    first_night_id,
    $night_id as night_id,
from refused
order by file, reason;

drop table refused;
