-- Keep in mind what was read of the event files of accepted folders among $folder_ids, before they are loaded again.
-- grain: statements
-- reads: files, runs
create or replace temp table read_before as
select
    runs.folder,
    runs.study,
    files.path,
    files.records,
from files
inner join runs on runs.folder_id = files.folder_id
where list_contains(cast($folder_ids as integer[]), files.folder_id)
    and files.kind = 'events'
    and runs.verdict = 'accepted';
