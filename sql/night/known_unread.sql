-- The files that could not be read.
-- grain: file
-- reads: findings, held_files, folders
select folder, path
from findings
where code = 'Q317' and path is not null
union
select folders.folder, held_files.path
from held_files
inner join folders on folders.folder_id = held_files.folder_id
where not held_files.is_read;
