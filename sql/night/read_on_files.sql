-- The event files of the folders $folder_ids that may be read on: alone in their container, and clean but for their end.
-- grain: file
-- reads: files, containers, findings
select
    files.folder_id,
    files.path,
    files.file_id,
    files.container_key,
    containers.container_id,
    files.size_bytes,
    files.sha256,
    files.read_bytes,
    files.records,
    files.scalars,
    epoch_us(containers.first_event_at) / 1e6 as first_second,
    epoch_us(containers.last_event_at) / 1e6 as last_second,
from files
inner join containers on containers.container_key = files.container_key
where list_contains(cast($folder_ids as integer[]), files.folder_id)
    and files.kind = 'events'
    and files.scalars > 0
    and files.sha256 is not null
    and containers.event_files = 1
    and not exists (
        select findings.path
        from findings
        where findings.path = files.path and findings.code not in ('Q314', 'R111')
    )
order by files.file_id;
