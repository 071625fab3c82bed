-- The files as they were when they were read; those of folders that are held back as they were when they were seen.
-- grain: file
-- reads: files, held_files, folders, findings
select folders.folder, files.path, files.size_bytes, files.modified_ns
from files
inner join folders on folders.folder_id = files.folder_id
where folders.folder not in (select folder from findings where outcome = 'held')
union all
select folders.folder, held_files.path, held_files.size_bytes, held_files.modified_ns
from held_files
inner join folders on folders.folder_id = held_files.folder_id;
