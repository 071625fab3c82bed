-- Replace the list of folders that no study claims by $folders, and of those that cannot be listed by $unreadable.
-- grain: statements
-- reads: findings
create or replace temp table unclaimed as
with listed as (
    select
        unnest(cast($folders as varchar[])) as folder,
        'W208' as code,
        'waiting' as outcome,
        'claimed by no study, expected a `folders` pattern that fits it. Declare a study, or move the folder.' as told
    union all
    select
        unnest(cast($unreadable as varchar[])) as folder,
        'Q317' as code,
        'quarantined' as outcome,
        'cannot be listed, expected a folder that this user may read. Check its rights; '
        || 'what was read below it before is kept.' as told
)

select
    listed.folder,
    listed.code,
    listed.outcome,
    listed.folder || ': ' || listed.told as reason,
    coalesce(min(findings.first_night_id), $night_id) as first_night_id,
from listed
left join findings on findings.folder = listed.folder and findings.code = listed.code and findings.study is null
group by all;

delete from findings
where study is null and code in ('W208', 'Q317');

insert into findings
select
    folder,
    null as study,
    null as container_id,
    null as path,
    null as line,
    null as byte_offset,
    code,
    outcome,
    reason,
    first_night_id,
    $night_id as night_id,
from unclaimed
order by code desc, folder;

drop table unclaimed;
