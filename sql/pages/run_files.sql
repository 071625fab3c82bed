-- The files of folders with size, digest and what was read of them.
-- grain: folder, path
-- reads: files, folders, containers
select
    folders.folder,
    files.path,
    files.kind,
    containers.container_id,
    files.size_bytes,
    files.read_bytes,
    files.skipped_bytes,
    files.records,
    files.scalars,
    files.sha256,
from files
inner join folders on folders.folder_id = files.folder_id
left join containers on containers.container_key = files.container_key
where folders.folder in $folders
order by folders.folder, files.path
