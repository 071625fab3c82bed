-- What was read of the files of accepted folders among $folder_ids.
-- grain: file
-- reads: files, runs
select
    files.folder_id,
    runs.study,
    files.path,
    files.kind,
    files.size_bytes,
    files.sha256,
from files
inner join runs on runs.folder_id = files.folder_id
where list_contains(cast($folder_ids as integer[]), files.folder_id)
    and runs.verdict = 'accepted'
    and files.sha256 is not null
order by files.folder_id, files.path;
