-- Name what was found in the folders $told, which are held back; those in $loaded no longer are.
-- grain: statements
-- reads: folders, findings, held_files
-- $paths[i] and $reasons[i] are about the folder $told[i].
create or replace temp table objections as
with listed as (
    select
        unnest(cast($told as integer[])) as folder_id,
        unnest(cast($paths as varchar[])) as path,
        unnest(cast($reasons as varchar[])) as reason
)

select
    folders.folder,
    folders.study,
    listed.path,
    listed.reason,
    coalesce(min(findings.first_night_id), $night_id) as first_night_id,
from listed
inner join folders on folders.folder_id = listed.folder_id
left join findings
    on findings.folder = folders.folder
    and findings.outcome = 'held'
    and findings.path = listed.path
group by all;

-- The rows of tables that were read tonight are told anew.
delete from findings
where outcome = 'held'
    and folder in (select folder from folders where list_contains(cast($tables as integer[]), table_id));

-- That it had vanished (R108) is over.
delete from findings
where folder in (select folder from objections) and (outcome = 'held' or code = 'R108');

update folders
set is_gone = false
where folder in (select folder from objections) and is_gone;

insert into findings
select
    folder,
    study,
    null as container_id,
    path,
    null as line,
    null as byte_offset,
    'Q321' as code,
    'held' as outcome,
    reason,
    first_night_id,
    $night_id as night_id,
from objections
order by folder, path;

drop table objections;

delete from held_files
where list_contains(cast($loaded as integer[]), folder_id)
    or list_contains(cast($told as integer[]), folder_id);
